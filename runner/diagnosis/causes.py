"""The causes in a sweep, each with its runs, and which settings explain that these fail and others learn."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runner.base.console import count
from runner.diagnosis.factors import Factor, could_show, explain
from runner.diagnosis.judged import Judged, Unjudged
from runner.runs.flat import flatten
from runner.runs.overrides import swept_keys, values_of

DEFAULT = "default"  # the value of a key that was not typed
DRAWS = {"seed": "seed", "data.seed": "seed", "data.split_seed": "seed", "data.fold": "fold"}  # no factors


@dataclass(frozen=True, eq=False)
class Cause:
    """Runs with the same diagnosis, or all that do not learn, together with those of the sweep that learn.

    `factor` is the rule that explains them. Without one, `draw` is `seed` or `fold` if that decides which runs of a
    setting fail, and `whole` counts the settings in which all runs fail. `left_out` are runs inside the rule that do
    not learn for another cause, `left_out_elsewhere` those outside it.
    """

    runs: tuple[Judged, ...]
    factor: Factor | None = None
    draw: str = ""
    whole: int = 0
    left_out: int = 0
    left_out_elsewhere: int = 0

    @property
    def kind(self) -> tuple[str, str]:
        """The verdict, and the code with a second cause."""
        return kind_of(self.runs[0])

    @property
    def words(self) -> str:
        """What explains them, in a sentence; empty if nothing does, or if there is nothing to compare."""
        if self.factor:
            (hit, n), (missed, others) = self.factor.inside, self.factor.outside
            n_others = self.left_out + self.left_out_elsewhere
            others_too = f" ({count(n_others, 'run')} of another cause left out)" if n_others else ""
            return f"{self.factor.rule}: {hit} of {count(n, 'run')}; elsewhere {missed} of {others}{others_too}"
        if self.draw:
            return f"no setting explains it: with another {self.draw} the same settings learn"
        if self.whole > 1:
            return f"all runs of {count(self.whole, 'setting')}, whatever the seed"
        return ""


def kind_of(one: Judged) -> tuple[str, str]:
    """The verdict, and the code with a second cause; `no score` if none is defined."""
    said = one.diagnosis
    verdict = "no score" if math.isnan(one.scores.tested) else said.verdict
    return verdict, " ".join(filter(None, [said.code, said.second]))


def causes_of(found: Sequence[Judged | Unjudged]) -> list[Cause]:
    """The causes in a sweep, the most frequent first; runs with an unknown cause are one of them.

    Runs that learn and have no cause are left out.
    """
    kinds: dict[tuple[str, str], list[Judged]] = {}
    for one in _judged(found):
        kinds.setdefault(kind_of(one), []).append(one)
    ranked = sorted(kinds.items(), key=lambda pair: -len(pair[1]))
    return [_explained(runs, found) for (verdict, code), runs in ranked if code or verdict == "unknown"]


def failures_of(found: Sequence[Judged | Unjudged]) -> Cause | None:
    """All runs that do not learn, whatever the cause; None if there are none."""
    failed = [one for one in _judged(found) if kind_of(one)[0] in ("ill", "unknown")]
    return _explained(failed, found) if failed else None


def _judged(found: Sequence[Judged | Unjudged]) -> list[Judged]:
    return [one for one in found if isinstance(one, Judged)]


def _explained(runs: Sequence[Judged], found: Sequence[Judged | Unjudged]) -> Cause:
    """Some runs beside those that learn."""
    judged, own = _judged(found), {id(one) for one in runs}
    learning = [one for one in judged if id(one) not in own and kind_of(one)[0] == "healthy"]
    varied = swept_keys([one.result.overrides for one in judged])
    keys = [key for key in varied if key not in DRAWS]
    others = [one for one in judged if id(one) not in own and kind_of(one)[0] != "healthy"]
    both = [_settings(one, keys) for one in (*runs, *learning)]
    failed = np.arange(len(both)) < len(runs)
    if factor := explain({key: [one[key] for one in both] for key in keys}, failed):
        inside = sum(factor.holds(_settings(one, keys)) for one in others)
        return Cause(tuple(runs), factor, left_out=inside, left_out_elsewhere=len(others) - inside)
    n = Counter(tuple(one.values()) for one in (*both, *(_settings(one, keys) for one in others)))
    k = Counter(tuple(one.values()) for one in both[: len(runs)])
    learns = {tuple(one.values()) for one in both[len(runs) :]}
    if max(n.values()) == 1 or (keys and not could_show(len(runs), len(both))):
        return Cause(tuple(runs))
    drawn = " or ".join(dict.fromkeys(DRAWS[key] for key in varied if key in DRAWS))
    if 2 * sum(k[one] for one in k if one in learns) > len(runs):
        return Cause(tuple(runs), draw=drawn)
    return Cause(tuple(runs), whole=len(k) if all(k[one] == n[one] > 1 for one in k) else 0)


def _settings(one: Judged, keys: Sequence[str]) -> dict[str, str]:
    """What a run has for each key: what was typed, or what it is without that."""
    values = values_of(one.result.overrides, keys)
    if DEFAULT in values.values():
        known = flatten(one.result.spec)
        values |= {key: typed(known[key]) for key, value in values.items() if value == DEFAULT and key in known}
    return values


def typed(value: object) -> str:
    """A value of a spec as typed: `0.1`, `true`, `[6,4]`."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
