"""The runs of one setting, made again from their overrides: with a fix, and on other seeds."""

from collections.abc import Sequence

from runner.diagnosis.judged import Judged
from runner.diagnosis.subject import Subject
from runner.diagnosis.trials import Runs, Trial, Trials, stacks_of
from runner.plan.phases import Checked
from runner.runs.commands import fixed
from runner.runs.diagnosis import Overrides
from runner.runs.spec import to_plain

MOST_OWN = 3  # runs of a setting on whose seeds fixes are tried
OTHER_RUN = "its overrides do not make this run again: configs or files have changed, or no command has started it"


class Repeats:
    """The first runs of a setting; `why_not` is why no fix can be tried on them, empty where one can."""

    def __init__(self, runs: Sequence[Judged], trials: Trials) -> None:
        self._trials, self._own, self.why_not = trials, list[Judged](), ""
        checked = [trials.check(fixed(one.result.overrides, ())) for one in runs[:MOST_OWN]]
        if isinstance(first := checked[0], str):
            self.why_not = first
            return
        for one, run in zip(runs, checked, strict=False):
            is_same = isinstance(run, Checked) and to_plain(run.spec) == to_plain(one.result.spec)
            if is_same and isinstance(run, Checked) and stacks_of([((), first), ((), run)]) == 1:
                self._own.append(one)
        if self._own[:1] != list(runs[:1]):
            self.why_not = OTHER_RUN

    def as_they_are(self) -> list[Trial]:
        """The own runs without a fix."""
        return [Trial(one.result.spec.seed, subject_of(one)) for one in self._own]

    def having(self, fix: Overrides) -> Runs | str:
        """The own runs with a fix; or why they cannot have it. None where they have what it sets."""
        runs: Runs = []
        for one in self._own:
            overrides = fixed(one.result.overrides, fix)
            checked = self._trials.check(overrides)
            if isinstance(checked, str):
                return checked
            if to_plain(checked.spec) != to_plain(one.result.spec):
                runs.append((overrides, checked))
        return runs if len(runs) == len(self._own) else []

    def on(self, seeds: Sequence[int], fix: Overrides) -> Runs:
        """The run with a fix on other seeds, the own folds in turn; without seeds that cannot be trained."""
        runs: Runs = []
        for seed in seeds if not self.why_not else ():
            own = self._own[seed % len(self._own)]
            overrides = fixed(own.result.overrides, (*fix, f"seed={seed}"))
            if isinstance(checked := self._trials.check(overrides), Checked):
                runs.append((overrides, checked))
        return runs


def subject_of(one: Judged) -> Subject:
    """A run as rules see it, without the runs beside it."""
    return Subject(one.result, one.data, one.reference)
