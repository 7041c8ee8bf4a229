"""Law 2 where it is hardest: neighbours converge, lose patience or diverge in the middle and leave the stack."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nn.optimizers import OPTIMIZERS
from nn.registry import Order
from nn.stack import Stack, Trained
from nn.training import train
from tests.nn.building import BATCHES, EXTRAS, Structure, build_stack, changed
from tests.nn.components import label
from tests.nn.covering import covering
from tests.nn.sameness import difference

FATES = ("continues", "converges", "loses patience", "diverges")
EVALUATIONS = (0, 2, 4, 6, 8, 13)


def fate_of(seed: int) -> str:
    return FATES[seed % len(FATES)]


def explosion(step: int, dtype: Any) -> Any:
    """A schedule that is 1 until a step and then so large that any cost overflows."""
    large = float(np.finfo(dtype).max) ** 0.75
    return lambda steps: np.where(steps < step, 1.0, large)


def fated_stack(structure: Structure, seeds: Sequence[int]) -> Stack:
    """Runs that stay or leave, by their seed alone. Who converges does so at the cost it has at evaluation 2 or 3."""
    stack = build_stack(structure, seeds)
    assert stack.data.X_test is not None
    assert stack.data.Y_test is not None
    first_outputs = stack.network.predict(stack.parameters, stack.data.X_test)
    costs = train(build_stack(structure, seeds)).history["train_cost"]
    fates = [fate_of(seed) for seed in seeds]
    stop_cost = [costs[i, 2 + seed % 2] if fates[i] == "converges" else -np.inf for i, seed in enumerate(seeds)]
    impatient = np.array([fate == "loses patience" for fate in fates])
    schedules = [
        explosion(3 + seed % 5, structure.dtype) if fate == "diverges" else stack.descent.schedules[i]
        for i, (seed, fate) in enumerate(zip(seeds, fates, strict=True))
    ]
    return changed(
        stack,
        stop_cost=np.array(stop_cost),
        patience=np.where(impatient, 3 + np.array(seeds) % 5, np.inf),
        # The first outputs as targets of the test set: its cost is 0 at the start and never better.
        Y_test=np.where(impatient[:, np.newaxis, np.newaxis], first_outputs, stack.data.Y_test),
        schedules=schedules,
    )


def trained(structure: Structure, seeds: Sequence[int]) -> Trained:
    return train(fated_stack(structure, seeds))


def assert_the_same_alone(structure: Structure, seeds: Sequence[int], together: Trained) -> None:
    found = {seed: difference(together, index, trained(structure, [seed])) for index, seed in enumerate(seeds)}
    assert {seed: what for seed, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("optimizer", "batches", "order", "dtype", "dropout"),
    covering(list(OPTIMIZERS), BATCHES, ("C", "F"), (np.float64, np.float32), (False, True)),
    ids=label,
)
def test_a_run_keeps_its_bits_when_its_neighbours_leave(
    optimizer: str, batches: str, order: Order, dtype: Any, dropout: bool
) -> None:
    structure = Structure(
        order=order,
        optimizer=optimizer,
        batches=batches,
        dtype=dtype,
        evaluations=EVALUATIONS,
        schedule="constant",
        extras=("l2",),
        online=True,
        dropout=dropout,
    )
    seeds = range(16)
    together = trained(structure, seeds)
    left = {seed for seed in seeds if together.last_step[seed] < EVALUATIONS[-1]}
    assert {fate_of(seed) for seed in left} >= {"converges", "loses patience", "diverges"}
    assert "continues" in {fate_of(seed) for seed in set(seeds) - left}
    assert len({int(step) for step in together.last_step}) > 2, "neighbours should leave at several times"
    assert_the_same_alone(structure, seeds, together)


@given(
    seeds=st.lists(st.integers(0, 500), min_size=2, max_size=6),
    batches=st.sampled_from(BATCHES),
    batch_size=st.integers(1, 12),
    n=st.integers(2, 23),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    dtype=st.sampled_from([np.float64, np.float32]),
    extras=st.sets(st.sampled_from(EXTRAS)),
    online=st.booleans(),
    order=st.sampled_from(["C", "F"]),
    dropout=st.booleans(),
)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_who_leaves_when_is_the_same_alone_and_in_any_company(
    seeds: list[int],
    batches: str,
    batch_size: int,
    n: int,
    optimizer: str,
    dtype: Any,
    extras: set[str],
    online: bool,
    order: Order,
    dropout: bool,
) -> None:
    structure = Structure(
        optimizer=optimizer,
        batches=batches,
        batch_size=batch_size,
        n=n,
        dtype=dtype,
        evaluations=EVALUATIONS,
        extras=tuple(sorted(extras)),
        online=online,
        order=order,
        dropout=dropout,
    )
    assert_the_same_alone(structure, seeds, trained(structure, seeds))


def test_the_order_of_the_runs_makes_no_difference() -> None:
    structure = Structure(evaluations=EVALUATIONS, optimizer="adam")
    forwards, backwards = trained(structure, range(12)), trained(structure, range(11, -1, -1))
    assert set(forwards.outcomes) == {"converged", "stopped", "diverged"}
    assert forwards.parameters.tobytes() == backwards.parameters[::-1].tobytes()
    assert forwards.outcomes == backwards.outcomes[::-1]
    for name, series in forwards.history.items():
        assert series.tobytes() == backwards.history[name][::-1].tobytes()
