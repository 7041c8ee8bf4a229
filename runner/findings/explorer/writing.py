"""The page as one HTML file: the scripts and styles of `page/` joined in a fixed order, and the data of a sweep."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from runner.base.console import count
from runner.base.errors import UserError
from runner.base.texts import visible
from runner.findings.explorer.gathering import NO_WEIGHTS, Diet, gathered, standing_for_all
from runner.findings.explorer.offering import command_again
from runner.findings.explorer.runs import Content
from runner.findings.explorer.samples import Learned
from runner.findings.findings import Findings

SCRIPTS = (
    "net", "decode", "state", "picture", "wall", "panels", "time", "axes", "curves", "signals", "parallel", "brush",
    "heatmap", "chips", "notice", "detail", "units", "network", "legend", "main",
)  # fmt: skip
STYLES = ("page", "detail", "charts")
MOST_BYTES = 10 << 20
ROUNDED = "Weights are rounded to 11 bits to keep the page below 10 MB."
FEWER = "Only the best, middle and worst run of each setting have pictures, to keep the page below 10 MB."
ONLY = "Only the best, middle and worst run of each setting are shown, to keep the page near 10 MB."
SOME = "{n} kept no weights and have no picture. To train them again: {again} --retrain"


def page_of(sweep: Findings) -> str:
    """The page of a sweep. The same sweep gives the same bytes."""
    page, again, learned = "", command_again(sweep), Learned()
    for diet, notes, shown in _diets(sweep):
        meta, content = gathered(shown, again, diet, learned)
        meta["notes"] = [*notes, *lacking(shown)]
        page = _joined(meta, content, diet.width)
        if len(page) <= MOST_BYTES:
            break
    return page


def _diets(sweep: Findings) -> Iterator[tuple[Diet, list[str], Findings]]:
    """From everything to what every sweep has room for, with what to say of it."""
    yield Diet(), [], sweep
    yield Diet(width=2), [ROUNDED], sweep
    few = standing_for_all(sweep)
    yield Diet(width=2, of=few), [ROUNDED, FEWER], sweep
    yield Diet(width=2), [ROUNDED, ONLY], replace(sweep, results=[one for one in sweep.results if one.index in few])


def check_trained(sweep: Findings) -> None:
    """Raise UserError where a page would show nothing."""
    if not any(one.outcome.is_trained for one in sweep.results):
        raise UserError(f"no run of {sweep.about.name} was trained, so there is nothing to see")


def lacking(sweep: Findings) -> list[str]:
    """What to say of runs that have kept no weights, if there are any."""
    trained = [one for one in sweep.results if one.outcome.is_trained]
    n = sum(one.snapshots is None for one in trained)
    told = NO_WEIGHTS if n == len(trained) else SOME
    return [told.format(n=count(n, "run"), again=command_again(sweep))] if n else []


def _joined(meta: dict[str, Any], content: Content, width: int) -> str:
    """The file. No text of a sweep can end a script, as `<` is written as a number in JSON."""
    numbers = {"weights": content.weights.text(width), "curves": content.curves.text()}
    numbers["samples"] = content.samples.text()
    plain = json.dumps(_visible(meta), sort_keys=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    scripts = [f'<script type="application/json" id="meta">{plain}</script>']
    scripts += [f'<script type="text/plain" id="numbers-{name}">{text}</script>' for name, text in numbers.items()]
    page = _file("page.html")
    for name, text in (
        ("TITLE", escape(visible(meta["title"]))),
        ("STYLE", "\n".join(_file(f"{one}.css") for one in STYLES)),
        ("SCRIPT", "\n".join(_file(f"{one}.js") for one in SCRIPTS)),
        ("DATA", "\n".join(scripts)),
    ):
        page = page.replace(f"<!--{name}-->", text, 1)
    return page


def _visible(data: Any) -> Any:
    """Plain data, its texts shown like all others: without signs that hide or reorder letters."""
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, dict):
        return {name: _visible(value) for name, value in data.items()}
    return [_visible(value) for value in data] if isinstance(data, (list, tuple)) else data


@cache
def _file(name: str) -> str:
    return (files("runner.findings.explorer") / "page" / name).read_text(encoding="utf-8")
