"""Probes: what is measured on a trained network afterwards, on arrays only. Nothing is trained."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace

import numpy as np

from nn import gradients
from nn.activations import LIMIT
from nn.gradients import Comparison
from nn.penalties import penalty_difference
from nn.registry import Array
from nn.stack import Stack
from nn.training import first_gradient
from runner.diagnosis.subject import Subject

Side = tuple[Stack, Array, Array]  # a stack of one run, and the x (1, d_in, n) and t (1, d_out, n) that it sees
ENTRIES, SAMPLES = 8, 32  # of an array, and of the training samples, that a gradient check of a run looks at
MANY = 2000  # entries of an array that is wrong somewhere else
CLEAR = 1e-4  # of a derivative, its uncertainty: above it entries are looked at
CLEARLY = 1e-3  # of the longer of two arrays: a mistake in code makes a greater difference, rounding a smaller one
TINY = 0.01  # root mean square of a layer's pre-activations
FACTORS = np.logspace(-3, 8, 23)  # of the rate, along the gradient
SEARCHED = 250  # samples that the best of them is chosen by
NEARBY = 1e-4  # how far along the gradient curvature looks, relative to the weights


@dataclass(frozen=True)
class Search:
    """What one step along the negative gradient could have done: `best` is the factor of the rate at which the cost is
    least, 0 where any step makes it larger, and `gain` the share of the cost that this saves.
    """

    best: float
    gain: float


def compare(used: Side, right: Side, entries: int, doubted: Container[str] | None = None) -> list[Comparison]:
    """The gradient that a run uses against the derivative of what it minimises, array by array.

    Of each array, or of the `doubted` ones, `entries` at most are compared, drawn at random.
    """
    stack, x, t = right
    network, p = stack.network_of(np.arange(1)), stack.parameters[0]
    gradient, penalty, pull = first_gradient(*used)[0], _penalty(used[0]), _pull(stack)
    rng, rows = np.random.default_rng(0), list[Comparison]()
    for part, given in zip(gradients.parts(network), gradients.parts(used[0].network), strict=True):
        if doubted is not None and part.name not in doubted:
            continue
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
        right = _side(replace(subject.right, parameters=parameters[np.newaxis]))
        if not _is_measurable(right):
            continue
        used = _side(subject.stack(subject.spec.fault, parameters)) if subject.spec.fault else right
        for doubted, entries in zip(_doubted(used, right), (ENTRIES, MANY), strict=True):
            left = doubted - set(found)
            rows = compare(used, right, entries, left) if left else []
            found |= {row.name: row for row in rows if row.verdict.is_right is False and distance(row) > CLEARLY}
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
    every = -(-subject.seen[0].shape[-1] // SEARCHED)
    some = _costs(subject, tried, every)
    if not np.isfinite(some[0]):
        return Search(0.0, 0.0)
    at = int(some.argmin())
    before, after = some[[0, at]] if every == 1 else _costs(subject, tried[[0, at]])
    return Search(float(FACTORS[at - 1]) if at else 0.0, float((before - after) / (abs(before) or 1.0)))


def _costs(subject: Subject, parameters: Array, every: int = 1) -> Array:
    """The objective `(k,)` at `parameters (k, P)` over every `every`-th sample; inf where it is not finite."""
    network, (x, t) = subject.network, (one[..., ::every] for one in subject.seen)
    with np.errstate(all="ignore"):
        costs = [float(network.objective(network.forward(subject.layers(one), x), t)[0]) for one in parameters]
    return np.nan_to_num(costs, nan=np.inf, posinf=np.inf, neginf=np.inf)


def _doubted(used: Side, right: Side) -> tuple[set[str], set[str]]:
    """The arrays whose gradient is not clearly right along a random direction, or whose pull of L2; and those whose
    gradient is clearly wrong along it.

    A direction looks at all entries of an array at once: a mistake shows in it, and most arrays need no other check.
    """
    stack, x, t = right
    network, p = stack.network_of(np.arange(1)), stack.parameters[0]
    named = gradients.parts(network)
    if used[0].network.n_parameters != network.n_parameters:
        return {part.name for part in named}, set()
    rng, directions = np.random.default_rng(0), np.zeros((len(named), len(p)))
    for direction, part in zip(directions, named, strict=True):
        direction[part.indices] = rng.normal(size=part.indices.shape)
    slopes, noise = gradients.slopes_along(network, p, x, t, directions)
    gradient, penalty, pull = first_gradient(*used)[0], _penalty(used[0]), _pull(stack)
    own = directions @ gradient
    lengths, apart = np.maximum(np.abs(own), np.abs(slopes)), np.abs(own - slopes)
    is_clear = (noise <= CLEAR * lengths) & (apart <= gradients.TOLERANCE * lengths + noise)
    is_clear |= (own == 0) & (slopes == 0)
    is_clear &= [gradients.judge_penalty(penalty[part.indices], pull[part.indices]).is_right is True for part in named]
    names = np.array([part.name for part in named])
    return set(names[~is_clear].tolist()), set(names[apart > CLEARLY * lengths + noise].tolist())


def _pull(stack: Stack) -> Array:
    """What L1 and L2 have to add to the gradient of a run at its first parameters, `(P,)`."""
    by = stack.regularisation
    l1, l2 = (0.0 if one is None else float(one[0]) for one in (by.l1, by.l2))
    return penalty_difference(l1, l2, by.decayed, stack.parameters[0])


def _penalty(stack: Stack) -> Array:
    """What L1 and L2 add to the gradient of a run at its first parameters, `(P,)`."""
    alone, none = replace(stack.regularisation, clip_value=None, clip_norm=None), np.zeros_like(stack.parameters)
    return np.asarray(alone.applied(stack.network, none, stack.parameters, np.arange(1))[0])


def _places(subject: Subject) -> Iterator[Array]:
    """Weights `(P,)` at which a gradient is checked, those of a network without a fault's width."""
    ends = [subject.first, None if subject.has_diverged else subject.last]
    yield from (one for one in (*ends, _drawn(subject)) if one is not None)


def _is_measurable(side: Side) -> bool:
    """Near zero a difference cannot tell kinks and rounding from a slope; far away lie the clips of some parts."""
    stack, x, _ = side
    with np.errstate(all="ignore"):
        zs = stack.network.forward(stack.network.layers(stack.parameters), x).z
    return all(np.sqrt(np.mean(z * z)) > TINY and np.abs(z).max() < LIMIT for z in zs)


def _drawn(subject: Subject) -> Array:
    """Weights at which units are neither all alike nor saturated, whatever the scale of the inputs."""
    network, rng = subject.network, np.random.default_rng(0)
    inputs = network.input.value(subject.seen[0])
    scales = [max(1.0, float(np.sqrt(np.mean(inputs**2)))), *[1.0] * (len(network.shapes) - 1)]
    parts = list[Array]()
    for (fan_in, fan_out), scale in zip(network.shapes, scales, strict=True):
        parts.append(rng.normal(0, 1 / (scale * np.sqrt(fan_in)), fan_in * fan_out))
        parts.append(rng.normal(0, 0.5, fan_out * network.bias))
    return np.concatenate(parts)


def _side(stack: Stack) -> Side:
    """Some training samples in their right pairs, as a run with these faults sees them."""
    every = -(-stack.data.X_train.shape[1] // SAMPLES)
    x, t = (np.ascontiguousarray(one[:, ::every].swapaxes(1, 2)) for one in (stack.data.X_train, stack.data.Y_train))
    return stack, x, t
