"""`python -m runner.predict`: what a trained network predicts for the rows of a file."""

import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.metrics import METRICS, USUAL
from runner.app.commands import parser_of, run_command
from runner.base import answer
from runner.base.commands import written
from runner.base.console import count, say, warn
from runner.base.errors import UserError
from runner.base.files import check_writable, write_whole
from runner.base.paths import CONF
from runner.datasets.samples import DataError, Samples
from runner.datasets.tables.reading import Reading, ReadingOptions, read
from runner.findings.numbers.data_sets import wrong_with
from runner.runs.components import load_modules, modules_of
from runner.runs.data import digest_of, make_samples
from runner.runs.documents.whole import Prediction
from runner.runs.model import Model, model_of
from runner.runs.result import RunResult
from runner.runs.spec import DataCommon

if TYPE_CHECKING:
    import pandas as pd

USAGE = """\
Predicts the target in each row of a file with a network that was trained on a table (data=table), and writes a CSV
file with all columns of that file and the predictions. Columns are found by name; the file may lack the target.

  python -m runner.predict new.csv                         by the newest run, or the best run of the newest sweep, to
                                                           new_predicted.csv
  python -m runner.predict RUN new.csv                     by this run: an MLflow run id
  python -m runner.predict SWEEP new.csv                   by the best run of a sweep: its name in outputs/, or its id
  python -m runner.predict RUN new.csv --out answers.csv   to this file, replacing it; - is standard output
  python -m runner.predict RUN new.csv --probabilities     also the probability of every class
  python -m runner.predict RUN -                           the rows come from standard input
  python -m runner.predict RUN new.csv data.decimal=,      a file in another format: data.separator,
                                                           decimal, thousands, encoding, header, sheet
  python -m runner.predict RUN new.csv modules=[my_parts]  a network that uses your own components

If the file has the target, the score on its rows is printed too. If it has decimal commas, so have the predictions,
with semicolons between columns. The exit code is 0 when everything was written."""
OTHER_FORMATS = (".xlsx", ".xls", ".ods", ".parquet", ".json", ".jsonl", ".gz", ".bz2", ".xz", ".zip")
SUFFIX, TO_OUTPUT, FROM_INPUT = "_predicted", "-", "-"
HOW = tuple(f"data.{one.name}=" for one in fields(ReadingOptions))


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE)


def _run(arguments: Sequence[str]) -> int:
    parser = parser_of("runner.predict")
    parser.add_argument("run", nargs="?")
    parser.add_argument("file")
    parser.add_argument("--out")
    parser.add_argument("--probabilities", action="store_true")
    chosen = parser.parse_args([argument for argument in arguments if not argument.startswith(("modules=", *HOW))])
    load_modules(modules_of(list(arguments), CONF / "config.yaml"))
    shown = "standard input" if chosen.file == FROM_INPUT else chosen.file
    out = _target(chosen.file, chosen.out)
    result = _result(chosen.run)
    model = model_of(result)
    if model.encoding is None:
        name = result.spec.data.name
        raise UserError(f"that run learned data={name}, which has no columns; what learned data=table can predict")
    try:
        reading = _read(chosen.file, result, arguments)
        table = _predicted(model, reading, chosen.probabilities)
    except DataError as error:
        raise UserError(f"{_said(error, shown)}{_commands(error, arguments)}") from error
    except ValueError as error:
        raise UserError(f"{shown}: {error}") from error
    is_european = reading.decimal == ","
    text = table.to_csv(index=False, sep=";" if is_european else ",", decimal=reading.decimal)
    scored = _score(model, reading, result)
    said = {"target": model.encoding.target, "rows": len(table), "score": scored}
    answer.add("prediction", lambda: Prediction.model_validate(said))
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_whole(out, text.encode())
        answer.add("written", lambda: [str(out)])
        say(f"{out}: {count(len(table), 'row')} with predictions of {model.encoding.target}")
        if scored:
            say(scored)
    return 0


def _target(file: str, out: str | None) -> Path | None:
    """Where to write; None for standard output. Raises UserError for a file that is there and was not named."""
    if out == TO_OUTPUT:
        return None
    if out is not None:
        if Path(out).suffix.lower() in OTHER_FORMATS:
            raise UserError(f"--out {out}: predictions are written as CSV; name it {Path(out).stem}.csv")
        if Path(out).resolve() == Path(file).resolve():
            raise UserError(f"--out {out} is the file with the rows; write to another one")
        check_writable(Path(out))
        return Path(out)
    path = Path("input" if file == FROM_INPUT else file)
    path = path.with_name(f"{path.name.partition('.')[0] or path.name}{SUFFIX}.csv")
    if path.exists():
        raise UserError(f"{path} is there already; --out {path} replaces it, --out FILE writes another file")
    return path


