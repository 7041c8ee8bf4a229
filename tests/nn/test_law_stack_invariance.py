"""Law 2: a run has the same bits alone and in any stack: parameters, every series of its history, predictions.

Every component meets every other one, both precisions and both memory orders; the property test meets all at once.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nn.initializers import INITIALIZERS
from nn.optimizers import OPTIMIZERS
from nn.registry import Order
from nn.schedules import SCHEDULES
from nn.training import train
from tests.nn.building import BATCHES, EXTRAS, Structure, build_stack
from tests.nn.components import ELEMENTWISE, label
from tests.nn.covering import covering
from tests.nn.sameness import check_alone_and_together
from tests.nn.structures import DTYPES, ORDERS, PAIRS, structures


def designed(names: str, *axes: Sequence[Any]) -> pytest.MarkDecorator:
    """Cases of these axes, and of the layouts `dtype` and `order`."""
    return pytest.mark.parametrize(f"{names},dtype,order", covering(*axes, DTYPES, ORDERS), ids=label)


@given(structure=structures(), first=st.integers(0, 10_000), data=st.data())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_run_has_the_same_bits_alone_and_in_any_stack(structure: Structure, first: int, data: st.DataObject) -> None:
    n_runs = data.draw(st.one_of(st.integers(2, 9), st.sampled_from([16, 33, 64, 100])), label="runs")
    position = data.draw(st.integers(0, n_runs - 1), label="position")
    check_alone_and_together(structure, range(first, first + n_runs), [position])


@designed("batches,n_runs", BATCHES, (2, 7, 32))
def test_every_position_in_a_stack_is_as_good_as_being_alone(
    batches: str, n_runs: int, dtype: Any, order: Order
) -> None:
    structure = Structure(batches=batches, dtype=dtype, order=order, optimizer="adam", extras=EXTRAS, dropout=True)
    check_alone_and_together(structure, range(n_runs), range(n_runs))


@pytest.mark.quick(law=2)
@designed("activation,pair,second,dropout", ELEMENTWISE, PAIRS, (None, "relu", "tanh"), (False, True))
def test_every_activation_and_loss_gives_the_same_bits(
    activation: str, pair: tuple[str, str], second: str | None, dropout: bool, dtype: Any, order: Order
) -> None:
    (loss, output), own = pair, (activation, second) if second else ()
    structure = Structure(
        (3, 9, 5, 3), activation, output, loss, dtype=dtype, order=order, activations=own, dropout=dropout
    )
    check_alone_and_together(structure, range(7), [0, 3, 6])


@pytest.mark.quick(law=2)
@designed(
    "optimizer,batches,extras,dropout", list(OPTIMIZERS), BATCHES, [(), *((one,) for one in EXTRAS), EXTRAS],
    (False, True),
)  # fmt: skip
def test_every_optimizer_batch_class_and_extra_gives_the_same_bits(
    optimizer: str, batches: str, extras: tuple[str, ...], dropout: bool, dtype: Any, order: Order
) -> None:
    structure = Structure(
        optimizer=optimizer, batches=batches, extras=extras, dtype=dtype, order=order, dropout=dropout
    )
    check_alone_and_together(structure, range(7), [0, 5])


@designed("batches", BATCHES)
def test_what_else_may_be_reported_has_the_same_bits(batches: str, dtype: Any, order: Order) -> None:
    structure = Structure(
        input="tanh", reduction="sum", shown="absolute_error", online=True, batches=batches, dtype=dtype, order=order
    )
    together = check_alone_and_together(structure, range(7), [0, 5])
    assert {"train_loss", "online_cost"} <= set(together.history)


@pytest.mark.quick(law=2)
@designed("schedule", list(SCHEDULES))
def test_every_schedule_gives_the_same_bits(schedule: str, dtype: Any, order: Order) -> None:
    structure = Structure(schedule=schedule, dtype=dtype, order=order, evaluations=(0, 10, 30))
    check_alone_and_together(structure, range(7), [0, 1, 4])


@pytest.mark.quick(law=2)
@designed("init", list(INITIALIZERS))
def test_every_initializer_gives_the_same_bits(init: str, dtype: Any, order: Order) -> None:
    check_alone_and_together(Structure(init=init, dtype=dtype, order=order), range(7), [0, 1, 4])


@designed("sizes,n", [(1, 1), (1, 6, 1), (2, 2, 1), (64, 40, 12), (50, 128, 10), (1, 1, 1, 1), (7, 40)], (1, 5, 301))
def test_narrow_and_wide_networks_and_one_or_many_samples_give_the_same_bits(
    sizes: tuple[int, ...], n: int, dtype: Any, order: Order
) -> None:
    structure = Structure(sizes, n=n, n_test=n, batches="full", dtype=dtype, order=order, evaluations=(0, 4))
    n_runs = 9 if n < 301 else 3
    check_alone_and_together(structure, range(n_runs), [0, n_runs - 1])


@designed("n_runs", [*range(2, 20), 511, 512, 513])
def test_no_number_of_runs_changes_the_order_of_a_sum(n_runs: int, dtype: Any, order: Order) -> None:
    structure = Structure((9, 12, 10), dtype=dtype, order=order, batches="full", n=11, evaluations=(0, 2), online=True)
    check_alone_and_together(structure, [7, 3, *[5] * (n_runs - 2)], [0, 1, n_runs - 1])


@pytest.mark.parametrize("batches", BATCHES)
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_both_memory_orders_train_alike_up_to_rounding(optimizer: str, batches: str) -> None:
    by_order = [
        train(
            build_stack(
                Structure(order=order, optimizer=optimizer, batches=batches, extras=EXTRAS, dropout=True), range(5)
            )
        )
        for order in ORDERS
    ]
    one, other = (trained.history["train_cost"] for trained in by_order)
    assert np.allclose(one, other, rtol=1e-9, atol=0)


def test_the_runs_of_these_tests_differ_so_that_a_mix_up_would_be_seen() -> None:
    stack = build_stack(Structure(optimizer="adam", extras=EXTRAS), range(8))
    extras = [getattr(stack.regularisation, name) for name in EXTRAS]
    for values in (stack.parameters, stack.data.X_train, stack.descent.learning_rate, *extras):
        assert len({run.tobytes() for run in values}) == 8
    assert all(len(set(values)) == 2 for values in stack.descent.hyperparameters.values())
    assert len({schedule(np.arange(12.0)).tobytes() for schedule in stack.descent.schedules}) > 2
