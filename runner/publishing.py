"""Bringing results to MLflow: runs as they come, then the comparison on their parent."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from runner import comparison, terminal
from runner.about import About, command
from runner.expectations import Verdict, judge
from runner.interrupts import OrderlyInterrupt
from runner.records import record_of
from runner.results import RunResult
from runner.settings import Settings
from runner.stores import DEFAULT_URI, reason
from runner.tracking import Tracker


class Publisher:
    """The one writer of a sweep, or of a single run, which has no parent."""

    def __init__(self, tracker: Tracker, settings: Settings, about: About, is_sweep: bool) -> None:
        self._tracker, self.settings, self._about = tracker, settings, about
        self.keys: list[str] = []
        self.trouble = ""
        self._overrides: list[Sequence[str]] = []
        self._run_ids: dict[int, str] = {}
        self._results: list[RunResult] = []
        self._tags = {"sweep_id": about.sweep_id}
        self._is_sweep = is_sweep
        self.parent: str | None = None
        self.verdicts: list[Verdict] = []

    @property
    def results(self) -> list[RunResult]:
        """All results so far, without pictures, in the sweep's order."""
        return sorted(self._results, key=lambda result: result.index)

    def start(self, overrides: Sequence[Sequence[str]]) -> None:
        """Say which jobs will come, as runs are named by what differs between all of them; the first time, begin."""
        self._overrides += overrides
        self.keys = comparison.swept_keys(self._overrides)
        if self._is_sweep and self.parent is None:
            tags = self._tags | {"sweep": self._about.name}
            self._guarded(self._begin, tags, self._note())

    def _note(self) -> str:
        """The description of the sweep: its question, its command, and what came out of what was expected."""
        said = {True: "yes", False: "**no**", None: "not judged"}
        judged = [f"- {one.sentence}: {one.numbers} {said[one.holds]}" for one in self.verdicts]
        return "\n\n".join(part for part in (self._about.question, f"`{command()}`", "\n".join(judged)) if part)

    def _begin(self, tags: dict[str, str], note: str) -> None:
        self.parent = self._tracker.start_sweep(self._about.name, tags, note)

    def write(self, results: Sequence[RunResult], interrupt: OrderlyInterrupt) -> None:
        """Write some runs, a few at a time, each as a whole. Pictures are let go here.

        A store that fails does not stop the sweep, whose results are on disk: `trouble` says what happened.
        """
        at_once = self._tracker.at_once
        for start in range(0, len(results), at_once):
            some = results[start : start + at_once]
            with interrupt.shield(firm=at_once > 1):
                try:
                    self._guarded(self._write_some, some)
                finally:  # a second Ctrl-C: what is in the store must not be written again
                    done = [one for one in some if one.index in self._run_ids or self.trouble]
                    self._results += [replace(result, pictures={}) for result in done]
            if self.settings.tracking.models == "all":
                for result in some:
                    with interrupt.shield():
                        self._guarded(self._log_model, result)

    def finish(self, status: str = "FINISHED") -> None:
        """Give the best run its model, and the parent the comparison."""
        if self._is_sweep:
            self.verdicts = judge(self.settings.expect, self.results, self.keys)
        self._guarded(self._finish, status)
        if self.trouble:
            self.close("FAILED")
        with suppress(Exception):  # a busy store is settled by whoever closes it last
            self._tracker.settle()

    def close(self, status: str) -> None:
        """End the parent run as it is, if the store still can."""
        if self.parent is not None:
            with suppress(Exception):
                self._tracker.end_sweep(self.parent, status)

    def _finish(self, status: str) -> None:
        results = self.results
        best = comparison.best_result(results)
        if best is not None and self.settings.tracking.models == "best":
            self._log_model(best)
        if best is not None and self.settings.tracking.plots == "best":
            self._tracker.add_files(self._run_ids[best.index], _picture_of(best))
        if self.parent is None:
            return
        outcomes = sorted({result.outcome for result in results})
        metrics: dict[str, float] = {
            f"runs/{outcome}": sum(result.outcome == outcome for result in results) for outcome in outcomes
        }
        tags = {}
        if best is not None:
            metrics |= {f"best/{name}": value for name, value in comparison.scores_of(best).items()}
            tags = {"best_run": self._run_ids[best.index], "best_setting": self._name(best)}
        files = comparison_files(results, self.keys, self.settings.tracking.plots != "none")
        verdicts = self.verdicts
        if verdicts:
            held = sum(verdict.holds is True for verdict in verdicts)
            judged = sum(verdict.holds is not None for verdict in verdicts)
            metrics |= {
                "expect/held": held,
                "expect/failed": judged - held,
                "expect/not_judged": len(verdicts) - judged,
            }
            left_out = f", {len(verdicts) - judged} not judged" if judged < len(verdicts) else ""
            verdict = f"{held} of {judged} expectations hold{left_out}"
            tags |= {"verdict": verdict, "mlflow.note.content": self._note()}
            files["verdict.csv"] = verdict_table(verdicts)
        self._tracker.finish_sweep(self.parent, status, files, metrics, tags)

    def _guarded(self, write: Callable[..., None], *arguments: Any) -> None:
        """Whatever a store raises, results must not be lost over it; after a first failure nothing more is tried."""
        if self.trouble:
            return
        try:
            write(*arguments)
        except Exception as error:
            self.trouble = reason(error)

    def _write_some(self, results: Sequence[RunResult]) -> None:
        points = self.settings.tracking.points
        records = [record_of(result, self._name(result), self._tags, points) for result in results]
        for result, run_id in zip(results, self._tracker.write_runs(records, self.parent), strict=True):
            self._run_ids[result.index] = run_id

    def _log_model(self, result: RunResult) -> None:
        """Give a run a model, where it has come far enough for one."""
        run_id = self._run_ids[result.index]
        try:
            if result.scaling is not None:
                self._tracker.log_model(run_id, result)
        except BaseException as error:
            self._tracker.fail(run_id, error)
            raise

    def where(self) -> str:
        """Where in MLflow to look."""
        where = f"in MLflow: experiment {self.settings.tracking.experiment!r}, run {self._about.name!r}"
        best = comparison.best_result(self._results)
        if best is not None and best.index in self._run_ids:
            name = f"best run: {self._name(best)}, " if self.parent else ""
            where += f"\n{name}run id {self._run_ids[best.index]}"
        elif self.parent is None and self._run_ids:
            where += f"\nrun id {next(iter(self._run_ids.values()))}"
        return f"{where}\n{terminal.how_to_look(self._tracker.uri, DEFAULT_URI, self._tracker.experiment_id)}"

    def _name(self, result: RunResult) -> str:
        return comparison.label_of(result.overrides, self.keys) or self._about.name


