"""A sweep that is planned as it goes: each batch of runs is decided on when those before it are trained."""

from collections.abc import Callable, Generator, Iterable

from runner.base.generators import following
from runner.plan.plan import Plan
from runner.runs.result import RunResult

Plans = Generator[Plan, list[RunResult], None]  # takes the results of the jobs of the plan that it gave last


class Batches:
    """The batches of a sweep, one after the other: `plan` is the one to be trained, None after the last.

    `total` is how many runs there will be in all, with those that the sweep has already.
    """

    def __init__(self, plans: Plans, total: int) -> None:
        self._plans, self.total = plans, total
        self.plan = following(plans)

    def advance(self, known: Callable[[], Iterable[RunResult]]) -> Plan | None:
        """The next batch of which not all runs are `known`; None where there is no other."""
        while self.plan is not None:
            results = {one.index: one for one in known()}
            if not results.keys() >= self.plan.by_index.keys():
                return self.plan
            self.plan = following(self._plans, [results[index] for index in self.plan.of_jobs])
        return None
