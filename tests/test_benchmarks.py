"""The benchmarks run, in a short form: they cannot rot. What they measure here means nothing."""

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import hold_against
from benchmarks.against import ratios, worse
from benchmarks.markdown import markdown
from tests.end_to_end.program import ROOT, environment

PARTS = ("kernel", "signals", "sweep", "first", "scale", "case-studies", "tracking", "settings", "huge", "search")
IN_BROWSER = ("explorer",)


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


LONG = (
    "sweep",
    "first",
    "tracking",
    "scale",
    "settings",
    "huge",
    "search",
)  # many programs and servers take half a minute


def marked(part: str) -> Any:
    return pytest.param(
        part, marks=[*[pytest.mark.slow] * (part in LONG), *[pytest.mark.browser] * (part in IN_BROWSER)]
    )


@pytest.mark.parametrize("part", [marked(one) for one in (*PARTS, *IN_BROWSER)])
def test_every_part_prints_a_table_whose_cells_are_numbers_or_say_that_a_peer_is_missing(part: str) -> None:
    done = benchmark(part, "--quick")
    assert done.returncode == 0, done.stderr
    check_tables(done)


def check_tables(done: subprocess.CompletedProcess[str]) -> None:
    missing = dict(re.findall(r"^(.+) (?:is|are) not measured: (.*)$", done.stdout, re.MULTILINE))
    assert all("pip install" in why for why in missing.values())
    found = [table for table in done.stdout.split("\n\n") if table.startswith("|")]
    assert found
    for text in found:
        header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
        assert rows
        for row in rows:
            for name, cell in zip(header[1:], row[1:], strict=True):
                is_number = re.fullmatch(r"-?[0-9][0-9.,]*(e[+-][0-9]+)?", cell)
                assert is_number or (cell == "-" and any(peer in name for peer in missing)), (name, cell)


def test_a_part_that_does_not_exist_is_named_with_those_that_do() -> None:
    done = benchmark("kernels")
    assert done.returncode == 2
    assert "kernels: no such part" in done.stderr
    assert "planning, kernel, signals, sweep, first, scale, case-studies" in done.stderr


def test_a_table_lines_up() -> None:
    lines = markdown(["name", "n"], [["a", "1"], ["long name", "10,000"]]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1] == "| --------- | -----: |"


RESULTS = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
OLD = """## Training kernel

Microseconds per run-step, float64:

| layers | batch | runs | this | JAX | JAX / this | loop / this |
| -----: | ----: | ---: | ---: | --: | ---------: | ----------: |
|  1-6-1 |     1 |  256 | 14.6 | 2.9 |       0.20 |      132.39 |

## First result

First result:

| program                 | seconds | of the floor |
| ----------------------- | ------: | -----------: |
| python -m runner --help |    0.61 |         0.23 |

## Clusters

400 runs:

| executor | workers | times one |
| -------- | ------: | --------: |
| process  |       2 |      1.81 |
"""


def test_the_committed_results_have_ratios_of_planning_and_composing_and_of_peers() -> None:
    found = ratios(RESULTS)
    planning = [name for name in found if name.startswith("Composing and planning")]
    assert len(planning) == 6
    assert found["Training kernel: Microseconds per run-step, float64, 1-6-1 1 256, 'JAX / this'"][1] is True
    assert found["First result: First result, python -m runner --help, 'of the floor'"][1] is False
    assert len(found) > 60
    assert worse(RESULTS, RESULTS) == ([], len(found))


def test_equal_results_and_better_ones_are_not_worse() -> None:
    assert worse(OLD, OLD) == ([], 4)
    better = OLD.replace("132.39", "400.00").replace(" 0.23 |", " 0.11 |")
    assert better != OLD
    assert worse(OLD, better)[0] == []


@pytest.mark.parametrize(
    ("was", "now", "named"),
    [
        ("|       0.20 |      132.39 |", "|       0.20 |      105.00 |", "1-6-1 1 256, 'loop / this': 105, was 132.39"),
        ("|       0.20 |      132.39 |", "|       0.15 |      132.39 |", "1-6-1 1 256, 'JAX / this': 0.15, was 0.2"),
        ("|    0.61 |         0.23 |", "|    0.80 |         0.30 |", "--help, 'of the floor': 0.3, was 0.23"),
        ("|      1.81 |", "|      1.20 |", "process 2, 'times one': 1.2, was 1.81"),
    ],
)
def test_a_ratio_that_is_worse_by_a_quarter_is_named(was: str, now: str, named: str) -> None:
    assert OLD.count(was) == 1
    lines, _ = worse(OLD, OLD.replace(was, now))
    assert len(lines) == 1
    assert named in lines[0]


def test_what_is_worse_only_once_is_not_worse() -> None:
    slower = OLD.replace("132.39 |", "105.00 |"), OLD.replace("|      1.81 |", "|      1.20 |")
    assert [len(worse(OLD, one)[0]) for one in slower] == [1, 1] and worse(OLD, *slower) == ([], 4)


def test_a_little_worse_and_slower_machines_are_accepted() -> None:
    a_little = OLD.replace("132.39 |", "110.00 |").replace("| 14.6 |", "|  999 |")
    assert a_little.count("999") == 1 and worse(OLD, a_little)[0] == []


def test_planning_is_compared_with_an_old_result_by_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = (
        "## Composing and planning\n\nMilliseconds of processor time:\n\n| step | ms a job | of a file |\n|--|--|--|\n"
    )
    slow, quick = (f"{table}| validate and plan | 9 | {ratio} |\n" for ratio in ("90", "0.0001"))
    (tmp_path / "quick").write_text(quick)
    done = benchmark("planning", "--quick", "--against", str(tmp_path / "quick"))
    assert done.returncode == 1, done.stderr
    assert "validate and plan, 'of a file'" in done.stderr
    check_tables(done)
    assert done.stdout.count("## Composing and planning\n") == 2 and "measured once more" in done.stdout
    assert hold_against(slow, [done.stdout], "slow") == 0
    assert hold_against("nothing", [done.stdout], "other") == 1
    assert "other has none of these ratios, so nothing was compared" in capsys.readouterr().err
    missing = benchmark("planning", "--against", str(tmp_path / "none"))
    assert missing.returncode == 2
    assert "No such file" in missing.stderr


@pytest.mark.parametrize(
    "file", sorted((ROOT / "benchmarks" / "diagnosis").glob("[a-z]*.py")), ids=lambda file: file.stem
)
def test_every_module_of_the_benchmark_of_diagnoses_can_be_imported(file: Path) -> None:
    importlib.import_module(f"benchmarks.diagnosis.{file.stem}")
