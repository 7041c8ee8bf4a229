"""The result of a sweep or a run as an object for a notebook: tables, the answer, pictures, models, causes."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from runner.api.given import checked_name
from runner.api.guarded import guarded
from runner.api.showing import html_of, text_of
from runner.base.console import count, warn
from runner.base.errors import UserError
from runner.findings.findings import Findings
from runner.findings.numbers.tables import to_compute_with
from runner.plan.expectations import Verdict
from runner.runs.model import Model, model_of
from runner.runs.overrides import config_of
from runner.runs.result import RunResult

if TYPE_CHECKING:
    import pandas as pd

    from runner.api.causes import Causes
    from runner.api.plots import Plots
    from runner.findings.explorer.inline import Page


class Run:
    """One trained run; `result` holds everything that was kept of it."""

    def __init__(self, findings: Findings, result: RunResult) -> None:
        self._findings, self.result = findings, result

    @property
    def name(self) -> str:
        """What differs from the other runs of its sweep: `tanh seed=3`."""
        return self._findings.name_of(self.result)

    @property
    def id(self) -> str:
        """The MLflow run id; empty if the store does not have the run."""
        return self._findings.run_ids.get(self.result.index, "")

    @property
    def settings(self) -> Mapping[str, Any]:
        """All settings by dotted key, as in MLflow."""
        return config_of(self.result.spec, self.result.overrides)

    @property
    def outcome(self) -> str:
        """`converged`, `stopped`, `diverged`, `pruned`, `failed` or `killed`."""
        return str(self.result.outcome)

    @property
    def scores(self) -> Mapping[str, float]:
        """Final values by name, such as `test/accuracy`; for a diverged run, only the baselines."""
        return self.result.finals

    @cached_property
    def curves(self) -> "pd.DataFrame":
        """A DataFrame of the measurements: `step`, and one column per series."""
        import pandas as pd

        return pd.DataFrame(self.result.history)

    @cached_property
    def model(self) -> Model:
        """The trained network: `model.predict(X)` for `X (n, d_in)`. Raises UserError if the run has none."""
        try:
            return model_of(self.result)
        except ValueError as error:
            raise UserError(str(error)) from error

    def __repr__(self) -> str:
        scores = ", ".join(f"{self.result.reported_on} {name} {value:.4g}" for name, value in self._reported.items())
        return f"<run {self.result.index}: {self.name}, {self.outcome}{f'; {scores}' if scores else ''}>"

    @property
    def _reported(self) -> Mapping[str, float]:
        return {name: value for name, value in self.result.reported.items() if name != "cost"}


class Sweep:
    """A sweep, or a single run, just trained or loaded from the store; a notebook shows its answer."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    @property
    def name(self) -> str:
        """The name in MLflow."""
        return self.findings.about.name

    @property
    def id(self) -> str:
        """The name of its folder in `outputs/`, which commands accept: `python -m runner.report ID`."""
        return self.findings.about.sweep_id

    @property
    def answer(self) -> str:
        """The result in a few sentences."""
        return "\n".join(self.findings.answer)

    @property
    def table(self) -> "pd.DataFrame":
        """A DataFrame with one row per setting, best first: swept keys, number of `runs`, and statistics over seeds."""
        return to_compute_with(self.findings.comparison)

    @property
    def runs(self) -> "pd.DataFrame":
        """A DataFrame with one row per run: settings, outcome and final values."""
        return self.findings.runs

    @property
    def curves(self) -> "pd.DataFrame":
        """A DataFrame of all histories: `run` (the row in `runs`), `step`, and one column per series."""
        return self.findings.curves

    @property
    def results(self) -> list[RunResult]:
        """Everything that was kept of each run, in the order of the sweep."""
        return self.findings.results

    @property
    def verdicts(self) -> list[Verdict]:
        """The outcome of each expectation (`expect`)."""
        return self.findings.verdicts

    @property
    def best(self) -> Run:
        """The best run of the best setting. Raises UserError if no run finished, or if runs learned different data."""
        found = self.findings.best
        if found is None:
            raise UserError(f"{self.name} has no best run: {self._why_none_is_best}")
        return Run(self.findings, found)

    @property
    def _why_none_is_best(self) -> str:
        parts = self.findings.parts
        if len(parts) == 1:
            return "no run finished"
        bests = ", ".join(f".run({one.best_run.index}) on {one.label}" for one in parts if one.best_run)
        return f"runs on different data cannot be compared{'; the best are ' * bool(bests)}{bests}"

    def run(self, index: int) -> Run:
        """The run with this index, as in `runs`. Raises UserError if there is none."""
        for one in self.results:
            if one.index == index:
                return Run(self.findings, one)
        known = [one.index for one in self.results]
        raise UserError(f"{self.name} has no run {index}; its runs are {min(known)} to {max(known)}")

    @property
    def plot(self) -> "Plots":
        """Pictures as matplotlib figures: `plot.curves()`, `plot.scores()`, `plot.fits()`."""
        from runner.api.plots import Plots

        return Plots(self.findings)

    @guarded
    def diagnose(self, confirm: bool = False) -> "Causes":
        """Why runs do not learn, as reported by `python -m runner.diagnose`; with `confirm`, fixes are trained.

        Ctrl-C during this training raises no error: the causes found so far are returned.
        """
        from runner.api.causes import causes_of

        return causes_of(self.findings, confirm)

    @guarded
    def confirm(self) -> "Sweep":
        """Train the best setting on fresh seeds, as `python -m runner.confirm` does; returns a new Sweep.

        Raises UserError if the sweep is not complete.
        """
        from runner.app.confirming import confirm
        from runner.runs.result import failures

        _, results = confirm(self.id, prints_result=False)
        if results and (failed := failures(results)):
            warn(str(failed))
        return load(self.id)

    @guarded
    def explore(self) -> "Page":
        """The page that replays the training, as written by `python -m runner.explore`; a notebook shows it inline.

        Raises UserError if no run was trained.
        """
        from runner.findings.explorer.inline import Page
        from runner.findings.explorer.writing import check_trained, page_of
        from runner.findings.loading import load_sweep

        found = load_sweep(self.findings.parent_id or self.id, with_snapshots=True)
        check_trained(found)
        return Page(found.about.name, page_of(found))

    def __len__(self) -> int:
        return len(self.results)

    def __repr__(self) -> str:
        swept = f" over {', '.join(self.findings.keys)}" if self.findings.keys else ""
        return f"<{self.name}: {count(len(self.results), 'run')}{swept}; see .answer, .table, .runs and .plot>"

    def __str__(self) -> str:
        return text_of(self.findings)

    def _repr_html_(self) -> str:
        """HTML for a notebook."""
        return html_of(self.findings)


@guarded
def load(name: str | None = None) -> Sweep:
    """Load a sweep from the store; see `runner.load`."""
    from runner.findings.loading import load_sweep

    return Sweep(load_sweep(checked_name(name)))
