"""The parent run of a sweep in its store; and a single run, which stands there without one.

Both have the same methods, so that whoever writes runs need not know which of them it is.
"""

import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from rich.text import Text

from runner.base.commands import command_of, own_modules
from runner.base.console import link, warn
from runner.base.errors import RAISED, what_raised
from runner.base.texts import visible
from runner.conduct.claims import CLAIM, Claim
from runner.conduct.context import SweepContext
from runner.conduct.ledger import Ledger
from runner.conduct.listing import write_settings
from runner.findings.explorer import offering as explorer
from runner.findings.explorer.writing import page_of
from runner.findings.findings import Findings
from runner.findings.numbers.data_sets import MAX_DATA
from runner.findings.parent_run import REPORT, note_of, parent_record
from runner.findings.setting_runs import listed
from runner.findings.where import how_to_read, how_to_see
from runner.runs.environment import machine, patch, source
from runner.store.address import TRAINING_PAGE, run_pages
from runner.store.errors import StoreError
from runner.store.reader import PARENT
from runner.store.records import LEVEL
from runner.store.stored_run import StoredRun
from runner.store.writer import Tracker


class Parent:
    """The parent run of a sweep: made, or taken over from an earlier process, and held against any other.

    `run_id` is empty until it has begun. All methods but `close` and `where` raise StoreError, and TakenOver when
    another process has the sweep.
    """

    def __init__(self, tracker: Tracker, sweep: SweepContext) -> None:
        self._tracker, self._sweep = tracker, sweep
        self.claim = Claim(sweep.folder, sweep.about.sweep_id)
        self.run_id = ""

    @property
    def is_first(self) -> bool:
        """Whether the sweep was never worked on in another folder, as far as is known."""
        return self.claim.is_first

    def files_of_run(self) -> dict[str, bytes]:
        """What each run gets besides its own files."""
        return {}

    def begin(self, plan: bytes) -> None:
        """Take over what an earlier process has left, or make a new one; with the sweep's plan, which may grow."""
        files = {"plan.json": plan}
        if not self.run_id:
            parents, named = list[StoredRun](), Counter[str]()
            for run in self._tracker.reader.each_of_sweep(self._sweep.about.sweep_id):
                if run.is_parent:
                    parents.append(run)
                named[run.tags.get(PARENT, "")] += 1
            if parents:  # a lost answer may have left several
                self._take_over(max(parents, key=lambda run: named[run.run_id]))
            else:
                self._make()
                files |= _patch()
        self._tracker.add_files(self.run_id, files)

    def _take_over(self, parent: StoredRun) -> None:
        self.run_id = parent.run_id
        self.claim.take(parent.tags.get(CLAIM, ""))
        self._tracker.resume_sweep(self.run_id, self.claim.tag)

    def _make(self) -> None:
        about = self._sweep.about
        tags = {**machine(), **source(), **tags_of(self._sweep), **self.claim.tag, LEVEL: "sweep", "sweep": about.name}
        tags["mlflow.note.content"] = note_of(about, [], [])
        self.run_id = self._tracker.start_sweep(about.name, tags)
        remove_strays(self._tracker, self._sweep, {self.run_id}, self.is_first)

    def check(self) -> None:
        """Raises TakenOver when another process has taken the sweep over."""
        self.claim.check(self._tracker.tag(self.run_id, CLAIM))

    def finish(self, ledger: Ledger, status: str) -> None:
        """Write the comparison, and end it."""
        with_report = self._sweep.settings.tracking.report
        findings, now = self._found(ledger), int(1000 * time.time())
        page = _page(findings)
        findings = replace(findings, has_page=bool(page)) if findings.has_page and not page else findings
        settings = listed(findings, now, with_report) if status == "FINISHED" else []
        self.check()  # pictures have taken a while
        ids = write_settings(self._tracker, findings, settings, ledger.tagged)
        record = parent_record(findings, with_report, now, settings, ids)
        record = replace(record, files=record.files | page)
        # What a store has once as a metric or param it keeps: only numbers of a finished sweep may become some, and
        # only what jobs that may follow cannot differ in.
        record = record if status == "FINISHED" else replace(record, metrics={})
        record = record if status == "FINISHED" and self._sweep.is_whole else replace(record, params={})
        self._tracker.finish_sweep(self.run_id, status, record)

    def _found(self, ledger: Ledger) -> Findings:
        return ledger.findings(self.run_id, run_pages(self._tracker.experiment_id))

    def close(self, status: str) -> None:
        """End it as it is, if the store still answers, and if no other process has taken it over."""
        if self.run_id and not self.claim.is_lost:
            with suppress(StoreError):
                self._tracker.end_sweep(self.run_id, status)

    def where(self, ledger: Ledger, has_report: bool) -> tuple[list[Text], list[Text], str]:
        """What can be looked at at once, what to look for in MLflow, and the end of the address of its page there."""
        report, best_run, page, sweep_id = list[Text](), list[Text](), TRAINING_PAGE, self._sweep.about.sweep_id
        if has_report:
            command = command_of("runner.report", [sweep_id, "--open"], own_modules(self._sweep.settings.modules))
            report.append(how_to_read(command, self._tracker.local_file(self.run_id, REPORT)))
            if (found := self._found(ledger)).has_page:
                file = self._tracker.local_file(self.run_id, explorer.FILE)
                report.append(how_to_see(explorer.command_again(found, "--open"), file))
            page += f"&viewStateShareKey={quote(sweep_id)}"
        for part in self._found(ledger).parts[:MAX_DATA]:
            best = part.best_run
            if best is not None and best.index in ledger.run_ids:
                on = f" on {part.label}" if part.label else ""
                named = f"best run{on}: {part.name_of(best)}, run id {ledger.run_ids[best.index]}"
                best_run.append(Text(visible(named)))
        return report, best_run, page


