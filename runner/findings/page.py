"""What a report of a sweep says, made from its numbers; `render.py` writes it down."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.base.texts import short
from runner.findings.findings import Findings
from runner.findings.numbers.data_sets import by_data
from runner.findings.numbers.scores import SCORES, scores_of
from runner.findings.numbers.tables import seed_table
from runner.plan.expectations import Verdict
from runner.runs.outcome import Outcome
from runner.runs.overrides import short_names
from runner.runs.result import RunResult

MAX_RUNS, MAX_SETTINGS, SLOWEST, MAX_ERROR, MAX_VALUES = 500, 500, 5, 300, 3
CAPTIONS = {
    "scores.png": "Final score of every run, by setting",
    "curves.png": "Training cost over the steps, by setting",
    "effects.png": "Final score by the values of each swept key",
    "heatmaps.png": "Final score by the values of two swept keys",
    "profiles.png": "Settings as lines through the values of all swept keys",
    "fits.png": "What the networks learned",
    "surfaces.png": "Surfaces that the networks learned",
    "data.png": "What there was to learn",
}
DATA = "data.png"


@dataclass(frozen=True)
class Table:
    """Cells as text. `numbers` are the columns that hold numbers; `left_out` says how many rows are not shown."""

    names: list[str]
    rows: list[list[str]]
    numbers: frozenset[int] = frozenset()
    left_out: int = 0


@dataclass(frozen=True)
class Picture:
    """A picture with its caption and its PNG bytes."""

    name: str
    caption: str
    content: bytes

    @property
    def inline(self) -> str:
        """As the address of an image in a page that needs no other file."""
        return f"data:image/png;base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True)
class Report:
    """All that a report says, in its order."""

    title: str
    question: str
    commands: list[str]
    answer: list[str]
    verdicts: list[Verdict]
    settings: Table
    pictures: list[Picture]
    data_pictures: list[Picture]
    unfinished: Table
    slowest: Table
    data: Table
    environment: Table
    runs: Table
    reproduce: list[str]
    table_command: str


def report_of(sweep: Findings, drawn: Mapping[str, bytes]) -> Report:
    """The contents of a report, with those pictures of the sweep that could be drawn, by file name."""
    results, keys = sweep.results, sweep.keys
    pictures = [Picture(name, caption, drawn[name]) for name, caption in CAPTIONS.items() if name in drawn]
    return Report(
        title=sweep.about.name,
        question=sweep.about.question,
        commands=sweep.about.command.splitlines(),
        answer=sweep.answer,
        verdicts=sweep.verdicts,
        settings=_settings(results, keys),
        pictures=[picture for picture in pictures if picture.name != DATA],
        data_pictures=[picture for picture in pictures if picture.name == DATA],
        unfinished=_unfinished(sweep),
        slowest=_slowest(sweep),
        data=_data(results),
        environment=_environment(results),
        runs=_runs(sweep),
        reproduce=_again(sweep),
        table_command=" ".join(["python -m runner.report", *_ids(sweep), *_modules(sweep), "--table runs.csv"]),
    )


def _ids(sweep: Findings) -> list[str]:
    return [name for name in sweep.about.sweep_id.split("+") if name]


def _modules(sweep: Findings) -> list[str]:
    return [f"modules=[{','.join(sweep.modules)}]"] if sweep.modules else []


def _again(sweep: Findings) -> list[str]:
    """The commands that compare every bit with a second training."""
    is_run = [sweep.parent_id] == _ids(sweep)
    return [
        " ".join(["python -m runner.reproduce", name if is_run else f"--all {name}", *_modules(sweep)])
        for name in _ids(sweep)
    ]


def _settings(results: Sequence[RunResult], keys: Sequence[str]) -> Table:
    """One row per setting, best first, over its seeds."""
    settings = [key for key in keys if key != "seed"]
    table = seed_table(results, keys)
    scores = [score for score in reversed(SCORES) if table[score].notna().any()]
    outcomes = [one for one in Outcome if one is not Outcome.STOPPED and one in table and table[one].any()]
    names = [*short_names(settings).values(), "runs"]
    for score in scores:
        names += [f"{score}, mean", "sd", "median"]
    names += ["success", *outcomes]
    rows = [
        [*(str(row[key]) for key in settings), str(row["runs"])]
        + [
            _number(row[f"{score}{part}"], digits)
            for score in scores
            for part, digits in (("", 4), ("_std", 2), ("_median", 4))
        ]
        + [f"{100 * row['success']:.0f} %", *(str(row[outcome]) for outcome in outcomes)]
        for row in table.head(MAX_SETTINGS).to_dict("records")
    ]
    numbers = frozenset(range(len(settings), len(names)))
    return Table(names, rows, numbers, max(0, len(table) - MAX_SETTINGS))


def _unfinished(sweep: Findings) -> Table:
    """Runs without an end: never hidden."""
    runs = [result for result in sweep.results if not result.has_finished]
    rows = [[sweep.name_of(one), one.outcome, str(one.last_step), _error(one)] for one in runs[:MAX_RUNS]]
    return Table(["run", "outcome", "last step", "error"], rows, frozenset({2}), max(0, len(runs) - MAX_RUNS))


def _slowest(sweep: Findings) -> Table:
    runs = sorted(sweep.results, key=lambda one: (-one.seconds, one.index))[:SLOWEST]
    rows = [[sweep.name_of(one), f"{one.seconds:.3g}", str(one.last_step)] for one in runs if one.seconds]
    return Table(["run", "seconds", "steps"], rows, frozenset({1, 2}))


def _data(results: Sequence[RunResult]) -> Table:
    """Every data set that runs learned from, with its settings; how many different samples of it there are."""
    rows = []
    for members in by_data([result for result in results if result.data_digest]).values():
        sizes = dict.fromkeys(" + ".join(str(number) for number in one.n_samples if number) for one in members)
        draws = len({one.data_digest for one in members})
        rows.append([members[0].spec.data.name, " or ".join(sizes), str(draws), _settings_of_data(members)])
    return Table(["data", "samples (train + test)", "different draws", "settings"], rows, frozenset({2}))


def _settings_of_data(members: Sequence[RunResult]) -> str:
    """All that runs on the same samples had set: `noise=0.1, standardize=False or True`."""
    values: dict[str, list[str]] = {}
    for member in members:
        for key, value in member.spec.data.model_dump(mode="json", exclude={"name"}, exclude_none=True).items():
            if str(value) not in values.setdefault(key, []):
                values[key].append(str(value))
    several = {key: f" or {len(found) - MAX_VALUES} more" for key, found in values.items() if len(found) > MAX_VALUES}
    return ", ".join(f"{key}={' or '.join(found[:MAX_VALUES])}{several.get(key, '')}" for key, found in values.items())


def _environment(results: Sequence[RunResult]) -> Table:
    """What trained the runs: every value that there is."""
    values: dict[str, list[str]] = {}
    for result in results:
        for name, value in result.environment.items() if result.data_digest else ():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    return Table(["what", "value"], [[name, " or ".join(found)] for name, found in sorted(values.items())])


def _runs(sweep: Findings) -> Table:
    """Every run with its scores and what identifies its numbers."""
    scores = [score for score in reversed(SCORES) if any(score in scores_of(result) for result in sweep.results)]
    rows = []
    for result in sweep.results[:MAX_RUNS]:
        reached = scores_of(result) if result.history.get("step") else {}
        digests = result.digests if result.scaling is not None else {}
        rows.append(
            [sweep.name_of(result), result.outcome, *(_number(reached.get(score)) for score in scores)]
            + [sweep.run_ids.get(result.index, ""), result.key[:12]]
            + [digests.get(name, "")[:12] for name in ("digest.weights", "digest.history")]
        )
    names = ["run", "outcome", *scores, "MLflow run id", "run key", "weights", "history"]
    return Table(names, rows, frozenset(range(2, 2 + len(scores))), max(0, len(sweep.results) - MAX_RUNS))


def _error(result: RunResult) -> str:
    return short(result.error.partition("\n")[0], MAX_ERROR) if result.outcome is Outcome.FAILED else ""


def _number(value: Any, digits: int = 4) -> str:
    """A number with this many digits, whatever the locale; a dash for what is not there."""
    return "-" if value is None or value != value else f"{value:.{digits}g}"
