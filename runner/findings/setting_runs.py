"""A setting as a run of MLflow, beside the runs of its seeds: mean and spread, mean curves, a picture, a note."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from runner.base.console import count
from runner.base.texts import code, decimals_of, fixed, markdown, short
from runner.findings.findings import Findings
from runner.findings.mlflow_pages import page_of, runs_page
from runner.findings.numbers.curves import runs_to_show
from runner.findings.numbers.scores import columns_of, common_score, told_over
from runner.findings.numbers.settings import TAILS, Setting, are_repeated, curve_over, ranked
from runner.findings.pictures import fit_pictures
from runner.findings.sketch import Render
from runner.runs.account import NOT_LOOKED_INTO, TAG, Account
from runner.runs.overrides import MAX_LABEL
from runner.runs.result import RunResult
from runner.store.records import LEVEL, SETTING, SETTINGS_OF, MetricRow, RunRecord

POINTS = 17  # of a curve
MOST_PICTURES, MOST_NAMED = 12, 10
ROOM = 8  # letters of a label, for what tells it apart
MOST_LOADED = 100  # runs that MLflow's page loads, and so takes means over
MOST_BANDS = 5  # that can be told apart in one chart
# Of the best settings, in tables, lines and bars alike: MLflow would give two of twelve the same one.
COLOURS = (
    "#1f5fa8", "#d9480f", "#2b8a3e", "#862e9c", "#c2255c", "#0b7285", "#e8a400", "#5c3d1e", "#5c7cfa", "#74b816",
    "#f06595", "#495057",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A setting in MLflow's list: itself, its texts by the name of a tag, and its run, whose best is the newest."""

    setting: Setting
    texts: dict[str, str]
    record: RunRecord


