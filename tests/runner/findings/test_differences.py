"""A stored run is IDENTICAL only when nothing of it is other than what is trained again."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from runner.findings.numbers.differences import compare
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import trained


@cache
def run() -> RunResult:
    return trained("data=quadrants", "training.epochs=4", "training.evaluations=4")


def history(**changed: list[float]) -> RunResult:
    return replace(run(), history=run().history | {name.replace("_", "/"): column for name, column in changed.items()})


def rows(change) -> RunResult:
    return replace(run(), history={name: change(column) for name, column in run().history.items()})


def network(**changed) -> RunResult:
    return replace(run(), network=replace(run().network, **changed))


def scaling(**changed) -> RunResult:
    return network(scaling=replace(run().network.scaling, **changed))


CHANGED = {
    "a shorter history": (lambda: rows(lambda column: column[:-1]), "step"),
    "no history": (lambda: rows(lambda column: []), "step"),
    "a longer history": (lambda: rows(lambda column: [*column, column[-1]]), "step"),
    "other steps": (lambda: history(step=[step + 7 for step in run().history["step"]]), "step"),
    "a last bit of a cost": (
        lambda: history(train_cost=[*run().history["train/cost"][:-1], np.nextafter(run().finals["train/cost"], 9)]),
        "train/cost",
    ),
    "a series more": (lambda: history(train_other=[0.0] * len(run().history["step"])), "train/other"),
    "a last bit of a weight": (
        lambda: network(parameters=np.nextafter(run().network.parameters, np.inf)),
        "W1",
    ),
    "weights in other numbers": (lambda: network(parameters=run().network.parameters.astype(np.float32)), "W1"),
    "another scale of the inputs": (lambda: scaling(x_scale=run().network.scaling.x_scale * 1000), "x_scale"),
    "another scale of the target": (lambda: scaling(y_scale=1000.0), "y_scale"),
    "other classes": (lambda: network(structure=run().network.structure | {"classes": ["a", "b"]}), "classes"),
    "another outcome": (lambda: replace(run(), outcome=Outcome.CONVERGED), "outcome"),
    "another last step": (lambda: replace(run(), last_step=1), "last_step"),
    "another measure": (lambda: replace(run(), measures=dict.fromkeys(run().measures, 7.0)), "baseline/"),
}


def test_a_run_is_identical_to_itself():
    assert run().measures
    assert compare(run(), run()) is None


@pytest.mark.parametrize("what", CHANGED)
def test_whatever_is_different_is_found_and_named_whichever_side_has_it(what):
    change, name = CHANGED[what]
    for one, other in ((change(), run()), (run(), change())):
        found = compare(one, other)
        assert found is not None, what
        assert any(array.startswith(name) for array in found.arrays), found
        assert found.is_rounding == ("last bit" in what), found


def test_a_measure_that_is_gone_is_different_and_one_that_is_new_is_not():
    without = replace(run(), measures={})
    assert compare(run(), without).arrays[0].startswith("baseline/")
    assert compare(without, run()) is None  # an older version measured less


@pytest.mark.parametrize("what", CHANGED)
def test_the_digests_of_a_run_change_with_it(what):
    change, _ = CHANGED[what]
    assert change().digests != run().digests
