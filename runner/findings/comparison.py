"""The comparison of settings on a terminal: a table, or one block per setting if the table is too wide."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.measure import Measurement
from rich.table import Table

from runner.base.console import NEVER_CUT, console
from runner.base.texts import brief, number
from runner.findings.numbers.baselines import Baseline
from runner.findings.numbers.tables import scores_in
from runner.runs.outcome import Outcome
from runner.runs.overrides import short_names

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

MAX_ROWS = 20
CHOSEN = "chosen on fresh seeds"
TESTED = "on test samples where the data has them"
VALIDATED = "on validation samples, as there are no test samples"
REPORTED = "the validation score chooses, the test score is reported"


def print_comparison(
    table: "pd.DataFrame",
    settings: Sequence[str],
    baselines: Sequence[tuple[str, Baseline]] = (),
    over: str = "seeds",
    notes: Sequence[str] = (),
    title: str = "",
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """The settings of one data set, best first, over their seeds or folds; and the baselines, by name.

    `chosen` has the values, by key, of the setting chosen on fresh seeds.
    """
    out, names, scores = console(), list(short_names(settings).values()) or [""], scores_in(table)
    parts = {name.partition(" ")[0] for name in scores}
    outcomes = [one for one in Outcome if one is not Outcome.STOPPED and one in table and table[one].any()]
    rows: list[Row] = []
    for row in table.head(MAX_ROWS).to_dict("records"):
        measured = [_with_spread(row[score], row[f"{score}_std"]) for score in scores]
        mark = f"no better than {row['no_better_than']}" if row["no_better_than"] else ""
        if chosen and all(str(row[key]) == value for key, value in chosen.items()):
            mark = "  ".join(filter(None, [CHOSEN, mark]))
        left = [brief(str(row[key])) for key in settings] or ["network"]
        rows.append(Row(left, [str(row["runs"]), *measured, *(str(row[o]) for o in outcomes)], mark))
    numbers = ["runs", *scores, *outcomes]
    for name, one in baselines:
        value = " ± ".join(filter(None, one.shown))
        cells = [value if score in one.columns else "" for score in numbers]
        rows += [Row([name], cells, is_setting=False)] if any(cells) else []  # no run has a score where all diverged
    out.print(*["", title] if title else [""], sep="\n", style="bold")
    shown = _table(names, numbers, rows)
    if Measurement.get(out, out.options.update_width(NEVER_CUT), shown).maximum <= out.width:
        out.print(shown)
    else:
        _print_in_blocks(out, names, numbers, rows)
    if len(table) > MAX_ROWS:
        out.print(f"... and {len(table) - MAX_ROWS} more settings, in comparison.csv of the sweep")
    where = REPORTED if {"validation", "test"} <= parts else VALIDATED if "validation" in parts else TESTED
    spread = f"mean ± standard deviation over {over}; " if (table["runs"] > 1).any() else ""
    lines = [f"{spread}{where}", *notes]
    out.print("\n".join(lines) + "\n" * (not title), style="dim")


@dataclass(frozen=True)
class Row:
    """A row of a comparison: its texts (only a name if it is not a setting), its numbers, and a remark."""

    left: list[str]
    right: list[str]
    remark: str = ""
    is_setting: bool = True


def _table(texts: Sequence[str], numbers: Sequence[str], rows: Sequence[Row]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in texts:
        shown.add_column(name)
    for name in numbers:
        shown.add_column(name, justify="right")
    has_remarks = any(row.remark for row in rows)
    if has_remarks:
        shown.add_column("")
    for row in rows:
        gap = [""] * (len(texts) - len(row.left))
        shown.add_row(*row.left, *gap, *row.right, *[row.remark] * has_remarks)
    return shown


def _print_in_blocks(out: "Console", texts: Sequence[str], numbers: Sequence[str], rows: Sequence[Row]) -> None:
    """Where a row does not fit the terminal: the setting on lines of its own, its numbers in columns below."""
    widths = [max(map(len, column)) for column in zip(numbers, *(row.right for row in rows), strict=True)]

    def aligned(cells: Sequence[str]) -> str:
        return "  ".join(["", *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])

    out.print(aligned(numbers), style="bold")
    for row in rows:
        has_names = row.is_setting and any(texts)
        pairs = [f"{name}={value}" for name, value in zip(texts, row.left, strict=True)] if has_names else row.left
        out.print(" ".join(pairs), overflow="fold", highlight=False)
        out.print(aligned(row.right))
        if row.remark:
            out.print(f"  {row.remark}", highlight=False)


def _with_spread(mean: Any, spread: Any) -> str:
    if math.isnan(mean):
        return "-"
    return number(mean) + ("" if math.isnan(spread) else f" ± {number(spread, 2)}")