def listed(sweep: Findings, now: int, with_pictures: bool) -> list[Listed]:
    """The settings of a sweep as they are written when it ends, `now` in milliseconds: best first, by data set."""
    if not are_repeated(sweep.results, sweep.keys) or not any(one.has_finished for one in sweep.results):
        return []
    found: list[Listed] = []
    diagnosed, taken = _diagnosed(sweep.account), Counter[str]()
    for part in sweep.parts:
        stored = [one for one in part.results if one.index in sweep.run_ids]  # others were deleted
        is_whole = len(stored) == len(part.results) and part.keys == sweep.keys
        settings = _called_apart(part.settings if is_whole else ranked(stored, sweep.keys), taken)
        best = settings[: MOST_PICTURES // len(sweep.parts)] if with_pictures else []
        pictures = _pictures(best, now, sweep.render)
        for one, texts in zip(settings, _texts(stored, settings), strict=True):
            files, place = pictures.get(one.label, {}), len(found)
            texts |= _diagnosis(one, diagnosed)
            tags = texts | _tags(one, sweep, place, has_picture=bool(files))
            metrics = list(_metrics(one, now))
            record = RunRecord(one.label, "FINISHED", now - place, now, one.values, metrics, tags, (), files)
            found.append(Listed(one, texts, record))
    return found


def _called_apart(settings: Sequence[Setting], taken: Counter[str]) -> list[Setting]:
    """Each with a label of its own: what is long or has many digits is cut."""
    found = []
    for one in settings:
        taken[one.label] += 1
        n = taken[one.label]
        found.append(one if n == 1 else replace(one, label=f"{short(one.label, MAX_LABEL - ROOM)} ({n})"))
    return found


def by_rank(settings: Sequence[Listed]) -> list[Setting]:
    """The settings on all data sets, the best ones first."""
    return sorted((one.setting for one in settings), key=lambda one: one.rank)


def in_bands(settings: Sequence[Listed]) -> list[str]:
    """The best settings whose mean curves MLflow's page can draw with a band, by their labels: it takes means over the
    runs it has loaded, which of more runs are the best ones.
    """
    loaded = MOST_LOADED // max((len(one.setting.members) for one in settings), default=1)
    return [one.label for one in by_rank(settings)[: min(loaded, MOST_BANDS)]]


def _pictures(settings: Sequence[Setting], now: int, render: Render) -> dict[str, dict[str, bytes]]:
    """What the run of the median score of each setting has learned, as in the report's pictures, by label."""
    shown = {one.label: runs_to_show(one.members, (), 0)[0] for one in settings}
    runs = {label: some[0].result for label, some in shown.items() if some}
    files = fit_pictures(list(runs.values()), now, render) if runs else {}
    return {label: files[run.index] for label, run in runs.items() if run.index in files}


def _texts(results: Sequence[RunResult], settings: Sequence[Setting]) -> Iterator[dict[str, str]]:
    """What is read of each setting: `score`, the one that ranks, as `accuracy 0.975 ± 0.11`; of how many runs it is, as
    `19 of 20`; and other scores.
    """
    found = [one.name for one in columns_of(results)]
    names = [name for name in found if any(not np.isnan(row.numbers[name]) for row in settings)]
    pairs = {name: [_pair(row, name) for row in settings] for name in names}
    decimals = {name: decimals_of([one[0] for one in some], [one[1] for one in some]) for name, some in pairs.items()}
    share = "success" if all(np.isnan(one.numbers["solved"]) for one in settings) else "solved"
    have_all_finished = all(result.has_finished for result in results)
    for one in settings:
        is_known = [name for name in names if not np.isnan(one.numbers[name])]
        texts = {name: _with_spread(*_pair(one, name), decimals[name]) for name in is_known}
        first = texts.pop(names[0], "") if names else ""
        counts = {share: 0 if np.isnan(one.numbers[share]) else round(one.numbers[share] * len(one.members))}
        if not have_all_finished:
            counts["finished"] = sum(run.has_finished for run in one.members)
        in_words = {name: f"{n} of {len(one.members)}" for name, n in counts.items()}
        yield {"score": f"{names[0]} {first}" if first else "no finished run", **in_words, **texts}


def _pair(setting: Setting, name: str) -> tuple[float, float]:
    return setting.numbers[name], setting.numbers[f"{name}_std"]


def _with_spread(value: float, spread: float, decimals: int | None) -> str:
    return fixed(value, decimals) + ("" if np.isnan(spread) else f" ± {fixed(spread, decimals)}")


def _diagnosed(account: Account | None) -> dict[int, str]:
    """The cause of each run that has one, by its index."""
    if account is None:
        return {}
    found = {index: one.text for one in (*account.flaws, *account.causes) for index in one.runs}
    return dict.fromkeys(account.left, NOT_LOOKED_INTO) | found


def _diagnosis(setting: Setting, diagnosed: Mapping[int, str]) -> dict[str, str]:
    """The most frequent cause of a setting's runs, and how many have it; nothing where none of them has one.

    Few runs of a large sweep are looked into, so it is no share of all.
    """
    causes = Counter(diagnosed[one.index] for one in setting.members if one.index in diagnosed)
    left = causes.pop(NOT_LOOKED_INTO, 0)
    said = [f"{count(n, 'run')}: {text}" for text, n in causes.most_common(1)]
    said += [f"{count(left, 'run')} {NOT_LOOKED_INTO}"] if left else []
    return {TAG: "; ".join(said)} if said else {}


def _tags(setting: Setting, sweep: Findings, place: int, has_picture: bool) -> dict[str, str]:
    tags = {
        "mlflow.note.content": _note(setting, sweep),
        LEVEL: "setting",
        SETTINGS_OF: sweep.about.sweep_id,
        SETTING: setting.label,
    }
    tags |= {"mlflow.source.name": sweep.about.command, "mlflow.source.type": "LOCAL"}
    tags |= {"mlflow.runColor": COLOURS[place]} if place < len(COLOURS) else {}
    return tags | ({"mlflow.loggedImages": "true"} if has_picture else {})


def _metrics(setting: Setting, now: int) -> Iterator[MetricRow]:
    """The numbers of a setting, and its curves: the mean of the score, the median of the cost, and where most runs are.

    The names of curves are titles of charts, which MLflow writes over them.
    """
    numbers = {**setting.numbers, "rank": setting.rank}
    for name, value in numbers.items():
        if isinstance(value, int | float) and np.isfinite(value):
            yield name, float(value), now, 0
    score = common_score(setting.members)
    parts = dict.fromkeys(["train", *(part for one in setting.members for part in (one.scored_on, one.reported_on))])
    for part in parts:
        for name, middle in dict.fromkeys([(score, "mean" if score != "cost" else "median"), ("cost", "median")]):
            steps, curves = curve_over(setting.members, f"{part}/{name}", POINTS)
            for statistic in (middle, *TAILS) if curves else ():
                rows = zip(steps, curves[statistic], strict=True)
                yield from ((f"{part}/{name}/{statistic}", float(value), now, int(step)) for step, value in rows)


def _note(setting: Setting, sweep: Findings) -> str:
    """What a setting's page says: its rank, its runs, and where they are."""
    finished = [one for one in setting.members if one.has_finished]
    lost = [sweep.name_of(one) for one in setting.members if not one.has_finished]
    ended = f"{len(finished)} of {len(setting.members)} finished"
    over = f"{ended}; mean and spread are over {told_over(setting.members)}"
    more = f" and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
    sweep_page = f"[{markdown(sweep.about.name)}]({page_of(sweep, sweep.parent_id)})"
    parts = [
        f"Rank {setting.rank} in {sweep_page}. [Its runs]({runs_page(sweep, setting)}): {over}.",
        f"Did not finish: {markdown(', '.join(lost[:MOST_NAMED]))}{more}." if lost else "",
        "Curves: a run that stopped early keeps its last value; 10 % of the runs lie below `low`, 90 % below `high`.",
        code(sweep.about.command),
    ]
    return "\n\n".join(filter(None, parts))
