"""Comparing a run with its retrained version: every number of the history and every weight, bit by bit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from nn import gradients
from nn.registry import Array
from runner.runs.environment import machine, source
from runner.runs.result import RunResult, network_of
from runner.runs.structure import build_network
from runner.runs.weights import Weights

LAST_BITS = 1e-9  # relative to the largest value: what rounding alone can do before training carries it further
NOT_COMPARED = ("git.dirty", "mlflow.source.git.commit")


@dataclass(frozen=True)
class Difference:
    """The first evaluation and arrays in which the two versions differ, and by how much, there and at the end.

    Sizes are relative to the largest value of an array; `units` counts units in the last place.
    """

    step: int
    arrays: tuple[str, ...]
    relative: float
    units: float
    at_the_end: float

    @property
    def is_rounding(self) -> bool:
        """Whether the difference begins in the last bits."""
        return self.relative <= LAST_BITS

    @property
    def kind(self) -> str:
        """The kind of difference in a word or two."""
        return "last bits" if self.is_rounding else "DIFFERENT"

    def __str__(self) -> str:
        kind = "in the last bits" if self.is_rounding else "by more than the last bits"
        weights = f"by up to {self.at_the_end:.1e} of the largest" if self.at_the_end else "equal"
        return (
            f"DIFFERENT {kind}\n"
            f"  from step {self.step} on: {', '.join(self.arrays)}, by up to {self.relative:.1e} of the largest value, "
            f"units in the last place: {self.units:.4g}\n"
            f"  weights at the end: {weights}"
        )


def compare(stored: RunResult, again: RunResult) -> Difference | None:
    """Where a run begins to differ from its retrained version; None if every bit is equal."""
    networks = network_of(stored), network_of(again)
    weights = _by_array(*networks)
    at_the_end = max((_relative(*pair) for pair in weights.values()), default=0.0)
    names = dict.fromkeys([*stored.history, *again.history])
    steps = max((stored.history["step"], again.history["step"]), key=len)
    for place, step in enumerate(steps):
        pairs = {name: _at(place, stored.history.get(name, []), again.history.get(name, [])) for name in names}
        if found := {name: pair for name, pair in pairs.items() if not _equal(*pair)}:
            return _difference(int(step), found, at_the_end)
    ended = weights | _scalings(*networks)
    for name in stored.measures:  # a later version, or a part of one's own, may measure more
        ended[name] = _at(0, *([one.measures[name]] if name in one.measures else [] for one in (stored, again)))
    ended["last_step"] = _at(0, [stored.last_step], [again.last_step])
    if stored.outcome != again.outcome:
        ended["outcome"] = _NO_NUMBERS
    elif networks[0].classes != networks[1].classes:
        ended["classes"] = _NO_NUMBERS
    found = {name: pair for name, pair in ended.items() if not _equal(*pair)}
    return _difference(stored.last_step, found, at_the_end) if found else None


def environment_changes(stored: Iterable[RunResult]) -> dict[str, tuple[str, str]]:
    """What differs on this machine from where runs were trained: (there, here) by name."""
    here = machine() | source()
    there: dict[str, list[str]] = {}
    for result in stored:
        for name, value in result.provenance.environment.items():
            if value not in there.setdefault(name, []):
                there[name].append(value)
    return {
        name: (" or ".join(values), here.get(name, "unknown"))
        for name, values in there.items()
        if values != [here.get(name)] and name not in NOT_COMPARED
    }


def _by_array(stored: Weights, again: Weights) -> dict[str, tuple[Array, Array]]:
    """The weights of both by the names of their arrays."""
    if stored.parameters.shape != again.parameters.shape or stored.sizes != again.sizes:
        return {"weights": (stored.parameters, again.parameters)}
    parts = gradients.parts(build_network(stored.structure))
    return {part.name: (stored.parameters[part.indices], again.parameters[part.indices]) for part in parts}


def _scalings(stored: Weights, again: Weights) -> dict[str, tuple[Array, Array]]:
    """What turns data into a network's inputs, and its outputs into the units of the data."""
    here = vars(again.scaling)
    return {name: (np.asarray(value), np.asarray(here[name])) for name, value in vars(stored.scaling).items()}


def _difference(step: int, found: Mapping[str, tuple[Array, Array]], at_the_end: float) -> Difference:
    relative = max(_relative(*pair) for pair in found.values())
    units = max(_units(*pair) for pair in found.values())
    return Difference(step, tuple(found), relative, units, at_the_end)


def _at(place: int, one: Iterable[float], other: Iterable[float]) -> tuple[Array, Array]:
    both = [list(values)[place : place + 1] or [np.nan] for values in (one, other)]
    return np.array(both[0], dtype=np.float64), np.array(both[1], dtype=np.float64)


_NO_NUMBERS = _at(0, [], [0.0])  # something is not the same, and no number says by how much


def _equal(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()


def _relative(one: Array, other: Array) -> float:
    """The largest difference, relative to the largest value; infinite where the shapes or NaNs differ."""
    if one.shape != other.shape:
        return np.inf
    if _equal(one, other):
        return 0.0
    with np.errstate(all="ignore"):
        size = np.abs(one - other).max() / max(np.abs(one).max(), np.abs(other).max())
    return float(size) if np.isfinite(size) else np.inf


def _units(one: Array, other: Array) -> float:
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return np.inf
    return float((np.abs(one - other) / np.spacing(np.maximum(np.abs(one), np.abs(other)))).max())
