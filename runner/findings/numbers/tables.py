"""The table of a sweep: one row a setting, over its seeds."""

from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.base.moments import mean, spread
from runner.findings.numbers.baselines import has_learned, not_beaten
from runner.findings.numbers.scores import by_setting, columns_of, rank_of
from runner.findings.numbers.solved import share_solved
from runner.runs.outcome import counted
from runner.runs.overrides import settings_in
from runner.runs.result import RunResult

if TYPE_CHECKING:
    import pandas as pd


def seed_table(results: Sequence[RunResult], keys: Sequence[str]) -> "pd.DataFrame":
    """One row per setting, best first: mean, spread, median and count over the seeds, and how many had which outcome.

    `success` is the share of runs that finished better than what needs no network: the best constant prediction and,
    where it is known, a straight line or logistic regression. `no_better_than` says which of them a setting does not
    beat. `solved` is the share of runs that solve their data set, where it is known when one does.

    The order is that of `order_of`, by the scores that choose. Only finished runs enter a mean; all others are
    counted, never hidden.
    """
    import pandas as pd

    settings = settings_in(keys)
    columns = columns_of(results)
    groups, outcomes = by_setting(results, settings), counted(result.outcome for result in results)
    rows: list[tuple[tuple[float, ...], dict[str, Any]]] = []
    for values, members in groups.items():
        row: dict[str, Any] = dict(zip(settings, values, strict=True)) | {"runs": len(members)}
        ended = [result for result in members if result.has_finished]
        for column in reversed(columns):
            score, numbers = column.name, [value for one in ended if not np.isnan(value := column.of(one))]
            row[score] = mean(numbers) if numbers else np.nan
            row[f"{score}_std"] = spread(numbers)
            row[f"{score}_median"] = float(np.median(numbers)) if numbers else np.nan
        row["no_better_than"] = not_beaten(members)
        row["success"] = sum(map(has_learned, ended)) / len(members)
        share = share_solved(members)
        row["solved"] = share[0] / share[1] if share else np.nan
        row |= {outcome.value: sum(result.outcome is outcome for result in members) for outcome in outcomes}
        rows.append((rank_of(members), row))
    return pd.DataFrame([row for _, row in sorted(rows, key=itemgetter(0))])


def scores_in(table: "pd.DataFrame") -> list[str]:
    """The scores that any setting of a `seed_table` has, the one that ranks first, the cost last."""
    return [name for name in reversed(table.columns) if f"{name}_median" in table and table[name].notna().any()]