def comparison_files(results: Sequence[RunResult], keys: Sequence[str], pictures: bool) -> dict[str, bytes]:
    """The parent's artifacts: tables, and pictures where there is something to draw."""
    by_seed, by_run = comparison.seed_table(results, keys), comparison.run_table(results, keys)
    files = {
        "comparison.csv": by_seed.to_csv(index=False).encode(),
        "comparison.parquet": by_seed.to_parquet(index=False),
        "runs.csv": by_run.to_csv(index=False).encode(),
        "runs.parquet": by_run.to_parquet(index=False),
    }
    if pictures and any(result.history.get("step") for result in results):
        files |= {f"plots/{name}": content for name, content in pictures_of(results, keys).items()}
    return files


def _picture_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run's picture; one that cannot be drawn takes nothing from the sweep."""
    from runner.figures import draw_run
    from runner.preparation import prepare

    try:
        drawn = draw_run(result, prepare(result.spec.phases[-1]))
    except Exception as error:
        terminal.say(f"no picture of the best run: {type(error).__name__}: {error}")
        return {}
    return {f"plots/{name}": content for name, content in drawn.pictures.items()}


def verdict_table(verdicts: Sequence[Verdict]) -> bytes:
    """One row per expectation: whether it holds, its numbers, the sentence and the inequality."""
    import pandas as pd

    rows = [(verdict.holds, verdict.numbers, verdict.sentence, verdict.inequality) for verdict in verdicts]
    return pd.DataFrame(rows, columns=["holds", "numbers", "expected", "inequality"]).to_csv(index=False).encode()


def pictures_of(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """The sweep's pictures by file name."""
    from runner import figures
    from runner.fits import fit_of
    from runner.preparation import prepare

    bands, n_settings = comparison.bands(results, keys)
    note = "training cost: mean, and the middle 80 % of the seeds"
    if n_settings > len(bands):
        note += f"; the best {len(bands)} of {n_settings} settings"
    pictures = {"curves.png": figures.draw_bands(bands, "training cost", note)}
    strips, score = comparison.strips(results, keys)
    if any(strip.values for strip in strips):
        pictures["scores.png"] = figures.draw_strips(strips, score)
    effects, score = comparison.effects(results, keys)
    if effects:
        pictures["effects.png"] = figures.draw_effects(effects, f"final {score}")
    typical, n_settings = comparison.typical_runs(results, keys)
    if typical:
        fits = [(label, fit_of(result, prepare(result.spec))) for label, result in typical]
        note = "fit of the run with the median training cost of each setting"
        if n_settings > len(fits):
            note += f" (the first {len(fits)} of {n_settings})"
        pictures["fits.png"] = figures.draw_fits(fits, note)
        if surfaces := [pair for pair in fits if pair[1].kind == "surface"]:
            pictures["surfaces.png"] = figures.draw_surfaces(surfaces, f"{note}; dots: samples")
    return pictures
