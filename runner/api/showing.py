"""The result of a sweep as a few lines of text, and as HTML for a notebook."""

import io
from collections.abc import Sequence
from html import escape

from rich.table import Table as RichTable

from runner.base.console import NEVER_CUT, PlainConsole
from runner.base.texts import visible
from runner.findings.findings import Findings
from runner.findings.section import Table
from runner.findings.settings_table import settings_table

MOST_ROWS = 12


def text_of(sweep: Findings) -> str:
    """The sweep's name, its answer, and a table of settings for each data set."""
    out = io.StringIO()
    console = PlainConsole(file=out, width=NEVER_CUT)
    console.print("\n".join([visible(sweep.about.name), *sweep.answer]), soft_wrap=True)
    for part in sweep.parts:
        table = settings_table(part)[0]
        shown = RichTable(box=None, pad_edge=False, header_style="", title=part.label or None, title_justify="left")
        for place, name in enumerate(table.names):
            shown.add_column(name, justify="right" if place in table.numbers else "left")
        for row in (*table.rows[:MOST_ROWS], *table.footer):
            shown.add_row(*row)
        console.print(shown)
        if left := _left_out(table):
            console.print(left)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).rstrip()


def html_of(sweep: Findings) -> str:
    """The same as HTML, in the notebook's own table style."""
    parts = [f"<b>{escape(visible(sweep.about.name))}</b>"]
    parts.append(f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in sweep.answer)}</ul>")
    for part in sweep.parts:
        table = settings_table(part)[0]
        parts += [f"<p>{escape(part.label)}</p>"] * bool(part.label)
        parts += [_table(table), *([f"<p>{left}</p>"] if (left := _left_out(table)) else [])]
    return f"<div>{''.join(parts)}</div>"


def _left_out(table: Table) -> str:
    left = len(table.rows) - MOST_ROWS
    return f"... and {left} more, in .table" if left > 0 else ""


def _table(table: Table) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        sides = ("right" if place in table.numbers else "left" for place in range(len(row)))
        shown = zip((escape(visible(str(cell))) for cell in row), sides, strict=True)
        return "".join(f'<{tag} style="text-align: {side}; white-space: nowrap">{cell}</{tag}>' for cell, side in shown)

    head = f"<thead><tr>{cells('th', table.names)}</tr></thead>"
    rows = "".join(f"<tr>{cells('td', row)}</tr>" for row in (*table.rows[:MOST_ROWS], *table.footer))
    return f'<div style="overflow-x: auto"><table>{head}<tbody>{rows}</tbody></table></div>'
