"""The table of a sweep: one row a setting, over its seeds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.findings.numbers.settings import Setting, ranked
from runner.runs.result import RunResult

if TYPE_CHECKING:
    import pandas as pd


def seed_table(results: Sequence[RunResult], keys: Sequence[str]) -> "pd.DataFrame":
    """One row per setting, best first: what was typed for it, and its numbers over the seeds."""
    return table_of(ranked(results, keys))


def table_of(settings: Sequence[Setting]) -> "pd.DataFrame":
    """The same from settings whose numbers are known."""
    import pandas as pd

    return pd.DataFrame([one.values | one.numbers for one in settings])


def scores_in(table: "pd.DataFrame") -> list[str]:
    """The scores that any setting of a `seed_table` has, the one that ranks first, the cost last."""
    return [name for name in reversed(table.columns) if f"{name}_median" in table and table[name].notna().any()]
