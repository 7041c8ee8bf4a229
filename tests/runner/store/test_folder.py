"""A sweep's folder: chosen by the user (`hydra.sweep.dir=out`) and chosen again, changed by hand, damaged."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.base.errors import UserError
from runner.runs.about import About
from runner.runs.planned import PlannedRun
from runner.runs.result import load, save
from runner.runs.spec import to_plain
from runner.store.folder import SweepFolder
from runner.store.plan_file import PlanEntry, PlanFile
from tests.runner.building import bits, spec_of, trained

JOB = ("data=xor", "training.epochs=2")
SPEC = to_plain(spec_of(*JOB))
ENTRY = PlanEntry(0, "key", ("seed=0",), {key: value for key, value in SPEC.items() if key != "seed"}, 0)
RUN = {"index": 0, "key": "key", "overrides": ["seed=0"], "spec": 0, "seed": 0}
PLAN = PlanFile(About("first", "", "1"), True, {}, "sqlite:///mlflow.db", {}, [ENTRY])
OTHER = replace(PLAN, about=About("second", "", "2"))


def written(folder: SweepFolder) -> bytes:
    folder.write_plan(PLAN)
    return folder.plan_content


def planned(key: str, *overrides: str) -> PlannedRun:
    return PlannedRun(0, key, overrides, spec_of(*JOB))


def test_a_second_sweep_in_the_folder_of_one_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    folder.write_plan(PLAN)
    with pytest.raises(UserError, match="has a sweep that is not finished"):
        SweepFolder(tmp_path).write_plan(OTHER)
    assert folder.read_plan() == PLAN
    folder.write_plan(replace(PLAN, runs=[ENTRY, replace(ENTRY, index=1)]))
    assert len(folder.read_plan().runs) == 2, "the same sweep may come with more runs"


def test_a_second_sweep_in_the_folder_of_one_that_is_finished_does_not_take_its_results(tmp_path: Path) -> None:
    folder, old = SweepFolder(tmp_path), replace(trained(*JOB), overrides=("seed=0",))
    folder.write_plan(PLAN)
    folder.keep([old])
    folder.finish()
    again = SweepFolder(tmp_path)
    again.write_plan(OTHER)
    assert again.is_unfinished
    assert again.results([planned("another key")]) == ({}, [])
    again.keep([replace(old, key="another key")])
    found, damaged = again.results([planned("another key")])
    assert [result.key for result in found.values()] == ["another key"] and not damaged
    same, _ = again.results([planned(old.key, "learning_rate=0.1", "seed=0")])
    assert same[0].overrides == ("learning_rate=0.1", "seed=0"), "those of this sweep, not of the one before"
    assert bits(same[0]) == bits(replace(old, overrides=same[0].overrides))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"runs": [RUN, RUN]}, "the same index"),
        ({"runs": [RUN | {"index": -1}]}, "runs.0.index"),
        ({"runs": [RUN | {"index": 1.5}]}, "runs.0.index"),
        ({"runs": [RUN | {"overrides": None}]}, "runs.0.overrides"),
        ({"runs": [RUN | {"spec": None}]}, "runs.0.spec"),
        ({"runs": [RUN | {"spec": 1}]}, "lacks the spec of a run"),
        ({"runs": [RUN | {"seed": -1}]}, "runs.0.seed"),
        ({"specs": [1]}, "specs.0"),
        ({"runs": [{"index": 0}]}, "runs.0.key"),
        ({"runs": None}, "runs"),
        ({"runs": [1]}, "runs.0"),
        ({"store": None}, "store"),
        ({"about": {}}, "about.name"),
        ({"format": 1}, "another version"),
        ({"settings": {"quiet": True}}, "it was changed after it was written"),
        ({"runs": [RUN | {"key": "0"}]}, "it was changed after it was written"),
    ],
    ids=str,
)
def test_a_plan_that_was_changed_by_hand_is_refused_with_its_folder(tmp_path, change, words):
    folder = SweepFolder(tmp_path)
    plain = json.loads(written(folder)) | change
    (tmp_path / "plan.json").write_text(json.dumps(plain))
    with pytest.raises(UserError, match="cannot be used: ") as caught:
        folder.read_plan()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_plan_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("[" * 200_000)
    with pytest.raises(UserError, match="cannot be used"):
        SweepFolder(tmp_path).read_plan()


def test_a_pipe_in_place_of_a_plan_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.json")
    with pytest.raises(UserError, match="no plan that can be read: Not a regular file"):
        SweepFolder(tmp_path).read_plan()
    with pytest.raises(OSError, match="Not a regular file"):
        _ = SweepFolder(tmp_path).plan_content


def test_a_plan_of_a_version_without_a_seal_is_read(tmp_path: Path) -> None:
    plain = json.loads(written(SweepFolder(tmp_path)))
    del plain["seal"]
    (tmp_path / "plan.json").write_text(json.dumps(plain))
    assert SweepFolder(tmp_path).read_plan() == PLAN


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_plan_of_the_version_before_is_read_and_its_change_noticed(tmp_path: Path, is_sealed: bool) -> None:
    plain = json.loads(written(SweepFolder(tmp_path)))
    del plain["seal"], plain["specs"]
    seeds = range(3)
    runs = [{"index": seed, "key": f"key {seed}", "overrides": [], "spec": SPEC | {"seed": seed}} for seed in seeds]
    content = json.dumps(plain | {"format": 2, "runs": runs}).encode()
    seal = b',"seal":"' + hashlib.sha256(content).hexdigest().encode() + b'"}'
    (tmp_path / "plan.json").write_bytes(content[:-1] + seal if is_sealed else content)
    plan = SweepFolder(tmp_path).read_plan()
    assert [run.spec for run in plan.runs] == [run["spec"] for run in runs]
    assert len({id(run.but_seed) for run in plan.runs}) == 1
    assert [run.spec for run in plan.planned] == [spec_of(*JOB, f"seed={seed}") for seed in seeds]
    if is_sealed:
        (tmp_path / "plan.json").write_bytes((content[:-1] + seal).replace(b'"key 1"', b'"key 9"'))
        with pytest.raises(UserError, match="it was changed after it was written"):
            SweepFolder(tmp_path).read_plan()


@pytest.mark.parametrize("change", [{"runs": None}, {"runs": [1]}, {"runs": [{"spec": 3}]}, {"runs": [{"spec": {}}]}])
def test_a_plan_of_the_version_before_that_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    plain = json.loads(written(SweepFolder(tmp_path)))
    del plain["seal"], plain["specs"]
    (tmp_path / "plan.json").write_text(json.dumps(plain | {"format": 2} | change))
    with pytest.raises(UserError, match="cannot be used: runs"):
        SweepFolder(tmp_path).read_plan()


def test_what_stands_where_results_are_written_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    folder = SweepFolder(tmp_path / "sweep")
    (tmp_path / "sweep" / "stacks").mkdir(parents=True)
    for name in (".plan.json.partial", "stacks/.00000.npz.partial"):
        (tmp_path / "sweep" / name).symlink_to(tmp_path / "precious")
    os.mkfifo(tmp_path / "sweep" / "stacks" / "zz.npz")
    folder.write_plan(PLAN)
    result = trained(*JOB)
    folder.keep([result])
    assert (tmp_path / "precious").read_text() == "mine"
    found, damaged = folder.results([planned(result.key)])
    assert found.keys() == {0} and not damaged, "a pipe is not waited for"


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_a_file_of_results_with_one_wrong_bit_gives_the_same_results_or_is_named(tmp_path, place, bit):
    path = tmp_path / "00000.npz"
    if not path.exists():
        save(path, [trained(*JOB)])
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[place % len(whole)] ^= 1 << bit
    path.with_name("damaged.npz").write_bytes(damaged)
    try:
        (found,) = load(path.with_name("damaged.npz"))
    except ValueError:
        return
    assert bits(found) == bits(load(path)[0])


def test_new_results_win_over_old_ones_whatever_files_have_gone(tmp_path: Path) -> None:
    folder, result = SweepFolder(tmp_path), trained(*JOB)
    for error in ("first", "second"):
        folder.keep([replace(result, error=error)])
    (tmp_path / "stacks" / "00000.npz").unlink()
    SweepFolder(tmp_path).keep([replace(result, error="third")])
    found, _ = folder.results([planned(result.key)])
    assert found[0].error == "third"


def test_results_of_hydras_own_launchers_are_older_than_those_of_a_resume(tmp_path: Path) -> None:
    """Their names, `job-00000.npz`, would come last in the alphabet."""
    folder, result = SweepFolder(tmp_path), trained(*JOB)
    save(tmp_path / "stacks" / "job-00000.npz", [replace(result, error="of the first launcher")])
    folder.keep([replace(result, error="of the resume")])
    found, _ = folder.results([planned(result.key)])
    assert found[0].error == "of the resume"


def test_results_of_more_than_a_hundred_thousand_files_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    folder, result = SweepFolder(tmp_path), trained(*JOB)
    save(tmp_path / "stacks" / "99999.npz", [replace(result, error="older")])
    folder.keep([replace(result, error="newer")])
    found, _ = folder.results([planned(result.key)])
    assert found[0].error == "newer"
