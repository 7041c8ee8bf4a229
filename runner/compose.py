"""Composing the configs of many jobs: Hydra composes once per choice of groups, values are set on a copy.

Hydra needs about 60 ms to compose one config. Jobs of a sweep mostly differ in values, which need no new composition.
A test holds the result equal to Hydra's own `load_sweep_config`.
"""

import copy
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.errors import Problem


@dataclass(frozen=True)
class Job:
    """One job of a sweep: its number, the overrides that made it, and its config (with the `hydra` node)."""

    number: int
    overrides: tuple[str, ...]
    config: DictConfig


class Composer:
    """Composes jobs with Hydra's config loader, one real composition per distinct choice of groups."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._loader, self._master = loader, master
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}
        self._composed: dict[tuple[str, ...], DictConfig] = {}

    def compose(self, number: int, overrides: Sequence[str]) -> Job | Problem:
        """The job's config as Hydra would compose it, or why it cannot be composed."""
        try:
            parsed = [self._parse(text) for text in overrides]
            structural = tuple(text for text, one in zip(overrides, parsed, strict=True) if not self._is_value(one))
            config = self._from_hydra(structural)
            for override in parsed:
                if self._is_value(override):
                    OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
            config.hydra.overrides.task = [text for text in overrides if not text.startswith("hydra.")]
            return Job(number, tuple(overrides), config)
        except (HydraException, OmegaConfBaseException) as error:
            return explain(error, overrides)

    def _parse(self, text: str) -> Override:
        if text not in self._parsed:
            self._parsed[text] = self._parser.parse_override(text)
        return self._parsed[text]

    def _is_value(self, override: Override) -> bool:
        """Whether an override only changes a value that exists, so that it can be set after composing."""
        key = override.key_or_group
        return (
            override.type is not None
            and not (override.is_add() or override.is_delete() or override.is_force_add())
            and override.package is None
            and not key.startswith("hydra.")
            and not self._loader.repository.group_exists(key)
        )

    def _from_hydra(self, structural: tuple[str, ...]) -> DictConfig:
        if structural not in self._composed:
            self._composed[structural] = self._loader.load_sweep_config(self._master, list(structural))
        return copy.deepcopy(self._composed[structural])


def explain(error: Exception, overrides: Iterable[str]) -> Problem:
    """One of Hydra's composition errors as a problem with the override that caused it."""
    text = "\n".join(str(part) for part in (error, error.__cause__) if part)
    for override in overrides:
        key, _, value = override.partition("=")
        name = key.lstrip("+~")
        if f"'{name}/{value}'" in text or f"{name}/{value}" in text:
            options = [line.strip() for line in text.partition("Available options")[2].splitlines()[1:] if line.strip()]
            options = [option for option in options if ":" not in option]
            return Problem(name, f"is unknown: {value!r}{_near(value, options)}; known are {', '.join(options)}")
        if f"'{name}'" in text or f"full_key: {name}" in text:
            return Problem(name, f"is not a setting ({_first_line(text)})", f"from the override {override}")
    return Problem("config", _first_line(text))


def _near(given: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(given, known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "cannot be composed"
