"""What is confirmed of a sweep that is there: its best settings, the default, and seeds that no run has."""

import pytest

from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.overrides import swept_keys
from runner.runs.role import Role
from runner.runs.search_settings import ConfirmSettings
from runner.search.courses import confirming, default_of, fresh_replicates
from runner.search.racing import rehearsed
from tests.runner.building import plan_of, trained_all


def sweep_over(*jobs: str) -> Findings:
    plan = plan_of(*(tuple(one.split()) for one in jobs), first=("training.epochs=3",))
    results = [plan.by_index[one.index].named(one) for one in trained_all(plan)]
    keys = swept_keys([one.overrides for one in results])
    return Findings(About("s", "", "id"), results, {}, "parent", keys, {})


def test_fresh_seeds_are_those_after_the_last_and_have_the_folds_in_turn():
    assert fresh_replicates([("seed=3",), ("seed=0",)], 3) == [("seed=4",), ("seed=5",), ("seed=6",)]
    folds = [("data.fold=0", "seed=0"), ("data.fold=1", "seed=0")]
    assert fresh_replicates(folds, 3) == [
        ("data.fold=0", "seed=1"),
        ("data.fold=1", "seed=2"),
        ("data.fold=0", "seed=3"),
    ]


def test_the_default_of_a_sweep_is_what_its_settings_have_in_common():
    sweep = sweep_over("data=xor activation=tanh seed=0", "data=xor activation=relu seed=0")
    assert default_of(sweep) == ("training.epochs=3", "data=xor")


def test_the_best_settings_meet_on_fresh_seeds_and_others_are_for_the_chosen_one_and_the_default():
    jobs = [f"data=xor network.hidden=[{n}] seed={seed}" for n in (2, 3, 4, 5, 6, 7) for seed in (0, 1)]
    trials = rehearsed(confirming(sweep_over(*jobs), ConfirmSettings(), "mean", [True]))
    of = {role: [one for one in trials if one.role is role] for role in Role}
    assert len({one.setting for one in of[Role.CHOOSE]}) == 5 and len(of[Role.CHOOSE]) == 60
    assert {one.replicate for one in of[Role.CHOOSE]} == {(f"seed={n}",) for n in range(2, 14)}
    for role in (Role.CONFIRM, Role.DEFAULT):
        assert [one.replicate for one in of[role]] == [(f"seed={n}",) for n in range(14, 26)]
    assert {one.setting for one in of[Role.DEFAULT]} == {("training.epochs=3", "data=xor")}


def test_each_data_set_of_a_sweep_has_fresh_seeds_of_its_own_and_one_without_a_default_has_none():
    jobs = [f"data={data} activation={name}" for data in ("xor", "quadrants") for name in ("tanh", "relu")]
    sweep = sweep_over(*jobs)
    trials = rehearsed(confirming(sweep, ConfirmSettings(settings=2, seeds=6), "mean", [True, False]))
    kinds = [(one.setting[1], one.role) for one in trials]
    assert kinds.count(("data=xor", Role.DEFAULT)) == 6 and ("data=quadrants", Role.DEFAULT) not in kinds
    assert kinds.count(("data=quadrants", Role.CHOOSE)) == 12 and kinds.count(("data=quadrants", Role.CONFIRM)) == 6


@pytest.mark.parametrize("settings", [1, 2])
def test_a_single_setting_has_nothing_to_be_chosen_from(settings):
    sweep = sweep_over("data=xor activation=tanh", "data=xor activation=relu")
    trials = rehearsed(confirming(sweep, ConfirmSettings(settings=settings), "mean", [True]))
    assert any(one.role is Role.CHOOSE for one in trials) == (settings > 1)
