"""Sections of a report about the best run: every metric, its errors, and the columns that it needs."""

from nn.metrics import METRICS
from runner.base.texts import number
from runner.findings.findings import Findings
from runner.findings.numbers.answer import title_of
from runner.findings.numbers.baselines import NOTHING, shortfall_of
from runner.findings.numbers.importance import REPEATS, importances_of
from runner.findings.pictures import MAX_DATA, learned_from
from runner.findings.section import Picture, Section, Table
from runner.findings.sketch import sketch_of
from runner.runs.data import Prepared
from runner.runs.result import RunResult

MAX_COLUMNS = 20
SAMPLES = {"train": "training"} | {part: part for part in ("validation", "test")}


def best_run(sweep: Findings) -> list[Section]:
    """All measurements of the best run on every data set; for a table also its confusion matrix or its residuals."""
    found = [_best_run(one) for one in sweep.parts[:MAX_DATA]]
    return [one for one in found if one]


def _best_run(sweep: Findings) -> Section | None:
    best = sweep.best_run
    finals = best.finals if best else {}
    parts = [part for part in ("train", "validation", "test") if f"{part}/cost" in finals]
    names = [name for name in METRICS if any(f"{part}/{name}" in finals for part in parts)]
    if best is None or set(names) <= {best.score}:
        return None
    rows = [
        [name, *(number(found) if (found := finals.get(f"{part}/{name}")) is not None else "-" for part in parts)]
        for name in names
    ]
    table = Table(["metric", *parts], rows, frozenset(range(1, len(parts) + 1)))
    by = f"the best run of the best setting, by {best.score} on {SAMPLES[best.scored_on]} samples"
    chosen = f" It is {by}." if len(sweep.results) > 1 else ""
    data = _table_of(best)
    pictures = [_errors(best, data, sweep.ending)] if data else []
    title, note = "The best run" if chosen else "Metrics", f"{sweep.name_of(best)}.{chosen}"
    return Section(title_of(title, sweep.label), note, table, pictures)


def _errors(best: RunResult, data: Prepared, ending: str) -> Picture:
    is_regression = data.samples.task == "regression"
    what = "Residuals of the best run over its predictions" if is_regression else "Classes that the best run confuses"
    caption = f"{what}, on {SAMPLES[best.reported_on]} samples"
    return Picture(f"errors{ending}.png", caption, sketch_of("draw_errors", best, data, caption))


def columns(sweep: Findings) -> list[Section]:
    """For every table, how much worse its best run gets if the values of one column are shuffled."""
    found = [_columns(one) for one in sweep.parts[:MAX_DATA]]
    return [one for one in found if one]


def _columns(sweep: Findings) -> Section | None:
    best = sweep.best_run
    data = _table_of(best) if best else None
    found = importances_of(best, data) if best and data else None
    if best is None or found is None:
        return None
    shown = found.columns[:MAX_COLUMNS]
    rows = [[one.column, number(one.drop, 3), number(one.spread, 2)] for one in shown]
    change = "falls" if METRICS.metric(found.score).better == "higher" else "rises"
    part = "validation" if found.part == "validation" else "training"
    note = (
        f"How much the {found.score} of the best run {change} from {number(found.value)} when the values of one column "
        f"are shuffled among {found.n_rows} {part} rows: mean and standard deviation (sd) of {REPEATS} shuffles. "
        "Columns that hold the same information share their importance."
    )
    note += " There is no validation part, and columns may matter more on rows that a network was trained on." * (
        part == "training"
    )
    shortfall = shortfall_of([best])
    note += f" This run {shortfall}; so these numbers may be chance." if shortfall.startswith(NOTHING) else ""
    left_out = len(found.columns) - len(shown)
    note += f" The {left_out} columns that matter least are left out." if left_out else ""
    caption = "Which columns matter to the best run"
    picture = Picture(f"columns{sweep.ending}.png", caption, sketch_of("draw_importances", found, shown, caption))
    table = Table(["column", f"{found.score} {change} by", "sd"], rows, frozenset({1, 2}))
    return Section(title_of("Which columns matter", sweep.label), note, table, [picture])


def _table_of(best: RunResult) -> Prepared | None:
    """The table that a run learned from; None for other data, and where it is gone or has changed."""
    if best.network is None or best.network.encoding is None:
        return None
    found = learned_from(best)
    return None if isinstance(found, str) else found
