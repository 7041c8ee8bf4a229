"""`python -m runner.picture`: draws the missing pictures of runs, and adds them to the store."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from runner.app.commands import only_name, run_command
from runner.base import answer
from runner.base.console import count, link, say, warn
from runner.base.errors import UserError
from runner.base.exit_codes import ExitCode
from runner.base.paths import CONF
from runner.runs.components import load_modules, modules_of
from runner.runs.documents.whole import Pictures

USAGE = """\
Draws cost and fit of stored runs that have no picture, and adds the pictures to MLflow. A sweep of more than
100 runs draws only the best, the median and the worst of each setting (tracking.plots=auto). Nothing is trained.

  python -m runner.picture                      all runs of the newest sweep
  python -m runner.picture SWEEP                all runs of this sweep: its name in outputs/, or an MLflow run id
  python -m runner.picture RUN_ID               one run, or the runs of a setting
  python -m runner.picture modules=[my_parts]   runs that use your own components"""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    name = only_name(arguments, "sweep or run")
    own = tuple(modules_of(list(arguments), CONF / "config.yaml"))
    load_modules(own)
    from runner.conduct.picturing import add_pictures, without_picture
    from runner.findings.loading import stored_runs
    from runner.store.reader import open_reader
    from runner.store.records import PICTURE

    reader = open_reader()
    runs = [run for run in stored_runs(reader, name) if not run.is_parent]
    if not any(run.is_trained for run in runs):
        raise UserError("nothing was trained there, so there is nothing to draw")
    wanted = without_picture(reader, runs)
    added, lost = add_pictures(reader, wanted, own) if wanted else (0, {})
    answer.add("pictures", lambda: Pictures(added=added, lost=dict(lost)))
    there = sum(run.is_trained for run in runs) - len(wanted)
    had = f"; {count(there, 'run')} had one" if there else ""
    say(f"{count(added, 'picture')} added{had}")
    for reason, n in lost.items():
        warn(f"{count(n, 'run')} without a picture: {reason}")
    if len(runs) == 1 and (path := reader.local_file(runs[0], PICTURE)):
        say(Text.assemble("picture: ", link(Path(path).name, Path(path).resolve().as_uri(), path)))
    return ExitCode.FAILURE if lost else ExitCode.SUCCESS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
