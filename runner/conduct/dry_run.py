"""`dry_run=true`: what a sweep or a single run would do, and about what it would need; nothing is kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import fill

from rich.table import Table

from runner.base import answer
from runner.base.console import console, count, duration, say, warn
from runner.base.machine import default_workers
from runner.conduct.estimate import estimate
from runner.plan.phases import Phase
from runner.plan.plan import Plan, check_expectations
from runner.plan.task import Task
from runner.runs.documents.whole import Planned
from runner.runs.flat import flatten
from runner.runs.overrides import label_of, swept_keys
from runner.runs.settings import DaskExecutor, ProcessExecutor, QueueExecutor
from runner.runs.spec import Spec
from runner.runs.structure import in_words
from runner.store.address import sqlite_file, tracking_uri
from runner.train.starting import pieces_for

MOST_KINDS, MOST_RUNS = 10, 5
WIDTH = 80


def dry_run(plan: Plan, is_sweep: bool) -> None:
    """Print it. Raises UserError for expectations that cannot be read."""
    for problem in check_expectations(plan):
        warn(f"{problem}; it is not judged")
    tasks, workers = _shared_out(plan)
    what = f"{count(len(plan.runs), 'run')} in {count(len(tasks), 'stack')}, {count(workers, 'worker')}"
    executor = plan.settings.executor.name
    is_unknown = isinstance(plan.settings.executor, DaskExecutor) and plan.settings.executor.address is not None
    here = f" (of this machine; the number that executor={executor} has is unknown)" if is_unknown else ""
    say(f"{what}{here}; dry_run=true, so nothing is trained or written")
    say("")
    _print_stacks(plan, tasks)
    about = estimate(plan, tasks, workers)
    size = {"runs": len(plan.runs), "stacks": len(tasks), "workers": workers}
    answer.add("planned", lambda: Planned.model_validate(size | asdict(about)))
    say(f"\nabout {duration(about.seconds)}, {_mib(about.memory)} of memory, {_mib(about.disk)} on disk")
    if plan.settings.skip_finished:
        say(_already_there(plan))
    if is_sweep:
        _print_runs(plan)
    say(f"\n{'the first run' if len(plan.runs) > 1 else 'the run'} in full:")
    say(_in_full(plan.specs[0]))


def _shared_out(plan: Plan) -> tuple[Sequence[Task], int]:
    """The stacks as they would be cut, and how many workers would have something to do."""
    executor, wanted = plan.settings.executor, plan.settings.workers or default_workers()
    if isinstance(executor, ProcessExecutor):
        tasks = plan.tasks
        return tasks, min(plan.workers_for(tasks), len(tasks))
    if isinstance(executor, QueueExecutor):
        wanted = executor.jobs * executor.cores
    tasks = plan.tasks_without((), pieces_for(plan, wanted))
    return tasks, min(wanted, len(tasks))


def _print_stacks(plan: Plan, tasks: Sequence[Task]) -> None:
    """Stacks that look the same are one row."""
    kinds = Counter((len(task.indices), *_structure(plan.checked[task.indices[0]].phases)) for task in tasks)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("stacks", "runs"):
        table.add_column(name, justify="right")
    for name in ("network", "data", "training"):
        table.add_column(name, overflow="fold")
    for (runs, *said), stacks in list(kinds.items())[:MOST_KINDS]:
        table.add_row(str(stacks), str(runs), *said)
    console().print(table)
    if len(kinds) > MOST_KINDS:
        say(f"... and {len(kinds) - MOST_KINDS} more kinds of stacks")


def _structure(phases: Sequence[Phase]) -> tuple[str, str, str]:
    """A stack's network, data and training in short."""
    spec, facts, shape = phases[-1].spec, phases[-1].facts, phases[-1].shape
    steps = sum(phase.shape.n_steps for phase in phases)
    batch = "all" if spec.training.mode == "full" else spec.training.batch_size
    sizes = "-".join(map(str, shape.sizes))
    return (
        f"{sizes} {in_words(spec)}",
        f"{facts.n_train} of {spec.data.name}",
        f"{count(steps, 'step')} of {batch}, {spec.optimizer.name}",
    )


def _print_runs(plan: Plan) -> None:
    keys = swept_keys([run.overrides for run in plan.runs])
    say("\nthe first runs:" if len(plan.runs) > MOST_RUNS else "\nthe runs:")
    for run in plan.runs[:MOST_RUNS]:
        say(f"  {label_of(run.overrides, keys) or 'as below'}")
    if len(plan.runs) > MOST_RUNS:
        say(f"  ... and {len(plan.runs) - MOST_RUNS} more")


def _in_full(spec: Spec) -> str:
    """Every setting that is not switched off, in lines that fit a terminal."""
    settings = [
        f"{key}={str(value).replace(' ', '')}" for key, value in flatten(spec).items() if value not in (None, [], False)
    ]
    return fill(
        " ".join(settings), WIDTH, initial_indent="  ", subsequent_indent="  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _already_there(plan: Plan) -> str:
    """How many runs the store has; looking must not create one."""
    file = sqlite_file(tracking_uri())
    if file is not None and not Path(file).exists():
        return "none of them is in the store, which does not exist"
    from runner.store.reader import open_reader

    reader = open_reader()
    found = sum(reader.with_key(run.key) is not None for run in plan.runs)
    return f"{found} of {count(len(plan.runs), 'run')} are in the store and would be reused (skip_finished=true)"


def _mib(n: int) -> str:
    return f"{n / 2**20:,.1f} MiB" if n < 10 * 2**20 else f"{n / 2**20:,.0f} MiB"
