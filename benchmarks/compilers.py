"""The same training by libraries that compile it, or that train an ensemble of networks in one call."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.work import RATE, Timed, Work

NUMBA_SHARE, ENSEMBLE_STEPS = 8, 30  # times fewer steps than the others; and steps at most


def jax_scan(work: Work) -> Timed:
    """JAX: `vmap` over runs of a `scan` over steps, compiled for this shape; the first call compiles."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", work.dtype == "float64")
    X, Y = work.samples(work.runs)
    n_batches = X.shape[1] // work.batch
    X, Y = (values.reshape(work.runs, n_batches, work.batch, -1) for values in (X, Y))

    cost = _cost(work, jnp.tanh, jax.nn.log_softmax)

    def one_run(layers: Any, X: Any, Y: Any) -> Any:
        def step(layers: Any, number: Any) -> Any:
            gradient = jax.grad(cost)(layers, X[number % n_batches], Y[number % n_batches])
            return jax.tree.map(lambda value, slope: value - RATE * slope, layers, gradient), None

        return jax.lax.scan(step, layers, jnp.arange(work.steps))[0]

    compiled = jax.jit(jax.vmap(one_run))
    arrays = jax.tree.map(jnp.asarray, (work.parameters(work.runs), X, Y))
    return lambda: jax.block_until_ready(compiled(*arrays)), work.runs * work.steps


def torch_ensemble(work: Work) -> Timed:
    """PyTorch: one `torch.func.vmap` of a gradient over all runs for every step, not compiled."""
    import torch
    from torch.func import grad, vmap

    torch.set_num_threads(1)
    X, Y = map(torch.from_numpy, work.samples(work.runs))
    start = [tuple(map(torch.from_numpy, layer)) for layer in work.parameters(work.runs)]
    steps = min(work.steps, ENSEMBLE_STEPS)

    gradient_of = vmap(grad(_cost(work, torch.tanh, partial(torch.log_softmax, dim=-1))))

    def run() -> Any:
        layers = start
        for number in range(steps):
            batch = slice(first := number * work.batch % X.shape[1], first + work.batch)
            gradient = gradient_of(layers, X[:, batch], Y[:, batch])
            layers = [(W - RATE * dW, b - RATE * db) for (W, b), (dW, db) in zip(layers, gradient, strict=True)]
        return layers

    return run, work.runs * steps


def _cost(work: Work, tanh: Callable[[Any], Any], log_softmax: Callable[[Any], Any]) -> Callable[..., Any]:
    """The mean cost of a batch as a function of the layers of one run, with the functions of a library."""

    def cost(layers: Any, x: Any, t: Any) -> Any:
        a = x
        for W, b in layers[:-1]:
            a = tanh(a @ W + b)
        W, b = layers[-1]
        z = a @ W + b
        if work.classifies:
            return -(t * log_softmax(z)).sum(-1).mean()
        return 0.5 * ((z - t) ** 2).sum(-1).mean()

    return cost


def numba_loops(work: Work) -> Timed:
    """Numba: loops over runs, steps, units and samples, with `fastmath`; the first call compiles."""
    from benchmarks.numba_loops import train

    scalar = np.dtype(work.dtype).type
    X, Y = (np.ascontiguousarray(values.swapaxes(1, 2)) for values in work.samples(work.runs))
    layers, steps = work.parameters(work.runs), max(1, work.steps // NUMBA_SHARE)
    numbers = scalar(RATE), scalar(1), scalar(1 / work.batch)

    def run() -> Any:
        Ws, bs = (tuple(part.copy() for part in parts) for parts in zip(*layers, strict=True))
        a, delta = (tuple(np.empty((units, work.batch), work.dtype) for units in work.sizes) for _ in range(2))
        train(X, Y, Ws, bs, a, delta, work.batch, steps, work.classifies, *numbers)
        return zip(Ws, bs, strict=True)

    return run, work.runs * steps
