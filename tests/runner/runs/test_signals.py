"""The signals of a run: what of a training they are, and how files hold them."""

from dataclasses import replace

import numpy as np
import pytest

from runner.runs.signals import columns_of, signals_of
from runner.train.training import train_task
from tests.runner.building import bits, plan_of, trained

FOUR = ["gradient_norm", "weight_norm", "moved", "dead"]
SHORT = ("training.steps=40", "training.evaluations=4", "tracking.plots=none")
COLUMNS = {"step": [0, 5], "moved/1": [0.0, 0.5], "moved/2": [0.0, 0.25], "dead/1": [0.0, 1.0]}


def test_a_run_has_the_four_signals_of_every_layer_at_its_evaluations_and_in_its_first_steps():
    signals = trained("data=quadrants", "network.hidden=[5,4]", "activation=relu", *SHORT).signals
    assert list(signals) == ["step", *FOUR]
    assert signals["step"].tolist() == [0, 1, 2, 4, 8, 10, 16, 20, 30, 32, 40]
    assert {name: signals[name].shape for name in FOUR} == dict.fromkeys(FOUR[:3], (11, 3)) | {"dead": (11, 2)}
    assert all(np.isfinite(signals[name]).all() and signals[name].dtype == np.float32 for name in FOUR)


def test_all_seven_are_recorded_of_a_run_that_is_trained_again_to_be_explained_with_the_same_bits():
    (task,) = plan_of(("data=xor", *SHORT)).tasks
    (usual,), (again,) = train_task(task), train_task(replace(task, all_signals=True))
    assert list(again.signals) == ["step", *FOUR, "saturated", "flat", "spread"]
    first_four = {name: values for name, values in again.signals.items() if name in usual.signals}
    assert bits(replace(again, signals=first_four)) == bits(usual)
    assert again.digests == usual.digests


def test_a_linear_network_has_no_units_to_ask_about():
    assert list(trained("data=sine", "network.hidden=[]", *SHORT).signals) == ["step", *FOUR[:3]]


def test_signals_are_those_of_the_last_phase_as_its_history_is():
    warm = trained("data=sine", "warm_start=[{noise:0.3}]", *SHORT)
    assert warm.signals["step"].tolist() == [0, 1, 2, 4, 8, 10, 16, 20, 30, 32, 40]
    assert warm.signals["moved"][0].tolist() == [0, 0]
    assert warm.signals["weight_norm"][0].tolist() != trained("data=sine", *SHORT).signals["weight_norm"][0].tolist()


def test_a_run_that_keeps_its_best_weights_has_signals_to_its_end():
    result = trained("data=sine", "training.patience=300", "training.restore_best=true", "seed=3", *SHORT)
    assert result.restored is not None
    assert result.signals["step"][-1] == result.last_step == 40


def test_a_run_that_diverges_has_signals_from_its_last_steps_before_the_end():
    result = trained("data=sine", "activation=relu", "learning_rate=1e9", *SHORT)
    assert result.outcome == "diverged" and result.last_step == 0
    steps, norms = result.signals["step"].tolist(), result.signals["weight_norm"]
    assert 0 < steps[-1] < 10, "it is over at the second evaluation, and the early steps show how"
    assert norms[-1].max() > 1e3 * norms[0].max()


def test_columns_are_named_by_signal_and_layer_and_become_the_signals_again():
    signals = signals_of(COLUMNS)
    assert signals["moved"].tolist() == [[0, 0], [0.5, 0.25]] and signals["dead"].tolist() == [[0], [1]]
    assert {name: column.tolist() for name, column in columns_of(signals).items()} == COLUMNS
    assert columns_of({}) == signals_of({}) == {}


@pytest.mark.parametrize("change", [{"moved/4": [0, 1]}, {"train/cost": [0, 1]}, {"cost": [0, 1]}, {"step": None}])
def test_other_columns_are_refused(change):
    columns = {name: values for name, values in (COLUMNS | change).items() if values is not None}
    with pytest.raises(ValueError, match="signals"):
        signals_of(columns)