class NoParent:
    """Of a single run, which has itself what a parent has of a sweep."""

    run_id, is_first = "", True

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    def files_of_run(self) -> dict[str, bytes]:
        """What differs from the commit."""
        return _patch()

    def begin(self, plan: bytes) -> None:
        """There is nothing to begin before the run is there."""

    def check(self) -> None:
        """No process takes a run from another."""

    def finish(self, ledger: Ledger, status: str) -> None:
        """There is nothing to compare."""

    def close(self, status: str) -> None:
        """A run is written when it has ended."""

    def where(self, ledger: Ledger, _has_report: bool) -> tuple[list[Text], list[Text], str]:
        """The run's picture, its id, and the end of the address of its page."""
        run_id = next(iter(ledger.run_ids.values()), "")
        if not run_id:
            return [], [], TRAINING_PAGE
        folder = self._tracker.local_file(run_id, "plots")
        pictures = [str(path) for path in sorted(Path(folder).glob("*.png"))] if folder else []
        lines = [
            Text.assemble("picture: ", link(Path(one).name, Path(one).resolve().as_uri(), one)) for one in pictures
        ]
        return lines, [Text(f"run id {run_id}")], f"/{run_id}{TRAINING_PAGE}"


def _page(findings: Findings) -> dict[str, bytes]:
    """The page that shows a sweep learning; one that cannot be made costs the sweep nothing else."""
    if not findings.has_page:
        return {}
    try:
        return {explorer.FILE: page_of(findings).encode()}
    except RAISED as error:
        told = "there is no page that shows the sweep learning"
        warn(f"{told}: {what_raised(error)}; to try again: {explorer.command_again(findings)}")
        return {}


def tags_of(sweep: SweepContext) -> dict[str, str]:
    """What all runs of a sweep say of it, its parent too."""
    about, modules = sweep.about, sweep.settings.modules
    tags = {"sweep_id": about.sweep_id, "mlflow.source.name": about.command, "mlflow.source.type": "LOCAL"}
    return tags | ({"modules": ",".join(modules)} if modules else {})


def remove_strays(tracker: Tracker, sweep: SweepContext, known: Collection[str], is_first: bool) -> None:
    """A server may have created a run and its answer been lost: the client has then asked for another one.

    And a process in another folder, from which this one has taken over, may have written some runs more.
    """
    if not is_first or tracker.can_lose_answers:
        found = tracker.reader.of_sweep(sweep.about.sweep_id)
        tracker.remove([run for run in found if run.run_id not in known])


def _patch() -> dict[str, bytes]:
    """What the source differs in from its commit, as a file."""
    content = patch()
    return {"source.patch": content} if content else {}
