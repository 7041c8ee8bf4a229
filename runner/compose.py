"""Composing the configs of many jobs: Hydra composes what differs in options, values are set on a copy of that.

Hydra needs about 60 ms to compose one config. Jobs of a sweep mostly differ in values, which need no new composition.
Tests hold the result equal to Hydra's own `load_sweep_config`.
"""

import itertools
import pickle
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationResolutionError, OmegaConfBaseException

from runner.components import REGISTRIES
from runner.compositions import INTERPOLATION, Composition, Compositions, open_config
from runner.errors import Problem, unknown


@dataclass(frozen=True)
class Job:
    """One job of a sweep: its number, the overrides that made it, its config as plain data, and what Hydra composed.

    A config of Hydra's takes five times the memory, which ten thousand jobs would feel. So jobs with the same choice of
    groups share `composition`.
    """

    number: int
    overrides: tuple[str, ...]
    config: dict[str, Any]
    composition: Composition


class Composer:
    """Composes jobs with Hydra's config loader, one real composition for each option of a group."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._repository, self._compositions = loader.repository, Compositions(loader, master)
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}
        self._is_group: dict[str, bool] = {}
        self._sections: dict[tuple[int, tuple[str, ...]], Any] = {}

    def compose(self, number: int, overrides: Sequence[str]) -> Job | Problem:
        """The job's config as Hydra would compose it, or why it cannot be composed."""
        try:
            parsed = [self._parse(text) for text in overrides]
            composition = self._compositions.of([override for override in parsed if self._is_choice(override)])
            values = [override for override in parsed if not self._is_choice(override)]
            config = self._by_section(composition, values)
            if config is None:
                config = plain(_with_values(composition.whole(), values))
            return Job(number, tuple(overrides), config, composition)
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            return explain(error, overrides)

    def _parse(self, text: str) -> Override:
        if text not in self._parsed:
            (self._parsed[text],) = self._parser.parse_overrides([text])
        return self._parsed[text]

    def _is_choice(self, override: Override) -> bool:
        """Whether an override chooses an option of a group, or is about Hydra itself or what is imported."""
        key = override.key_or_group
        if key not in self._is_group:
            self._is_group[key] = bool(self._repository.group_exists(key))
        is_section = isinstance(override.value(), dict) and not key.startswith("hydra")
        is_option = self._is_group[key] and not is_section
        return is_option or override.package is not None or key.startswith(("hydra.", "modules"))

    def _by_section(self, composition: Composition, values: Sequence[Override]) -> dict[str, Any] | None:
        """The config with values set in the sections that they are in; None where sections must be seen together."""
        touched: dict[str, list[Override]] = {}
        for override in values:
            touched.setdefault(override.key_or_group.partition(".")[0], []).append(override)
            if override.is_delete() or INTERPOLATION in str(override.input_line):
                return None
        if composition.is_linked or not touched.keys() <= composition.sections.keys():
            return None
        try:
            changed = {key: self._section(key, composition.sections[key], given) for key, given in touched.items()}
        except (HydraException, OmegaConfBaseException):
            return None  # what is wrong is said with all keys that there are
        copied: dict[str, Any] = pickle.loads(pickle.dumps(composition.sections | changed))
        return copied

    def _section(self, key: str, section: Any, values: Sequence[Override]) -> Any:
        """A section with values set, remembered: compositions share sections, and sweeps repeat values."""
        known = id(section), tuple(str(override.input_line) for override in values)
        if known not in self._sections:
            self._sections[known] = plain(_with_values(open_config({key: section}), values))[key]
        return self._sections[known]


def _with_values(config: DictConfig, values: Iterable[Override]) -> DictConfig:
    """The config, changed as Hydra changes it. Raises what Hydra does, or for a plain value OmegaConf's own reason."""
    for override in values:
        try:
            ConfigLoaderImpl._apply_overrides_to_config([override], config)
        except HydraException as error:
            is_plain = not (override.is_add() or override.is_force_add() or override.is_delete())
            raise (error.__cause__ if is_plain and error.__cause__ else error) from None
    return config


def plain(config: DictConfig) -> dict[str, Any]:
    """A config as plain data, interpolations resolved."""
    container = OmegaConf.to_container(config, resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


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
