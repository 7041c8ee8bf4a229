"""The course of a whole search, and of confirming the best settings of an existing sweep."""

from collections.abc import Sequence

from runner.findings.findings import Findings
from runner.findings.numbers.scores import in_order
from runner.findings.numbers.usable import best_first
from runner.runs.overrides import REPLICATES, settings_in, settings_of
from runner.runs.search_settings import ConfirmSettings, SearchSettings, TpeSearch
from runner.search.racing import Budget, Course, final, generations, race
from runner.search.samplers import sampler_of
from runner.search.space import Setting, Space


def course_of(settings: SearchSettings, space: Space, with_default: bool) -> Course:
    """A race among settings from a sampler, then the best ones on fresh seeds if there are enough runs.

    `with_default` says whether there is a default setting to compare with. Raises UserError if the sampler is not
    available.
    """
    sampler, budget, over = sampler_of(settings, space), budget_of(settings), settings.over_seeds
    replicates, default = space.replicates, () if with_default else None
    if isinstance(settings, TpeSearch):
        ranked = yield from generations(sampler, budget.racing, replicates, settings.generation, over)
    else:
        ranked = yield from race(sampler, budget.racing, replicates, budget.left, over)
    if budget.confirms:
        fresh = fresh_replicates(replicates, 2 * settings.confirm.seeds)
        ranked = yield from final(ranked[: budget.left], default, fresh, over)
    return ranked


def budget_of(settings: SearchSettings) -> Budget:
    """How the runs of a search are used."""
    return Budget(settings.runs, settings.confirm.settings, settings.confirm.seeds)


def confirming(sweep: Findings, settings: ConfirmSettings, over: str, defaults: Sequence[bool]) -> Course:
    """The best settings of a sweep on fresh seeds, for one data set after the other.

    `defaults` says for each data set whether there is a default setting to compare with: see `default_of`.
    """
    ranked = list[Setting]()
    for part, with_default in zip(sweep.parts, defaults, strict=True):
        keys = settings_in(part.keys)
        order = best_first(part.results, keys, over) if sweep.about.space else in_order(part.results, keys)
        best = [_setting(some[0].overrides) for some in order if any(one.has_finished for one in some)]
        replicates = {(*_folds(one.overrides), f"seed={one.spec.seed}"): None for one in sweep.results}
        fresh = fresh_replicates(list(replicates), 2 * settings.seeds)
        default = default_of(part) if with_default else None
        if best:
            ranked += yield from final(best[: settings.settings], default, fresh, over)
    return ranked


def default_of(part: Findings) -> Setting:
    """What all settings on a data set share: a setting without the keys in which they differ."""
    differing = settings_in(part.keys)
    return tuple(one for one in _setting(part.results[0].overrides) if not settings_of([one]).keys() & set(differing))


def fresh_replicates(replicates: Sequence[tuple[str, ...]], n: int) -> list[tuple[str, ...]]:
    """Overrides for this many seeds that none of `replicates` has, with their folds in turn."""
    given = [settings_of(one) for one in replicates]
    first = 1 + max(int(one.get("seed", 0)) for one in given)
    folds = list(dict.fromkeys(one["data.fold"] for one in given if "data.fold" in one))
    fold = [(f"data.fold={folds[place % len(folds)]}",) if folds else () for place in range(n)]
    return [(*fold[place], f"seed={first + place}") for place in range(n)]


def _setting(overrides: Sequence[str]) -> Setting:
    return tuple(one for one in overrides if not settings_of([one]).keys() & set(REPLICATES))


def _folds(overrides: Sequence[str]) -> Setting:
    return tuple(one for one in overrides if "data.fold" in settings_of([one]))
