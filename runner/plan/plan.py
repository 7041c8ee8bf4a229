"""From a sweep's jobs to its plan: all are validated together, everything is decided before the first one trains."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from runner.base.errors import Problem, UserError, refuse
from runner.base.machine import default_workers
from runner.base.typed import typed
from runner.plan.expectations import check, not_judged
from runner.plan.jobs import Job, Refused
from runner.plan.memory import fitting_workers
from runner.plan.stacks import plan
from runner.plan.task import Task
from runner.plan.validation import SpecBuilder
from runner.runs.components import load_modules
from runner.runs.identity import code_digest, run_key
from runner.runs.outcome import Outcome
from runner.runs.overrides import config_of, swept_keys
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.settings import Settings, read_settings
from runner.runs.spec import Spec, to_plain


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first run trains. `of_jobs` has the index of the run of each job."""

    settings: Settings
    runs: list[PlannedRun]
    builder: SpecBuilder
    of_jobs: tuple[int, ...] = ()

    @cached_property
    def by_index(self) -> dict[int, PlannedRun]:
        """Each run by its index in the sweep."""
        return {run.index: run for run in self.runs}

    @property
    def specs(self) -> list[Spec]:
        """The specs of all runs, in their order."""
        return [run.spec for run in self.runs]

    @property
    def tasks(self) -> list[Task]:
        """All runs as stacks."""
        return self.tasks_without(())

    def tasks_without(self, done: Container[int], pieces: int | None = None) -> list[Task]:
        """Stacks of the runs that have no result yet, at least `pieces` of them where there are enough runs.

        `done` are the indices of runs that have a result. Without a number there is a piece for every worker.
        """
        runs = [run for run in self.runs if run.index not in done]
        pieces = pieces or self.settings.workers or default_workers()
        stacks = plan([run.spec for run in runs], self.builder.facts, pieces)
        return [self._task([runs[place] for place in stack]) for stack in stacks]

    def workers_for(self, tasks: Sequence[Task]) -> int:
        """As many processes as are asked for, or as there are processors; no more than fit into memory."""
        specs = {run.index: run.spec for run in self.runs}
        stacks = [(len(task.indices), specs[task.indices[0]], task.facts) for task in tasks]
        return fitting_workers(stacks, self.settings.workers or default_workers())

    def _task(self, runs: Sequence[PlannedRun]) -> Task:
        starts = [self.builder.start(run.spec) for run in runs]
        digests = tuple(tuple(self.builder.facts(phase).digest for phase in run.spec.phases) for run in runs)
        return Task(
            indices=tuple(run.index for run in runs),
            keys=tuple(run.key for run in runs),
            specs=tuple(to_plain(run.spec) for run in runs),
            facts=tuple(self.builder.facts(phase) for phase in runs[0].spec.phases),
            starts=tuple(None if one is None else one.parameters for one in starts) if any(starts) else (),
            modules=self.settings.modules,
            code=code_digest(self.settings.modules),
            folder=str(Path.cwd()),
            digests=digests if any(map(any, digests)) else (),
        )

    def killed(self, done: Container[int]) -> list[RunResult]:
        """The runs that have no result, as they are when they are not trained."""
        error = "Killed: the sweep was interrupted before this run was done"
        missing = [run for run in self.runs if run.index not in done]
        return [RunResult(run.index, run.key, run.spec, Outcome.KILLED, run.overrides, error) for run in missing]


def make_plan(jobs: Sequence[Job | Refused], earlier: Sequence[PlannedRun] = (), known: Sequence[Problem] = ()) -> Plan:
    """Validate all jobs and decide on the runs: jobs with equal run keys are one; `earlier` are the sweep's so far.

    `known` are problems of every job that were found before. Raises UserError with every problem of every job.
    """
    problems: dict[int, list[Problem]] = {}
    made: list[tuple[tuple[str, ...], Spec]] = []
    builder, settings = SpecBuilder(), None
    for number, composed in enumerate(jobs):
        found = [*known, *(composed.problems if isinstance(composed, Refused) else ())]
        job = composed.rest if isinstance(composed, Refused) else composed
        if job is not None:
            own = read_settings(job.config, job.overrides, typed())
            if settings is None and isinstance(own, Settings):
                settings = own
                load_modules(settings.modules)
            built = builder.build(job.config, job.overrides, is_whole=not found)
            found += [*(own if isinstance(own, list) else []), *(built if isinstance(built, list) else [])]
            if isinstance(own, Settings) and own != settings:
                differing = " and ".join(_differing(own, settings))
                found.append(Problem(differing, "must be the same for all jobs of a sweep"))
            if not found and isinstance(built, Spec):
                made.append((job.overrides, built))
        if found:
            problems[number] = found
    if problems or settings is None:
        wrong = _wrong_expectations(settings, made) if settings and len(jobs) > 1 else []
        raise refuse({number: [*problems.get(number, []), *wrong] for number in range(len(jobs))}, len(jobs))
    index_of = {run.key: run.index for run in earlier}
    runs, of_jobs = [], []
    for overrides, spec in made:
        key = key_of(spec, builder, settings.modules)
        if key not in index_of:
            index_of[key] = len(index_of)
            runs.append(PlannedRun(index_of[key], key, overrides, spec))
        of_jobs.append(index_of[key])
    return Plan(settings, runs, builder, tuple(of_jobs))


def _wrong_expectations(settings: Settings, made: Sequence[tuple[tuple[str, ...], Spec]]) -> list[Problem]:
    """What is wrong with a sweep's expectations, as far as that is known while some of its jobs cannot run."""
    configs = [config_of(spec, overrides) for overrides, spec in made]
    return check(settings.expect, configs, swept_keys([overrides for overrides, _ in made]))


def plan_again(runs: Sequence[PlannedRun], settings: Settings) -> Plan:
    """A plan for runs that were valid before, with the run keys of today's code and data.

    Raises UserError when one of them cannot run any more.
    """
    builder = SpecBuilder()
    problems = dict.fromkeys(str(problem) for run in runs for problem in builder.look_at(run.spec))
    if problems:
        raise UserError("\n".join(["This can no longer be trained:", *(f"  - {problem}" for problem in problems)]))
    keys = [key_of(run.spec, builder, settings.modules) for run in runs]
    return Plan(settings, [replace(run, key=key) for run, key in zip(runs, keys, strict=True)], builder)


def _differing(one: Settings, other: Settings | None) -> list[str]:
    return [key for key, value in one if value != getattr(other, key)]


def check_expectations(plan: Plan) -> list[Problem]:
    """What the sweep has no runs for, so that it will not be judged. Raises UserError for what cannot be read."""
    configs = [config_of(run.spec, run.overrides) for run in plan.runs]
    keys = swept_keys([run.overrides for run in plan.runs])
    if found := check(plan.settings.expect, configs, keys):
        raise UserError("\n".join(["This sweep cannot start:", *(f"  - {problem}" for problem in found)]))
    return not_judged(plan.settings.expect, configs, keys)


def key_of(spec: Spec, builder: SpecBuilder, modules: Sequence[str]) -> str:
    """The run key: of the spec, the numeric code, and all that the run takes from outside, which is files of data and
    the weights that it starts from.
    """
    digests = [builder.facts(phase).digest for phase in spec.phases]
    start = builder.start(spec)
    return run_key(spec, " ".join(digests + ([start.digest] if start else [])), modules)
