"""Why the runs of a sweep do not learn, as an object for a notebook."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from runner.diagnosis.judged import Judged, Unjudged
from runner.findings.findings import Findings
from runner.runs.commands import commands_of

if TYPE_CHECKING:
    import pandas as pd


class Causes:
    """The diagnosis of every run. `text` is what `python -m runner.diagnose` prints; `table` has one row per run."""

    def __init__(self, findings: Findings, found: "Sequence[Judged | Unjudged]") -> None:
        self._findings, self._found = findings, found

    @property
    def text(self) -> str:
        """One block per cause, the most frequent first: the evidence, and what to try."""
        return "\n\n".join("\n".join(block) for block in self._blocks)

    @property
    def _blocks(self) -> list[list[str]]:
        from runner.diagnosis import sentences, verdicts

        command = commands_of(self._findings.about.command)
        summary = [[verdicts.summary(self._found)]] if len(self._found) > 1 else []
        return [*summary, *sentences.blocks(self._found, self._findings.name_of, command)]

    @property
    def table(self) -> "pd.DataFrame":
        """A DataFrame with one row per run: the verdict, and the `code` of the cause with its certainty.

        `run` and `name` are those of `Sweep.runs`; further columns are the score of the run and the score that its data
        allow.
        """
        import pandas as pd

        return pd.DataFrame([self._row(one) for one in self._found])

    def _row(self, one: "Judged | Unjudged") -> dict[str, object]:
        row: dict[str, object] = {"run": one.result.index, "name": self._findings.name_of(one.result)}
        if isinstance(one, Unjudged):
            return row | {"verdict": "not judged", "code": "", "certain": "", "score": None, "allowed": None}
        found = one.diagnosis
        told = {"verdict": found.verdict, "code": found.code, "certain": found.certainty}
        return row | told | {"score": one.scores.tested, "allowed": one.allowed}

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """HTML for a notebook."""
        return f'<pre style="white-space: pre-wrap">{escape(self.text)}</pre>'


def causes_of(findings: Findings, confirm: bool) -> Causes:
    """The diagnosis of all runs of a sweep; with `confirm`, fixes are trained and their effect is reported.

    Ctrl-C during this training raises no error: the causes found so far are returned.
    """
    from runner.app.judging import judge

    found, _ = judge(findings, [one.index for one in findings.results], findings.modules, confirm)
    return Causes(findings, found)
