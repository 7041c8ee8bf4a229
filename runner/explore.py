"""`python -m runner.explore`: replays the training of a whole sweep, as one HTML file."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from runner.app.commands import parser_of, run_command
from runner.base import answer
from runner.base.console import say, warn
from runner.base.files import check_writable, write_whole
from runner.base.paths import CONF
from runner.runs.components import load_modules, modules_of

if TYPE_CHECKING:
    from runner.findings.findings import Findings

USAGE = """\
Writes a page that shows a sweep learning: press play, and all of its networks learn side by side; choose settings,
click a network, see what each of its units does. One HTML file that needs nothing else. Nothing is trained, unless
you say --retrain.

  python -m runner.explore                     the newest sweep, as an HTML file in this folder
  python -m runner.explore --open              the same, and open it in the browser
  python -m runner.explore SWEEP               this sweep: its name in outputs/, or an MLflow run id or its
                                               first 8 letters
  python -m runner.explore --out page.html     into this file
  python -m runner.explore SWEEP --retrain     retrain runs that kept no weights (those of an earlier version, or
                                               with tracking.snapshots=none); the bits are the same
  python -m runner.explore modules=[my_parts]  a sweep that uses your own components

The exit code is 0 when the page was written."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    parser = parser_of("runner.explore")
    parser.add_argument("sweep", nargs="?")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--retrain", action="store_true")
    chosen = parser.parse_args([argument for argument in arguments if not argument.startswith("modules=")])
    load_modules(modules_of(list(arguments), CONF / "config.yaml"))
    from runner.findings.document import sweep_of
    from runner.findings.explorer.writing import check_trained, lacking, page_of
    from runner.findings.loading import load_sweep
    from runner.findings.render import file_name
    from runner.findings.where import say_written

    if chosen.out is not None:
        check_writable(chosen.out)
    sweep = load_sweep(chosen.sweep, with_snapshots=True)
    answer.add("sweep", lambda: sweep_of(sweep))
    check_trained(sweep)
    path = chosen.out or Path(f"{file_name('explore', sweep.about.sweep_id)}.html")
    check_writable(path)  # before anything is trained
    sweep = _trained_again(sweep) if chosen.retrain else sweep
    for told in lacking(sweep):
        warn(told)
    write_whole(path, page_of(sweep).encode())
    answer.add("written", lambda: [str(path)])
    say_written("the page", path, opens=chosen.open)
    return 0


def _trained_again(sweep: "Findings") -> "Findings":
    """The sweep with the weights of those runs too that kept none."""
    seconds = [one.provenance.seconds for one in sweep.results if one.outcome.is_trained and one.snapshots is None]
    if not seconds:
        return sweep
    from runner.conduct.retraining import filled_in

    took = f"{sum(seconds):,.1f}" if sum(seconds) >= 0.1 else "under 0.1"
    say(f"training took {took} s of processor time the first time")
    lacks = "weights along the way"
    results = filled_in(sweep.results, lambda one: one.snapshots is None, lacks, sweep.modules, with_snapshots=True)
    return replace(sweep, results=results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
