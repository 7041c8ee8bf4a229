"""`python -m runner.confirm`: how good the best setting of a sweep is on seeds that played no part in choosing it."""

import sys
from collections.abc import Sequence

from runner.app.commands import only_name, run_command
from runner.base import answer
from runner.base.console import say
from runner.runs.result import failures

USAGE = """\
Measures how good the best setting of a sweep really is. The best of many scores is partly luck. So twelve fresh seeds
choose among the best five settings, and twelve others, which took no part in the choice, give the score to report: of
the chosen setting and of the default one, seed by seed.

  python -m runner.confirm                   the newest sweep in outputs/
  python -m runner.confirm SWEEP             this sweep: the name of its folder in outputs/, or a path

A search (search=random, search=tpe) has done so already. The new runs join the sweep in MLflow, with the tag `role`;
its tables and pictures still compare the old ones only, and its report begins with the result on fresh seeds.
`python -m runner.best` prints the command that trains the chosen setting."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code."""
    return run_command(_run, arguments, USAGE, reads=True)


def _run(arguments: Sequence[str]) -> int:
    from runner.app.confirming import confirm
    from runner.findings.document import sweep_of
    from runner.search.again import findings_of

    found, results = confirm(only_name(arguments, "sweep"))
    if results is None:
        findings = findings_of(found)
        answer.add("sweep", lambda: sweep_of(findings))
        say("\n".join(line for part in findings.parts for line in part.headline))
    elif error := failures(results):
        raise error
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
