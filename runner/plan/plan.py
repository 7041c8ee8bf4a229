"""From a sweep's jobs to its plan: all are validated together, and everything is decided before any of them trains."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.base.errors import Problem, UserError, refuse
from runner.base.lazily import Lazily
from runner.base.machine import default_workers
from runner.plan.expectations import check, not_judged
from runner.plan.jobs import Job, Refused
from runner.plan.memory import bytes_of_stack, fitting_workers
from runner.plan.naming import Naming
from runner.plan.phases import Checked
from runner.plan.reading import Keys, Reader
from runner.plan.stacks import plan
from runner.plan.task import Task
from runner.plan.validation import SpecBuilder
from runner.runs.here import defined_here, note_of
from runner.runs.identity import code_digest
from runner.runs.outcome import Outcome
from runner.runs.overrides import Configs, swept_keys
from runner.runs.planned import PlannedRun, parts_but_the_seed
from runner.runs.result import RunResult
from runner.runs.settings import Settings
from runner.runs.snapshots import are_small
from runner.runs.spec import Spec, to_plain

MOST_REFUSED = 1000  # jobs whose problems are reported; finding those of one job takes some milliseconds


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first run trains.

    `checked` has the facts of each run by its index; `of_jobs` has the index of each job's run.
    """

    settings: Settings
    runs: list[PlannedRun]
    checked: dict[int, Checked]
    of_jobs: tuple[int, ...] = ()

    @cached_property
    def by_index(self) -> dict[int, PlannedRun]:
        """Each run by its index in the sweep."""
        return {run.index: run for run in self.runs}

    @property
    def notes(self) -> list[str]:
        """What the user should know about the data and about automatic choices, each line once.

        A line that does not apply to all runs says which settings it applies to.
        """
        runs_with = dict[str, list[PlannedRun]]()
        for run in self.runs:
            for note in self.checked[run.index].notes:
                runs_with.setdefault(note, []).append(run)
        notes = [note + self._which(runs) for note, runs in runs_with.items()]
        return [*notes, note_of(parts)] if (parts := defined_here(self.specs)) else notes

    def _which(self, runs: Sequence[PlannedRun]) -> str:
        """`  [optimizer=sgd]`: what these runs have and all others have not, or how many they are; nothing for all."""
        if len(runs) == len(self.runs):
            return ""
        return f"  [{self.name_of(runs) or f'{len(runs)} of {len(self.runs)} runs'}]"

    def name_of(self, runs: Sequence[PlannedRun]) -> str:
        """`optimizer=sgd`: what all of these runs and no others have; empty if a few words cannot say it."""
        return self._naming.of([run.index for run in runs])

    def name_of_run(self, index: int) -> str:
        """What was typed for a run."""
        return " ".join(self.by_index[index].overrides)

    @cached_property
    def _naming(self) -> Naming:
        return Naming(self.runs)

    @property
    def specs(self) -> list[Spec]:
        """The specs of all runs, in their order."""
        return [run.spec for run in self.runs]

    def apart(self, runs: Sequence[PlannedRun]) -> "Plan":
        """Some of the runs as a separate sweep, counted from 0."""
        checked = {place: self.checked[run.index] for place, run in enumerate(runs)}
        return replace(self, runs=[replace(run, index=place) for place, run in enumerate(runs)], checked=checked)

    @property
    def tasks(self) -> Sequence[Task]:
        """All runs as stacks."""
        return self.tasks_without(())

    def tasks_without(self, done: Container[int], pieces: int | None = None) -> Sequence[Task]:
        """Stacks of the runs without a result, at least `pieces` of them if there are enough runs.

        `done` are the indices of runs with a result. Without `pieces` there is one stack per worker. Stacks are made on
        demand, because only a few are in flight at a time.
        """
        runs = [run for run in self.runs if run.index not in done]
        pieces = pieces or self.settings.workers or default_workers()
        stacks = plan([self.checked[run.index] for run in runs], pieces)
        return Lazily(self._task, [[runs[place] for place in stack] for stack in stacks])

    def workers_for(self, tasks: Sequence[Task]) -> int:
        """The number of processes: as requested, or one per processor; no more than fit into memory."""
        return fitting_workers(self.largest_of(tasks), self.settings.workers or default_workers())

    def largest_of(self, tasks: Sequence[Task]) -> int:
        """Estimated memory of the largest stack during training, in bytes; 0 without stacks."""
        stacks = [(len(task.indices), self.checked[task.indices[0]].phases) for task in tasks]
        return max((bytes_of_stack(*stack) for stack in stacks), default=0)

    @cached_property
    def snapshots(self) -> bool:
        """Whether runs keep their parameters during training; by default, if the sweep is not large."""
        asked, phases = self.settings.tracking.snapshots, (one.phases[-1] for one in self.checked.values())
        sizes = ((one.shape.n_parameters, one.spec.training.evaluations) for one in phases)
        return asked == "all" or (asked == "auto" and are_small(sizes, len(self.runs)))

    def _task(self, runs: Sequence[PlannedRun]) -> Task:
        checked = [self.checked[run.index] for run in runs]
        starts = [one.start for one in checked]
        digests = tuple(one.digests for one in checked)
        return Task(
            indices=tuple(run.index for run in runs),
            keys=tuple(run.key for run in runs),
            specs=_plain(runs, checked),
            shapes=tuple(phase.shape for phase in checked[0].phases),
            starts=tuple(None if one is None else one.parameters for one in starts) if any(starts) else (),
            modules=self.settings.modules,
            code=code_digest(self.settings.modules),
            folder=str(Path.cwd()),
            digests=digests if any(map(any, digests)) else (),
            snapshots=self.snapshots,
            engine=self.settings.engine,
        )

    def killed(self, done: Container[int]) -> list[RunResult]:
        """The runs without a result, as results of runs that were not trained."""
        error = "Killed: the sweep was interrupted before this run was done"
        missing = [run for run in self.runs if run.index not in done]
        return [
            RunResult(run.index, run.key, run.spec, Outcome.KILLED, run.overrides, error, role=run.role, rung=run.rung)
            for run in missing
        ]


