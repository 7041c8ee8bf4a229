"""Law 6 for the named cases: each composes, is a valid run, says what it is, and trains for two steps."""

import math

import pytest

from runner.base.paths import CONF
from tests.runner.building import config_of, loader, spec_of, trained

CASES = {path.stem: path for path in sorted((CONF / "case").glob("*.yaml"))}
SHORT = ("training.epochs=null", "training.steps=2", "training.evaluations=2", "tracking.plots=none")


def test_there_are_cases_and_all_are_offered():
    assert len(CASES) >= 14
    assert set(loader().get_group_options("case")) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_case_says_what_it_is_and_changes_the_config_as_a_whole(name):
    first, second = CASES[name].read_text().splitlines()[:2]
    assert first == "# @package _global_"
    assert second.startswith(f"# {name.partition('_')[0].upper()}")


@pytest.mark.parametrize("name", CASES)
def test_a_case_trains_for_two_steps(name):
    result = trained(f"case={name}", *SHORT)
    assert (result.outcome, result.last_step) == ("stopped", 2)
    assert list(result.history["step"]) == [0.0, 1.0, 2.0]
    assert all(math.isfinite(value) for value in result.finals.values())


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_a_start_that_further_overrides_change(name):
    plain, changed = spec_of(f"case={name}"), spec_of(f"case={name}", "seed=7", "fault=none")
    assert changed == plain.model_copy(update={"seed": 7, "fault": ()})
    assert spec_of("seed=7", "fault=none", f"case={name}") == changed
    assert {"case", "sweep"}.isdisjoint(config_of(f"case={name}"))


def test_all_cases_are_different_runs():
    assert len({spec_of(f"case={name}") for name in CASES}) == len(CASES)


def test_an_activation_can_be_chosen_beside_a_case():
    spec = spec_of("case=c0_a1", "activation=tanh")
    assert (spec.activation.name, spec.network.output, spec.loss.name) == ("tanh", "tanh", "tanh_matching")
