"""`python -m runner.reproduce`: retrains stored runs and compares every bit."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from nn.stepping import Choice
from runner.app.commands import run_command, split_options
from runner.base import answer
from runner.base.console import console, count, say
from runner.base.errors import UserError
from runner.base.exit_codes import ExitCode
from runner.base.paths import CONF
from runner.datasets import DATASETS
from runner.findings.numbers.differences import Difference, compare, environment_changes
from runner.runs.components import check_modules, load_modules, modules_of
from runner.runs.data import files_of
from runner.runs.documents import whole as documents
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult, failures, network_of
from runner.runs.settings import ENGINE, engine_in
from runner.store.address import named_store

if TYPE_CHECKING:
    from runner.store.reader import Reader
    from runner.store.stored_run import StoredRun

ALL = "--all"
TRAINED = [outcome for outcome in Outcome if outcome.is_trained]
SHOWN = 20
UNKNOWN = """\
What no run key covers can be the cause:
  a file that a part opens and no data set declares (@DATASETS.register(files=[...])),
  a module that is imported by a computed name, another version of an installed package,
  the clock, the network, or random numbers that do not come from `streams`"""
USAGE = """\
Retrains a run in the MLflow store, alone, from what is stored of it, and compares every number of its history and every
weight with the stored ones. Prints IDENTICAL, or the first step and array that differ, and how this machine and code
differ from those that trained it.

  python -m runner.reproduce RUN_ID          one run; the first 8 letters of its id are enough
  python -m runner.reproduce --all SWEEP     every run of a sweep, as stacks: the id of its parent run, or its name in
                                             outputs/
  python -m runner.reproduce RUN_ID modules=[my_parts]       a run that uses your own components
  python -m runner.reproduce RUN_ID engine=compiled          by compiled code, or by numpy; the bits are the same

The exit code is 0 when every bit is the same, and 1 otherwise."""


@dataclass(frozen=True)
class Reproduction:
    """The result of retraining `runs`.

    Keys are positions in `runs`. `stored` has the results of those with stored numbers, and `differences` how they
    differ; None means bit-identical. `causes` counts, for everything that a run key covers and that has changed, the
    runs it applies to. `changed_digests` lists, by run id, digests that no longer match the stored files. `environment`
    maps everything that differs on this machine to its value there and here.
    """

    runs: Sequence["StoredRun"]
    stored: Mapping[int, RunResult]
    differences: Mapping[int, Difference | None]
    causes: Mapping[str, int]
    changed_digests: Mapping[str, Sequence[str]]
    environment: Mapping[str, tuple[str, str]]

    @property
    def different(self) -> list[Difference]:
        """How the runs that differ do so."""
        return [difference for difference in self.differences.values() if difference]

    @property
    def is_unexplained(self) -> bool:
        """Whether runs differ although all that a run key covers, and the store's files, are as they were."""
        return bool(self.different) and not self.causes and not self.changed_digests

    @property
    def modules(self) -> list[str]:
        """The person's own modules that the runs used."""
        return list(dict.fromkeys(name for run in self.runs for name in run.modules))


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    options, others = split_options(arguments, (ALL,))
    names = [argument for argument in others if not argument.startswith(("modules=", ENGINE))]
    if len(names) != 1:
        raise UserError(f"one name is needed, got {len(names)}: python -m runner.reproduce RUN_ID")
    from runner.store.reader import open_reader

    reader = open_reader()
    runs = _runs_of_sweep(reader, names[0]) if ALL in options else [_one_run(reader, names[0])]
    listed = tuple(modules_of(list(arguments), CONF / "config.yaml"))
    load_modules(listed)
    check_modules(name for run in runs for name in run.modules)
    reproduction = reproduce(reader, runs, listed, as_stacks=ALL in options, engine=engine_in(others))
    answer.add("reproduction", lambda: _told(reproduction))
    _print(reproduction, as_table=ALL in options)
    return ExitCode.FAILURE if reproduction.different else ExitCode.SUCCESS


def _one_run(reader: "Reader", name: str) -> "StoredRun":
    run = reader.run(name)
    if run.is_parent or run.is_setting:
        command = f"python -m runner.reproduce {ALL} {name}"
        raise UserError(f"{name} is not a single run; to reproduce all of its runs: {command}")
    return run


def _runs_of_sweep(reader: "Reader", name: str) -> list["StoredRun"]:
    """The runs of a sweep in its order, by the id of the sweep or of its parent run; or those of a setting, by its."""
    runs = reader.members(name)
    if not runs:
        raise UserError(f"the store {named_store()} has no runs of a sweep {name}")
    return runs


def reproduce(
    reader: "Reader", runs: Sequence["StoredRun"], modules: tuple[str, ...], as_stacks: bool, engine: Choice = "auto"
) -> Reproduction:
    """Retrain runs and compare them with the stored ones.

    Raises UserError if that is not possible, RunsFailed if a run fails now.
    """
    stored = {place: reader.result(run) for place, run in enumerate(runs) if run.tags.get("outcome") in TRAINED}
    if not stored:
        raise UserError(f"there are no numbers to compare with: {runs[0].name} is {runs[0].tags.get('outcome')}")
    from runner.conduct.retraining import train_again

    again = train_again(stored, modules, as_stacks, engine=engine)
    if error := failures(list(again.values()), is_stored=False):
        raise error
    changed = {runs[place].run_id: reader.changed(runs[place], result) for place, result in stored.items()}
    return Reproduction(
        runs,
        stored,
        differences={place: compare(result, again[place]) for place, result in stored.items()},
        causes=_causes(stored, again),
        changed_digests={run_id: names for run_id, names in changed.items() if names},
        environment=environment_changes(stored.values()),
    )


