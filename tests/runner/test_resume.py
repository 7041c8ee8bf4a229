"""What `python -m runner.resume` says of code that is not that of the plan; tests/end_to_end/ resumes for real."""

from dataclasses import replace

from runner.resume import what_changed
from runner.runs.about import About
from runner.store.plan_file import PlanFile
from tests.runner.building import plan_of


def test_changed_code_is_named_by_its_role_and_another_version_of_this_program_in_one_line() -> None:
    plan = plan_of(("data=xor",))
    file = PlanFile.of(About("name", "", "2026_a"), True, plan.settings, plan.runs)
    old = [replace(run, key="another") for run in plan.runs]
    assert what_changed(file, plan.runs, plan) == []
    assert what_changed(replace(file, code=file.code | {"runner/data": "0"}), old, plan) == ["runner/data"]
    of_another = replace(file, code={"nn/training.py": "0", "runner/planning.py": "0"})
    assert what_changed(of_another, old, plan) == ["this program: the sweep began with another version of it"]
