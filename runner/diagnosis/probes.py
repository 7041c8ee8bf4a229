"""Probes: what a trained network is asked afterwards, on arrays alone. Nothing is trained."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nn import gradients
from nn.activations import LIMIT
from nn.gradients import Comparison
from nn.registry import Array
from nn.stack import Stack
from nn.training import first_gradient
from runner.diagnosis.subject import Subject

Side = tuple[Stack, Array, Array]  # a stack of one run, and the x (1, d_in, n) and t (1, d_out, n) that it sees
ENTRIES, SAMPLES = 8, 64  # of an array, and of the training samples, that a gradient check of a run looks at
CLEARLY = 1e-3  # of the longer of two arrays: a mistake in code makes a greater difference, rounding a smaller one
TINY = 0.01  # root mean square of a layer's pre-activations
FACTORS = np.logspace(-3, 8, 23)  # of the rate, along the gradient
NEARBY = 1e-4  # how far along the gradient curvature looks, relative to the weights


@dataclass(frozen=True)
class Search:
    """What one step along the negative gradient could have done: `best` is the factor of the rate at which the cost is
    least, 0 where any step makes it larger, and `gain` the share of the cost that this saves.
    """

    best: float
    gain: float


def compare(used: Side, right: Side, entries: int) -> list[Comparison]:
    """The gradient that a run uses against the derivative of what it minimises, array by array.

    Of each array `entries` at most are compared, drawn at random.
    """
    stack, x, t = right
    network, p, decayed = stack.network_of(np.arange(1)), stack.parameters[0], stack.regularisation.decayed
    l2 = stack.regularisation.l2
    gradient, penalty = first_gradient(*used)[0], _penalty(used[0])
    pull = gradients.penalty_difference(0.0 if l2 is None else float(l2[0]), decayed, p)
    rng, rows = np.random.default_rng(0), list[Comparison]()
    for part, given in zip(gradients.parts(network), gradients.parts(used[0].network), strict=True):
        at = part.indices
        chosen = np.sort(rng.permutation(at.size)[:entries])
        both = np.full((2, at.size), np.nan)
        both[:, chosen] = gradients.central_difference(network, p, x, t, at.ravel()[chosen])
        true, uncertainty = both.reshape(2, *at.shape)
        own, pulled = (gradients.narrow(values[given.indices], at.shape) for values in (gradient, penalty))
        verdict = gradients.judge(own, true, p[at], uncertainty)
        if own.shape == at.shape:
            verdict = gradients.together([verdict, gradients.judge_penalty(pulled, pull[at])])
        rows.append(Comparison(part.name, own + pulled, true + pull[at], verdict, len(chosen)))
    return rows


def wrong_arrays(subject: Subject) -> list[Comparison]:
    """The arrays whose gradient is not the derivative of the objective, each once.

    Looked at are the first weights, others drawn at random, and the last ones; only what is far beyond rounding counts.
    """
    found = dict[str, Comparison]()
    for parameters in _places(subject):
        sides = [_side(subject, fault, parameters) for fault in (subject.spec.fault, ())]
        for row in compare(sides[0], sides[1], ENTRIES):
            if row.verdict.is_right is False and distance(row) > CLEARLY:
                found.setdefault(row.name, row)
    return list(found.values())


def distance(row: Comparison) -> float:
    """Between both sides, by the longer of them; inf where they cannot be compared."""
    used, true = row.known
    if row.used.shape != row.true.shape or not np.isfinite(used).all():
        return np.inf
    return gradients.norm(used - true) / (max(gradients.norm(used), gradients.norm(true)) or 1.0)


def curvature(subject: Subject, parameters: Array) -> float:
    """The second derivative of the objective along its gradient at `parameters (P,)`; 0 where there is no gradient.

    Above 2 by the rate a plain step along the gradient goes further than to the other side of the valley.
    """
    gradient = subject.gradient(parameters)
    length = gradients.norm(gradient)
    if not 0 < length < np.inf:
        return 0.0
    unit = gradient / length
    h = NEARBY * max(1.0, gradients.norm(parameters))
    change = subject.gradient(parameters + h * unit) - subject.gradient(parameters - h * unit)
    return float(change @ unit / (2 * h))


def search(subject: Subject, parameters: Array) -> Search:
    """Costs along the negative gradient at `parameters (P,)`, for steps from a thousandth of the rate on."""
    steps = np.concatenate([[0.0], FACTORS * subject.rate])
    tried = parameters - steps[:, np.newaxis] * subject.gradient(parameters)
    x, t = subject.seen
    with np.errstate(all="ignore"):
        costs = np.array([
            float(subject.network.objective(subject.network.forward(subject.layers(one), x), t)[0]) for one in tried
        ])  # fmt: skip
    costs[~np.isfinite(costs)] = np.inf
    if not np.isfinite(costs[0]):
        return Search(0.0, 0.0)
    at = int(costs.argmin())
    return Search(float(FACTORS[at - 1]) if at else 0.0, float((costs[0] - costs[at]) / (abs(costs[0]) or 1.0)))


def _penalty(stack: Stack) -> Array:
    """What L2 adds to the gradient of a run at its first parameters, `(P,)`."""
    by = stack.regularisation
    if by.l2 is None:
        return np.zeros_like(stack.parameters[0])
    return np.asarray(stack.network.penalty(by.l2[:, np.newaxis], by.decayed, stack.parameters)[0])


def _places(subject: Subject) -> Iterator[Array]:
    """Weights `(P,)` at which a gradient is checked, those of a network without a fault's width."""
    ends = [subject.first, None if subject.has_diverged else subject.last]
    yield from (one for one in (*ends, _drawn(subject)) if one is not None and _is_measurable(subject, one))


def _is_measurable(subject: Subject, parameters: Array) -> bool:
    """Near zero a difference cannot tell kinks and rounding from a slope; far away lie the clips of some parts."""
    zs = subject.trace(parameters).z
    return all(np.sqrt(np.mean(z * z)) > TINY and np.abs(z).max() < LIMIT for z in zs)


def _drawn(subject: Subject) -> Array:
    """Weights at which units are neither all alike nor saturated, whatever the scale of the inputs."""
    network, rng = subject.network, np.random.default_rng(0)
    inputs = subject.trace(np.zeros(network.n_parameters)).a[0]
    scales = [max(1.0, float(np.sqrt(np.mean(inputs**2)))), *[1.0] * (len(network.shapes) - 1)]
    parts = list[Array]()
    for (fan_in, fan_out), scale in zip(network.shapes, scales, strict=True):
        parts.append(rng.normal(0, 1 / (scale * np.sqrt(fan_in)), fan_in * fan_out))
        parts.append(rng.normal(0, 0.5, fan_out * network.bias))
    return np.concatenate(parts)


def _side(subject: Subject, fault: tuple[str, ...], parameters: Array) -> Side:
    """Some training samples in their right pairs, as a run with these faults sees them."""
    stack = subject.stack(fault, parameters)
    every = -(-stack.data.X_train.shape[1] // SAMPLES)
    x, t = (np.ascontiguousarray(one[:, ::every].swapaxes(1, 2)) for one in (stack.data.X_train, stack.data.Y_train))
    return stack, x, t