def make_plan(
    jobs: Iterable[Job | Refused],
    earlier: Sequence[PlannedRun] = (),
    known: Sequence[Problem] = (),
    settings: Settings | None = None,
    are_settled: bool = False,
) -> Plan:
    """Validate all jobs and decide on the runs: jobs with equal run keys are one run; `earlier` runs were planned
    before.

    `settings` are those that the sweep began with; None if it begins here. All jobs must have the same settings, which
    is not checked if they `are_settled`. `known` are problems of every job that were found before. Raises UserError
    with every problem of every job, but of at most MOST_REFUSED jobs.
    """
    reader, left = Reader(settings, {run.spec.score for run in earlier}, known, are_settled), iter(jobs)
    for job in left:  # which may be composed one by one, as all configs together would take much memory
        reader.read(job)
        if len(reader.problems) == MOST_REFUSED:
            break
    problems, settings, n_jobs = reader.problems, reader.settings, reader.n_jobs
    if problems or settings is None:
        wrong = _wrong_expectations(settings, reader) if settings and n_jobs > 1 else []
        of_each = {number: [*problems.get(number, []), *wrong] for number in range(n_jobs)}
        raise refuse(of_each, n_jobs, is_whole=next(left, None) is None)
    index_of, keys = {run.key: run.index for run in earlier}, Keys(settings.modules)
    runs, checked, of_jobs = list[PlannedRun](), dict[int, Checked](), list[int]()
    for overrides, spec, one in reader.made:
        key = keys.of(spec, one)
        if key not in index_of:
            index_of[key] = len(index_of)
            runs.append(PlannedRun(index_of[key], key, overrides, spec))
            checked[index_of[key]] = one
        of_jobs.append(index_of[key])
    return Plan(settings, runs, checked, tuple(of_jobs))


def _wrong_expectations(settings: Settings, reader: Reader) -> list[Problem]:
    """What is wrong with a sweep's expectations, as far as that is known while some of its jobs cannot run."""
    if not settings.expect:
        return []
    configs = Configs((spec, overrides) for overrides, spec, _ in reader.made)
    return check(settings.expect, configs, swept_keys([overrides for overrides, _, _ in reader.made]))


def plan_again(runs: Sequence[PlannedRun], settings: Settings) -> Plan:
    """A plan for runs that were valid before, with run keys from the current code and data.

    Raises UserError if one of them can no longer run.
    """
    builder, keys, problems = SpecBuilder(), Keys(settings.modules), dict[str, None]()
    alike, checked = dict[tuple[int, ...], Checked](), dict[int, Checked]()
    for run in runs:
        parts = parts_but_the_seed(run.spec)
        found = alike.get(parts) or builder.look_at(run.spec)
        if isinstance(found, list):
            problems |= dict.fromkeys(map(str, found))
            continue
        checked[run.index] = found
        if not found.is_apart:
            alike[parts] = found
    if problems:
        raise UserError("\n".join(["This can no longer be trained:", *(f"  - {problem}" for problem in problems)]))
    return Plan(settings, [replace(run, key=keys.of(run.spec, checked[run.index])) for run in runs], checked)


def check_expectations(plan: Plan) -> list[Problem]:
    """The expectations that no run of the sweep is about. Raises UserError for those that cannot be parsed."""
    if not plan.settings.expect:
        return []
    configs = Configs((run.spec, run.overrides) for run in plan.runs)
    keys = swept_keys([run.overrides for run in plan.runs])
    if found := check(plan.settings.expect, configs, keys):
        head = f"This {'sweep' if len(configs) > 1 else 'run'} cannot start:"
        raise UserError("\n".join([head, *(f"  - {problem}" for problem in found)]))
    return not_judged(plan.settings.expect, configs, keys)


def key_of(run: Checked, modules: Sequence[str]) -> str:
    """The run key of a run with the seed it was checked with."""
    return Keys(modules).of(run.spec, run)


def _plain(runs: Sequence[PlannedRun], checked: Sequence[Checked]) -> tuple[dict[str, Any], ...]:
    """Specs as plain data, which share what they have in common: so they travel as little more than their seeds."""
    of = {id(one): to_plain(one.spec) for one in {id(one): one for one in checked}.values()}
    return tuple({**of[id(one)], "seed": run.spec.seed} for run, one in zip(runs, checked, strict=True))
