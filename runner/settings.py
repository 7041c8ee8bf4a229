"""`python -m runner.settings`: adds to MLflow the settings of a sweep that an earlier version wrote."""

import sys
from collections.abc import Sequence

from runner.app.commands import only_name, run_command
from runner.base import answer
from runner.base.console import count, say
from runner.base.paths import CONF
from runner.runs.components import load_modules, modules_of

USAGE = """\
Adds the list of settings of a stored sweep to MLflow: a run for each setting with mean and spread over seeds or folds,
curves and a picture, the saved views, and the description of the sweep. A sweep gets all that when it ends; this is
needed only for sweeps of earlier versions and after runs were deleted. Settings get new run ids. Nothing is trained.

  python -m runner.settings                      the newest sweep
  python -m runner.settings SWEEP                this sweep: its name in outputs/, or an MLflow run id
  python -m runner.settings modules=[my_parts]   a sweep that uses your own components"""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    name = only_name(arguments, "sweep")
    load_modules(modules_of(list(arguments), CONF / "config.yaml"))
    from runner.conduct.listing import list_settings
    from runner.findings.document import sweep_of
    from runner.findings.loading import load_sweep
    from runner.store.reader import open_reader

    reader = open_reader()
    sweep = load_sweep(name, reader)
    number, where = list_settings(reader, sweep)
    answer.add("sweep", lambda: sweep_of(sweep))
    answer.add("listed", lambda: number)
    without = f"{sweep.about.name} has no setting with several runs, so MLflow lists its runs"
    say(f"{count(number, 'setting')} of {sweep.about.name}, best first" if number else without)
    say(where)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
