"""The labelled corpus before training: controls, runs with one cause, and runs with two."""

import zlib
from collections.abc import Iterator, Sequence

from benchmarks.diagnosis.controls import controls
from benchmarks.diagnosis.entries import Entry, Settings, settled
from benchmarks.diagnosis.injection import Injection
from benchmarks.diagnosis.injections import PAIRS, injections
from benchmarks.diagnosis.recipes import FAST, RECIPES, Recipe
from benchmarks.diagnosis.sources import SOURCES, Source

CONTROL_SEEDS, SEEDS = range(16, 24), range(16, 20)  # rules were looked at on lower ones
CELLS, CONTROL_CELLS, PAIR_CELLS = 7, 5, 3  # data sets of a cause with one value, of a kind of control, of two causes
EACH = 2  # networks of each of them
KNOWN = RECIPES | FAST
ALWAYS = ("training.evaluations=50", "tracking.plots=none", "tracking.report=false")


def entries(quick: bool = False) -> list[Entry]:
    """The whole corpus; or one data set, network and pair of seeds for each cause and value."""
    put_in = injections()
    found = [*_controls(quick), *_with_one(put_in, quick), *_with_two(put_in, quick)]
    return [*found, *_missing(found)]


def _missing(found: Sequence[Entry]) -> Iterator[Entry]:
    """The twins that are no controls, as such."""
    there = {(entry.settings, entry.seed) for entry in found}
    for entry in found:
        if entry.twin and (entry.twin, entry.seed) not in there:
            there.add((entry.twin, entry.seed))
            yield Entry(entry.twin, entry.seed, entry.source, kind="twin")


def _settings(source: Source, recipe: Recipe, *more: Settings) -> Settings:
    return settled(source.overrides, recipe.overrides(source.rates), *more, ALWAYS)


def _drawn(names: Sequence[str], most: int, *key: object) -> list[str]:
    """Some of the names, others for each key, always the same."""
    return sorted(names, key=lambda name: zlib.crc32(repr((key, name)).encode()))[:most]


def _controls(quick: bool) -> Iterator[Entry]:
    for number, control in enumerate(controls()):
        every = control.kind == "plain" and not quick
        for name in _drawn(control.sources, len(SOURCES) if every else 1 if quick else CONTROL_CELLS, number):
            source = control.base(name)
            for recipe in _drawn(control.recipes, len(RECIPES) if every else 1 if quick else EACH, number, name):
                settings = _settings(source, KNOWN[recipe], control.make(KNOWN[recipe], source))
                for seed in CONTROL_SEEDS[: 2 if quick else None]:
                    yield Entry(settings, seed, name, kind=control.kind)


def _with_one(put_in: Sequence[Injection], quick: bool) -> Iterator[Entry]:
    for number, one in enumerate(put_in):
        for name in _drawn(one.sources, 1 if quick else CELLS, number):
            for recipe in _drawn(one.recipes, 1 if quick else EACH, number, name):
                seeds = CONTROL_SEEDS if one.depends_on_seed else SEEDS
                for seed in seeds[: 2 if quick else None]:
                    yield _of_one(one, name, KNOWN[recipe], seed)


def _of_one(one: Injection, name: str, recipe: Recipe, seed: int) -> Entry:
    source = one.base(name)
    settings = _settings(source, recipe, one.make(recipe, source))
    return Entry(
        settings,
        seed,
        name,
        causes=(one.cause,),
        severity=one.severity,
        twin=_settings(one.healthy(name), recipe, one.twin),
        depends_on_seed=one.depends_on_seed,
    )


def _with_two(put_in: Sequence[Injection], quick: bool) -> Iterator[Entry]:
    """Runs with both causes of each pair, and those with each of them alone, which are left when one is cured."""
    strong = {one.cause: one for one in reversed(put_in) if one.severity == "strong"}
    for pair in PAIRS[: 2 if quick else None]:
        first, second = (strong[cause] for cause in pair)
        names = [name for name in first.sources if name in second.sources]
        recipes = [name for name in first.recipes if name in second.recipes]
        for name in _drawn(names, 1 if quick else PAIR_CELLS, pair):
            (chosen,) = _drawn(recipes, 1, pair, name)
            recipe, source = KNOWN[chosen], (first if first.change else second).base(name)
            settings = _settings(source, recipe, first.make(recipe, source), second.make(recipe, source))
            for seed in SEEDS[: 2 if quick else None]:
                alone = [_of_one(one, name, recipe, seed) for one in (first, second)]
                yield from alone
                yield Entry(
                    settings,
                    seed,
                    name,
                    causes=pair,
                    severity="strong",
                    twin=alone[0].twin,
                    alone=tuple(one.settings for one in alone),
                )
