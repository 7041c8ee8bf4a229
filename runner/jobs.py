"""From a sweep's jobs to its plan: all are validated together, everything is decided before the first one trains."""

from collections.abc import Sequence
from dataclasses import dataclass

from nn.registry import Array
from runner.comparison import config_of, swept_keys
from runner.components import load_modules
from runner.compose import Job
from runner.errors import Problem, UserError, refuse
from runner.execution import default_workers
from runner.expectations import check, not_judged
from runner.identity import run_key
from runner.planning import plan
from runner.results import RunResult
from runner.settings import Settings, read_settings
from runner.spec import Spec, to_plain
from runner.training import Task
from runner.validation import SpecBuilder


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first run trains. `first` is the index of the first run in its sweep."""

    first: int
    settings: Settings
    overrides: list[tuple[str, ...]]
    specs: list[Spec]
    keys: list[str]
    tasks: list[Task]

    def overrides_of(self, index: int) -> tuple[str, ...]:
        """What made the run with this index in the sweep."""
        return self.overrides[index - self.first]

    def all_killed(self) -> list[RunResult]:
        """Every run as it is when it is not trained."""
        error = "Killed: the sweep was interrupted before this run was done"
        runs = enumerate(zip(self.keys, self.specs, self.overrides, strict=True), start=self.first)
        return [RunResult(index, key, spec, "killed", given, error) for index, (key, spec, given) in runs]


def make_plan(jobs: Sequence[Job | Problem], first: int = 0) -> Plan:
    """Validate all jobs and decide on the stacks. Raises UserError with every problem of every job."""
    problems: dict[int, list[Problem]] = {}
    specs: list[Spec] = []
    builder, settings = SpecBuilder(), None
    for number, job in enumerate(jobs):
        if isinstance(job, Problem):
            problems[number] = [job]
            continue
        own = read_settings(job.config, job.overrides)
        if settings is None and isinstance(own, Settings):
            settings = own
            load_modules(settings.modules)
        built = builder.build(job.config, job.overrides)
        found = [*(own if isinstance(own, list) else []), *(built if isinstance(built, list) else [])]
        if isinstance(own, Settings) and own != settings:
            found.append(Problem(" and ".join(_differing(own, settings)), "must be the same for all jobs of a sweep"))
        if found:
            problems[number] = found
        elif isinstance(built, Spec):
            specs.append(built)
    if problems or settings is None:
        raise refuse(problems, len(jobs))
    overrides = [job.overrides for job in jobs if isinstance(job, Job)]
    keys = [run_key(spec, _outside(spec, builder), settings.modules) for spec in specs]
    tasks = [
        Task(
            indices=tuple(first + index for index in stack),
            keys=tuple(keys[index] for index in stack),
            specs=tuple(to_plain(specs[index]) for index in stack),
            facts=tuple(builder.facts(phase) for phase in specs[stack[0]].phases),
            starts=_starts([specs[index] for index in stack], builder),
            modules=settings.modules,
            pictures=settings.tracking.plots == "all",
        )
        for stack in plan(specs, builder.facts, settings.workers or default_workers())
    ]
    return Plan(first, settings, overrides, specs, keys, tasks)


def _differing(one: Settings, other: Settings | None) -> list[str]:
    return [key for key, value in one if value != getattr(other, key)]


def check_expectations(plan: Plan) -> list[Problem]:
    """What the sweep has no runs for, so that it will not be judged. Raises UserError for what cannot be read."""
    configs, keys = (
        [config_of(*run) for run in zip(plan.specs, plan.overrides, strict=True)],
        swept_keys(plan.overrides),
    )
    if found := check(plan.settings.expect, configs, keys):
        raise UserError("\n".join(["This sweep cannot start:", *(f"  - {problem}" for problem in found)]))
    return not_judged(plan.settings.expect, configs, keys)


def _outside(spec: Spec, builder: SpecBuilder) -> str:
    """Identifies all that a run takes from outside its spec: files of data, and the weights it starts from."""
    digests = [builder.facts(phase).digest for phase in spec.phases]
    start = builder.start(spec)
    return " ".join(digests + ([start.digest] if start else []))


def _starts(specs: Sequence[Spec], builder: SpecBuilder) -> tuple[Array | None, ...]:
    """The parameters that each run of a stack starts from; empty when none takes another run's."""
    starts = [builder.start(spec) for spec in specs]
    if not any(starts):
        return ()
    return tuple(None if start is None else start.parameters for start in starts)