def _result(name: str | None) -> RunResult:
    """A run, or the best run of a sweep, without a name the newest. Raises UserError where none was trained."""
    from runner.findings.loading import load_sweep
    from runner.findings.numbers.data_sets import not_comparable

    sweep = load_sweep(name)
    best = sweep.best_run
    if best is None:
        raise UserError(
            f"no run of {sweep.about.name} finished, so it cannot predict; name another RUN before the file"
        )
    if len(sweep.results) > 1:
        of_several = f" ({told})" if (told := not_comparable(sweep.results)) else ""
        warn(f"the best of {count(len(sweep.results), 'run')}: {sweep.name_of(best)}{of_several}")
    return best


def _read(file: str, result: RunResult, arguments: Sequence[str]) -> Reading:
    """The file, read with what was typed, or else with what was set for the file that was learned from."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    from runner.datasets.tables.sources import kept_input

    settings = result.spec.data.settings()
    known = {one.name: settings[one.name] for one in fields(ReadingOptions) if one.name in settings}
    for argument in arguments:
        if argument.startswith(HOW):
            name, _, text = argument.removeprefix("data.").partition("=")
            try:
                known[name] = OverridesParser.create().parse_override(argument).value()
            except HydraException:  # a comma, which needs no quotes here
                known[name] = text
    return read(kept_input() if file == FROM_INPUT else file, replace(ReadingOptions(), **known), min_columns=1)


def _said(error: DataError, shown: str) -> str:
    """What is wrong, with the name of the file, which a message about its path has, or of the setting."""
    if error.setting == "path":
        return str(error)
    return f"{shown}: data.{error.setting} {error}" if f"data.{error.setting}=" in HOW else f"{shown} {error}"


def _commands(error: DataError, arguments: Sequence[str]) -> str:
    """Commands that would work, where a setting of how the file is read is what has to change."""
    lines = ""
    for words, way in error.ways.items():
        changes = {f"data.{name}=": written(value) for name, value in way.items()}
        if changes.keys() <= set(HOW):
            kept = [argument for argument in arguments if not argument.startswith(tuple(changes))]
            typed = ["python", "-m", "runner.predict", *kept, *map("".join, changes.items())]
            lines += f"\n{words}:\n  {shlex.join(typed)}"
    return lines


def _predicted(model: Model, reading: Reading, with_probabilities: bool) -> "pd.DataFrame":
    """The table with the predictions as further columns."""
    from runner.datasets.tables.encoded import encode, gaps_in

    assert model.encoding is not None
    target = model.encoding.target
    X, notes = encode(model.encoding, reading.frame, reading.decimal, reading.thousands)
    for note in notes:
        warn(note)
    gaps = gaps_in(model.encoding, X)
    answers = model.answers(X, with_probabilities).rename(columns={target: f"{target}{SUFFIX}"})
    if gaps:
        warn(f"missing values, filled as in training: {gaps}")
    taken = [name for name in answers if name in reading.frame.columns]
    if taken:
        raise UserError(f"the file has a column {taken[0]!r} already; rename it")
    return reading.frame.reset_index(drop=True).join(answers)


def _score(model: Model, reading: Reading, result: RunResult) -> str:
    """How good the predictions are, where the file has the target; empty where it does not."""
    from runner.datasets.tables.tested import with_test_rows

    encoding = model.encoding
    assert encoding is not None
    if encoding.target not in reading.frame.columns:
        return ""
    X, names = np.empty((0, len(encoding.input_names))), encoding.input_names
    if model.classes:
        blank = Samples(X, np.empty(0, dtype=np.int64), "classification", names, encoding.target, model.classes)
    else:
        blank = Samples(X, np.empty((0, 1)), "regression", names, encoding.target)
    try:
        samples = with_test_rows(replace(blank, encoding=encoding, impute="mean"), reading)
    except DataError as error:
        warn(f"no score: the file {error}")
        return ""
    metric = METRICS.metric(USUAL[blank.task])
    a: Any = model.class_numbers(samples.X) if model.classes else model.outputs(samples.X).T
    value, rows = metric.value(a[np.newaxis], np.asarray(samples.Y).T[np.newaxis])[0], count(samples.n_test, "row")
    said = f"{metric.name} {value:.4g} on the {rows} that have {encoding.target}"
    return f"{said}, including those it was trained on" if _are_its_own(samples, result) else said


def _are_its_own(samples: Samples, result: RunResult) -> bool:
    """Whether these are the samples that a run has learned from, before anything was wrong with them."""
    known, data = {result.data.digest if result.data else ""}, result.spec.data
    if wrong_with(result.spec) and isinstance(data, DataCommon):
        with suppress(DataError):  # its file may be gone
            known.add(digest_of(make_samples(data, result.spec.data_seed)))
    return digest_of(samples) in known


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
