"""The same training by this package and by others. Each maker returns what to time, and how many run-steps it does.

A maker of a peer that is not installed raises ImportError: the table then says so.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.compilers import jax_scan, numba_loops, torch_ensemble
from benchmarks.work import RATE, Array, Timed, Work
from nn.activations import ACTIVATIONS
from nn.batches import FullBatches, SliceBatches
from nn.losses import LOSSES
from nn.metrics import rmse
from nn.network import ORDERED_PRODUCTS, Network
from nn.optimizers import OPTIMIZERS
from nn.registry import Order
from nn.stack import Data, Descent, Regularisation, Stack, Stopping
from nn.training import train

LOOP_STEPS = 400
SLOWER = 4  # times fewer steps of NumPy than of compiled code
ORDERED_BEFORE = 400


def stack_of(work: Work, steps: int, order: Order | None = None) -> Stack:
    """All runs of a shape, with an evaluation at the start and one at the end."""
    output, loss = ("softmax", "softmax_cross_entropy") if work.classifies else ("identity", "half_mse")
    dtype = np.float64 if work.dtype == "float64" else np.float32
    network = Network(work.sizes, ACTIVATIONS["tanh"](), ACTIVATIONS[output](), LOSSES[loss](), dtype=dtype)
    X, Y = work.samples(work.runs)
    order = order or network.memory_order(work.batch)
    parameters = np.concatenate(
        [part.reshape(work.runs, -1) for W, b in work.parameters(work.runs) for part in (W, b)], 1
    )
    is_full = X.shape[1] == work.batch
    return Stack(
        network=network, parameters=parameters,
        batches=FullBatches(X, Y, order) if is_full else SliceBatches(X, Y, work.batch, order=order),
        data=Data(X[:, : work.batch], Y[:, : work.batch]), metric=rmse,
        descent=Descent(OPTIMIZERS.optimizer("sgd"), {}, np.full(work.runs, RATE), [np.ones_like] * work.runs),
        evaluations=(0, steps),
        stopping=Stopping(np.full(work.runs, -np.inf), np.full(work.runs, np.inf)),
        regularisation=Regularisation(np.zeros(network.n_parameters)),
    )  # fmt: skip


def stacked(work: Work) -> Timed:
    """All runs as one stack of this package, trained from its first evaluation to its last.

    Where sums are in the order of the index (F order) updates are compiled, elsewhere they are left to BLAS. That the
    update is recorded, and samples and parameters are brought into blocks, is part of every call.
    """
    stack = stack_of(work, work.steps)
    return lambda: train(stack, engine="compiled"), work.runs * work.steps


def by_numpy(work: Work) -> Timed:
    """The same bits without compiled code."""
    return _without_compiling(work, None)


def before(work: Work) -> Timed:
    """As it was before updates were compiled: by NumPy, and above ORDERED_BEFORE products a step by BLAS."""
    return _without_compiling(work, "F" if work.products <= ORDERED_BEFORE else "C")


def _without_compiling(work: Work, order: Order | None) -> Timed:
    steps = max(1, work.steps // SLOWER) if work.products <= ORDERED_PRODUCTS else work.steps
    stack = stack_of(work, steps, order)
    return lambda: train(stack, engine="numpy"), work.runs * steps


def loop(work: Work) -> Timed:
    """NumPy as people write it: one run at a time, a few lines per layer."""
    X, Y = (values[0] for values in work.samples(1))
    layers = [[W[0], b[0]] for W, b in work.parameters(1)]
    steps = min(work.steps, LOOP_STEPS)

    def step(x: Array, t: Array) -> None:
        activations = [x]
        for W, b in layers[:-1]:
            activations.append(np.tanh(activations[-1] @ W + b))
        W, b = layers[-1]
        output = activations[-1] @ W + b
        if work.classifies:
            e = np.exp(output - output.max(axis=1, keepdims=True))
            output = e / e.sum(axis=1, keepdims=True)
        delta = (output - t) / len(x)
        for index in reversed(range(len(layers))):
            W, b = layers[index]
            a = activations[index]
            dW, db = a.T @ delta, delta.sum(axis=0)
            if index > 0:
                delta = (delta @ W.T) * (1 - a * a)
            layers[index] = [W - RATE * dW, b - RATE * db]

    def run() -> None:
        for number in range(steps):
            start = number * work.batch % len(X)
            step(X[start : start + work.batch], Y[start : start + work.batch])

    return run, steps


def torch_eager(work: Work) -> Timed:
    """PyTorch without compilation: one run at a time."""
    import torch

    torch.set_num_threads(1)
    X, Y = (torch.from_numpy(values[0]) for values in work.samples(1))
    layers: list[Any] = []
    for index, (W, b) in enumerate(work.parameters(1)):
        linear = torch.nn.Linear(W.shape[1], W.shape[2], dtype=getattr(torch, work.dtype))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W[0].T))
            linear.bias.copy_(torch.from_numpy(b[0]))
        layers += [linear, torch.nn.Tanh()] if index < len(work.sizes) - 2 else [linear]
    model = torch.nn.Sequential(*layers)
    cost = torch.nn.CrossEntropyLoss() if work.classifies else lambda z, t: 0.5 * torch.nn.functional.mse_loss(z, t)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    steps = min(work.steps, LOOP_STEPS)

    def run() -> None:
        for number in range(steps):
            start = number * work.batch % len(X)
            optimizer.zero_grad()
            cost(model(X[start : start + work.batch]), Y[start : start + work.batch]).backward()
            optimizer.step()

    return run, steps


def sklearn_mlp(work: Work) -> Timed:
    """scikit-learn's MLP: one run at a time, with what it does besides (it shuffles nothing here, but keeps a cost)."""
    import warnings

    from sklearn.neural_network import MLPClassifier, MLPRegressor

    X, Y = (values[0] for values in work.samples(1))
    targets = Y.argmax(axis=1) if work.classifies else Y.ravel()
    epochs = max(1, min(work.steps, LOOP_STEPS) * work.batch // len(X))
    model = (MLPClassifier if work.classifies else MLPRegressor)(
        hidden_layer_sizes=work.sizes[1:-1], activation="tanh", solver="sgd", alpha=0.0, batch_size=work.batch,
        learning_rate_init=RATE,
        momentum=0.0, nesterovs_momentum=False, shuffle=False, max_iter=epochs, tol=0.0, n_iter_no_change=epochs + 1,
    )  # fmt: skip

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, targets)

    return run, epochs * len(X) // work.batch


def transcendental_floor(work: Work) -> Timed:
    """The calls of tanh alone, on arrays that fit the cache: what no program that uses NumPy's tanh can go below."""
    per_step = sum(work.sizes[1:-1]) * work.batch
    runs = max(1, min(work.runs, 16384 // per_step))
    z = np.random.default_rng(3).standard_normal(per_step * runs).astype(work.dtype)
    out = np.empty_like(z)
    repeats = max(1, 200_000 // len(z))

    def run() -> None:
        for _ in range(repeats):
            np.tanh(z, out=out)

    return run, repeats * runs


CONTESTANTS: dict[str, Callable[[Work], Timed]] = {
    "floor (tanh)": transcendental_floor,
    "this": stacked,
    "NumPy": by_numpy,
    "before": before,
    "JAX": jax_scan,
    "torch.func": torch_ensemble,
    "Numba": numba_loops,
    "NumPy loop": loop,
    "PyTorch": torch_eager,
    "scikit-learn": sklearn_mlp,
}
