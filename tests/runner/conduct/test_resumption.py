"""What resuming a sweep would do, from its folder alone; tests/end_to_end/ resumes for real."""

from dataclasses import replace
from pathlib import Path

import pytest

from runner.conduct.resumption import Resumption, Way, look_at, what_changed
from runner.plan.plan import Plan
from runner.runs.about import About
from runner.runs.outcome import Outcome
from runner.store.folder import SweepFolder
from runner.store.plan_file import PlanFile
from tests.runner.building import plan_of, trained_all

ABOUT = About("name", "", "2026_a")
SHORT = ("data=xor", "training.epochs=2", "tracking.plots=none", "tracking.report=false")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(*((f"seed={seed}",) for seed in range(3)), first=SHORT)


@pytest.fixture
def folder(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SweepFolder:
    """A sweep of three runs of which the first is finished, the second failed, and the third is missing."""
    monkeypatch.chdir(tmp_path)
    folder = SweepFolder(Path("outputs") / "2026_a")
    folder.path.mkdir(parents=True)
    folder.write_plan(PlanFile.of(ABOUT, True, plan.settings, plan.runs))
    first, second, _ = trained_all(plan)
    folder.keep([first, replace(second, outcome=Outcome.FAILED, error="it is broken")])
    return folder


def resumption(folder: SweepFolder, failed_too: bool = False, is_apart: bool = False) -> Resumption:
    return look_at(folder, folder.read_plan(), failed_too, is_apart)


def test_what_is_missing_is_trained_and_what_failed_when_it_is_asked_for(folder: SweepFolder) -> None:
    found = resumption(folder)
    assert (found.failed, found.again, found.way) == ({1}, set(), Way.AS_IT_WAS)
    assert [run.index for run in found.missing] == [run.index for run in found.today.runs] == [2]
    assert [run.index for run in found.plan.runs] == [0, 1, 2]
    found = resumption(folder, failed_too=True)
    assert (found.again, [run.index for run in found.missing]) == ({1}, [1, 2])


def test_missing_runs_are_a_sweep_of_their_own_when_it_is_asked_for_and_there_are_some(
    folder: SweepFolder, plan: Plan
) -> None:
    assert resumption(folder, is_apart=True).way is Way.APART
    folder.keep(trained_all(plan)[2:])
    assert resumption(folder, is_apart=True).way is Way.AS_IT_WAS
    assert resumption(folder, failed_too=True, is_apart=True).way is Way.APART


def test_a_sweep_whose_missing_runs_another_one_has_is_left_while_that_is_there(
    folder: SweepFolder, plan: Plan
) -> None:
    folder.finish("2026_a_rest")
    assert resumption(folder).way is Way.AS_IT_WAS, "its folder was deleted"
    other = SweepFolder(Path("outputs") / "2026_a_rest")
    other.path.mkdir()
    other.write_plan(PlanFile.of(replace(ABOUT, sweep_id="2026_a_rest"), True, plan.settings, plan.runs))
    assert resumption(folder).way is Way.LEFT


def test_a_sweep_whose_code_has_changed_is_refused_unless_no_run_is_missing(folder: SweepFolder, plan: Plan) -> None:
    file = folder.read_plan()
    changed = replace(file, code=file.code | {"runner/data": "0"}, runs=[replace(run, key="old") for run in file.runs])
    found = look_at(folder, changed)
    assert (found.way, found.changed) == (Way.REFUSED, ["runner/data"])
    folder.keep([replace(result, key="old") for result in trained_all(plan)])
    assert look_at(folder, changed).way is Way.AS_IT_WAS


def test_changed_code_is_named_by_its_role_and_another_version_of_this_program_in_one_line(plan: Plan) -> None:
    file = PlanFile.of(ABOUT, True, plan.settings, plan.runs)
    old = [replace(run, key="another") for run in plan.runs]
    assert what_changed(file, plan.runs, plan) == []
    assert what_changed(replace(file, code=file.code | {"runner/data": "0"}), old, plan) == ["runner/data"]
    of_another = replace(file, code={"nn/training.py": "0", "runner/planning.py": "0"})
    assert what_changed(of_another, old, plan) == ["this program: the sweep began with another version of it"]
