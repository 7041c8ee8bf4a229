"""All measurements as Markdown: `python -m benchmarks [part ...] [--quick]`. RESULTS.md is what it printed.

`--against benchmarks/RESULTS.md` fails where a ratio is worse by a quarter than it was there, twice in a row.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.against import worse
from benchmarks.markdown import machine
from benchmarks.programs import on_one_core

PARTS = {
    "planning": "Composing and planning",
    "kernel": "Training kernel",
    "signals": "Signals",
    "sweep": "Whole sweep",
    "first": "First result",
    "scale": "Clusters",
    "case-studies": "Case studies",
    "dry-run": "Dry runs beside real ones",
    "tracking": "Tracking",
    "settings": "Settings in MLflow",
    "explorer": "The page that shows a sweep learning",
    "huge": "A hundred thousand runs",
    "tables": "Tables beside scikit-learn",
    "diagnosis": "Diagnosis",
    "search": "Searches beside each other",
}
# What they printed is in docs/tables.md, benchmarks/DIAGNOSIS.md, docs/scale.md and benchmarks/SEARCH.md.
ON_REQUEST = ("tables", "diagnosis", "huge", "search")
TIMES = [part for part in PARTS if part not in ON_REQUEST]


def main() -> int:
    """Print the parts that were asked for, or all, each in a process of its own; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = f"what to measure: {', '.join(PARTS)}; all but {', '.join(ON_REQUEST)} by default"
    parser.add_argument("parts", nargs="*", metavar="part", help=known)
    parser.add_argument("--quick", action="store_true", help="a few seconds of everything, to see that it works")
    parser.add_argument("--against", metavar="FILE", help="fail where a ratio is worse by a quarter than in this file")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: no such part; known are {', '.join(PARTS)}")
    try:
        old = Path(given.against).read_text(encoding="utf-8") if given.against else None
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"--against {given.against} cannot be read: {error}")
    new = [_measured(given.parts, given.quick)]
    if old is None:
        return 0
    if worse(old, *new)[0]:
        print("some ratios are worse, perhaps because the machine was busy: measured once more\n", flush=True)
        new.append(_measured(given.parts, given.quick))
    return hold_against(old, new, given.against)


def _measured(parts: Sequence[str], quick: bool) -> str:
    return _of_one(parts[0], quick) if len(parts) == 1 else _of_many(parts or TIMES, quick)


def _of_one(part: str, quick: bool) -> str:
    """Measure one part here."""
    if part in ("kernel", "signals"):
        on_one_core()
    said = [f"## {PARTS[part]}\n"]
    print(said[0], flush=True)
    for table in import_module(f"benchmarks.{part.replace('-', '_')}").tables(quick):
        print(table, flush=True)
        said.append(table)
    return "\n".join(said)


def _of_many(parts: Iterable[str], quick: bool) -> str:
    """Measure each part in a process of its own."""
    print(f"# Results\n\n{machine()}\nMade by `python -m benchmarks`.\n", flush=True)
    said = []
    for part in parts:
        command = [sys.executable, "-m", "benchmarks", part, *["--quick"] * quick]
        said.append(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        print(said[-1], end="", flush=True)
    return "\n".join(said)


def hold_against(old: str, new: Sequence[str], name: str) -> int:
    """Say which ratios are worse than in the old results, whose name is given; returns the exit code."""
    lines, compared = worse(old, *new)
    for line in lines:
        print(f"worse than in {name}: {line}", file=sys.stderr)
    if not compared:
        print(f"{name} has none of these ratios, so nothing was compared", file=sys.stderr)
    elif not lines:
        print(f"none of {compared} ratios is worse by a quarter than in {name}")
    return 1 if lines or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
