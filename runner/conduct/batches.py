"""A sweep that is planned as it goes: each batch of runs is chosen once the previous ones are trained."""

from collections.abc import Callable, Generator, Iterable

from runner.base.generators import following
from runner.plan.plan import Plan
from runner.runs.result import RunResult

Plans = Generator[Plan, list[RunResult], None]  # takes the results of the jobs of the plan that it gave last


class Batches:
    """The batches of a sweep, in order: `plan` is the one to train, None after the last.

    `total` is the final number of runs, including existing ones.
    """

    def __init__(self, plans: Plans, total: int) -> None:
        self._plans, self.total = plans, total
        self.plan = following(plans)

    def advance(self, known: Callable[[], Iterable[RunResult]]) -> Plan | None:
        """The next batch in which not all runs are `known`; None if there is none."""
        while self.plan is not None:
            results = {one.index: one for one in known()}
            if not results.keys() >= self.plan.by_index.keys():
                return self.plan
            self.plan = following(self._plans, [results[index] for index in self.plan.of_jobs])
        return None
