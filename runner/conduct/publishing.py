"""Writing results to MLflow: runs as they come, then the comparison on their parent."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from rich.text import Text

from runner.base import progress
from runner.base.console import warn
from runner.base.interrupts import OrderlyInterrupt
from runner.base.progress import Phase
from runner.base.texts import visible
from runner.conduct.context import SweepContext
from runner.conduct.explaining import Explainer
from runner.conduct.ledger import Ledger
from runner.conduct.parents import NoParent, Parent, remove_strays, tags_of
from runner.findings.explorer import offering as explorer
from runner.findings.findings import Findings
from runner.findings.parent_run import REPORT
from runner.findings.pictures import picture_of
from runner.findings.where import first_click, how_to_look
from runner.runs.account import FILE, SUMMARY
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.runs.role import Role
from runner.store.address import run_pages
from runner.store.errors import StoreError, shown
from runner.store.reader import PARENT, Reader
from runner.store.records import of_level, pictures_in, record_of
from runner.store.writer import Tracker


class Publisher:
    """The only writer of a sweep or a single run.

    A failing store does not stop a sweep, whose results are on disk: `trouble` then says what happened, and nothing
    more is attempted. Any other exception is a bug; it ends the parent as FAILED, and is raised.
    """

    def __init__(self, tracker: Tracker, sweep: SweepContext) -> None:
        self._tracker, self._sweep = tracker, sweep
        self.parent: Parent | NoParent = Parent(tracker, sweep) if sweep.is_sweep else NoParent(tracker)
        self.ledger, self.explainer = Ledger(sweep), Explainer(sweep)
        self.trouble, self._takes_causes = "", True

    @property
    def reader(self) -> Reader:
        """A reader of the same store."""
        return self._tracker.reader

    @property
    def findings(self) -> Findings:
        """The sweep's findings so far."""
        return self.ledger.findings(self.parent.run_id, run_pages(self._tracker.experiment_id))

    def start(self, overrides: Sequence[Sequence[str]], plan: bytes) -> None:
        """Say which jobs will come, as runs are named by what differs between all of them; the first time, begin."""
        self.ledger.expect(overrides)
        self._try(self.parent.begin, plan)

    def take_up(self, kept: Mapping[int, RunResult], again: Container[int]) -> list[RunResult]:
        """Resume what an earlier process began: returns the results that the store does not have, or not completely.

        Runs that are half-written, unfinished, or to be trained `again` make room.
        """
        self._try(self._look_up, kept, again)
        run_ids = self.ledger.run_ids
        self.ledger.add(kept[index] for index in run_ids if index in kept)
        return [result for index, result in kept.items() if index not in run_ids]

    def give_models(self, interrupt: OrderlyInterrupt) -> None:
        """Give each run that the store has its model, where all are to have one."""
        self._give_models(self.ledger.results, interrupt)

    def _look_up(self, kept: Mapping[int, RunResult], again: Container[int]) -> None:
        leftover, run_ids = [], self.ledger.run_ids
        for run in self.reader.each_of_sweep(self._sweep.about.sweep_id):
            result, outcome = kept.get(run.index), run.tags.get("outcome")
            is_result = outcome != Outcome.FAILED if result is None else outcome == result.outcome
            is_new = run.index not in again and run.index not in run_ids
            is_whole = run.is_whole and self.reader.has_files(run)
            if is_whole and is_result and is_new and run.tags.get(PARENT, "") == self.parent.run_id:
                run_ids[run.index] = run.run_id
                self.ledger.tagged[run.index] = of_level(run.tags)
            elif not run.is_parent:
                leftover.append(run)
        self._tracker.remove(leftover)

    def add_pictures(self, drawn: Iterable[RunResult], interrupt: OrderlyInterrupt) -> None:
        """Give runs that the store has the pictures that were drawn of them; those that are lost have an error."""
        for one in drawn:
            with interrupt.shield():
                self._try(self._add_picture, one)

    def _add_picture(self, drawn: RunResult) -> None:
        if run_id := self.ledger.run_ids.get(drawn.index):
            self._tracker.add_files(run_id, pictures_in(drawn))
            if drawn.lost_picture:
                self._tracker.tag_runs({run_id: {"error": drawn.error.partition("\n")[0]}}, {})
        self.ledger.add([drawn])

    def write(self, results: Sequence[RunResult], interrupt: OrderlyInterrupt) -> None:
        """Write some runs, a few at a time, each as a whole; what the store has is not written again."""
        run_ids = self.ledger.run_ids
        self.ledger.add(one for one in results if one.index in run_ids)
        results = [one for one in results if one.index not in run_ids]
        at_once = self._tracker.at_once
        for start in range(0, len(results), at_once):
            some = results[start : start + at_once]
            with interrupt.shield(firm=True):  # what is in the store must not be written again
                self._try(self._write_some, some)
                self.ledger.add(one for one in some if one.index in run_ids or self.trouble)
            self._give_models(some, interrupt)

    def _give_models(self, results: Sequence[RunResult], interrupt: OrderlyInterrupt) -> None:
        for result in results if self._sweep.settings.tracking.models == "all" else ():
            with interrupt.shield():
                self._try(self._log_model, result)

    def _write_some(self, results: Sequence[RunResult]) -> None:
        self.parent.check()
        tags, points = tags_of(self._sweep), self._sweep.settings.tracking.points
        tags |= {"role": Role.SEARCH.value, "rung": "0"} if self._sweep.about.space else {}
        levels = [self.ledger.setting_of(result) for result in results]
        records = [
            record_of(result, self.ledger.name_of(result), tags | level, points)
            for result, level in zip(results, levels, strict=True)
        ]
        if more := self.parent.files_of_run():
            records = [replace(record, files={**record.files, **more}) for record in records]
        for place, run_id in self._tracker.write_runs(records, self.parent.run_id):
            self.ledger.run_ids[results[place].index] = run_id
            self.ledger.tagged[results[place].index] = of_level(records[place].tags)

    def finish(self, status: str = "FINISHED") -> None:
        """Say why runs do not learn; give the best run of a finished sweep its model, the parent the comparison."""
        progress.enter(Phase.CAUSES)
        self.explainer.look(self.ledger, may_train=status == "FINISHED")
        progress.enter(Phase.COMPARING)
        self._try(self._finish, status)
        if self.trouble:
            self.close("FAILED")
        with suppress(StoreError):  # a busy store is settled by whoever closes it last
            self._tracker.settle()

    def _finish(self, status: str) -> None:
        self.parent.check()
        if status == "FINISHED":
            self._finish_best()
            known = {self.parent.run_id, *self.ledger.run_ids.values()}
            remove_strays(self._tracker, self._sweep, known, self.parent.is_first)
        self.parent.finish(self.ledger, status)
        try:
            if self._takes_causes:
                self._explain()
        except StoreError as error:  # all results are there
            self._takes_causes = False
            warn(f"MLflow does not take why runs do not learn: {error}")

    def _explain(self) -> None:
        """Have the store say why runs do not learn, and no longer what an earlier look has said."""
        found, run_ids = self.explainer, self.ledger.run_ids
        whole = self.parent.run_id or next(iter(run_ids.values()), "")
        if self.ledger.account is None or not whole:
            return
        self._tracker.add_files(whole, {FILE: found.content})
        stale = {run_ids[index]: tags for index, tags in found.stale.items() if index in run_ids}
        tags = {run_ids[index]: tags for index, tags in found.tags.items() if index in run_ids}
        summary = {SUMMARY: self.ledger.account.summary}
        self._tracker.tag_runs(tags | {whole: tags.get(whole, {}) | summary}, stale)

    def _finish_best(self) -> None:
        """Give the best run of each data set the model and the picture that no other has."""
        tracking = self._sweep.settings.tracking
        for best in filter(None, (part.best_run for part in self.findings.parts)):
            if tracking.models == "best":
                self._log_model(best)
            if tracking.plots == "best":
                self._tracker.add_files(self.ledger.run_ids[best.index], picture_of(best))

    def close(self, status: str) -> None:
        """End the parent run as it is, if the store still answers, and if no other process has taken it over."""
        self.parent.close(status)

    def _try(self, write: Callable[..., None], *arguments: Any) -> None:
        if self.trouble:
            return
        try:
            write(*arguments)
        except StoreError as error:
            self.trouble = str(error)
        except Exception:
            self.close("FAILED")
            raise

    def _log_model(self, result: RunResult) -> None:
        """Give a run a model, where it has come far enough for one."""
        run_id = self.ledger.run_ids[result.index]
        try:
            if result.network:
                self._tracker.log_model(run_id, result)
        except BaseException as error:
            self._tracker.fail(run_id, error)
            raise

    def paths(self) -> dict[str, str | None]:
        """Where to look, for programs: the address of the page is of the sweep's own run, or of the only one."""
        tracker, run_id = self._tracker, self.parent.run_id or next(iter(self.ledger.run_ids.values()), "")
        files = {"report": REPORT, "explorer": explorer.FILE}
        found = {name: tracker.local_file(run_id, file) if run_id else None for name, file in files.items()}
        page = f"{run_pages(tracker.experiment_id)}{run_id}" if run_id else ""
        return {"store": shown(tracker.uri), "page": page, **found}

    def where(self) -> list[Text]:
        """Where to look, in lines: first what needs no server."""
        tracking, name = self._sweep.settings.tracking, self._sweep.about.name
        here, there, page = self.parent.where(self.ledger, not self.trouble)
        page = f"/#/experiments/{self._tracker.experiment_id}/runs{page}"
        in_mlflow = Text(visible(f"in MLflow: experiment {tracking.experiment!r}, run {name!r}"))
        once = [first_click(self._tracker.uri)] if self._tracker.is_new else []
        return [*here, in_mlflow, *there, how_to_look(self._tracker.uri, page, name), *once]
