"""What the overrides of runs mean: their settings, which of them a sweep varies, and short names for both."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from runner.base.texts import brief, short
from runner.runs.flat import flatten
from runner.runs.leftovers import lacks
from runner.runs.planned import parts_but_the_seed
from runner.runs.spec import Spec

# Keys that repeat a setting: tables and pictures take its runs together, and nothing is chosen among their values.
REPLICATES = ("data.fold", "seed")
NONE = "-"  # the value of a key that a run's option does not have
MAX_LABEL = 250  # what stores other than SQLite take as a run's name


def settings_of(overrides: Sequence[str]) -> dict[str, str]:
    """Override keys and values, as typed: `["activation=tanh", "seed=3"]` -> `{"activation": "tanh", "seed": "3"}`."""
    return dict(pair for pair in map(_pair, overrides) if pair is not None)


@lru_cache(1 << 16)  # the runs of a sweep have most of their overrides in common
def _pair(override: str) -> tuple[str, str] | None:
    """The key and value of an override; None of one that is Hydra's own."""
    key, _, value = override.partition("=")
    return None if key.startswith("hydra") else (key.lstrip("+~"), value)


def swept_keys(all_overrides: Sequence[Sequence[str]]) -> list[str]:
    """The keys whose values differ between jobs, in the order they were given; `REPLICATES` last."""
    first, having, varying = dict[str, str](), Counter[str](), set[str]()
    for overrides in all_overrides:  # one by one: all settings of 100,000 jobs at once would take 50 MB
        settings = settings_of(overrides)
        having.update(list(settings))
        varying.update(key for key, value in settings.items() if first.setdefault(key, value) != value)
    varying.update(key for key, value in first.items() if value and having[key] < len(all_overrides))
    found = [key for key in first if key in varying]
    return settings_in(found) + [key for key in REPLICATES if key in varying]


def settings_in(keys: Sequence[str]) -> list[str]:
    """Those keys that distinguish settings (not seed or fold), in order."""
    return [key for key in keys if key not in REPLICATES]


def config_of(spec: Spec, overrides: Sequence[str]) -> dict[str, Any]:
    """The flattened spec, plus typed keys that are not part of it, such as the name of a case."""
    return settings_of(overrides) | flatten(spec)


class Configs:
    """The `config_of` of many runs, by key; values shared by runs that differ only in their seed are stored once."""

    def __init__(self, runs: Iterable[tuple[Spec, Sequence[str]]]) -> None:
        self._runs, known = list[tuple[dict[str, Any], int, Sequence[str]]](), dict[tuple[int, ...], dict[str, Any]]()
        self._specs = list[Spec]()  # as long as they are there, no other object can have one's identity
        for spec, overrides in runs:
            parts = parts_but_the_seed(spec)
            if parts not in known:
                self._specs.append(spec)
                known[parts] = flatten(spec)
            self._runs.append((known[parts], spec.seed, overrides))

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def keys(self) -> list[str]:
        """All keys."""
        flats = {id(flat): flat for flat, _, _ in self._runs}
        typed = dict.fromkeys(key for _, _, overrides in self._runs for key in settings_of(overrides))
        return list(typed | {key: None for flat in flats.values() for key in flat})

    def column(self, key: str) -> dict[int, Any]:
        """The values of the runs that have this key, by position."""
        if key == "seed":
            return {place: seed for place, (_, seed, _) in enumerate(self._runs)}
        found = {place: flat[key] for place, (flat, _, _) in enumerate(self._runs) if key in flat}
        for place, (flat, _, overrides) in enumerate(self._runs):
            if key not in flat and key in (settings := settings_of(overrides)):
                found[place] = settings[key]
        return found


def values_of(overrides: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
    """A run's values for some keys: as typed, or `default`; `-` if its option has no such key."""
    settings = settings_of(overrides)
    values = {key: settings.get(key, "default") for key in keys}
    return {key: NONE if key not in settings and lacks(settings, key) else value for key, value in values.items()}


def label_of(overrides: Sequence[str], keys: Sequence[str]) -> str:
    """What differs, in a few words: `tanh lr=0.1 seed=3`. A component is named without its key."""
    from runner.runs.components import REGISTRIES

    names, values = _names(tuple(keys)), values_of(overrides, keys)
    shown = {key: value for key, value in values.items() if value != NONE}
    label = " ".join(value if key in REGISTRIES else f"{names[key]}={value}" for key, value in shown.items())
    return short(brief(label), MAX_LABEL)


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last part of each key, or the whole key if two would get the same name; `lr` for the learning rate."""
    return dict(_names(tuple(keys)))


@lru_cache
def _names(keys: tuple[str, ...]) -> dict[str, str]:
    last = [key.rpartition(".")[2] for key in keys]
    short = {key: key if last.count(part) > 1 else part for key, part in zip(keys, last, strict=True)}
    return {key: "lr" if name == "learning_rate" else name for key, name in short.items()}
