"""The runs of one repetition: each is trained once, and what all methods need of it is kept."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from benchmarks.search.problems import Problem
from runner.app.compose import Composer
from runner.base.moments import mean
from runner.findings.numbers.usable import loss_of, worth_of
from runner.plan.plan import make_plan
from runner.runs.result import RunResult
from runner.search.space import Setting
from runner.train.training import train_task

Wanted = tuple[Setting, tuple[str, ...]]  # a setting, and the overrides that repeat it with a seed
FRESH, MOST_FRESH = 1_000_000, 25  # seeds that no method has seen, the same for all of them


@dataclass(frozen=True)
class Ran:
    """`loss` is what chooses, `reported` what is said of the run: on the rows that choose nothing, where it has such.

    `cost` is the latter, but never more than that of the best constant. `curve` has the loss of each evaluation after
    the first, down to the last one or to where it diverged.
    """

    loss: float
    reported: float
    cost: float
    curve: tuple[float, ...]

    @classmethod
    def of(cls, result: RunResult) -> "Ran":
        """What is kept of a result; lower is better, as it is with all scores of the problems."""
        if not result.outcome.is_trained:
            raise RuntimeError(f"a run of the benchmark failed: {result.error}")
        constant = result.measures[f"baseline/constant_{result.score}"]
        curve = [min(one, constant) for one in result.history.get(f"{result.scored_on}/{result.score}", ())][1:]
        worth = worth_of(result)
        return cls(loss_of(result), worth, min(worth, constant), tuple(float(f"{one:.9g}") for one in curve))

    def cut(self, evaluations: int) -> float:
        """Its loss after so many evaluations."""
        return self.curve[evaluations - 1] if evaluations <= len(self.curve) else self.loss


class Runs:
    """Runs of a problem by their setting and seed; those in the file are not trained again."""

    def __init__(self, problem: Problem, repetition: int, composer: Composer, file: Path) -> None:
        self.problem, self.space, self._composer = problem, problem.space(repetition), composer
        self._file, self._of = file, dict[Wanted, Ran]()
        kept, _, cut_off = file.read_text().rpartition("\n") if file.exists() else ("", "", "")
        if cut_off:  # by whoever stopped the measurement
            file.write_text(f"{kept}\n")
        stored = [json.loads(line) for line in kept.splitlines() if line]
        self._by_key = {key: Ran(loss, reported, cost, tuple(curve)) for key, loss, reported, cost, curve in stored}

    def of(self, wanted: Sequence[Wanted]) -> list[Ran]:
        """The runs that are wanted; those that are not there yet are trained in stacks."""
        missing = [one for one in dict.fromkeys(wanted) if one not in self._of]
        if missing:
            jobs = [self._composer.compose(place, self.space.overrides(*one)) for place, one in enumerate(missing)]
            plan = make_plan(jobs)
            done = {run.index for run in plan.runs if run.key in self._by_key}
            for task in plan.tasks_without(done, pieces=1):
                self._keep(train_task(task))
            for one, index in zip(missing, plan.of_jobs, strict=True):
                self._of[one] = self._by_key[plan.runs[index].key]
        return [self._of[one] for one in wanted]

    def _keep(self, results: Sequence[RunResult]) -> None:
        with self._file.open("a") as file:
            for result in results:
                ran = self._by_key[result.key] = Ran.of(result)
                file.write(json.dumps([result.key, *astuple(ran)]) + "\n")

    def fresh(self, setting: Setting, seeds: int) -> tuple[float, float]:
        """The mean cost of a setting on fresh seeds, and its mean loss on the rows that choose."""
        found = self.of([(setting, (f"seed={FRESH + place}",)) for place in range(seeds)])
        return mean([one.cost for one in found]), mean([one.loss for one in found])
