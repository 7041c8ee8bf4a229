"""Checking gradients: central differences of a network's objective, and a name for what is wrong where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nn.network import Network, Trace
from nn.registry import Array

Indices = NDArray[np.intp]
Moves = Indices | Array  # what parameters are moved along: entries `(k,)`, or directions `(k, P)`
Slopes = tuple[Array, Array]  # derivatives and their uncertainties
TOLERANCE = 1e-6  # relative to the longer of the two arrays
AGREEMENT = 1e-7  # of differences over two distances, relative to the array's typical entry
DISTANCES = (1e-3, 1e-4, 1e-5)  # of a pre-activation; the next is for entries that have a kink within the one before
CHUNK_BYTES = 1 << 25
ROUNDING = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Part:
    """One array of a network (`W1`, `b1`, `W2`, ...) and the positions of its entries in the parameters `(P,)`."""

    name: str
    indices: Indices


@dataclass(frozen=True)
class Verdict:
    """What there is to say about an array, in words. `is_right` is None if no entry could be compared."""

    words: str
    is_right: bool | None


@dataclass(frozen=True)
class Comparison:
    """One array: the gradient that training uses, the derivative (NaN if unknown), the number of entries `chosen`."""

    name: str
    used: Array
    true: Array
    verdict: Verdict
    chosen: int

    @property
    def known(self) -> tuple[Array, Array]:
        """Both sides at the entries that were compared; all of them where the shapes cannot be compared."""
        at = np.isfinite(self.true)
        return self.used[at] if self.used.shape == at.shape else self.used.ravel(), self.true[at]


def parts(network: Network) -> list[Part]:
    """All arrays of a network, in the order of its parameters."""
    found: list[Part] = []
    positions = np.arange(network.n_parameters, dtype=np.float64)[np.newaxis]
    for number, layer in enumerate(network.layers(positions), start=1):
        found += [
            Part(f"{letter}{number}", indices[0].astype(np.intp))
            for letter, indices in zip("Wb", layer, strict=True)
            if indices is not None
        ]
    return found


def central_difference(network: Network, parameters: Array, x: Array, t: Array, entries: Indices) -> Slopes:
    """The derivative of the objective with respect to `k` parameters of one array, and its uncertainty, both `(k,)`.

    NaN beside a kink. Five points each; all shifted networks are one stack. For a smooth function, the steps h and 2h
    give the same derivative, and the second difference has no term in |h|; entries that fail either test are tried
    again with a smaller step.
    """
    return _differences(network, parameters, x, t, entries, _reach(network, parameters, x)[entries])


def slopes_along(network: Network, parameters: Array, x: Array, t: Array, directions: Array) -> Slopes:
    """The derivative of the objective along `k` directions `(k, P)`, each within one layer, and its uncertainty.

    Both are `(k,)`, and NaN if kinks are too close. A direction checks all entries of an array at once.
    """
    pairs = zip(network.layers(directions), _trace(network, parameters, x).a, strict=False)
    moves = [V.swapaxes(1, 2) @ a + (0 if c is None else c[:, :, np.newaxis]) for (V, c), a in pairs]
    reach = np.max([np.abs(move).max(axis=(1, 2), initial=1) for move in moves], axis=0)
    return _differences(network, parameters, x, t, directions, reach)


def _differences(network: Network, parameters: Array, x: Array, t: Array, along: Moves, reach: Array) -> Slopes:
    """`reach (k,)` is how far a pre-activation moves by a step of 1."""
    rounding = ROUNDING * _size(network, parameters, x, t)
    derivative, uncertainty = np.full((2, len(along)), np.nan)
    middle = _objectives(network, parameters, x, t, along[:1], np.zeros(1))
    pending = np.arange(len(along))
    for distance in DISTANCES:
        steps = distance / reach[pending]
        costs = np.stack([
            _objectives(network, parameters, x, t, along[pending], factor * steps) for factor in (-4, -2, -1, 1, 2, 4)
        ])  # fmt: skip
        measured, spread = _slopes(costs, middle, steps)
        others = derivative[np.isfinite(derivative)]
        typical = np.maximum(np.abs(measured), _root_mean_square(np.concatenate([others, measured])))
        is_smooth = spread <= AGREEMENT * typical + rounding / steps
        at = pending[is_smooth]
        derivative[at], uncertainty[at] = measured[is_smooth], (spread + rounding / steps)[is_smooth]
        pending = pending[~is_smooth]
    return derivative, uncertainty


def narrow(values: Array, shape: tuple[int, ...]) -> Array:
    """A gradient before the update broadcasts it: one of the equal rows of W, one of the entries of b."""
    if values.shape == shape:
        return values
    return np.asarray(values[0] if values.ndim == 2 else values[: shape[0]])


def judge(gradient: Array, derivative: Array, weights: Array, uncertainty: Array | float = 0.0) -> Verdict:
    """What is wrong with the gradient of one array, if anything; entries whose derivative is NaN are ignored.

    `weights` is the array itself, in the shape of `derivative`.
    """
    if gradient.shape != derivative.shape:
        wanted, given = derivative.shape, gradient.shape
        return Verdict(f"wrong shape: {wanted} minus {given} broadcasts to {np.broadcast_shapes(wanted, given)}", False)
    if not np.isfinite(gradient).all():
        return Verdict("not finite", False)
    known = np.isfinite(derivative)
    if not known.any():
        return Verdict("not checked", None)
    g, d = gradient[known], derivative[known]
    noise = norm(np.broadcast_to(uncertainty, derivative.shape)[known])
    allowed = TOLERANCE * max(norm(g), norm(d)) + noise
    if norm(g - d) <= allowed:
        return Verdict("right", True)
    return Verdict(_mistake(gradient, derivative, weights, known, allowed, noise), False)


def judge_penalty(penalty: Array, derivative: Array) -> Verdict:
    """What is wrong with the L1 and L2 terms of one array, if anything."""
    allowed = TOLERANCE * max(norm(penalty), norm(derivative))
    if norm(penalty - derivative) <= allowed:
        return Verdict("right", True)
    is_flipped = norm(penalty + derivative) <= allowed
    return Verdict("the penalty has the wrong sign" if is_flipped else "the penalty is wrong", False)


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict on a sum from the verdicts on its terms: everything that is wrong, else the first verdict."""
    wrong = [verdict.words for verdict in verdicts if verdict.is_right is False]
    return Verdict("; ".join(wrong), False) if wrong else verdicts[0]


