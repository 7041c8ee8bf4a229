"""A setting as a run of MLflow, beside the runs of its seeds: mean and spread, mean curves, a picture, a note."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from runner.base.texts import code, decimals_of, fixed, markdown
from runner.findings.findings import Findings
from runner.findings.mlflow_pages import page_of, runs_page
from runner.findings.numbers.curves import runs_to_show
from runner.findings.numbers.scores import columns_of, common_score, told_over
from runner.findings.numbers.settings import TAILS, Setting, are_repeated, curve_over, ranked
from runner.findings.pictures import fit_pictures
from runner.runs.account import NOT_LOOKED_INTO, TAG, Account
from runner.runs.result import RunResult
from runner.runs.spec import flatten
from runner.store.records import LEVEL, MAX_PARAM, SETTING, SETTINGS_OF, MetricRow, RunRecord

POINTS = 17  # of a curve
MOST_PICTURES = 12
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


def has_settings(sweep: Findings) -> bool:
    """Whether a sweep has settings to list: those of several runs, and something that finished."""
    return are_repeated(sweep.results, sweep.keys) and any(one.has_finished for one in sweep.results)


def listed(sweep: Findings, now: int, with_pictures: bool) -> list[Listed]:
    """The settings of a sweep as they are written when it ends, `now` in milliseconds: best first, by data set."""
    if not has_settings(sweep):
        return []
    found: list[Listed] = []
    for part in sweep.parts:
        settings = ranked(part.results, sweep.keys)
        most = MOST_PICTURES // len(sweep.parts)
        pictures = (
            fit_pictures([run for one in settings[:most] if (run := _median_run(one))], now) if with_pictures else {}
        )
        for one, texts in zip(settings, _texts(part.results, settings), strict=True):
            run, place = _median_run(one), len(found)
            files = pictures.get(run.index, {}) if run else {}
            told = texts | _diagnosis(one, sweep.account)
            tags = told | _tags(one, sweep, place, has_picture=bool(files)) | {"mlflow.note.content": _note(one, sweep)}
            metrics = list(_metrics(one, now))
            record = RunRecord(one.label, "FINISHED", now - place, now, one.values, metrics, tags, (), files)
            found.append(Listed(one, told, record))
    return found


def in_bands(settings: Sequence[Setting]) -> list[str]:
    """The best settings whose mean curves MLflow's page can draw with a band, by their labels: it takes means over the
    runs that it has loaded, and of more it would be a mean over the best.
    """
    loaded = MOST_LOADED // max((len(one.members) for one in settings), default=1)
    return [one.label for one in settings[: min(loaded, MOST_BANDS)]]


def _median_run(setting: Setting) -> RunResult | None:
    """The run of the median score, as in the report's pictures."""
    shown, _ = runs_to_show(setting.members, (), 0)
    return shown[0].result if shown else None


def _texts(results: Sequence[RunResult], settings: Sequence[Setting]) -> Iterator[dict[str, str]]:
    """What is read of each setting: `score`, the one that ranks, as `accuracy 0.975 ± 0.11`; of how many runs it is, as
    `19 of 20`; and other scores.
    """
    found = [one.name for one in columns_of(results)]
    names = [name for name in found if any(not np.isnan(row.numbers[name]) for row in settings)]
    pairs = {name: [_pair(row, name) for row in settings] for name in names}
    decimals = {name: decimals_of([one[0] for one in some], [one[1] for one in some]) for name, some in pairs.items()}
    for one in settings:
        is_known = [name for name in names if not np.isnan(one.numbers[name])]
        texts = {name: _with_spread(*_pair(one, name), decimals[name]) for name in is_known}
        yield {
            "score": f"{names[0]} {texts.pop(names[0])}" if names[:1] == is_known[:1] and names else "no finished run",
            **_counts(one, settings),
            **texts,
        }


def _pair(setting: Setting, name: str) -> tuple[float, float]:
    return setting.numbers[name], setting.numbers[f"{name}_std"]


def _with_spread(value: float, spread: float, decimals: int | None) -> str:
    return fixed(value, decimals) + ("" if np.isnan(spread) else f" ± {fixed(spread, decimals)}")


def _counts(setting: Setting, settings: Sequence[Setting]) -> dict[str, str]:
    """How many runs have solved the data set, or beaten what needs no network, and finished, where any has not."""
    runs = len(setting.members)
    share = "success" if all(np.isnan(one.numbers["solved"]) for one in settings) else "solved"
    counts = {share: 0 if np.isnan(setting.numbers[share]) else round(setting.numbers[share] * runs)}
    if not all(run.has_finished for one in settings for run in one.members):
        counts["finished"] = sum(run.has_finished for run in setting.members)
    return {name: f"{n} of {runs}" for name, n in counts.items()}


def _diagnosis(setting: Setting, account: Account | None) -> dict[str, str]:
    """The cause that most of a setting's runs have, and of how many; nothing where none of them has one."""
    if account is None:
        return {}
    indices = {one.index for one in setting.members}
    causes = Counter({one.text: len(indices & set(one.runs)) for one in (*account.causes, *account.flaws)})
    causes[NOT_LOOKED_INTO] = len(indices & set(account.left))
    (text, n), *_ = causes.most_common(1)
    return {TAG: f"{n} of {len(indices)}: {text}"} if n else {}


def _tags(setting: Setting, sweep: Findings, place: int, has_picture: bool) -> dict[str, str]:
    tags = {LEVEL: "setting", SETTINGS_OF: sweep.about.sweep_id, SETTING: setting.label}
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
    over = f"{len(finished)} of {len(setting.members)} finished, over {told_over(setting.members)}"
    sweep_page = f"[{markdown(sweep.about.name)}]({page_of(sweep, sweep.parent_id)})"
    parts = [
        f"Rank {setting.rank} in {sweep_page}: [its runs]({runs_page(sweep, setting)}), {over}.",
        f"Without an end: {markdown(', '.join(lost))}." if lost else "",
        "Curves: a run that has stopped before others counts with its last value; `low` and `high` are where 10 % and "
        "90 % of the runs are below.",
        code(sweep.about.command),
    ]
    return "\n\n".join(filter(None, parts))


def common_settings(sweep: Findings) -> dict[str, str]:
    """What all runs of a sweep have in common, as params of its parent."""
    first, *others = (flatten(one.spec) for one in sweep.results)
    return {key: str(value)[:MAX_PARAM] for key, value in first.items() if all(one.get(key) == value for one in others)}
