"""Rates that fall when a run no longer gets better: what they are, and that nothing but the run decides them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.optimizers import Optimizer, Step
from nn.registry import Array, Order
from nn.stack import Plateaus, Stack, Trained
from nn.training import train
from tests.nn.building import Structure, build_stack, changed, check_alone_and_together, difference
from tests.nn.components import label

EVALUATIONS = tuple(range(0, 31, 2))
STRUCTURE = Structure(schedule="plateau", evaluations=EVALUATIONS, optimizer="adam")
SEEDS = range(8)


def plateaus(runs: int, **settings: Any) -> Plateaus:
    values = {"factor": 0.5, "patience": 4.0, "threshold": 0.0, "least": 0.0} | settings
    watched = values.pop("watched", ("train_cost", -1))
    return Plateaus(**{name: np.full(runs, value) for name, value in values.items()}, watched=watched)


def trained(seeds: Sequence[int], structure: Structure = STRUCTURE, **changes: Any) -> Trained:
    return train(changed(build_stack(structure, seeds), **changes))


def constant_cost(stack: Stack) -> Stack:
    """A stack whose runs never move, so that their cost never gets better; a step subtracts 0."""

    def still(step: Step, state: list[Array]) -> Array:
        return 0 * step.rate * step.gradient

    return changed(stack, optimizer=Optimizer(still, slots=0), hyperparameters={})


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=label)
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_run_on_a_plateau_has_the_same_bits_alone_and_in_a_stack(order: Order, dtype: Any) -> None:
    together = check_alone_and_together(replace(STRUCTURE, order=order, dtype=dtype), SEEDS, SEEDS)
    falls = (np.diff(together.history["learning_rate"], axis=1) < 0).sum(axis=1)
    assert falls.max() > 1 and len(set(falls)) > 2, "rates should fall, and not of all runs alike"


def test_runs_with_other_schedules_in_the_stack_keep_their_bits() -> None:
    mixed = replace(STRUCTURE, schedule=None)
    with_it = build_stack(mixed, range(16))
    assert with_it.descent.plateaus is not None
    ordinary = np.flatnonzero(np.isinf(with_it.descent.plateaus.patience))
    found, without = train(with_it), trained(range(16), mixed, plateaus=None)
    assert len(ordinary) not in (0, 16)
    for run in ordinary:
        assert difference(found, run, without.of(run)) == []


def test_the_rate_of_a_run_does_not_change_when_its_neighbours_leave() -> None:
    all_along = trained(SEEDS)
    stop = np.where(np.arange(len(SEEDS)) % 2, all_along.history["train_cost"][:, 3], -np.inf)
    shortened = trained(SEEDS, stop_cost=stop)
    assert (shortened.last_step[1::2] < 30).all()
    for run in SEEDS[::2]:
        assert difference(shortened, run, all_along.of(run)) == []


@pytest.mark.parametrize("rates_ahead", [1, 3, 8])
def test_how_many_rates_are_prepared_at_once_changes_no_bit(rates_ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = trained(SEEDS)
    monkeypatch.setattr("nn.rates.RATES_AHEAD", rates_ahead)
    for run in SEEDS:
        assert difference(trained(SEEDS), run, usual.of(run)) == []


def test_a_cost_that_stays_halves_the_rate_whenever_patience_is_over_but_not_after_the_last_update() -> None:
    """Looked at every 2 steps with a patience of 4: it falls at 4, 8 and 12, and at 16 there is no update left."""
    stack = constant_cost(build_stack(replace(STRUCTURE, evaluations=tuple(range(0, 17, 2))), [0]))
    found = train(changed(stack, learning_rate=np.ones(1), plateaus=plateaus(1))).history["learning_rate"][0]
    assert found.tolist() == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125]


def test_no_rate_falls_below_its_least_share() -> None:
    stack = constant_cost(build_stack(STRUCTURE, [0]))
    changes = {"learning_rate": np.full(1, 2.0), "plateaus": plateaus(1, factor=0.1, least=0.25)}
    assert set(train(changed(stack, **changes)).history["learning_rate"][0]) == {2.0, 0.5}


def test_updates_have_the_rate_that_is_shown() -> None:
    """With a gradient that is 1 for ever, what a step subtracts is its rate."""

    def rate_alone(step: Step, state: list[Array]) -> Array:
        return np.ones_like(step.gradient) * step.rate

    structure = Structure((1, 1), bias=False, schedule="plateau", evaluations=EVALUATIONS)
    stack = changed(build_stack(structure, [0]), optimizer=Optimizer(rate_alone, slots=0), hyperparameters={})
    stack = changed(stack, learning_rate=np.ones(1), plateaus=plateaus(1, patience=2.0, factor=0.9))
    found = train(stack)
    shown = found.history["learning_rate"][0]
    assert len(set(shown)) > 3
    assert (stack.parameters - found.parameters).item() == pytest.approx(2 * shown[:-1].sum(), rel=1e-12)


def test_what_is_negative_gets_better_when_it_falls_further() -> None:
    """PyTorch takes a share of the value itself, so that any value is better than a negative one."""
    stack = constant_cost(build_stack(replace(STRUCTURE, evaluations=(0, 4, 8)), [0]))
    metric = changed(stack, plateaus=plateaus(1, threshold=0.1, watched=("train_metric", 1)), learning_rate=np.ones(1))
    negative = replace(metric, metric=lambda a, t: np.full(len(a), -2.0))
    assert train(negative).history["learning_rate"][0].tolist() == [1, 0.5, 0.5]


def test_a_metric_that_is_not_defined_has_not_become_worse() -> None:
    stack = constant_cost(build_stack(STRUCTURE, [0]))
    stack = changed(stack, plateaus=plateaus(1, watched=("train_metric", 1)), learning_rate=np.ones(1))
    undefined = replace(stack, metric=lambda a, t: np.full(len(a), np.nan))
    assert (train(undefined).history["learning_rate"] == 1).all()
