"""`python -m runner.reproduce`: trains stored runs again and says whether every bit is the same."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from runner.app.commands import run_command, split_options
from runner.base.console import console, count, say
from runner.base.errors import UserError
from runner.base.paths import CONF
from runner.conduct.progress_bar import RunProgress
from runner.datasets import DATASETS
from runner.findings.numbers.differences import Difference, compare, environment_changes
from runner.plan.plan import plan_again
from runner.runs.components import check_modules, load_modules, modules_of
from runner.runs.data import files_of
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult, failures, network_of
from runner.runs.settings import Settings, TrackingSettings
from runner.store.address import named_store
from runner.train.execution import training_of

if TYPE_CHECKING:
    from runner.store.reader import Reader, StoredRun

ALL = "--all"
TRAINED = [outcome for outcome in Outcome if outcome.is_trained]
SHOWN = 20
UNKNOWN = """\
What no run key covers can be the cause:
  a file that a part opens and no data set declares (@DATASETS.register(files=[...])),
  a module that is imported by a computed name, another version of an installed package,
  the clock, the network, or random numbers that do not come from `streams`"""
USAGE = """\
Trains a run of the MLflow store again, alone, from what the store has of it, and compares every number of its history
and every weight with the stored ones. Prints IDENTICAL, or the first step and array that differ, and what is different
here from where it was trained.

  python -m runner.reproduce RUN_ID          one run
  python -m runner.reproduce --all SWEEP     every run of a sweep, as stacks: the id of its parent run, or its name in
                                             outputs/
  python -m runner.reproduce RUN_ID modules=[my_parts]       a run with components of your own

The exit code is 0 when every bit is the same, and 1 otherwise."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE)


def _run(arguments: Sequence[str]) -> int:
    options, others = split_options(arguments, (ALL,))
    names = [argument for argument in others if not argument.startswith("modules=")]
    if len(names) != 1:
        raise UserError(f"one name is needed, got {len(names)}: python -m runner.reproduce RUN_ID")
    from runner.store.reader import open_reader

    reader = open_reader()
    runs = _runs_of_sweep(reader, names[0]) if ALL in options else [_one_run(reader, names[0])]
    listed = tuple(modules_of(list(arguments), CONF / "config.yaml"))
    load_modules(listed)
    check_modules(name for run in runs for name in run.modules)
    return reproduce(reader, runs, listed, as_table=ALL in options)


def _one_run(reader: "Reader", name: str) -> "StoredRun":
    run = reader.run(name)
    if run.is_parent:
        raise UserError(f"{name} is a sweep; to reproduce all of its runs: python -m runner.reproduce {ALL} {name}")
    return run


def _runs_of_sweep(reader: "Reader", name: str) -> list["StoredRun"]:
    """The runs of a sweep in its order, by the id of the sweep or of its parent run."""
    found = reader.of_sweep(name) or reader.of_sweep(reader.run(name).tags.get("sweep_id", ""))
    runs = sorted((run for run in found if not run.is_parent), key=lambda run: run.index)
    if not runs:
        raise UserError(f"the store {named_store()} has no runs of a sweep {name}")
    return runs


def reproduce(reader: "Reader", runs: Sequence["StoredRun"], modules: tuple[str, ...], as_table: bool) -> int:
    """Train runs again and print what came out; returns the exit code. Raises UserError when that is not possible."""
    kept = {place: reader.result(run) for place, run in enumerate(runs) if run.tags.get("outcome") in TRAINED}
    if not kept:
        raise UserError(f"there are no numbers to compare with: {runs[0].name} is {runs[0].tags.get('outcome')}")
    again = train_again(kept, modules, as_table)
    if error := failures(list(again.values())):
        raise error
    is_changed = _say_what_changed(kept, again)
    for place, result in kept.items():
        if names := reader.changed(runs[place], result):
            is_changed = True
            say(f"the files of run {runs[place].run_id} have changed since they were written: {', '.join(names)}")
    found = {place: compare(kept[place], again[place]) for place in kept}
    if as_table:
        _print_table(runs, found)
    else:
        (result,) = kept.values()
        say(str(found[0] or f"IDENTICAL: {_counted(result)} have the same bits"))
    different = [place for place, difference in found.items() if difference]
    rounding = sum(one is not None and one.is_rounding for one in found.values())
    if as_table:
        left_out = len(runs) - len(kept)
        say(
            f"{len(kept) - len(different)} of {count(len(kept), 'run')} are IDENTICAL"
            + (f", {rounding} differ in the last bits" if rounding else "")
            + (f"; {left_out} more left no numbers (failed or killed)" if left_out else "")
        )
    own = dict.fromkeys(name for run in runs for name in run.modules)
    _print_changes(environment_changes(kept.values()), bool(different) and not is_changed, list(own))
    return 1 if different else 0


def train_again(kept: Mapping[int, RunResult], modules: tuple[str, ...], as_stacks: bool) -> dict[int, RunResult]:
    """Stored runs once more. Raises UserError when something they need is no longer there."""
    tracking = TrackingSettings(experiment="none", models="none", plots="none", points=2)
    workers = None if as_stacks else 1
    settings = Settings(
        tracking=tracking, workers=workers, modules=modules, expect={}, strict=False, skip_finished=False
    )
    runs = [PlannedRun(place, result.key, (), result.spec) for place, result in kept.items()]
    plan = plan_again(runs, settings)
    again: dict[int, RunResult] = {}
    with (
        training_of(plan) as training,
        RunProgress(len(kept), training.stacks, training.share, quiet=not as_stacks) as progress,
    ):
        for trained in training:
            again |= {result.index: result for result in trained}
            progress.advance(trained)
    return again


def _say_what_changed(kept: Mapping[int, RunResult], again: Mapping[int, RunResult]) -> bool:
    """Name data and code that are not what runs had, by run keys and digests; returns whether anything is."""
    causes = Counter(_changed(result, again[place]) for place, result in kept.items() if again[place].key != result.key)
    for cause, runs in causes.items():
        say(f"{cause} has changed since {count(runs, 'run')} trained")
    return bool(causes)


def _changed(result: RunResult, again: RunResult) -> str:
    """What can have changed where the run key has."""
    data, declared = result.spec.data, ", ".join(DATASETS.files(result.spec.data.name, result.spec.data.settings()))
    is_other = again.data and result.data and again.data.digest != result.data.digest
    if is_other and (names := ", ".join(files_of(data))):
        return f"the data {names}, or the code that reads it," if declared else f"the data {names}"
    return f"the numeric code, {f'the file {declared}, ' if declared else ''}or the weights to start from,"


def _counted(result: RunResult) -> str:
    series = len(result.history) - 1
    values = len(result.history["step"])
    return f"{series} series of {count(values, 'value')}, and {count(network_of(result).parameters.size, 'weight')},"


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


def _print_changes(changes: Mapping[str, tuple[str, str]], is_unexplained: bool, own: Sequence[str]) -> None:
    """What is different here, which may explain other bits; `own` are the person's modules that were used."""
    if changes:
        say("different here from where it was trained:")
    for name, (there, here) in changes.items():
        say(f"  {name}: {there} there, {here} here")
    if is_unexplained and own:
        say(f"{', '.join(own)} and what it imports are the same here and there. {UNKNOWN}")
    elif is_unexplained and not changes:
        say("versions, processor and commit are the same here and there, so this should not happen: please report it")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
