"""Conditions on one setting of many runs: equal to a value, at least, or at most."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.runs.overrides import NONE

MOST_PARTS = 50  # into which the numbers of a key are cut that has more of them
MOST_NAMES = 300  # values that are no numbers, the commonest ones

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Condition:
    """A condition on a run's setting: `=`, `>=` or `<=` a value."""

    key: str
    sign: str
    value: str

    def holds(self, value: str) -> bool:
        """Whether a value meets the condition, numerically if both are numbers."""
        number, limit = number_of(value), number_of(self.value)
        if number is None or limit is None:
            return self.sign == "=" and value == self.value
        return {"=": number == limit, ">=": number >= limit, "<=": number <= limit}[self.sign]

    def __str__(self) -> str:
        return f"{self.key}={self.value}" if self.sign == "=" else f"{self.key} {self.sign} {self.value}"


def in_words(conditions: Sequence[Condition]) -> str:
    """Conditions that hold together: `activation=relu and learning_rate >= 1`, or `0.1 <= learning_rate <= 1`."""
    if len({one.key for one in conditions}) < len(conditions):
        least, most = sorted(conditions, key=lambda one: one.sign, reverse=True)
        return f"{least.value} <= {least.key} <= {most.value}"
    return " and ".join(map(str, conditions))


@dataclass(frozen=True, eq=False)
class Key:
    """A key: the position `(runs,)` of every run's value among all, and the conditions that only some runs meet.

    `holds (conditions, places)` is 1 if a value meets a condition, else 0.
    """

    codes: Counts
    conditions: tuple[Condition, ...]
    holds: Array

    @cached_property
    def is_bound(self) -> Mask:
        """Which conditions are `>=` or `<=`."""
        return np.array([one.sign != "=" for one in self.conditions])


def key_of(name: str, values: Sequence[str]) -> Key:
    """The key of this name, from every run's value as typed; a run without it meets no condition."""
    numbers = {value: number for value in set(values) if (number := number_of(value)) is not None}
    parts = _parts([numbers[value] for value in values if value in numbers])
    others = Counter(value for value in values if value not in numbers and value != NONE)
    names = sorted(others, key=lambda value: (-others[value], value))[:MOST_NAMES]
    place_of = {number: place for place, part in enumerate(parts) for number in part}
    places = {value: place_of[number] for value, number in numbers.items()}
    places |= {value: place for place, value in enumerate(names, start=len(parts))}
    n = len(parts) + len(names)
    codes, at = np.array([places.get(value, n) for value in values]), np.arange(n + 1)
    typed = {numbers[value]: value for value in sorted(numbers, key=lambda one: (len(one), one), reverse=True)}
    found = list(_of_numbers(name, parts, typed, at))
    found += [(Condition(name, "=", value), at == place) for place, value in enumerate(names, start=len(parts))]
    used = np.unique(codes)
    found = [(one, holds) for one, holds in found if not holds[used].all()]
    table = np.array([holds for _, holds in found], dtype=np.float64).reshape(len(found), n + 1)
    return Key(codes, tuple(one for one, _ in found), table)


def _of_numbers(
    name: str, parts: Sequence[Sequence[float]], typed: dict[float, str], at: Counts
) -> Iterator[tuple[Condition, Mask]]:
    """The conditions on the numbers of a key, and at which places each holds.

    A bound that one value alone keeps within is not said twice, and that all do as `>=` the least.
    """
    is_cut = len(parts) < len(typed)
    for place, part in enumerate(parts):
        is_first, is_last = place == 0, place == len(parts) - 1
        least, most = typed[part[0]], typed[part[-1]]
        if is_cut:
            least = _short(-math.inf if is_first else parts[place - 1][-1], part[0], part[0])
            most = _short(part[-1], math.inf if is_last else parts[place + 1][0], part[-1])
        if len(part) == 1:
            yield Condition(name, "=", least), at == place
        if len(part) > 1 or not is_last:
            yield Condition(name, ">=", least), (at >= place) & (at < len(parts))
        if (len(part) > 1 or not is_first) and not is_last:
            yield Condition(name, "<=", most), at <= place


def number_of(value: str) -> float | None:
    """The finite number that a typed value stands for; None if it is not a number."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _parts(numbers: Sequence[float]) -> list[list[float]]:
    """The numbers there are, sorted, each as a part; very many as parts that have about as many runs each."""
    steps = sorted(set(numbers))
    if len(steps) <= MOST_PARTS:
        return [[one] for one in steps]
    cuts = np.unique(np.sort(numbers)[np.linspace(0, len(numbers), MOST_PARTS, endpoint=False).astype(int)])
    return [part.tolist() for part in np.split(steps, np.searchsorted(steps, cuts[1:]))]


def _short(low: float, high: float, end: float) -> str:
    """The shortest number from one to the other that is `end`, one of them, or at least not the other."""
    for digits in range(1, 17):
        text = f"{end:.{digits}g}"
        if low <= float(text) <= high and float(text) not in {low, high} - {end}:
            return text
    return repr(end)
