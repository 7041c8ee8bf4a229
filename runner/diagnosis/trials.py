"""Training a run with other overrides, in this process, without storing it: the numbers are those of its command."""

from collections.abc import Callable
from dataclasses import dataclass

from nn.stepping import Choice
from runner.base.errors import UserError
from runner.datasets.samples import DataError
from runner.diagnosis.reference import Reference, counted_equally
from runner.diagnosis.subject import Subject
from runner.plan.jobs import Job, Refused
from runner.plan.phases import Checked
from runner.plan.plan import Plan, key_of
from runner.plan.stacks import alike
from runner.plan.validation import SpecBuilder
from runner.runs.data import prepare
from runner.runs.diagnosis import Overrides
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.settings import keeping_nothing
from runner.train.training import train_task

Compose = Callable[[Overrides], Job | Refused]  # a run's overrides as Hydra composes them
Runs = list[tuple[Overrides, Checked]]  # each with the overrides that make it
MOST_STACKS = 12  # trainings of a setting; one that does not fit into the cache is cut, and counts once


class Spent(Exception):
    """A setting has used all stacks that it may take."""


@dataclass(frozen=True, eq=False)
class Trial:
    """The result of one training: the run, None if it failed with an `error`."""

    seed: int
    subject: Subject | None
    error: str = ""

    @property
    def score(self) -> float:
        """The score on the samples whose scores are reported; that of a constant if it is worse or missing."""
        return max(0.0, self.subject.s) if self.subject is not None else 0.0


class Trials:
    """All trainings for one setting, with `left` stacks to go."""

    def __init__(
        self,
        compose: Compose,
        modules: tuple[str, ...] = (),
        engine: Choice = "auto",
        builder: SpecBuilder | None = None,
    ) -> None:
        self._compose, self._builder = compose, builder or SpecBuilder()
        self._settings = keeping_nothing(modules, workers=1, engine=engine)
        self.left = MOST_STACKS

    def another(self) -> "Trials":
        """For the next setting; examined data sets are remembered."""
        return Trials(self._compose, self._settings.modules, self._settings.engine, self._builder)

    def check(self, overrides: Overrides) -> Checked | str:
        """The run that overrides describe, or everything that is wrong with them."""
        job = self._compose(overrides)
        try:
            built = self._builder.build(job.config, overrides) if isinstance(job, Job) else list(job.problems)
        except UserError as error:
            return str(error)
        return built if isinstance(built, Checked) else "; ".join(map(str, built))

    def plan(self, runs: Runs) -> Plan:
        """Runs, each with its overrides, as a separate sweep."""
        named = [
            PlannedRun(place, key_of(one, self._settings.modules), overrides, one.spec)
            for place, (overrides, one) in enumerate(runs)
        ]
        return Plan(self._settings, named, {at: one for at, (_, one) in enumerate(runs)})

    def train(self, runs: Runs, reference: Reference) -> list[Trial]:
        """Train runs together; `reference` is what their data allow. Raises Spent if not enough stacks are left."""
        needed = stacks_of(runs)
        if needed > self.left:
            raise Spent
        self.left -= needed
        results = [result for task in self.plan(runs).tasks for result in train_task(task)]
        return [_trial(result, reference) for result in sorted(results, key=lambda one: one.index)]


def _trial(result: RunResult, reference: Reference) -> Trial:
    seed = result.spec.seed
    if result.network is None:
        return Trial(seed, None, result.error)
    try:
        data = prepare(result.spec)
        is_weighted = result.spec.training.class_weights == "balanced"
        return Trial(seed, Subject(result, data, counted_equally(data, reference) if is_weighted else reference))
    except (DataError, OSError) as error:
        return Trial(seed, None, str(error))


def stacks_of(runs: Runs) -> int:
    """The number of stacks for these runs."""
    return len(alike([one for _, one in runs]))


def largest_stack(runs: Runs) -> Runs:
    """The runs of the largest stack; nearly always all."""
    members = max(alike([one for _, one in runs]), key=len, default=[])
    return [runs[place] for place in members]
