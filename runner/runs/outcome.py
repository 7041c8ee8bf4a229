"""How a run can end, and everything that follows from it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from runner.base.console import count
from runner.base.errors import reason_of


class Outcome(StrEnum):
    """How a run ended. Its text is the word that `nn`, stored runs and tables use.

    `sentence` is the terminal's message; `in_answer` is how a sweep's answer counts runs that are excluded from the
    means.
    """

    CONVERGED = "converged", "converged at step {step}"
    STOPPED = "stopped", "stopped after {steps}"
    DIVERGED = "diverged", "diverged; the last finite values are those of step {step}", "diverged"
    PRUNED = "pruned", "pruned after {steps}", "were pruned", "KILLED"
    FAILED = "failed", "failed: {reason}", "failed", "FAILED"
    KILLED = "killed", "killed", "were not trained or are no longer in the store", "KILLED"

    sentence: str
    in_answer: str
    mlflow_status: str

    def __new__(cls, text: str, sentence: str = "", in_answer: str = "", mlflow_status: str = "FINISHED") -> Self:
        member = str.__new__(cls, text)
        member._value_, member.sentence, member.in_answer = text, sentence, in_answer
        member.mlflow_status = mlflow_status
        return member

    def counted(self, n: int) -> str:
        """How an answer counts this many runs: `was pruned` for one."""
        return self.in_answer if n != 1 else self.in_answer.replace("were ", "was ").replace("are ", "is ")

    @property
    def is_trained(self) -> bool:
        """Whether the run has numbers: weights and a history, however short."""
        return self not in (Outcome.FAILED, Outcome.KILLED)

    @property
    def is_finished(self) -> bool:
        """Whether the run trained to its end with finite numbers: only then it has final values and counts in means."""
        return self in (Outcome.CONVERGED, Outcome.STOPPED)

    def told(self, last_step: int, error: str) -> str:
        """How such a run ended, in a few words."""
        step = str(last_step) if last_step else "0, before any training"
        return self.sentence.format(step=step, steps=count(last_step, "step"), reason=reason_of(error))


def counted(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes with a column in a table of runs: those that any sweep can have, and those that these runs had."""
    found = set(outcomes)
    return [one for one in Outcome if one is not Outcome.PRUNED or one in found]
