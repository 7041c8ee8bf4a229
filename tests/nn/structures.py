"""Any structure of a stack, for property tests: what no table of cases would think of."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from nn.initializers import INITIALIZERS
from nn.optimizers import OPTIMIZERS
from nn.registry import Order
from tests.nn.building import BATCHES, EXTRAS, Structure
from tests.nn.components import ELEMENTWISE, loss_output_pairs

PAIRS = loss_output_pairs()
DTYPES: tuple[type[np.floating[Any]], ...] = (np.float64, np.float32)
SHOWN = (None, "half_mse", "squared_error", "absolute_error")
ORDERS: tuple[Order, ...] = ("C", "F")


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    """Any structure: layers of 1 to 48 units, up to 12 outputs, batches that need not divide the samples."""
    loss, output = draw(st.sampled_from(PAIRS))
    widths = st.one_of(st.integers(1, 4), st.integers(5, 48))
    hidden = draw(st.lists(widths, max_size=3))
    own = st.lists(st.sampled_from(ELEMENTWISE), min_size=len(hidden), max_size=len(hidden))
    return Structure(
        sizes=(draw(widths), *hidden, draw(st.integers(1, 12))),
        activation=draw(st.sampled_from(ELEMENTWISE)),
        output=output,
        loss=loss,
        bias=draw(st.booleans()),
        dtype=draw(st.sampled_from(DTYPES)),
        order=draw(st.sampled_from(ORDERS)),
        optimizer=draw(st.sampled_from(list(OPTIMIZERS))),
        init=draw(st.sampled_from(list(INITIALIZERS))),
        random_bias=draw(st.booleans()),
        batches=draw(st.sampled_from(BATCHES)),
        batch_size=draw(st.integers(1, 20)),
        n=draw(st.integers(1, 60)),
        n_test=draw(st.integers(0, 20)),
        evaluations=draw(st.sampled_from([(0, 1), (0, 3, 7), (0, 2, 4, 6, 8, 10)])),
        extras=tuple(draw(st.lists(st.sampled_from(EXTRAS), unique=True))),
        input=draw(st.sampled_from(ELEMENTWISE)),
        reduction=draw(st.sampled_from(["mean", "sum"])),
        shown=draw(st.sampled_from(SHOWN)),
        online=draw(st.booleans()),
        weighted=draw(st.booleans()),
        activations=tuple(draw(st.one_of(st.just([]), own))),
        dropout=draw(st.booleans()),
    )
