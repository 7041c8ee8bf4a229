"""Settings drawn uniformly from a space: Sobol points for numbers, and each choice equally often."""

import itertools
import math
from collections.abc import Container, Iterator, Sequence
from typing import Any

import numpy as np

from runner.search.space import Choice, Interval, Setting, Space

Drawn = tuple[Setting, tuple[float, ...]]  # and its number on each axis of the space
BLOCK = 256  # Sobol points are even in blocks of a power of two
MISSES = 256  # points in a row that give no new setting: what is left is looked for in another way
TRIES = 20  # combinations of choices for one point, for each of these:
SLACKS = (0, 1, 2, math.inf)  # how much oftener than the rarest of its axis a choice may have come before
MOST_LISTED = 100_000  # settings of a space that is small enough to list it


def drawn(space: Space, seed: int, asked: Container[Setting]) -> Iterator[Drawn]:
    """Settings that were not asked for before, until there are no more; the caller adds those it uses to `asked`."""
    rng = np.random.default_rng(seed)
    points = _sobol(sum(isinstance(axis, Interval) for axis in space.axes), rng)
    counts = [np.zeros(len(axis.texts), int) for axis in space.axes if isinstance(axis, Choice)]
    misses = 0
    while misses < MISSES:
        new = _at(next(points), space, counts, rng, asked)
        misses = 0 if new else misses + 1
        if new:
            yield new
    yield from _left(space, rng, asked)


def _at(
    point: Sequence[float], space: Space, counts: Sequence[Any], rng: Any, asked: Container[Setting]
) -> Drawn | None:
    """A new setting with its numbers at a point and the rarest choices that make it new; they are counted."""
    for slack in np.repeat(SLACKS, TRIES) if counts else SLACKS[:1]:
        choices = [int(rng.choice(np.flatnonzero(one <= one.min() + slack))) for one in counts]
        numbers = _numbers(space, point, choices)
        if (setting := space.setting(numbers)) not in asked:
            for one, choice in zip(counts, choices, strict=True):
                one[choice] += 1
            return setting, numbers
    return None


def _left(space: Space, rng: Any, asked: Container[Setting]) -> Iterator[Drawn]:
    """What luck has left of a small space, in random order."""
    ranges = [axis.numbers for axis in space.axes]
    listed = [one for one in ranges if one is not None]
    if len(listed) < len(ranges) or math.prod(one[-1] - one[0] + 1 for one in listed) > MOST_LISTED:
        return
    everything = list(itertools.product(*listed))
    for place in rng.permutation(len(everything)):
        setting = space.setting(everything[place])
        if setting not in asked:
            yield setting, everything[place]


def _sobol(axes: int, rng: Any) -> Iterator[Sequence[float]]:
    """Scrambled Sobol points, each with a share for each of some axes."""
    if not axes:
        yield from itertools.repeat(())
    from scipy.stats import qmc

    engine = qmc.Sobol(axes, scramble=True, rng=rng)
    while True:
        yield from engine.random(BLOCK).tolist()


def _numbers(space: Space, point: Sequence[float], choices: Sequence[int]) -> tuple[float, ...]:
    """A number for each axis: at a share of an interval, or the place of a choice."""
    shares, places = iter(point), iter(choices)
    return tuple(axis.at(next(shares)) if isinstance(axis, Interval) else next(places) for axis in space.axes)
