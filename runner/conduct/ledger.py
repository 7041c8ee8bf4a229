"""The results of a sweep so far, and their ids in the store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from runner.conduct.context import SweepContext
from runner.findings.explorer.offering import is_offered
from runner.findings.findings import Findings
from runner.findings.numbers.settings import setting_label
from runner.findings.rendering import render_here
from runner.findings.sketch import Render
from runner.runs.account import Account
from runner.runs.overrides import REPLICATES, label_of, swept_keys
from runner.runs.result import RunResult
from runner.runs.role import Role, parted
from runner.store.records import SETTING


class Ledger:
    """The results of a sweep so far, without pictures, and the ids of the runs that the store has, both by index.

    Results that the store did not accept are included. Runs are named by `keys`, which differ between them.
    """

    def __init__(self, sweep: SweepContext) -> None:
        self._sweep = sweep
        self._overrides, self._results = list[Sequence[str]](), dict[int, RunResult]()
        self.keys, self.run_ids = list[str](), dict[int, str]()
        self._findings: Findings | None = None
        self.tagged = dict[int, Mapping[str, str]]()  # what the store's runs say of their level, as it was written
        self.render: Render = render_here  # what makes the pictures of the sweep
        self.account: Account | None = None  # why runs do not learn, where that was looked at

    @property
    def has_begun(self) -> bool:
        """Whether it is known which runs will come."""
        return bool(self._overrides)

    @property
    def results(self) -> list[RunResult]:
        """All results so far, in the sweep's order."""
        return [self._results[index] for index in sorted(self._results)]

    @property
    def searched(self) -> tuple[list[RunResult], list[str]]:
        """The results of requested runs, without those on fresh seeds, and the keys in which they differ."""
        searched, fresh = parted(self.results)
        return searched, swept_keys([one.overrides for one in searched]) if fresh else self.keys

    def expect(self, overrides: Sequence[Sequence[str]]) -> None:
        """More runs that will come."""
        self._overrides += overrides
        self._findings = None
        self.keys = swept_keys(self._overrides)

    def add(self, results: Iterable[RunResult]) -> None:
        """Add results; their pictures are dropped here."""
        self._findings = None
        self._results |= {result.index: replace(result, pictures={}) for result in results}

    def name_of(self, result: RunResult) -> str:
        """A run's name."""
        if result.role is Role.DEFAULT:
            return f"default {label_of(result.overrides, [key for key in self.keys if key in REPLICATES])}"
        name = label_of(result.overrides, self.keys) or self._sweep.about.name
        return name if result.role is Role.SEARCH else f"{name} ({result.role})"

    def setting_of(self, result: RunResult) -> dict[str, str]:
        """The tag that names a run's setting, if settings have several runs."""
        has_several = set(REPLICATES) & set(self.keys) and result.role is Role.SEARCH
        return {SETTING: setting_label(result.overrides, self.keys)} if has_several else {}

    def findings(self, parent_id: str, pages: str) -> Findings:
        """What the sweep has found so far; `pages` is the address of MLflow's page of a run, before its id."""
        made, account = self._findings, self.account
        if made is None or (made.parent_id, made.pages) != (parent_id, pages) or made.account is not account:
            about, settings = self._sweep.about, self._sweep.settings
            expect, modules, least = settings.expect, settings.modules, settings.report.smallest_difference
            searched, keys = self.searched
            made = Findings(
                about, searched, self.run_ids, parent_id, keys, expect, modules, account, least, pages,
                render=self.render, fresh=parted(self.results)[1],
                over_seeds=settings.over_seeds,
                has_page=self._sweep.is_sweep and is_offered(dict(settings.tracking), len(searched)),
            )  # fmt: skip
        self._findings = made  # kept, as its tables and scores are worked out once
        return made
