"""How runs end, and what is kept of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nn.batches import FullBatches
from nn.optimizers import OPTIMIZERS
from nn.registry import Array
from nn.stack import SERIES, Stack, Trained
from nn.training import train
from tests.nn.building import BATCHES, Structure, build_stack, changed
from tests.nn.components import label

STEPS = (0, 1, 2, 3, 5, 8, 12)
LINEAR = Structure(sizes=(2, 1), batches="full", schedule="constant", evaluations=STEPS)
STRUCTURES = [
    Structure(optimizer=optimizer, batches=batches, evaluations=STEPS)
    for optimizer in OPTIMIZERS
    for batches in BATCHES
]
any_structure = pytest.mark.parametrize("structure", STRUCTURES, ids=lambda one: f"{one.optimizer}-{one.batches}")


def trained(structure: Structure, seeds: Any = (1,), **changes: Any) -> Trained:
    return train(changed(build_stack(structure, seeds), **changes))


def unreachable_test_set(stack: Stack) -> Array:
    """Test targets that equal the first outputs, so that the test cost is never better than at step 0."""
    assert stack.data.X_test is not None
    return stack.network.predict(stack.parameters, stack.data.X_test)


def measured_steps(result: Trained, run: int = 0) -> list[int]:
    return [step for step, cost in zip(STEPS, result.history["train_cost"][run], strict=True) if np.isfinite(cost)]


@any_structure
def test_a_run_that_uses_its_budget_is_measured_at_every_evaluation_from_first_to_last(structure: Structure) -> None:
    result = trained(structure, range(3))
    assert result.outcomes == ["stopped"] * 3
    assert result.last_step.tolist() == [12] * 3
    assert tuple(result.history) == SERIES
    for series in result.history.values():
        assert series.shape == (3, len(STEPS))
        assert np.isfinite(series).all()


@any_structure
def test_evaluating_more_often_changes_nothing_but_the_number_of_points(structure: Structure) -> None:
    """But for rates that fall at evaluations."""
    often, seldom = (trained(replace(structure, evaluations=at), plateaus=None) for at in (STEPS, (0, 5, 12)))
    assert often.parameters.tobytes() == seldom.parameters.tobytes()
    for name, series in seldom.history.items():
        assert series.tobytes() == often.history[name][:, [0, 4, 6]].tobytes()


@any_structure
def test_the_first_point_is_the_untrained_network_and_the_last_the_kept_one(structure: Structure) -> None:
    stack = build_stack(structure, [1])
    result, network = train(stack), stack.network
    for point, parameters in ((0, stack.parameters), (-1, result.parameters)):
        for X, Y, name in (
            (stack.data.X_train, stack.data.Y_train, "train"),
            (stack.data.X_test, stack.data.Y_test, "test"),
        ):
            outputs = network.predict(parameters, X)
            cost = (0.5 * (outputs - Y) ** 2).sum(axis=2).mean()
            assert result.history[f"{name}_cost"][0, point] == pytest.approx(cost, rel=1e-12)
            root = np.sqrt(((outputs - Y) ** 2).mean())
            assert result.history[f"{name}_metric"][0, point] == pytest.approx(root, rel=1e-12)


def test_training_leaves_the_arrays_of_the_stack_as_they_were() -> None:
    stack = build_stack(Structure(extras=("l2", "clip_norm")), range(3))
    arrays = {name: value for name, value in vars(stack).items() if isinstance(value, np.ndarray)}
    before = {name: value.tobytes() for name, value in arrays.items()}
    train(stack)
    assert [name for name, value in arrays.items() if value.tobytes() != before[name]] == []


def test_without_a_test_set_its_series_are_nan_and_the_others_are_not() -> None:
    for name, series in trained(replace(LINEAR, n_test=0)).history.items():
        assert np.isnan(series).all() == name.startswith("test")
        assert np.isnan(series).any() == name.startswith("test")


@pytest.mark.parametrize("point", [0, 1, 3, 5])
def test_a_run_converges_at_the_first_evaluation_whose_cost_is_at_its_threshold(point: int) -> None:
    costs = trained(LINEAR).history["train_cost"][0]
    assert (np.diff(costs) < 0).all(), "the cost of this run should fall all along"
    result = trained(LINEAR, stop_cost=costs[[point]])
    assert result.outcomes == ["converged"]
    assert result.last_step == [STEPS[point]]
    assert measured_steps(result) == list(STEPS[: point + 1])


@any_structure
def test_a_converged_run_keeps_the_parameters_of_the_step_at_which_it_stopped(structure: Structure) -> None:
    costs = trained(structure).history["train_cost"][0]
    point = int(costs.argmin())
    result = trained(structure, stop_cost=costs[[point]])
    shorter = trained(
        replace(structure, evaluations=STEPS[: point + 1]), schedules=build_stack(structure, [1]).descent.schedules
    )
    assert result.last_step == [STEPS[point]]
    assert result.parameters.tobytes() == shorter.parameters.tobytes()


def test_a_run_that_reaches_its_threshold_at_the_very_end_has_converged() -> None:
    costs = trained(LINEAR).history["train_cost"][0]
    result = trained(LINEAR, stop_cost=costs[[-1]])
    assert (result.outcomes, result.last_step.tolist()) == (["converged"], [12])


@pytest.mark.parametrize(("patience", "last"), [(1, 1), (2, 2), (3, 3), (4, 5), (5, 5), (6, 8), (12, 12), (100, 12)])
def test_a_run_loses_patience_at_the_first_evaluation_that_many_steps_after_its_best(patience: int, last: int) -> None:
    # By hand from STEPS: the best test cost is at step 0, so the run stops at the first evaluation >= patience.
    test_set = unreachable_test_set(build_stack(LINEAR, [1]))
    result = trained(LINEAR, Y_test=test_set, patience=np.array([patience]))
    assert result.outcomes == ["stopped"]
    assert result.last_step == [last]
    assert measured_steps(result) == [step for step in STEPS if step <= last]


def test_patience_counts_anew_from_every_better_test_cost() -> None:
    costs = trained(LINEAR).history["test_cost"][0]
    assert (np.diff(costs) < 0).all(), "the test cost of this run should fall all along"
    # The widest gap between two evaluations is 4 steps: a patience of 5 is never used up while the cost falls.
    assert trained(LINEAR, patience=np.array([5.0])).last_step == [12]


def test_a_test_cost_that_stands_still_uses_patience_up() -> None:
    result = trained(LINEAR, learning_rate=np.array([0.0]), patience=np.array([3.0]))
    assert len(set(result.history["test_cost"][0, :4])) == 1
    assert result.last_step == [3]


def test_a_run_that_reaches_its_threshold_and_loses_patience_at_once_has_converged() -> None:
    stack = build_stack(LINEAR, [1])
    costs = train(stack).history["train_cost"][0]
    result = trained(LINEAR, Y_test=unreachable_test_set(stack), patience=np.array([2.0]), stop_cost=costs[[2]])
    assert (result.outcomes, result.last_step.tolist()) == (["converged"], [2])


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=label)
@any_structure
def test_a_diverged_run_is_finite_up_to_its_last_step_and_nan_after_it(structure: Structure, dtype: Any) -> None:
    """The update of step 4 is so large that any cost overflows; the evaluation at step 5 finds that."""
    structure, large = replace(structure, dtype=dtype), float(np.finfo(dtype).max) ** 0.75
    result = trained(structure, schedules=[lambda steps: np.where(steps < 4, 1.0, large)])
    assert result.outcomes == ["diverged"]
    assert result.last_step == [3]
    for series in result.history.values():
        assert np.isfinite(series[0, :4]).all()
        assert np.isnan(series[0, 4:]).all()
    until_then = trained(replace(structure, evaluations=STEPS[:4]), schedules=[np.ones_like])
    assert np.isfinite(result.parameters).all()
    assert result.parameters.tobytes() == until_then.parameters.tobytes()


def test_a_linear_network_with_too_large_a_rate_diverges_and_its_neighbour_does_not() -> None:
    structure = replace(LINEAR, evaluations=(*range(20), 2000))
    result = trained(structure, (1, 2), learning_rate=np.array([50.0, 0.1]))
    assert result.outcomes == ["diverged", "stopped"]
    assert 0 < result.last_step[0] < result.last_step[1] == 2000
    costs = result.history["train_cost"][0]
    assert (np.diff(costs[np.isfinite(costs)]) > 0).all()


@pytest.mark.parametrize("factor", [1.0, 1e-60, 1e60])
def test_a_run_whose_finite_cost_is_hopelessly_above_its_first_has_diverged(factor: float) -> None:
    """Whatever the unit of the targets is, the last cost is 10^20 times the first, and one step earlier far below."""

    def result(second: float) -> Trained:
        stack = build_stack(replace(LINEAR, evaluations=(0, 1, 2)), [1])
        arrays = {"parameters": stack.parameters * factor, "Y_train": stack.data.Y_train * factor}
        arrays["Y_test"] = stack.data.Y_test * factor
        batches = FullBatches(stack.data.X_train, arrays["Y_train"], "C")
        rates = [lambda steps: np.where(steps < 1, 1e-3, second)]
        return train(changed(stack, **arrays, batches=batches, schedules=rates, learning_rate=np.ones(1)))

    hopeless = result(1e10)
    assert (hopeless.outcomes, hopeless.last_step.tolist()) == (["diverged"], [1])
    usual = result(1e3)
    assert (usual.outcomes, usual.last_step.tolist()) == (["stopped"], [2])


def test_a_run_that_leaves_a_perfect_start_has_not_diverged() -> None:
    stack = build_stack(replace(LINEAR, n_test=0), [1])
    outputs = stack.network.predict(stack.parameters, stack.data.X_train)
    off = FullBatches(stack.data.X_train, outputs + 1e-3, "C")  # learned from targets that are a little different
    result = train(changed(stack, Y_train=outputs, batches=off, learning_rate=np.array([0.1])))
    first, last = result.history["train_cost"][0, [0, -1]]
    assert first < 1e-30 and last > 2.0**52 * first
    assert result.outcomes == ["stopped"]


def test_a_run_that_starts_with_nan_has_diverged_at_step_0_and_nothing_measured() -> None:
    stack = build_stack(LINEAR, [1, 2])
    stack.parameters[0, 0] = np.nan
    result = train(stack)
    assert result.outcomes == ["diverged", "stopped"]
    assert measured_steps(result, 0) == []
    assert result.last_step.tolist() == [0, 12]


def test_a_run_whose_test_cost_overflows_has_diverged_even_below_its_threshold() -> None:
    stack = build_stack(LINEAR, [1])
    assert stack.data.X_test is not None
    result = train(changed(stack, X_test=stack.data.X_test * 1e200, stop_cost=np.array([np.inf])))
    assert result.outcomes == ["diverged"]
    assert measured_steps(result) == []


def test_training_ends_early_when_every_run_has_left() -> None:
    class Counting:
        def __init__(self, stack: Stack) -> None:
            self.inner, self.order, self.steps = stack.batches, stack.batches.order, 0

        def ahead(self, steps: int) -> Any:
            self.steps += 1
            return self.inner.ahead(1)

        def keep(self, rows: Any) -> None:
            self.inner.keep(rows)

    stack = build_stack(LINEAR, [1, 2])
    counting = Counting(stack)
    train(changed(stack, batches=counting, patience=np.array([2.0, 3.0]), Y_test=unreachable_test_set(stack)))
    assert counting.steps == 3


def test_whoever_listens_hears_of_every_evaluation_and_changes_nothing() -> None:
    structure, heard = Structure(evaluations=STEPS), list[int]()
    watched = train(build_stack(structure, [1]), heard.append)
    assert tuple(heard) == STEPS
    assert watched.parameters.tobytes() == trained(structure).parameters.tobytes()
