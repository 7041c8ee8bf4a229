"""Case C1, "training the hidden layer does not work": nn agrees with the published program, written out as loops."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.training import train
from tests.nn.components import label
from tests.nn.stacks import stack_of

RATE = 0.1
FAULT_OF = {"given": "derivative_of_activated", "docfix": None, "zfix_bad": "stale_pre_activation"}


def s(z: float) -> float:
    return 1 / (1 + math.exp(-max(z, -700.0)))


def slope_at(z: float) -> float:
    return s(z) * (1 - s(z))


class Program:
    """problems.md C1.1: weights `w[k] = [w1k_1, w1k_2]`, `b[k]`, `v[k]`, `c`; data and weights in the order drawn."""

    def __init__(self, seed: int, hidden: int, rows: int = 100) -> None:
        rng = np.random.default_rng(seed)
        centres = [(-2, -2), (2, 2), (-2, 2), (2, -2)]
        self.x = [row for centre in centres for row in (rng.normal(size=(rows, 2)) + centre).tolist()]
        self.t = [0.0] * (2 * rows) + [1.0] * (2 * rows)
        self.w = [rng.normal(size=2).tolist() for _ in range(hidden)]
        self.v = rng.normal(size=hidden).tolist()
        self.b, self.c = [0.0] * hidden, 0.0

    def hidden(self, x: list[float]) -> list[float]:
        return [s(w[0] * x[0] + w[1] * x[1] + b) for w, b in zip(self.w, self.b, strict=True)]

    def output_z(self, h: list[float]) -> float:
        return sum(v * one for v, one in zip(self.v, h, strict=True)) + self.c

    def cost(self) -> float:
        errors = [s(self.output_z(self.hidden(x))) - t for x, t in zip(self.x, self.t, strict=True)]
        return sum(error * error for error in errors) / len(errors)

    def slopes(self, variant: str, z: float, h: list[float], stale: float) -> tuple[float, float, list[float]]:
        """D(p) of the output's own gradient, D(p) as the hidden layer's delta has it, and D(h_k)."""
        p = s(z)
        if variant == "given":
            return slope_at(p), slope_at(p), [slope_at(one) for one in h]
        if variant == "docfix":
            return p * (1 - p), p * (1 - p), [one * (1 - one) for one in h]
        return slope_at(z), slope_at(stale), [slope_at(stale)] * len(h)

    def epoch(self, variant: str) -> None:
        """One update with the gradient of half the SUM of squares; all gradients are taken before a weight moves."""
        units = range(len(self.v))
        dv, dw, db, dc = [0.0] * len(units), [[0.0, 0.0] for _ in units], [0.0] * len(units), 0.0
        last = self.hidden(self.x[-1])
        stale = sum(w * one for w, one in zip(self.w[0], last, strict=False)) + self.b[0]
        for x, t in zip(self.x, self.t, strict=True):
            h = self.hidden(x)
            z = self.output_z(h)
            p = s(z)
            own, handed_down, slopes = self.slopes(variant, z, h, stale)
            dc += (p - t) * own
            for k in units:
                dv[k] += (p - t) * own * h[k]
                d_k = (p - t) * handed_down * self.v[k] * slopes[k]
                dw[k] = [dw[k][0] + d_k * x[0], dw[k][1] + d_k * x[1]]
                db[k] += d_k
        self.c -= RATE * dc
        for k in units:
            self.v[k] -= RATE * dv[k]
            self.b[k] -= RATE * db[k]
            self.w[k] = [self.w[k][0] - RATE * dw[k][0], self.w[k][1] - RATE * dw[k][1]]

    def parameters(self) -> Array:
        """As nn lays them out: W (2, H), b, V (H, 1), c."""
        return np.concatenate([np.array(self.w).T.ravel(), self.b, self.v, [self.c]])


def c1_network(variant: str, hidden: int) -> Network:
    sigmoid, losses = ACTIVATIONS["sigmoid"](), (LOSSES["half_mse"](), LOSSES["squared_error"]())
    healthy = Network((2, hidden, 1), sigmoid, sigmoid, losses[0], reduction="sum", shown=losses[1])
    fault = FAULT_OF[variant]
    return healthy if fault is None else FAULTS[fault](healthy)


def both(variant: str, hidden: int, seeds: Sequence[int], epochs: int) -> tuple[Array, Array, Array, Array]:
    """Costs `(seeds, epochs + 1)` and last parameters of nn's one stack, then those of the loops."""
    programs = [Program(seed, hidden) for seed in seeds]
    X = np.array([program.x for program in programs])
    Y = np.array([program.t for program in programs])[:, :, np.newaxis]
    start = np.array([program.parameters() for program in programs])
    result = train(stack_of(c1_network(variant, hidden), start, X, Y, RATE, range(epochs + 1)))
    costs = [[program.cost()] for program in programs]
    for program, seen in zip(programs, costs, strict=True):
        for _ in range(epochs):
            program.epoch(variant)
            seen.append(program.cost())
    last = np.array([program.parameters() for program in programs])
    return result.history["train_cost"], result.parameters, np.array(costs), last


# Where the program learns (docfix), steps that overshoot multiply a rounding error. Measured on the loops alone: a bias
# moved by 1e-13 moves their cost by up to 8e5 times that in 60 epochs (seed 1), 5e6 times with 4 units (seed 3); nn and
# loops then differ by 4e-9 and 1e-8. Seeds 2, 3, 7 with 2 units and 2 with 4 grow by at most 1e2; others are compared
# for as long as the tolerance allows. The faulty programs stay within 3e-15 of nn for 100 epochs.
CASES = [
    ("given", 2, (0, 1, 2), 80),
    ("given", 4, (0, 1, 2), 80),
    ("docfix", 2, (2, 3, 7), 100),
    ("docfix", 2, (0, 1, 4), 12),
    ("docfix", 4, (2,), 100),
    ("docfix", 4, (0, 1, 3), 8),
    ("zfix_bad", 2, (0, 1, 2), 80),
]


@pytest.mark.parametrize(("variant", "hidden", "seeds", "epochs"), CASES, ids=label)
def test_the_cost_of_every_epoch_is_that_of_the_loops(
    variant: str, hidden: int, seeds: tuple[int, ...], epochs: int
) -> None:
    costs, parameters, expected_costs, expected = both(variant, hidden, seeds, epochs)
    np.testing.assert_allclose(costs, expected_costs, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(parameters, expected, rtol=1e-11, atol=1e-12)


def test_the_three_programs_part_in_the_first_epoch_and_only_the_repaired_one_learns() -> None:
    """The loops themselves: they are three programs, so agreeing with each is not one statement made three times."""
    programs = {variant: Program(2, 2) for variant in FAULT_OF}
    for variant, program in programs.items():
        program.epoch(variant)
    first = {round(program.cost(), 6) for program in programs.values()}
    for variant, program in programs.items():
        for _ in range(79):
            program.epoch(variant)
    assert len(first) == 3
    # problems.md C1.3, medians of the cost at epoch 90: given 0.338, docfix 0.093, zfix_bad 0.291.
    assert programs["docfix"].cost() < 0.15 < 0.25 < min(programs["given"].cost(), programs["zfix_bad"].cost())