def norm(values: Array) -> float:
    """The Euclidean norm, computed after scaling, so that squares neither overflow nor underflow."""
    largest = float(np.abs(values).max(initial=0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm((values / largest).ravel()))


def cosine(one: Array, other: Array) -> float:
    """The cosine of the angle between two arrays; NaN if one of them is zero."""
    lengths = norm(one), norm(other)
    if not all(0 < length < np.inf for length in lengths):
        return float("nan")
    return float(np.clip(((one / lengths[0]) * (other / lengths[1])).sum(), -1, 1))


def _mistake(
    gradient: Array, derivative: Array, weights: Array, known: NDArray[np.bool_], allowed: float, noise: float
) -> str:
    """The name of what is wrong, the most telling first."""
    g, d, w = gradient[known], derivative[known], weights[known]
    if not g.any():
        return "zero, and should not be"
    if norm(d) <= noise:
        return "not zero, and should be"
    if norm(g + d) <= allowed:
        return "wrong sign"
    is_square = gradient.ndim == 2 and gradient.shape[0] == gradient.shape[1]
    if is_square and norm(gradient.T[known] - d) <= allowed:
        return "transposed"
    if norm(g - w) <= TOLERANCE * norm(w):
        return f"the {'weights' if weights.ndim == 2 else 'biases'} themselves"
    angle = cosine(g, d)
    factor = float(np.copysign(norm(g) / norm(d), angle))
    if norm(g / norm(g) - np.sign(factor) * d / norm(d)) <= TOLERANCE + noise / norm(d):
        return f"scaled by {factor:.6g}" if factor > 0 else f"wrong sign, and scaled by {-factor:.6g}"
    return f"wrong direction (cosine {angle:.4f})"


def _objectives(network: Network, parameters: Array, x: Array, t: Array, along: Moves, shifts: Array) -> Array:
    """The objective `(k,)` of `k` networks; the i-th is moved by `shifts[i]`, in one entry or along a direction."""
    per_network = 8 * (len(parameters) + 3 * sum(network.sizes) * x.shape[-1])
    together, costs = max(1, CHUNK_BYTES // per_network), np.empty(len(along))
    for start in range(0, len(along), together):
        chunk = slice(start, start + together)
        if along.ndim == 1:
            shifted = np.repeat(parameters[np.newaxis], len(along[chunk]), axis=0)
            shifted[np.arange(len(shifted)), along[chunk]] += shifts[chunk]
        else:
            shifted = parameters + shifts[chunk, np.newaxis] * along[chunk]
        with np.errstate(all="ignore"):
            costs[chunk] = network.objective(network.forward(network.layers(shifted), x), t)
    return costs


def _slopes(costs: Array, middle: Array, steps: Array) -> tuple[Array, Array]:
    """The derivative and its uncertainty, from costs `(6, k)` at -4, -2, -1, 1, 2 and 4 steps."""
    with np.errstate(all="ignore"):
        odd = costs[[3, 4, 5]] - costs[[2, 1, 0]]
        even = costs[[3, 4, 5]] - 2 * middle + costs[[2, 1, 0]]
        near, far = (8 * odd[0] - odd[1]) / (12 * steps), (8 * odd[1] - odd[2]) / (24 * steps)
        # A kink in the very middle gives one slope at every distance; its second difference grows with |h|, not h^2.
        kink = (even[0] - even[1] / 4) - (even[1] - even[2] / 4) / 16
        return near, np.maximum(np.abs(near - far), np.abs(kink / steps))


def _root_mean_square(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return norm(finite) / float(np.sqrt(max(1, len(finite))))


def _trace(network: Network, parameters: Array, x: Array) -> Trace:
    with np.errstate(all="ignore"):
        return network.forward(network.layers(parameters[np.newaxis]), x)


def _reach(network: Network, parameters: Array, x: Array) -> Array:
    """How far a pre-activation moves when a parameter moves by 1, `(P,)`; at least 1."""
    reach = np.ones((1, network.n_parameters))
    for (W, _), a in zip(network.layers(reach), _trace(network, parameters, x).a, strict=False):
        W[...] = np.maximum(1, np.abs(a).max(axis=-1))[:, :, np.newaxis]
    return np.asarray(reach[0])


def _size(network: Network, parameters: Array, x: Array, t: Array) -> float:
    """The magnitude of the terms of the objective, which determines its rounding error."""
    trace = _trace(network, parameters, x)
    with np.errstate(all="ignore"):
        losses = np.abs(network.loss.per_sample(trace.z[-1], trace.a[-1], t))
    sizes = 1 + losses + np.abs(trace.z[-1]).max(axis=1)
    return float(sizes.mean() if network.reduction == "mean" else sizes.sum())
