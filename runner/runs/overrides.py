"""What the overrides of runs say: their settings, which of them a sweep varies, and short names for both."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from runner.base.texts import brief, short
from runner.runs.leftovers import lacks
from runner.runs.spec import Spec, flatten

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
    """The keys whose value is not the same in all jobs, in the order they were given; `REPLICATES` last."""
    settings = [settings_of(overrides) for overrides in all_overrides]
    keys = list(dict.fromkeys(key for one in settings for key in one))
    varying = [key for key in keys if len({one.get(key, "") for one in settings}) > 1]
    return settings_in(varying) + [key for key in REPLICATES if key in varying]


def settings_in(keys: Sequence[str]) -> list[str]:
    """Those of some keys that make another setting, in their order."""
    return [key for key in keys if key not in REPLICATES]


def config_of(spec: Spec, overrides: Sequence[str]) -> dict[str, Any]:
    """The flattened spec, and what was given beside it and is not part of it, such as the name of a case."""
    return settings_of(overrides) | flatten(spec)


def values_of(overrides: Sequence[str], keys: Sequence[str]) -> dict[str, str]:
    """What a run has for each of some keys: what was typed, or `default`; `-` where its option has no such key."""
    settings = settings_of(overrides)
    values = {key: settings.get(key, "default") for key in keys}
    return {key: NONE if key not in settings and lacks(settings, key) else value for key, value in values.items()}


def label_of(overrides: Sequence[str], keys: Sequence[str]) -> str:
    """What differs, in a few words: `tanh lr=0.1 seed=3`. A component stands for itself."""
    from runner.runs.components import REGISTRIES

    names, values = _names(tuple(keys)), values_of(overrides, keys)
    shown = {key: value for key, value in values.items() if value != NONE}
    label = " ".join(value if key in REGISTRIES else f"{names[key]}={value}" for key, value in shown.items())
    return short(brief(label), MAX_LABEL)


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last part of each key, or the whole key where two would be called the same; `lr` for the learning rate."""
    return dict(_names(tuple(keys)))


@lru_cache
def _names(keys: tuple[str, ...]) -> dict[str, str]:
    last = [key.rpartition(".")[2] for key in keys]
    short = {key: key if last.count(part) > 1 else part for key, part in zip(keys, last, strict=True)}
    return {key: "lr" if name == "learning_rate" else name for key, name in short.items()}
