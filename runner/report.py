"""`python -m runner.report`: the results of sweeps as one self-contained file, and their numbers as tables."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from runner.app.commands import parser_of, run_command
from runner.base import answer
from runner.base.console import count, say, warn
from runner.base.errors import UserError, one_of
from runner.base.files import check_writable, write_whole
from runner.base.paths import CONF
from runner.findings.table_files import as_file
from runner.runs.components import load_modules, modules_of

FORMATS = ("html", "markdown", "pdf")
TABLES, CURVES = ("csv", "parquet", "json"), ("csv", "parquet")
USAGE = """\
Writes a report on sweeps in the MLflow store; nothing is trained, and no server is needed. The same sweep gives the
same file, byte for byte.

  python -m runner.report                          the newest sweep, as an HTML file in this folder
  python -m runner.report --open                   the same, and open it in the browser
  python -m runner.report SWEEP                    this sweep: its name in outputs/, or an MLflow run id or its
                                                   first 8 letters
  python -m runner.report SWEEP OTHER              several sweeps compared in one report
  python -m runner.report --output reports         into another folder
  python -m runner.report --format markdown        Markdown, with a folder of its pictures
  python -m runner.report --format pdf             printed by Chromium, Chrome or Edge, if one is installed
  python -m runner.report modules=[my_parts]       a sweep that uses your own components or sections
  python -m runner.report --table runs.csv         a row per run (.csv, .parquet, .json) instead of a report
  python -m runner.report --curves curves.parquet  every point of every history (.parquet, .csv) instead of a report

The exit code is 0 when everything was written."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    parser = parser_of("runner.report")
    parser.add_argument("sweeps", nargs="*")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--format", choices=FORMATS)
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--curves", type=Path)
    chosen = parser.parse_args([argument for argument in arguments if not argument.startswith("modules=")])
    lost = _load(modules_of(list(arguments), CONF / "config.yaml"))
    _check(chosen)
    from runner.findings.document import sweep_of
    from runner.findings.findings import joined
    from runner.findings.loading import load_sweep

    sweep = joined([load_sweep(name, without=lost) for name in chosen.sweeps or [None]])
    answer.add("sweep", lambda: sweep_of(sweep))
    if chosen.table or chosen.curves:
        answer.add("written", lambda: [str(path) for path in (chosen.table, chosen.curves) if path])
        for path, what in ((chosen.table, "runs"), (chosen.curves, "curves")):
            if path:
                table = getattr(sweep, what)
                write_whole(path, as_file(table, path.suffix))
                say(f"{path}: {count(len(table), 'row')} of {sweep.about.name}")
        return 0
    from runner.findings.render import write_report
    from runner.findings.where import say_written

    path = write_report(sweep, chosen.output or Path(), chosen.format or FORMATS[0])
    answer.add("written", lambda: [str(path)])
    say_written("the report", path, opens=chosen.open)
    return 0


def _load(modules: Sequence[str]) -> list[str]:
    """Import a person's modules; returns those that cannot be imported; a report then lacks their sections."""
    lost = []
    for name in modules:
        try:
            load_modules([name])
        except UserError as error:
            warn(f"{error}; the report leaves out its sections")
            lost.append(name)
    return lost


def _check(chosen: argparse.Namespace) -> None:
    """Raise UserError for choices that do not go together."""
    if (chosen.table or chosen.curves) and (chosen.output or chosen.format or chosen.open):
        told = "--table and --curves are written instead of a report"
        raise UserError(f"{told}: --open, --output and --format are for reports")
    if chosen.table and chosen.table == chosen.curves:
        raise UserError(f"--table and --curves are two files, and both are {chosen.table}")
    if chosen.output and chosen.output.is_file():
        raise UserError(f"--output names a folder, and {chosen.output} is a file; name another one")
    _check_file(chosen.table, TABLES)
    _check_file(chosen.curves, CURVES)


def _check_file(path: Path | None, endings: Sequence[str]) -> None:
    if path is None:
        return
    if path.suffix.removeprefix(".") not in endings:
        raise UserError(f"{path} must end in {one_of(['.' + ending for ending in endings])}")
    check_writable(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