def _causes(stored: Mapping[int, RunResult], again: Mapping[int, RunResult]) -> Counter[str]:
    """Data and code that are not what runs had, by run keys and digests, each with the number of those runs."""
    return Counter(_changed(result, again[place]) for place, result in stored.items() if again[place].key != result.key)


def _changed(result: RunResult, again: RunResult) -> str:
    """What can have changed where the run key has."""
    data, declared = result.spec.data, ", ".join(DATASETS.files(result.spec.data.name, result.spec.data.settings()))
    is_other = again.data and result.data and again.data.digest != result.data.digest
    if is_other and (names := ", ".join(files_of(data))):
        return f"the data {names}, or the code that reads it," if declared else f"the data {names}"
    return f"the numeric code, {f'the file {declared}, ' if declared else ''}or the weights to start from,"


def _print(reproduction: Reproduction, as_table: bool) -> None:
    """Say it: what has changed, what came out, and what may explain it."""
    for cause, runs in reproduction.causes.items():
        say(f"{cause} has changed since {count(runs, 'run')} trained")
    for run_id, names in reproduction.changed_digests.items():
        say(f"the files of run {run_id} have changed since they were written: {', '.join(names)}")
    if as_table:
        _print_table(reproduction.runs, reproduction.differences)
        say(_summary(reproduction))
    else:
        (result,), (difference,) = reproduction.stored.values(), reproduction.differences.values()
        say(str(difference or f"IDENTICAL: {_counted(result)} have the same bits"))
    _print_environment(reproduction)


def _told(found: Reproduction) -> documents.Reproduction:
    """The same for programs."""
    runs = []
    for place, run in enumerate(found.runs):
        said: dict[str, object] = {"run_id": run.run_id, "name": run.name, "outcome": run.tags.get("outcome", "")}
        one = found.differences.get(place)
        numbers = (one.step, one.relative, one.units, one.at_the_end) if one else [None] * 4
        said |= dict(zip(("step", "relative", "units", "weights"), numbers, strict=True))
        said |= {"identical": one is None if place in found.stored else None, "arrays": one.arrays if one else ()}
        runs.append(documents.Reproduced.model_validate(said))
    changed = {run_id: list(names) for run_id, names in found.changed_digests.items()}
    return documents.Reproduction(
        runs=runs, causes=dict(found.causes), changed_files=changed, environment=dict(found.environment)
    )


def _counted(result: RunResult) -> str:
    series, values = len(result.history) - 1, len(result.history["step"])
    return f"{series} series of {count(values, 'value')}, and {count(network_of(result).parameters.size, 'weight')},"


def _summary(reproduction: Reproduction) -> str:
    """How many runs are the same."""
    compared, different = len(reproduction.stored), reproduction.different
    rounding, left_out = sum(one.is_rounding for one in different), len(reproduction.runs) - compared
    return (
        f"{compared - len(different)} of {count(compared, 'run')} are IDENTICAL"
        + (f", {rounding} differ in the last bits" if rounding else "")
        + (f"; {left_out} more left no numbers (failed or killed)" if left_out else "")
    )


def _print_table(runs: Sequence["StoredRun"], found: Mapping[int, Difference | None]) -> None:
    """All runs where they are few, else those that differ; how they differ where any does."""
    shown = [place for place in found if len(found) <= SHOWN or found[place]]
    table = Table(box=None, pad_edge=False, header_style="bold")
    is_different = any(found.values())
    for name in ("run", "outcome", "again") + ("first in",) * is_different:
        table.add_column(name, overflow="fold")
    for name in ("from step", "relative", "units", "weights") * is_different:
        table.add_column(name, justify="right", no_wrap=True)
    for place in shown[:SHOWN]:
        told = [runs[place].name, runs[place].tags["outcome"]]
        if one := found[place]:
            sizes = (str(one.step), f"{one.relative:.1e}", f"{one.units:.4g}", f"{one.at_the_end:.1e}")
            table.add_row(*told, one.kind, ", ".join(one.arrays), *sizes, style=None if one.is_rounding else "red")
        else:
            table.add_row(*told, "IDENTICAL")
    if shown:
        console().print(table)
    if len(shown) > SHOWN:
        say(f"... and {len(shown) - SHOWN} more that differ")


def _print_environment(reproduction: Reproduction) -> None:
    """What is different here, which may explain other bits."""
    changes, own = reproduction.environment, ", ".join(reproduction.modules)
    if changes:
        say("different here from where it was trained:")
    for name, (there, here) in changes.items():
        say(f"  {name}: {there} there, {here} here")
    if reproduction.is_unexplained and own:
        say(f"{own} and what it imports are the same here and there. {UNKNOWN}")
    elif reproduction.is_unexplained and not changes:
        say("versions, processor and commit are the same here and there, so this should not happen: please report it")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
