"""Composing the configs of many jobs: Hydra composes once per choice of groups, values are set on a copy.

Hydra needs about 60 ms to compose one config. Jobs of a sweep mostly differ in values, which need no new composition.
A test holds the result equal to Hydra's own `load_sweep_config`.
"""

import copy
import itertools
import pickle
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, OverrideParseException
from omegaconf import DictConfig, OmegaConf, flag_override
from omegaconf.errors import InterpolationResolutionError, OmegaConfBaseException

from runner.components import REGISTRIES
from runner.errors import Problem, unknown


@dataclass(frozen=True)
class Job:
    """One job of a sweep: its number, the overrides that made it, its config as plain data, and Hydra's own part of it.

    A config of Hydra's takes five times the memory, which ten thousand jobs would feel. Jobs with the same choice of
    groups share `hydra`, whose copy would cost more than everything else.
    """

    number: int
    overrides: tuple[str, ...]
    config: dict[str, Any]
    hydra: DictConfig


class Composer:
    """Composes jobs with Hydra's config loader, one real composition per distinct choice of groups."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._loader, self._master = loader, master
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}
        self._composed: dict[tuple[str, ...], tuple[bytes, DictConfig] | Exception] = {}

    def compose(self, number: int, overrides: Sequence[str]) -> Job | Problem:
        """The job's config as Hydra would compose it, or why it cannot be composed."""
        try:
            parsed = [self._parse(text) for text in overrides]
            is_value = [self._is_value(override) for override in parsed]
            if any(self._changes_keys(override) for override in parsed):
                is_value = [False] * len(parsed)  # what is added or deleted depends on the order of all overrides
            structural = tuple(text for text, value in zip(overrides, is_value, strict=True) if not value)
            composed, hydra = self._from_hydra(structural)
            config = pickle.loads(composed)  # a copy in a sixth of the time of deepcopy
            for override, value in zip(parsed, is_value, strict=True):
                if value:
                    OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
            return Job(number, tuple(overrides), plain(config), hydra)
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            return explain(error, overrides)

    def _parse(self, text: str) -> Override:
        if text not in self._parsed:
            (self._parsed[text],) = self._parser.parse_overrides([text])
        return self._parsed[text]

    def _is_value(self, override: Override) -> bool:
        """Whether an override only changes a value that exists, so that it can be set after composing."""
        return not self._is_choice(override) and not self._changes_keys(override)

    def _changes_keys(self, override: Override) -> bool:
        changes = override.is_add() or override.is_delete() or override.is_force_add()
        return changes and not self._is_choice(override)

    def _is_choice(self, override: Override) -> bool:
        """Whether an override chooses an option of a group, or is about Hydra itself or what is imported."""
        key = override.key_or_group
        is_group = bool(self._loader.repository.group_exists(key))
        return is_group or override.package is not None or key.startswith(("hydra.", "modules"))

    def _from_hydra(self, structural: tuple[str, ...]) -> tuple[bytes, DictConfig]:
        """A pickled config as Hydra composes it, and Hydra's own part."""
        if structural not in self._composed:
            try:
                config = self._loader.load_sweep_config(self._master, list(structural))
                own, hydra = split_hydra(config)
                self._composed[structural] = pickle.dumps(own), hydra
            except (HydraException, OmegaConfBaseException, ValueError) as error:
                self._composed[structural] = error
        composed = self._composed[structural]
        if isinstance(composed, Exception):
            raise composed
        return composed


def plain(config: DictConfig) -> dict[str, Any]:
    """A config as plain data, interpolations resolved."""
    container = OmegaConf.to_container(config, resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def split_hydra(config: DictConfig) -> tuple[DictConfig, DictConfig]:
    """A composed config as a person's own settings, and Hydra's under the key `hydra`."""
    own = copy.deepcopy(config)
    with flag_override(own, ["struct", "readonly"], [False, False]):
        hydra = own.pop("hydra", None)
    return own, OmegaConf.create({"hydra": hydra})


def explain(error: BaseException, overrides: Iterable[str]) -> Problem:
    """One of Hydra's composition errors as a problem with the override that caused it."""
    text = "\n".join(str(part) for part in (error, error.__cause__) if part)
    if isinstance(error, OverrideParseException):
        return Problem(
            f"the override {error.override!r}", f"cannot be read; quotes may help: {_quoted(error.override)}"
        )
    full_key = next(iter(re.findall(r"full_key: (\S+)", text)), "")
    for override in sorted(overrides, key=lambda override: -len(override.partition("=")[0])):
        key, _, value = override.partition("=")
        name, origin = key.lstrip("+~"), f"from the override {override}"
        if (
            "Config group override" in text
            and name in (*REGISTRIES, "executor", "sweep")
            and (value == "null" or not value.isidentifier())
        ):
            return Problem(name, f"needs the name of an option, got {value}", origin)
        if ("Ambiguous value" in text or "requires --multirun" in text) and override in text:
            return Problem(name, f"has several values, {value}; add -m to try each of them", origin)
        if "does not support sweep type" in text and value.startswith("interval("):
            return Problem(name, f"needs values to try, such as 0.1,0.2 or range(1,5), got {value}", origin)
        if f"Could not find '{name}/{value}'" in text:
            return Problem(name, unknown(value, _options(text)), origin)
        if full_key.startswith((f"{name}.", f"{name}[")):
            return Problem(full_key, _about_key(error, full_key, _first_line(text)), origin)
        if f"'{name}'" in text or full_key == name:
            return Problem(name, _about_key(error, name, _first_line(text)), origin)
    if full_key and isinstance(error, InterpolationResolutionError):
        return Problem(full_key, _about_key(error, full_key, _first_line(text)), "from the config files")
    return Problem("the config", f"cannot be composed: {_first_line(text)}")


def _quoted(override: str) -> str:
    """The override with its value in the two kinds of quotes that a shell and Hydra need."""
    key, _, value = override.partition("=")
    return f"""'{key}="{value}"'"""


def _options(text: str) -> list[str]:
    """The indented names below Hydra's "Available options in 'data':"."""
    lines = text.partition("Available options")[2].splitlines()[1:]
    return [line.strip() for line in itertools.takewhile(lambda line: line.startswith("\t"), lines)]


def _about_key(error: BaseException, name: str, fallback: str) -> str:
    """That a key does not exist, and which do at its place; or else why its value cannot be used."""
    if isinstance(error, InterpolationResolutionError):
        return f"cannot be resolved: {fallback}"
    node = getattr(error, "parent_node", None) or getattr(error.__cause__, "parent_node", None)
    if not isinstance(node, DictConfig):
        return f"cannot be set: {fallback}"
    known = [str(key) for key in node if key != "hydra"]
    return unknown(name.rpartition(".")[2], known, "is not a setting")


def _first_line(text: str) -> str:
    """What OmegaConf says, in a person's words for its own classes."""
    line = text.strip().splitlines()[0] if text.strip() else "unknown reason"
    line = line.removeprefix("UserError raised while resolving interpolation: ")
    return line.replace("DictConfig", "a group of settings").replace("ListConfig", "a list")
