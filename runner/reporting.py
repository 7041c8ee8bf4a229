"""A report of a sweep: its contents from the numbers, and the files that they are written to."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader

from runner.answer import answer
from runner.artifacts import pictures_of
from runner.comparison import SCORES, label_of, scores_of, seed_table, short_names
from runner.expectations import Verdict, judge
from runner.loading import LoadedSweep
from runner.results import OUTCOMES, RunResult
from runner.texts import code, markdown, visible

if TYPE_CHECKING:
    pass

MAX_RUNS, MAX_SETTINGS, SLOWEST = 500, 500, 5
ENDINGS = {"html": "html", "markdown": "md"}
CAPTIONS = {
    "scores.png": "Final score of every run, by setting",
    "curves.png": "Training cost over the steps, by setting",
    "effects.png": "Effect of each swept key",
    "fits.png": "What the networks learned",
    "surfaces.png": "Surfaces",
}


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
    unfinished: Table
    slowest: Table
    data: Table
    environment: Table
    runs: Table
    reproduce: list[str]


def write_report(sweep: LoadedSweep, folder: Path, form: str) -> Path:
    """Write a report into a folder; returns its file. The same sweep gives the same bytes."""
    report = report_of(sweep)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_file_name(sweep.about.sweep_id)}.{ENDINGS[form]}"
    if form == "markdown":
        beside = path.with_suffix("")
        beside.mkdir(exist_ok=True)
        for picture in report.pictures:
            (beside / picture.name).write_bytes(picture.content)
    path.write_bytes(_render(report, path, form).encode())
    return path


def report_of(sweep: LoadedSweep) -> Report:
    """The contents of a report."""
    results, keys = sweep.results, sweep.keys
    ids = [name for name in sweep.about.sweep_id.split("+") if name]
    again = [f"python -m runner.reproduce --all {name}" for name in ids]
    return Report(
        title=sweep.about.name,
        question=sweep.about.question,
        commands=sweep.about.command.splitlines(),
        answer=answer(results, keys),
        verdicts=judge(sweep.expect, results, keys),
        settings=_settings(results, keys),
        pictures=_pictures(results, keys),
        unfinished=_unfinished(sweep),
        slowest=_slowest(sweep),
        data=_data(results),
        environment=_environment(results),
        runs=_runs(sweep),
        reproduce=again,
    )


def _render(report: Report, path: Path, form: str) -> str:
    """One template per format. What is shown is visible: no sign of a name can steer or reorder the page."""
    environment = Environment(
        loader=PackageLoader("runner"), autoescape=form == "html", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, finalize=lambda value: visible(value) if type(value) is str else value,
    )  # fmt: skip
    environment.filters |= {"md": markdown, "code": code}
    return environment.get_template(f"report.{ENDINGS[form]}.jinja").render(report=report, beside=path.stem)


def _file_name(sweep_id: str) -> str:
    return "report-" + re.sub(r"[^A-Za-z0-9_+-]", "_", sweep_id)[:120]


def _settings(results: Sequence[RunResult], keys: Sequence[str]) -> Table:
    """One row per setting, best first, over its seeds."""
    settings = [key for key in keys if key != "seed"]
    table = seed_table(results, keys)
    scores = [score for score in reversed(SCORES) if table[score].notna().any()]
    outcomes = [outcome for outcome in OUTCOMES if outcome != "stopped" and table[outcome].any()]
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


def _pictures(results: Sequence[RunResult], keys: Sequence[str]) -> list[Picture]:
    if not any(result.history.get("step") for result in results):
        return []
    found = pictures_of(results, keys)
    return [Picture(name, caption, found[name]) for name, caption in CAPTIONS.items() if name in found]


def _unfinished(sweep: LoadedSweep) -> Table:
    """Runs without an end: never hidden."""
    runs = [result for result in sweep.results if not result.has_finished]
    rows = [
        [_name(sweep, one), one.outcome, str(one.last_step), one.error.partition("\n")[0]] for one in runs[:MAX_RUNS]
    ]
    return Table(["run", "outcome", "last step", "error"], rows, frozenset({2}), max(0, len(runs) - MAX_RUNS))


def _slowest(sweep: LoadedSweep) -> Table:
    runs = sorted(sweep.results, key=lambda one: (-one.seconds, one.index))[:SLOWEST]
    rows = [[_name(sweep, one), f"{one.seconds:.3g}", str(one.last_step)] for one in runs if one.seconds]
    return Table(["run", "seconds", "steps"], rows, frozenset({1, 2}))


def _data(results: Sequence[RunResult]) -> Table:
    """Every data set that runs had, with its settings; how many different samples of it there are."""
    found: dict[str, dict[str, Any]] = {}
    for result in results:
        plain = result.spec.data.model_dump(mode="json")
        settings = ", ".join(f"{key}={value}" for key, value in plain.items() if key != "name" and value is not None)
        entry = found.setdefault(f"{plain['name']}: {settings}", {"name": plain["name"], "settings": settings})
        entry.setdefault("digests", set()).add(result.data_digest)
        entry["samples"] = " + ".join(str(number) for number in result.n_samples if number) or entry.get("samples", "")
    rows = [[one["name"], one["samples"], str(len(one["digests"])), one["settings"]] for one in found.values()]
    return Table(["data", "samples (train + test)", "different draws", "settings"], rows, frozenset({2}))


def _environment(results: Sequence[RunResult]) -> Table:
    """What trained the runs: every value that there is."""
    values: dict[str, list[str]] = {}
    for result in results:
        for name, value in result.environment.items():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    return Table(["what", "value"], [[name, " or ".join(found)] for name, found in sorted(values.items())])


def _runs(sweep: LoadedSweep) -> Table:
    """Every run with its scores and what identifies its numbers."""
    scores = [score for score in reversed(SCORES) if any(score in scores_of(result) for result in sweep.results)]
    rows = []
    for result in sweep.results[:MAX_RUNS]:
        reached = scores_of(result) if result.history.get("step") else {}
        digests = result.digests if result.scaling is not None else {}
        rows.append(
            [_name(sweep, result), result.outcome, *(_number(reached.get(score)) for score in scores)]
            + [sweep.run_ids.get(result.index, ""), result.key[:12]]
            + [digests.get(name, "")[:12] for name in ("digest.weights", "digest.history")]
        )
    names = ["run", "outcome", *scores, "MLflow run id", "run key", "weights", "history"]
    return Table(names, rows, frozenset(range(2, 2 + len(scores))), max(0, len(sweep.results) - MAX_RUNS))


def _name(sweep: LoadedSweep, result: RunResult) -> str:
    return label_of(result.overrides, sweep.keys) or sweep.about.name


def _number(value: Any, digits: int = 4) -> str:
    """So many digits, whatever the locale; a dash for what is not there."""
    return "-" if value is None or value != value else f"{value:.{digits}g}"
