"""Case C4, x^2 with a 1-3-3-1 net: nn agrees with the published updates, written out as loops, one sample at a time."""

import math

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.batches import SliceBatches
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.network import Network
from nn.registry import Array
from nn.training import train
from tests.nn.stacks import stack_of

RATE, N, PASSES, SEEDS = 0.1, 100, 5, (0, 1, 2, 3)
UNITS = range(3)
FAULTS_OF = {
    "given": ("weights_subtracted", "missing_factor"),
    "naive": ("transposed_gradient", "broadcast_update"),
    "shape": ("transposed_gradient",),
    "full": (),
}
XS = [k / (N - 1) for k in range(N)]


def s(z: float) -> float:
    return 1 / (1 + math.exp(-z))


class Program:
    """problems.md C4.1: Wi as `wi[j]`, Wh as `wh[i][j]`, Wo as rows `wo[i]` of one output, of three once broadcast."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        draws = [rng.normal(size=shape).tolist() for shape in ((1, 3), (1, 3), (3, 3), (3, 3), (3, 1))]
        self.wi, self.wh, self.wo = draws[0][0], draws[2], draws[4]

    def forward(self, x: float) -> tuple[list[float], list[float], list[float]]:
        a = [s(self.wi[j] * x) for j in UNITS]
        b = [s(sum(self.wh[i][j] * a[i] for i in UNITS)) for j in UNITS]
        return a, b, [sum(self.wo[i][k] * b[i] for i in UNITS) for k in range(len(self.wo[0]))]

    def cost(self) -> float:
        """Half the squared errors, summed over the outputs there are: the mean over all samples."""
        return sum((y - x * x) ** 2 / 2 for x in XS for y in self.forward(x)[2]) / N

    def sample(self, variant: str, x: float) -> None:
        a, b, y = self.forward(x)
        g = [-(x * x - one) for one in y]
        d2 = [b[i] * (1 - b[i]) * sum(self.wo[i][k] * g[k] for k in range(len(g))) for i in UNITS]
        d1 = [a[i] * (1 - a[i]) * sum(self.wh[i][j] * d2[j] for j in UNITS) for i in UNITS]
        gi = [d1[j] * x for j in UNITS]
        as_published = [[d2[i] * a[j] for j in UNITS] for i in UNITS]
        right = [[a[i] * d2[j] for j in UNITS] for i in UNITS]
        self.update_output(variant, g, b)
        gh = {"given": self.wh, "naive": as_published, "shape": as_published, "full": right}[variant]
        gi = self.wi if variant == "given" else gi
        self.wh = [[self.wh[i][j] - RATE * gh[i][j] for j in UNITS] for i in UNITS]
        self.wi = [self.wi[j] - RATE * gi[j] for j in UNITS]

    def update_output(self, variant: str, g: list[float], b: list[float]) -> None:
        if variant == "naive":
            go = [(g[k] if len(g) == 3 else g[0]) * b[k] for k in UNITS]  # g * b, shape (3,)
            before = self.wo if len(g) == 3 else [row * 3 for row in self.wo]  # (3, 1) - (3,) repeats the column
            self.wo = [[before[i][k] - RATE * go[k] for k in UNITS] for i in UNITS]
        else:
            factor = [1.0] * 3 if variant == "given" else b
            self.wo = [[self.wo[i][0] - RATE * g[0] * factor[i]] for i in UNITS]

    def parameters(self, outputs: int) -> Array:
        wo = np.array(self.wo)
        wide = wo if wo.shape[1] == outputs else np.tile(wo, outputs)
        return np.concatenate([self.wi, np.ravel(self.wh), wide.ravel()])


def c4_network(variant: str) -> Network:
    sizes = (1, 3, 3, 3) if variant == "naive" else (1, 3, 3, 1)
    network = Network(sizes, ACTIVATIONS["sigmoid"](), ACTIVATIONS["identity"](), LOSSES["half_mse"](), bias=False)
    for fault in FAULTS_OF[variant]:
        network = FAULTS[fault](network)
    return network


def trained(variant: str, evaluations: list[int]) -> tuple[Array, Array]:
    """Costs `(seeds, evaluations)` and last parameters of one stack."""
    network = c4_network(variant)
    outputs = network.sizes[-1]
    start = np.array([Program(seed).parameters(outputs) for seed in SEEDS])
    X = np.tile(np.array(XS)[:, np.newaxis], (len(SEEDS), 1, 1))
    Y = np.repeat(X * X, outputs, axis=2)
    result = train(stack_of(network, start, X, Y, RATE, evaluations, batches=SliceBatches(X, Y, 1)))
    return result.history["train_cost"], result.parameters


def by_loops(variant: str, evaluations: list[int]) -> tuple[list[list[float]], Array]:
    programs, costs = [Program(seed) for seed in SEEDS], []
    for program in programs:
        seen = []
        for update in range(evaluations[-1] + 1):
            if update in evaluations:
                seen.append(program.cost())
            if update < evaluations[-1]:
                program.sample(variant, XS[update % N])
        costs.append(seen)
    return costs, np.array([program.parameters(c4_network(variant).sizes[-1]) for program in programs])


@pytest.mark.parametrize("variant", FAULTS_OF)
def test_the_cost_after_every_pass_is_that_of_the_loops(variant: str) -> None:
    evaluations = [passes * N for passes in range(PASSES + 1)]
    (costs, parameters), (expected, last) = trained(variant, evaluations), by_loops(variant, evaluations)
    # The broadcast program starts with one output, nn with three copies of it: the same error three times.
    factor = np.array([[3.0 if variant == "naive" else 1.0] + [1.0] * PASSES])
    np.testing.assert_allclose(costs, factor * expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(parameters, last, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("updates", [1, 2])
@pytest.mark.parametrize("variant", FAULTS_OF)
def test_the_first_updates_are_those_of_the_loops(variant: str, updates: int) -> None:
    """Samples 0 and 1 alone; at x = 0 the first layer learns nothing, so its own update shows at the second."""
    (_, parameters), (_, last) = trained(variant, [0, updates]), by_loops(variant, [0, updates])
    np.testing.assert_allclose(parameters, last, rtol=1e-14, atol=1e-15)


def test_the_transcribed_broadcast_is_the_one_that_numpy_does() -> None:
    # (3, 1) - (3,) is (3, 3) in NumPy; the loops have it by hand.
    program, x = Program(5), 0.4
    _, b, (y,) = program.forward(x)
    Wo, g = np.array(program.wo), y - x * x
    program.sample("naive", x)
    np.testing.assert_allclose(program.wo, Wo - RATE * g * np.array(b), rtol=1e-14)
    assert np.shape(program.wo) == (3, 3)


def test_the_given_program_only_decays_its_hidden_weights() -> None:
    # problems.md C4.2, fault 1: (1 - lr)^n of them is left.
    _, parameters = trained("given", [0, N])
    start = np.array([Program(seed).parameters(1) for seed in SEEDS])
    np.testing.assert_allclose(parameters[:, :12], start[:, :12] * (1 - RATE) ** N, rtol=1e-12)
