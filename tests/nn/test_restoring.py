"""Ending with the best parameters instead of the last ones."""

from dataclasses import replace

import numpy as np
import pytest

from nn.stack import Trained
from nn.training import train
from tests.nn.building import BATCHES, Structure, build_stack

STEPS = (0, 1, 2, 3, 5, 8, 12)


def trained(batches: str, restore: bool, part: str = "validation", steps: tuple[int, ...] = STEPS) -> Trained:
    """Three runs, whose validation samples have the opposite targets after a while of training."""
    stack = build_stack(Structure(batches=batches, evaluations=steps), range(3))
    data = replace(stack.data, X_validation=stack.data.X_train, Y_validation=0.4 * stack.data.Y_train)
    stopping = replace(stack.stopping, watched=(f"{part}_cost", -1), restore_best=restore)
    return train(replace(stack, data=data, stopping=stopping))


@pytest.mark.parametrize("part", ["test", "validation"])
@pytest.mark.parametrize("batches", BATCHES)
def test_the_parameters_are_those_of_the_best_evaluation(batches, part):
    best = trained(batches, restore=True, part=part)
    watched = best.history[f"{part}_cost"]
    assert [STEPS[place] for place in watched.argmin(axis=1)] == best.best_step.tolist()
    for run, step in enumerate(best.best_step):
        if step > 0:
            until = trained(batches, restore=False, steps=tuple(one for one in STEPS if one <= step))
            assert best.parameters[run].tobytes() == until.parameters[run].tobytes()


@pytest.mark.parametrize("batches", BATCHES)
def test_without_it_the_last_parameters_are_kept_and_nothing_else_differs(batches):
    last, best = trained(batches, restore=False), trained(batches, restore=True)
    assert last.best_step.tolist() == last.last_step.tolist() == best.last_step.tolist()
    for series, values in last.history.items():
        assert values.tobytes() == best.history[series].tobytes()
    assert (best.best_step < best.last_step).any()
    assert not np.array_equal(last.parameters, best.parameters)


def test_where_what_is_watched_is_never_defined_the_last_parameters_are_kept():
    """The AUC of validation rows of a single class chose the first weights, which had learned nothing."""

    def undefined(restore: bool) -> Trained:
        stack = build_stack(Structure(evaluations=STEPS), range(3))
        data = replace(stack.data, X_validation=stack.data.X_train, Y_validation=stack.data.Y_train)
        stopping = replace(stack.stopping, watched=("validation_metric", 1), restore_best=restore)
        return train(replace(stack, data=data, stopping=stopping, metric=lambda a, t: np.full(len(a), np.nan)))

    found, last = undefined(restore=True), undefined(restore=False)
    assert found.best_step.tolist() == last.last_step.tolist() == [STEPS[-1]] * 3
    assert found.parameters.tobytes() == last.parameters.tobytes()
