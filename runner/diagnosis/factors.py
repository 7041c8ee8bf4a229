"""Which settings explain that runs fail: of all rules of at most two conditions the one that fits best.

Each rule is tested by Fisher's exact test, one-sided (Fisher 1935, The Design of Experiments): are there more failures
inside than chance puts there? The p of all rules that were tried are corrected for their number (Holm 1979, A Simple
Sequentially Rejective Multiple Test Procedure). Where settings differ more from each other than a rule and the seeds
explain, the runs of one setting are not independent: their number is divided by how many times more (Rao and Scott
1992, A Simple Method for the Analysis of Clustered Binary Data). So runs count where seeds decide, and settings where
settings do. A rule that leaves next to nothing unexplained has only the seeds to be compared with.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nn.registry import Array
from runner.diagnosis.conditions import Condition, Counts, Key, Mask, in_words, key_of

CHANCE = 0.01  # a rule with a larger p is not shown
EXACT = 0.9  # F1 of a rule that leaves next to nothing unexplained
NEGLIGIBLE = 1e-12  # of a sum, or of a number that is whole but for rounding


@dataclass(frozen=True)
class Factor:
    """One or two conditions that hold together, and how many runs failed, out of how many, inside and elsewhere.

    `p` is the probability that chance alone finds such a rule among all that were tried.
    """

    conditions: tuple[Condition, ...]
    inside: tuple[int, int]
    outside: tuple[int, int]
    p: float

    @property
    def rule(self) -> str:
        """Its conditions in words."""
        return in_words(self.conditions)

    def holds(self, settings: Mapping[str, str]) -> bool:
        """Whether a run with these settings is inside."""
        return all(one.holds(settings[one.key]) for one in self.conditions)


def explain(settings: Mapping[str, Sequence[str]], failed: Mask) -> Factor | None:
    """The rule with the best F1 of those that chance does not explain; None without one.

    `settings` has the value of every run for each key, as typed, and `failed (runs,)` says which of them failed. Of
    equal rules that with fewer conditions is taken, then that of values rather than of bounds. The order of runs, keys
    and values decides nothing.
    """
    distinct: dict[tuple[str, ...], int] = {}
    places = np.array([distinct.setdefault(values, len(distinct)) for values in zip(*settings.values(), strict=True)])
    columns = dict(zip(settings, zip(*distinct, strict=True), strict=True))
    keys = [key for name in sorted(columns) if (key := key_of(name, columns[name])).conditions]
    if not keys or not 0 < failed.sum() < len(failed):
        return None
    n = np.bincount(places).astype(np.float64)
    k = np.bincount(places, weights=failed)
    moments = np.stack([n, k, n * n, n * k, k * k])
    blocks = list(_blocks(keys, moments))
    inside = np.concatenate([one.inside for one in blocks], axis=1)
    outside = moments.sum(axis=1, keepdims=True) - inside
    f1 = 2 * inside[1] / (inside[0] + k.sum())
    of_runs, of_settings = (
        corrected(chances(*one)) for one in (_cells(inside, outside), _independent(inside, outside))
    )
    p = np.where(f1 >= EXACT, of_runs, of_settings)
    if not (p < CHANCE).any():
        return None
    f1[p >= CHANCE] = -1
    ends = np.cumsum([one.inside.shape[1] for one in blocks])
    found = [(_at(blocks, ends, at), float(p[at]), at) for at in map(int, np.flatnonzero(f1 == f1.max()))]
    conditions, least, at = min(found, key=lambda one: (_simplicity(one[0]), one[1], str(one[0])))
    (runs, hit), (others, missed) = (map(int, one[:2, at]) for one in (inside, outside))
    return Factor(conditions, (hit, runs), (missed, others), least)


def could_show(n_failed: int, n_runs: int) -> bool:
    """Whether a rule with all failures inside, and nothing else, would be seen if it were the only one tried."""
    return math.comb(n_runs, n_failed) * CHANCE > 1


def chances(hit: Array, spared: Array, missed: Array, right: Array) -> Array:
    """Fisher's p `(rules,)`: how likely chance puts at least this many failures inside; 1 if it is to be expected.

    Failures and healthy runs inside, and failures and healthy runs outside: whole numbers, `(rules,)` each.
    """
    most = int((hit + spared + missed + right).max(initial=0))
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])  # of factorials
    p, active = np.ones(len(hit)), np.flatnonzero(hit * right > spared * missed)
    a, b, c, d = (one[active] for one in (hit, spared, missed, right))
    margins = [logs[(x + y).astype(int)] for x, y in ((a, b), (c, d), (a, c), (b, d))]
    cells = [logs[x.astype(int)] for x in (a, b, c, d, a + b + c + d)]
    term = np.exp(sum(margins) - sum(cells))
    p[active] = 0
    while len(active):
        p[active] += term
        term = term * b * c / ((a + 1) * (d + 1))
        stay = term > NEGLIGIBLE * p[active]
        a, b, c, d = a[stay] + 1, b[stay] - 1, c[stay] - 1, d[stay] + 1
        active, term = active[stay], term[stay]
    return np.clip(p, np.finfo(np.float64).tiny, 1.0)


def corrected(p: Array) -> Array:
    """Holm's p `(rules,)`: below a limit for any rule that only chance has made no more often than that."""
    order = np.argsort(p, kind="stable")
    found = np.empty_like(p)
    found[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    return found


@dataclass(frozen=True, eq=False)
class _Block:
    """Rules on one key, or on two: the places of their conditions `(rules, 1 or 2)`, and the moments inside each.

    `inside (5, rules)` are sums over settings, of their runs n, their failures k, n * n, n * k and k * k.
    """

    keys: tuple[Key, ...]
    places: Counts
    inside: Array


def _blocks(keys: Sequence[Key], moments: Array) -> Iterator[_Block]:
    """All rules, of the moments of settings `(5, settings)`: conditions alone, on two keys, and both bounds of one.

    What two conditions select is left out where one of them does so alone.
    """
    tables = [_sums(key.codes, key.holds.shape[1], moments) for key in keys]
    alone = [table @ key.holds.T for key, table in zip(keys, tables, strict=True)]
    for key, inside in zip(keys, alone, strict=True):
        yield _Block((key,), np.arange(inside.shape[1])[:, np.newaxis], inside)
    for a, first in enumerate(keys):
        for b, second in enumerate(keys[a:], start=a):
            n, m = first.holds.shape[1], second.holds.shape[1]
            joint = first.codes * m + second.codes
            inside = first.holds @ _sums(joint, n * m, moments).reshape(-1, n, m) @ second.holds.T
            is_new = (inside[0] > 0) & (inside[0] < np.minimum.outer(alone[a][0], alone[b][0]))
            if a == b:
                is_new &= np.triu(np.logical_and.outer(first.is_bound, first.is_bound))
            yield _Block((first, second), np.argwhere(is_new), inside[:, is_new])


def _sums(codes: Counts, n: int, moments: Array) -> Array:
    """The moments `(5, n)` of all settings with each of n codes."""
    return np.stack([np.bincount(codes, weights=one, minlength=n) for one in moments])


def _cells(inside: Array, outside: Array) -> list[Array]:
    """Failures and healthy runs inside rules, and both outside, of moments `(5, rules)`."""
    return [inside[1], inside[0] - inside[1], outside[1], outside[0] - outside[1]]


def _independent(inside: Array, outside: Array) -> list[Array]:
    """The same, as many as are independent, rounded to the worse.

    How far settings are from the shares of a rule, in squares, by how far independent runs
    would be, says how often a run is counted.
    """
    squares, expected = np.zeros((2, inside.shape[1]))
    for n, k, nn, nk, kk in (inside, outside):
        share = k / n
        squares += kk - 2 * share * nk + share * share * nn
        expected += k - k * share
    times = np.maximum(1, np.divide(squares, expected, out=np.ones_like(squares), where=expected > NEGLIGIBLE))
    rounded = zip(_cells(inside, outside), (np.floor, np.ceil, np.ceil, np.floor), (1, -1, -1, 1), strict=True)
    return [to(cell / times + sign * 1e-9) for cell, to, sign in rounded]


def _at(blocks: Sequence[_Block], ends: Counts, at: int) -> tuple[Condition, ...]:
    """The conditions of a rule, by its place among all."""
    place = int(np.searchsorted(ends, at, side="right"))
    block = blocks[place]
    row = block.places[at - int(ends[place])]  # from the end
    return tuple(key.conditions[one] for key, one in zip(block.keys, row, strict=True))


def _simplicity(conditions: Sequence[Condition]) -> tuple[int, int]:
    return len(conditions), sum(one.sign != "=" for one in conditions)
