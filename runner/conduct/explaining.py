"""Why runs do not learn, diagnosed when a sweep or run ends: in little time, and without harm if it fails."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.base.commands import command_of, own_modules
from runner.base.console import count, warn
from runner.base.errors import RAISED, what_raised
from runner.base.files import contents_of, write_whole
from runner.conduct.context import SweepContext
from runner.conduct.ledger import Ledger
from runner.runs.account import FILE, account_of, tags_in
from runner.runs.command_lines import typed

if TYPE_CHECKING:
    from runner.diagnosis.judged import Judged, Unjudged

SHARE, LEAST = 0.05, 0.25  # of the processor time that a sweep has taken; seconds, as its program takes five


class Explainer:
    """Looks at the runs of one sweep, again after each batch of jobs; what there is to say is in the ledger then.

    `elsewhere` are seconds that its training took in other processes. `content` is the file of what was found, `tags`
    those of runs by index, and `stale` those of an earlier look. `interrupt` is a Ctrl-C that has ended experiments.
    """

    def __init__(self, sweep: SweepContext) -> None:
        self._sweep, self._spent, self.elsewhere = sweep, 0.0, 0.0
        self.content = b""
        self.interrupt: KeyboardInterrupt | None = None
        self.tags: dict[int, dict[str, str]] = {}
        self.stale: dict[int, dict[str, str]] = {}

    def look(self, ledger: Ledger, may_train: bool = True) -> None:
        """Look at all results so far. Anything that goes wrong is a warning of one line."""
        settings = self._sweep.settings
        if settings.diagnose == "off":
            return
        ledger.account, began = None, time.process_time()
        try:
            seconds = max(LEAST, SHARE * (began - self._spent + self.elsewhere)) - self._spent
            self._look(ledger, seconds, may_train and settings.diagnose == "confirm")
        except RAISED as error:
            warn(f"the runs could not be diagnosed: {what_raised(error)}; to try again: {self._command}")
        self._spent += time.process_time() - began

    def _look(self, ledger: Ledger, seconds: float, confirms: bool) -> None:
        from runner.diagnosis.ending import account, file_of, look
        from runner.runs.commands import commands_of

        file = self._sweep.folder.path / FILE
        before = b""
        with suppress(OSError):
            before = contents_of(file)
            self.stale = tags_in(before)
        seen = look(*ledger.searched, seconds)
        for why, n in Counter(one.why for one in seen.unjudged).items():
            warn(f"{count(n, 'run')} cannot be judged: {why}; to try again: {self._command}")
        if confirms:
            found = self._confirmed([*seen.judged, *seen.learn], {one.spec.seed for one in ledger.results})
            seen = replace(seen, judged=found[: len(seen.judged)], learn=found[len(seen.judged) :])
        said = account(seen, commands_of(self._sweep.about.command), self._command)
        known = account_of(before)
        if known and not confirms and known.trained == said.trained and known.judged > said.judged:
            self.content, self.tags, ledger.account = before, self.stale, known  # a resume with little to do sees less
            return
        if said.missed or said.flaws or (said.trained and self._sweep.is_sweep):
            self.content = file_of(seen, said)
            self.tags = tags_in(self.content)
            write_whole(file, self.content)
            ledger.account = said

    def _confirmed(self, known: "list[Judged]", taken: set[int]) -> "list[Judged]":
        """The same with what experiments say; on Ctrl-C as far as these have got, as the runs themselves are there."""
        from runner.conduct.confirming import confirmed
        from runner.diagnosis.judged import Judged

        sweep, (_, options) = self._sweep, typed(self._sweep.about.command)
        settings = sweep.settings
        if sweep.composing is None or all(one.diagnosis.verdict == "healthy" for one in known):
            return known
        found: Sequence[Judged | Unjudged] = known
        try:
            with sweep.composing(options, settings.modules) as compose:
                found, self.interrupt = confirmed(
                    known, compose, taken, settings.modules, settings.quiet, settings.engine
                )
        except KeyboardInterrupt as interrupt:  # before the first experiment
            self.interrupt = interrupt
        if self.interrupt is not None:
            warn(f"fixes are no longer trained, and all results are kept. To train them: {self._command} --confirm")
        return [one for one in found if isinstance(one, Judged)]

    @property
    def _command(self) -> str:
        own = own_modules(self._sweep.settings.modules)
        return command_of("runner.diagnose", [self._sweep.about.sweep_id], own)
