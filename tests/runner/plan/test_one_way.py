"""Planning goes one way: of every part of it, one job enters each once, and what is wrong is put into words last."""

import sys
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import runner
from runner.base.errors import UserError
from runner.plan.plan import make_plan
from tests.runner.building import composer

ROOT = Path(runner.__file__).parent
CONDUCTORS = "plan/plan.py", "plan/reading.py", "plan/validation.py"
# Records, and what is asked by name, are wherever they are needed; these are where something is worked out.
PARTS = (
    "runs/settings.py", "plan/parts.py", "plan/memory.py", "runs/data.py", "plan/defaults.py", "plan/checks.py",
    "plan/first_weights.py", "plan/laws.py", "plan/metric_laws.py", "runs/explaining.py", "runs/identity.py",
)  # fmt: skip


def way_of(*overrides: str) -> list[str]:
    """The parts that a job is handed to while it is planned, in this order; one after itself is the same visit."""
    calls = list[tuple[str, str]]()

    def seen(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_back is not None:
            calls.append((frame.f_back.f_code.co_filename, frame.f_code.co_filename))

    jobs = [composer().compose(0, overrides)]
    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        make_plan(jobs)
    except UserError:
        pass
    finally:
        sys.setprofile(before)
    conductors = {str(ROOT / file) for file in CONDUCTORS}
    parts = {str(ROOT / file): file for file in PARTS}
    return [part for part, _ in groupby(parts[to] for of, to in calls if of in conductors and to in parts)]


@pytest.mark.parametrize(
    "overrides",
    [
        ("data=xor",),
        ("data=csv", "data.path=none.csv"),
        ("learning_rate=-1",),
        ("loss=binary_cross_entropy", "seed=-1"),
    ],
    ids=" ".join,
)
def test_a_job_enters_each_part_of_planning_once(overrides: tuple[str, ...]) -> None:
    way = way_of(*overrides)
    assert way == [part for part in PARTS if part in way]
    assert {"runs/settings.py", "plan/parts.py"} < set(way)
    assert ("runs/identity.py" in way) != ("runs/explaining.py" in way), "valid jobs have a key, others get words"


def test_only_the_data_of_a_warm_start_is_looked_at_between_defaults_and_checks() -> None:
    way = way_of("data=sine", "warm_start=[{samples:20}]")
    data = ["plan/memory.py", "runs/data.py"]
    assert way == [
        "runs/settings.py", "plan/parts.py", *data, "plan/defaults.py", *data, "plan/checks.py", "plan/laws.py",
        "plan/metric_laws.py", "runs/identity.py",
    ]  # fmt: skip
