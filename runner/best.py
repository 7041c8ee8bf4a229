"""`python -m runner.best`: the command that trains the best setting of a sweep."""

import sys
from collections.abc import Sequence

from runner.app.commands import only_name, run_command
from runner.base import answer
from runner.base.console import say
from runner.base.errors import UserError
from runner.base.paths import CONF
from runner.runs.components import load_modules, modules_of

USAGE = """\
Prints the command that trains the best setting of a sweep, for each of its data sets: the setting that was chosen on
fresh seeds (by a search, or by python -m runner.confirm), otherwise the one with the best score.

  python -m runner.best                      of the newest sweep
  python -m runner.best SWEEP                of this sweep: its name in outputs/, or the id of its run in MLflow
  python -m runner.best SWEEP 'modules=[my_parts]'    of a sweep that uses your own components
  eval "$(python -m runner.best)"            train it"""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    from runner.findings.document import best_of_parts, sweep_of
    from runner.findings.loading import load_sweep
    from runner.runs.commands import commands_of

    load_modules(modules_of(list(arguments), CONF / "config.yaml"))
    sweep = load_sweep(only_name(arguments, "sweep"))
    answer.add("sweep", lambda: sweep_of(sweep))
    answer.add("best", lambda: best_of_parts(sweep))
    found = [best for part in sweep.parts if (best := part.best_run) is not None]
    if not found:
        raise UserError(f"no run of {sweep.about.name} finished, so none is the best")
    for best in found:
        say(commands_of(sweep.about.command)(best, ()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
