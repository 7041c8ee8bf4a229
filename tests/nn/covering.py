"""Few cases of many axes: every value occurs, and every value of an axis meets every value of every other axis.

A full product repeats what cannot differ: a mistake is nearly always in one component or in how two of them meet.
"""

from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

Place = tuple[int, int]  # an axis, and the position of a value on it


def covering(*axes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Cases, one value per axis, in which every pair of values of two axes occurs; the same at every call.

    Each case starts from the first pair that is missing; then every other axis takes the value that adds most missing
    pairs, and among equals the one that was used least. Cohen et al. (1997), The AETG System,
    section 4, without chance.
    """
    if len(axes) < 2:
        raise ValueError("a design needs at least two axes")
    places = [[(axis, position) for position in range(len(values))] for axis, values in enumerate(axes)]
    missing = dict.fromkeys(pair for one, other in combinations(places, 2) for pair in product(one, other))
    used = dict.fromkeys((place for row in places for place in row), 0)
    cases = []
    while missing:
        case = dict(next(iter(missing)))
        for axis in sorted(set(range(len(axes))) - case.keys(), key=lambda axis: (-len(axes[axis]), axis)):
            chosen = max(places[axis], key=lambda place: (len(_pairs(place, case) & missing.keys()), -used[place]))
            case |= [chosen]
        for place in case.items():
            used[place] += 1
        for pair in combinations(sorted(case.items()), 2):
            missing.pop(pair, None)
        cases.append(tuple(axes[axis][case[axis]] for axis in range(len(axes))))
    return cases


def _pairs(place: Place, case: dict[int, int]) -> set[tuple[Place, ...]]:
    """The pairs that a place makes with those that a case has already."""
    return {tuple(sorted((place, other))) for other in case.items()}
