"""A sweep's folder that a person chose (`hydra.sweep.dir=out`), and chooses again."""

from dataclasses import replace
from pathlib import Path

import pytest

from runner.about import About
from runner.errors import UserError
from runner.folder import PlanFile, SweepFolder
from tests.runner.building import trained

PLAN = PlanFile(About("first", "", "1"), True, {}, "sqlite:///mlflow.db", {}, [{"index": 0}])
OTHER = replace(PLAN, about=About("second", "", "2"))


def test_a_second_sweep_in_the_folder_of_one_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path)
    folder.write_plan(PLAN)
    with pytest.raises(UserError, match="has a sweep that is not finished"):
        SweepFolder(tmp_path).write_plan(OTHER)
    assert folder.read_plan() == PLAN
    folder.write_plan(replace(PLAN, runs=[*PLAN.runs, {"index": 1}]))
    assert len(folder.read_plan().runs) == 2, "the same sweep may come with more runs"


def test_a_second_sweep_in_the_folder_of_one_that_is_finished_does_not_take_its_results(tmp_path: Path) -> None:
    folder, old = SweepFolder(tmp_path), trained("data=xor", "training.epochs=2")
    folder.write_plan(PLAN)
    folder.keep([old])
    folder.finish()
    again = SweepFolder(tmp_path)
    again.write_plan(OTHER)
    assert again.is_unfinished
    assert again.results({0: "another key"}) == ({}, [])
    new = replace(old, key="another key")
    again.keep([new])
    found, damaged = again.results({0: "another key"})
    assert found.keys() == {0} and not damaged
    assert found[0].key == "another key"
    assert again.results({0: old.key})[0][0].key == old.key, "nothing was overwritten"
