"""The table of a sweep: one row per setting, over its seeds."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from runner.findings.numbers.settings import TAILS, Setting, ranked
from runner.runs.result import RunResult

if TYPE_CHECKING:
    import pandas as pd

OVER_SEEDS = ("", "_std", "_median", *(f"_{name}" for name in TAILS))  # the columns of a score, after its name


def seed_table(results: Sequence[RunResult], keys: Sequence[str]) -> "pd.DataFrame":
    """One row per setting, best first: its typed values, and statistics over the seeds."""
    return table_of(ranked(results, keys))


def table_of(settings: Sequence[Setting]) -> "pd.DataFrame":
    """The same from settings with known statistics."""
    import pandas as pd

    return pd.DataFrame([one.values | one.numbers for one in settings])


def scores_in(table: "pd.DataFrame") -> list[str]:
    """The scores in a `seed_table`, first the one that ranks, last the cost."""
    return [name for name in reversed(table.columns) if f"{name}_median" in table and table[name].notna().any()]


def to_compute_with(table: "pd.DataFrame") -> "pd.DataFrame":
    """The same with numbers for settings that are numbers, the score that ranks before the others, and no column of a
    score that no setting has.
    """
    import pandas as pd

    if table.empty:
        return table
    keys = list(table.columns[: table.columns.get_loc("runs")])
    scores = [f"{score}{end}" for score in scores_in(table) for end in OVER_SEEDS]
    of_scores = {f"{name}{end}" for name in table if f"{name}_median" in table for end in OVER_SEEDS}
    rest = [name for name in table if name not in {*keys, "runs", *of_scores}]
    found = table[[*keys, "runs", *scores, *rest]].copy()
    for key in keys:
        with suppress(ValueError):
            found[key] = pd.to_numeric(found[key])
    return found
