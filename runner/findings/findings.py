"""The results of a sweep's runs, wherever they come from, also as tables."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.base.console import count
from runner.findings.numbers.answer import Sentence, answer
from runner.findings.numbers.confirmed import Confirmed, confirmed, not_confirmed
from runner.findings.numbers.data_sets import by_data, keys_of
from runner.findings.numbers.scores import best_of, best_result, survivors
from runner.findings.numbers.settings import Setting, ranked
from runner.findings.numbers.tables import table_of
from runner.findings.numbers.usable import best_first
from runner.findings.pictures import endings_of, pictures_by_data
from runner.findings.rendering import render_here
from runner.findings.sketch import Drawn, Render
from runner.plan.expectations import Verdict, judge
from runner.runs.about import About
from runner.runs.account import Account
from runner.runs.overrides import config_of, label_of, settings_in, swept_keys
from runner.runs.result import RunResult
from runner.runs.role import Role
from runner.store.address import TRAINING_PAGE

if TYPE_CHECKING:
    import pandas as pd


TEXTS = (list, tuple, dict)  # are written as text in a table


@dataclass(frozen=True, repr=False)
class Findings:
    """A sweep or a single run. `results` are in the sweep's order; `run_ids` are MLflow's, by index.

    `parent_id` is the MLflow id of the sweep's parent run, or of the run itself; `keys` are the settings that differ,
    fold and seed last; `expect` has the sweep's expectations, `modules` the user's own modules that its runs used, and
    `account` why runs do not learn, if that was diagnosed at the end. Differences of the score below
    `smallest_difference` do not count. `pages` is the address of MLflow's page of a run, up to its id. For the results
    on one of several data sets, `label` is its name and `ending` that of its files. `render` draws its pictures.
    `fresh` are runs on fresh seeds, which measure the best setting and are excluded from comparisons. `over_seeds` says
    how the seeds of a setting are combined there: mean, median or worst. With `has_page` the store has the explorer
    page.
    """

    about: About
    results: list[RunResult]
    run_ids: dict[int, str]
    parent_id: str
    keys: list[str]
    expect: dict[str, Any]
    modules: tuple[str, ...] = ()
    account: Account | None = None
    smallest_difference: float | None = None
    pages: str = ""
    label: str = ""
    ending: str = ""
    render: Render = render_here
    fresh: Sequence[RunResult] = ()
    over_seeds: str = "mean"
    has_page: bool = False

    def __repr__(self) -> str:
        swept = f" over {', '.join(self.keys)}" if self.keys else ""
        return f"<{self.about.name}: {count(len(self.results), 'run')}{swept}; see .runs and .curves>"

    def name_of(self, result: RunResult) -> str:
        """A run's name: what differs, or the name of the sweep."""
        return label_of(result.overrides, self.keys) or self.about.name

    @cached_property
    def answer(self) -> list[Sentence]:
        """The result in a few sentences."""
        command, smallest = self.about.command, self.smallest_difference
        headlines = {one.label: one.headline for one in self.parts}
        return answer(self.results, self.keys, self.verdicts, self.account, command, smallest, headlines)

    @property
    def headline(self) -> list[str]:
        """How good the best setting is on fresh seeds, or that a search has none; empty for a grid without them."""
        if self.confirmed:
            return self.confirmed.sentences
        lost = sum(not one.outcome.is_trained for one in self.fresh)
        failed = f"{lost} of {count(len(self.fresh), 'run')} on fresh seeds failed, so nothing is confirmed."
        said = not_confirmed(self.results, self.keys, self.over_seeds) if self.about.space else ""
        return [failed] * bool(lost) + [said] * bool(said)

    @cached_property
    def parts(self) -> "list[Findings]":
        """The results on each data set, with the keys that differ there; a single data set is returned as it is."""
        groups = by_data(self.results)
        if len(groups) < 2:
            return [self]
        endings = endings_of(groups)
        fresh = by_data([*self.results, *self.fresh]) if self.fresh else {}
        return [
            replace(
                self, results=some, keys=keys_of(some, self.keys), label=label, ending=endings[label],
                fresh=[one for one in fresh.get(label, ()) if one.role is not Role.SEARCH],
            )
            for label, some in groups.items()
        ]  # fmt: skip

    @cached_property
    def settings(self) -> list[Setting]:
        """The settings with their numbers, best first."""
        return ranked(self.results, self.keys)

    @cached_property
    def comparison(self) -> "pd.DataFrame":
        """One row per setting, best first, as in `comparison.csv`."""
        return table_of(self.settings)

    @cached_property
    def confirmed(self) -> Confirmed | None:
        """What fresh seeds say about the best setting, for results on one data set; None if there are none."""
        return confirmed(self.results, self.fresh, self.keys, self.over_seeds) if self.fresh else None

    @cached_property
    def best_run(self) -> RunResult | None:
        """The best run of the best setting (the one chosen on fresh seeds, if any), for results on one data set."""
        if self.about.space and not self.confirmed:
            return best_of(next(iter(best_first(self.results, settings_in(self.keys), self.over_seeds)), []))
        return best_result(self.confirmed.searched if self.confirmed else self.results)

    @property
    def best(self) -> RunResult | None:
        """The best run of a sweep on one data set; None with several, whose scores cannot be compared."""
        return self.best_run if len(self.parts) == 1 else None

    def page_of(self, result: RunResult) -> str:
        """The address of a run's page in MLflow; empty if the store does not have the run."""
        run_id = self.run_ids.get(result.index, "")
        return f"{self.pages}{run_id}{TRAINING_PAGE}" if self.pages and run_id else ""

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The outcome of each expectation."""
        return judge(self.expect, self.results, self.keys) if self.expect else []

    @cached_property
    def pictures_by_data(self) -> dict[str, dict[str, Drawn]]:
        """The pictures of each data set by file name, as far as they could be drawn."""
        return pictures_by_data(self.results, self.keys, self.render, is_search=bool(self.about.space))

    @cached_property
    def pictures(self) -> dict[str, Drawn]:
        """All pictures by file name."""
        return {name: one for some in self.pictures_by_data.values() for name, one in some.items()}

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """One row per run: its name and id, all its settings (those that differ first), outcome and final values.

        Columns of final values are named as in MLflow (`final/test_cost`). Lists are written as text.
        """
        import pandas as pd

        columns: dict[str, list[Any]] = {}
        for place, result in enumerate(self.results):
            config = config_of(result.spec, result.overrides)
            config |= {key: intern(json.dumps(value)) for key, value in config.items() if isinstance(value, TEXTS)}
            swept = {key: config[key] for key in self.keys if key in config}
            row = {"run": result.index, "name": self.name_of(result), "run_id": self.run_ids.get(result.index, "")}
            row |= swept | config
            row |= {
                "outcome": result.outcome.value,
                "last_step": result.last_step,
                "seconds": result.provenance.seconds,
            }
            row |= {f"final/{name.replace('/', '_')}": value for name, value in sorted(result.finals.items())}
            for name, value in (row | {"run_key": result.key, "error": result.error.partition("\n")[0]}).items():
                if name not in columns:
                    columns[name] = [np.nan] * len(self.results)
                columns[name][place] = value
        return pd.DataFrame(columns, dtype=object).infer_objects()

    @cached_property
    def curves(self) -> "pd.DataFrame":
        """All histories in one table: `run` (as in `runs`), `step`, and one column per series."""
        import pandas as pd

        results = [result for result in self.results if result.history]
        if not results:
            return pd.DataFrame(columns=["run", "step"])
        lengths = [len(result.history["step"]) for result in results]
        none = [np.full(n, np.nan) for n in lengths]
        columns = {"run": np.repeat([result.index for result in results], lengths)}
        for name in dict.fromkeys(["step", *(name for result in results for name in result.history)]):
            series = [result.history.get(name, gap) for result, gap in zip(results, none, strict=True)]
            columns[name] = np.concatenate(series)
        return pd.DataFrame(columns)


def joined(sweeps: Sequence[Findings]) -> Findings:
    """Several sweeps as one, in which the sweep is one more key; one sweep, however often it is named, as it is. Of a
    search these are the settings still in the race.
    """
    sweeps = list({sweep.parent_id: sweep for sweep in sweeps}.values())
    if len(sweeps) == 1:
        return sweeps[0]
    names = [sweep.about.name for sweep in sweeps]
    results: list[RunResult] = []
    run_ids: dict[int, str] = {}
    for sweep in sweeps:
        name = sweep.about.name if names.count(sweep.about.name) == 1 else sweep.about.sweep_id
        for result in survivors(sweep.results, settings_in(sweep.keys)):
            index = len(results)
            own = [one for one in result.overrides if not one.startswith(("sweep=", "search=", "search."))]
            results.append(replace(result, index=index, overrides=(f"sweep={name}", *own), rung=0))
            if result.index in sweep.run_ids:
                run_ids[index] = sweep.run_ids[result.index]
    command = "\n".join(sweep.about.command for sweep in sweeps)
    about = About(" and ".join(names), "", "+".join(sweep.about.sweep_id for sweep in sweeps), command)
    keys = swept_keys([result.overrides for result in results])
    modules = tuple(dict.fromkeys(name for sweep in sweeps for name in sweep.modules))
    pages, least = {one.pages for one in sweeps}, {one.smallest_difference for one in sweeps}
    return Findings(
        about, results, run_ids, sweeps[0].parent_id, keys, {}, modules, None,
        smallest_difference=least.pop() if len(least) == 1 else None, pages=pages.pop() if len(pages) == 1 else "",
    )  # fmt: skip
