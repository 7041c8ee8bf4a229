"""The table of the settings of one data set in a report: one row each, best first, with what needs no network below."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runner.base.console import count
from runner.base.texts import brief, decimals_of, fixed
from runner.findings.findings import Findings
from runner.findings.numbers.baselines import rows_of
from runner.findings.numbers.solved import share_solved
from runner.findings.numbers.tables import scores_in
from runner.findings.section import Strong, Table
from runner.runs.outcome import Outcome
from runner.runs.overrides import settings_in, short_names

if TYPE_CHECKING:
    import pandas as pd

MAX_SETTINGS, SHOWN, MAX_NAMED = 500, 20, 6
PARTS = ("{}, mean", ""), ("sd", "_std"), ("median", "_median")  # of a score: a column, and that of seed_table
VERDICT = "verdict"
Row = Mapping[Any, Any]
Column = tuple[str, list[str]]


def settings_table(sweep: Findings) -> tuple[Table, str]:
    """The table of runs on one data set, and a sentence about the settings that it leaves out: no run of them ended."""
    results, settings, table = sweep.results, settings_in(sweep.keys), sweep.comparison
    scores = scores_in(table)
    scored = table[table[scores].notna().any(axis=1)] if scores else table
    rows: Sequence[Row] = scored.head(MAX_SETTINGS).to_dict("records")
    decimals = {one: decimals_of([row[one] for row in rows], [row[f"{one}_std"] for row in rows]) for one in scores}
    texts, ranking = _of_texts(rows, settings), scores[:-1] or scores  # the cost is the last one
    columns = [*texts, *(column for one in ranking for column in _of_score(rows, one, decimals[one], PARTS))]
    columns += _of_counts(rows, share_solved(results))
    if any(row["no_better_than"] for row in rows):
        columns.append((VERDICT, [_verdict(row) for row in rows]))
    columns += [column for one in scores[len(ranking) :] for column in _of_score(rows, one, decimals[one], PARTS[:2])]
    cells = [list(row) for row in zip(*(column for _, column in columns), strict=True)]
    footer: list[list[str]] = []
    for label, one in rows_of(results):
        row = [label, *[""] * (len(columns) - 1)]
        for score in (name for name in one.columns if name in ranking):
            place, spread = len(texts) + len(PARTS) * ranking.index(score), fixed(one.spread, decimals[score])
            row[place : place + 2] = fixed(one.value, decimals[score]), spread if one.spread else ""
        footer += [row] if any(row[1:]) else []  # no number where all diverged
    left_out = max(0, len(scored) - MAX_SETTINGS)
    names = [name for name, _ in columns]
    numbers = frozenset(place for place in range(len(texts), len(names)) if names[place] != VERDICT)
    made = Table(names, cells, numbers, left_out, is_sortable=True, shown=SHOWN, footer=footer)
    return made, _lost(table.drop(scored.index), settings)


def _of_texts(rows: Sequence[Row], settings: Sequence[str]) -> list[Column]:
    if not settings:
        return [("", ["network"] * len(rows))]
    return [(name, [brief(str(row[key])) for row in rows]) for key, name in short_names(settings).items()]


def _of_score(rows: Sequence[Row], score: str, decimals: int | None, parts: Sequence[tuple[str, str]]) -> list[Column]:
    return [(name.format(score), [fixed(row[f"{score}{part}"], decimals) for row in rows]) for name, part in parts]


def _verdict(row: Row) -> str:
    return Strong(f"no better than {row['no_better_than']}") if row["no_better_than"] else ""


def _of_counts(rows: Sequence[Row], solved: tuple[int, int] | None) -> list[Column]:
    """How many runs solve the data set, where it is known when one does, else how many beat what needs no network."""
    share = "success" if solved is None else "solved"
    shares, runs = [f"{100 * row[share]:.0f} %" for row in rows], [str(row["runs"]) for row in rows]
    outcomes = [one for one in Outcome if one is not Outcome.STOPPED and any(row.get(one) for row in rows)]
    return [(share, shares), ("runs", runs), *((one, [str(row[one]) for row in rows]) for one in outcomes)]


def _lost(table: "pd.DataFrame", settings: Sequence[str]) -> str:
    """Settings without a finished run, by what they have in common."""
    if table.empty:
        return ""
    rows = table.to_dict("records")
    values = {key: list(dict.fromkeys(brief(str(row[key])) for row in rows)) for key in settings}
    few = {key: some for key, some in values.items() if len(some) <= MAX_NAMED}
    shared = ", ".join(f"{key}={' or '.join(some)}" for key, some in few.items())
    have = "has" if len(rows) == 1 else "have"
    all_diverged = all(row.get(Outcome.DIVERGED, 0) == row["runs"] for row in rows)
    how = "only diverged" if all_diverged else f"{have} no finished run"
    return f"{count(len(rows), 'setting')} {how}{f' ({shared})' if shared else ''}."
