"""Bringing results to MLflow: runs as they come, then the comparison on their parent."""

import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from runner.base.interrupts import OrderlyInterrupt
from runner.conduct.claims import CLAIM, Claim
from runner.findings import terminal
from runner.findings.findings import Findings
from runner.findings.numbers import scores
from runner.findings.parent_run import REPORT, note_of, parent_record
from runner.findings.pictures import picture_of
from runner.runs.about import About
from runner.runs.environment import machine, patch, source
from runner.runs.outcome import Outcome
from runner.runs.overrides import label_of, swept_keys
from runner.runs.result import RunResult
from runner.runs.settings import Settings
from runner.store.errors import StoreError
from runner.store.reader import PARENT, Reader, StoredRun
from runner.store.records import record_of
from runner.store.writer import Tracker


class Publisher:
    """The one writer of a sweep, or of a single run, which has no parent.

    A store that fails does not stop a sweep, whose results are on disk: `trouble` then says what happened, and nothing
    more is tried. Anything else that is raised here is a bug, ends the parent as FAILED, and is raised.
    """

    def __init__(self, tracker: Tracker, settings: Settings, about: About, is_sweep: bool, claim: Claim) -> None:
        self._tracker, self.settings, self._about, self._claim = tracker, settings, about, claim
        self._is_sweep = is_sweep
        self.keys, self.trouble, self.parent = list[str](), "", ""
        self._overrides = list[Sequence[str]]()
        self._run_ids, self._results = dict[int, str](), dict[int, RunResult]()
        self._tags = {"sweep_id": about.sweep_id, "mlflow.source.name": about.command, "mlflow.source.type": "LOCAL"}
        if settings.modules:
            self._tags["modules"] = ",".join(settings.modules)

    @property
    def has_begun(self) -> bool:
        """Whether it knows the runs that will come; before that nothing can be written."""
        return bool(self._overrides)

    @property
    def reader(self) -> Reader:
        """The same store, to be read."""
        return self._tracker.reader

    @property
    def results(self) -> list[RunResult]:
        """All results so far, without pictures, in the sweep's order."""
        return [self._results[index] for index in sorted(self._results)]

    @property
    def findings(self) -> Findings:
        """What a sweep has found so far."""
        settings = self.settings
        return Findings(
            self._about, self.results, self._run_ids, self.parent, self.keys, settings.expect, settings.modules
        )

    def start(self, overrides: Sequence[Sequence[str]], plan: bytes) -> None:
        """Say which jobs will come, as runs are named by what differs between all of them; the first time, begin."""
        self._overrides += overrides
        self.keys = swept_keys(self._overrides)
        self._try(self._begin, plan)

    def take_up(self, kept: Mapping[int, RunResult], again: Container[int]) -> list[RunResult]:
        """Resume what an earlier process began: returns the results that the store does not have, or not completely.

        Runs that are half-written, unfinished, or to be trained `again` make room.
        """
        self._try(self._look_up, kept, again)
        self._remember(kept[index] for index in self._run_ids if index in kept)
        if self.settings.tracking.models == "all":
            for result in self.results:
                self._try(self._log_model, result)
        return [result for index, result in kept.items() if index not in self._run_ids]

    def _look_up(self, kept: Mapping[int, RunResult], again: Container[int]) -> None:
        leftover = []
        for run in self.reader.of_sweep(self._about.sweep_id):
            result, outcome = kept.get(run.index), run.tags.get("outcome")
            is_result = outcome != Outcome.FAILED if result is None else outcome == result.outcome
            is_new = run.index not in again and run.index not in self._run_ids
            is_whole = run.is_whole and self.reader.has_files(run)
            if is_whole and is_result and is_new and run.tags.get(PARENT) == self.parent:
                self._run_ids[run.index] = run.run_id
            elif not run.is_parent:
                leftover.append(run)
        self._tracker.remove(leftover)

    def _begin(self, plan: bytes) -> None:
        """The parent of a sweep: that which an earlier process has left, or a new one."""
        if not self._is_sweep:
            return
        files = {"plan.json": plan}
        if not self.parent:
            left = self.reader.of_sweep(self._about.sweep_id)
            if any(run.is_parent for run in left):
                self._take_over(left)
            else:
                self._make_parent()
                files |= _patch()
        self._tracker.add_files(self.parent, files)

    def _take_over(self, left: Sequence[StoredRun]) -> None:
        """The parent that most runs name, of those that a lost answer has left."""
        named = Counter(run.tags.get(PARENT) for run in left)
        parent = max((run for run in left if run.is_parent), key=lambda run: named[run.run_id])
        self.parent = parent.run_id
        self._claim.take(parent.tags.get(CLAIM, ""))
        self._tracker.resume_sweep(self.parent, self._claim.tag)

    def _make_parent(self) -> None:
        tags = {**machine(), **source(), **self._tags, **self._claim.tag, "sweep": self._about.name}
        tags["mlflow.note.content"] = note_of(self._about, [], [])
        self.parent = self._tracker.start_sweep(self._about.name, tags)
        self._remove_strays()

    def write(self, results: Sequence[RunResult], interrupt: OrderlyInterrupt) -> None:
        """Write some runs, a few at a time, each as a whole; what the store has is not written again."""
        self._remember(one for one in results if one.index in self._run_ids)
        results = [one for one in results if one.index not in self._run_ids]
        at_once = self._tracker.at_once
        for start in range(0, len(results), at_once):
            some = results[start : start + at_once]
            with interrupt.shield(firm=True):  # what is in the store must not be written again
                self._try(self._write_some, some)
                self._remember(one for one in some if one.index in self._run_ids or self.trouble)
            if self.settings.tracking.models == "all":
                for result in some:
                    with interrupt.shield():
                        self._try(self._log_model, result)

    def finish(self, status: str = "FINISHED") -> None:
        """Give the best run of a finished sweep its model, and the parent the comparison."""
        self._try(self._finish, status)
        if self.trouble:
            self.close("FAILED")
        with suppress(StoreError):  # a busy store is settled by whoever closes it last
            self._tracker.settle()

    def close(self, status: str) -> None:
        """End the parent run as it is, if the store still answers, and if no other process has taken it over."""
        if self.parent and not self._claim.is_lost:
            with suppress(StoreError):
                self._tracker.end_sweep(self.parent, status)

    def _finish(self, status: str) -> None:
        self._check_claim()
        results, is_finished = self.results, status == "FINISHED"
        best = scores.best_result(results)
        if best is not None and is_finished and self.settings.tracking.models == "best":
            self._log_model(best)
        if best is not None and is_finished and self.settings.tracking.plots == "best":
            self._tracker.add_files(self._run_ids[best.index], picture_of(best))
        if is_finished:
            self._remove_strays()
        if not self.parent:
            return
        record = parent_record(self.findings, self.settings.tracking.plots != "none", now=int(1000 * time.time()))
        # What a store has once as a metric it keeps: only numbers of a finished sweep may become some.
        record = record if is_finished else replace(record, metrics={})
        self._tracker.finish_sweep(self.parent, status, record)

    def _remove_strays(self) -> None:
        """A server may have created a run and its answer been lost: the client has then asked for another one.

        And the process that this one has taken over from may have written some runs more.
        """
        if self._claim.is_first and not self._tracker.can_lose_answers:
            return
        known = {self.parent, *self._run_ids.values()}
        found = self.reader.of_sweep(self._about.sweep_id)
        self._tracker.remove([run for run in found if run.run_id not in known])

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

    def _remember(self, results: Iterable[RunResult]) -> None:
        """Pictures are let go here."""
        self._results |= {result.index: replace(result, pictures={}) for result in results}

    def _check_claim(self) -> None:
        if self.parent:
            self._claim.check(self._tracker.tag(self.parent, CLAIM))

    def _write_some(self, results: Sequence[RunResult]) -> None:
        self._check_claim()
        points = self.settings.tracking.points
        records = [record_of(result, self._name(result), self._tags, points) for result in results]
        if not self._is_sweep:
            records = [replace(record, files={**record.files, **_patch()}) for record in records]
        for place, run_id in self._tracker.write_runs(records, self.parent):
            self._run_ids[results[place].index] = run_id

    def _log_model(self, result: RunResult) -> None:
        """Give a run a model, where it has come far enough for one."""
        run_id = self._run_ids[result.index]
        try:
            if result.network:
                self._tracker.log_model(run_id, result)
        except BaseException as error:
            self._tracker.fail(run_id, error)
            raise

    def where(self) -> str:
        """Where in MLflow to look."""
        where = f"in MLflow: experiment {self.settings.tracking.experiment!r}, run {self._about.name!r}"
        best = scores.best_result(self.results)
        if best is not None and best.index in self._run_ids:
            name = f"best run: {self._name(best)}, " if self.parent else ""
            where += f"\n{name}run id {self._run_ids[best.index]}"
        elif not self.parent and self._run_ids:
            where += f"\nrun id {next(iter(self._run_ids.values()))}"
        page, query = f"/#/experiments/{self._tracker.experiment_id}/runs", "workflowType=machine_learning"
        if self.parent and not self.trouble:
            query += f"&viewStateShareKey={quote(self._about.sweep_id)}"
            report = self._tracker.local_file(self.parent, REPORT)
            where += f"\nthe report: {report or f'python -m runner.report {self._about.sweep_id}'}"
        elif not self.parent and self._run_ids:
            page += f"/{next(iter(self._run_ids.values()))}"
        return f"{where}\n{terminal.how_to_look(self._tracker.uri, f'{page}?{query}')}"

    def _name(self, result: RunResult) -> str:
        return label_of(result.overrides, self.keys) or self._about.name


def _patch() -> dict[str, bytes]:
    """What the source differs in from its commit, as a file."""
    content = patch()
    return {"source.patch": content} if content else {}
