"""All measurements as Markdown: `python -m benchmarks [part ...] [--quick]`. RESULTS.md is what it printed."""

import argparse
import subprocess
import sys
from importlib import import_module

from benchmarks.programs import on_one_core
from benchmarks.tables import machine

PARTS = {
    "kernel": "Training kernel",
    "sweep": "Whole sweep",
    "first": "First result",
    "scale": "Clusters",
    "case-studies": "Case studies",
    "dry-run": "Dry runs beside real ones",
    "tracking": "Tracking",
}


def main() -> None:
    """Print the parts that were asked for, or all, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"what to measure: {', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a few seconds of everything, to see that it works")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: no such part; known are {', '.join(PARTS)}")
    if len(given.parts) != 1:
        print(f"# Results\n\n{machine()}\nMade by `python -m benchmarks`.\n", flush=True)
        for part in given.parts or PARTS:
            subprocess.run([sys.executable, "-m", "benchmarks", part, *["--quick"] * given.quick], check=True)
        return
    (part,) = given.parts
    if part == "kernel":
        on_one_core()
    print(f"## {PARTS[part]}\n", flush=True)
    for table in import_module(f"benchmarks.{part.replace('-', '_')}").tables(given.quick):
        print(table, flush=True)


if __name__ == "__main__":
    main()
