"""Composing the configs of many jobs: Hydra composes each choice of options once; values are set on a copy.

Hydra needs about 60 ms to compose one config. Jobs of a sweep mostly differ in values, which need no new composition.
Most of these are plain numbers, which take Hydra a third of a millisecond each, so they are parsed here. Tests compare
the result with Hydra's own `load_sweep_config`.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.app.composition_errors import explain, refused
from runner.app.compositions import INTERPOLATION, Composition, Compositions, open_config
from runner.app.hydra_private import apply_override
from runner.plan.jobs import Job, Refused

NUMBER = re.compile(r"([^=\s]+)=(-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,30})?(e-?[0-9]{1,3})?)")


class Composer:
    """Composes jobs with Hydra's config loader, one whole composition for all options of groups."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._compositions = Compositions(loader, master)
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}
        self._numbers: dict[str, Override] = {}  # one for each key
        self._is_group: dict[str, bool] = {}
        self._sections: dict[tuple[int, tuple[str, ...]], Any] = {}

    def compose(self, number: int, overrides: Sequence[str]) -> Job | Refused:
        """The job's config as Hydra would compose it, or why it cannot be composed."""
        parsed = list[Override]()
        try:
            parsed += [self._parse(text) for text in overrides]
            choices, values = list[Override](), list[Override]()
            for override in parsed:
                (choices if self._is_choice(override) else values).append(override)
            composition = self._compositions.of(choices)
            config = self._by_section(composition, values)
            if config is None:
                config = plain(_with_values(composition.whole(), values))
            return Job(number, tuple(overrides), config, composition)
        except (HydraException, OmegaConfBaseException, ValueError, TypeError) as error:
            problem, blamed = explain(error, parsed, self._compositions.repository)
            return refused(problem, blamed, overrides, lambda left: self.compose(number, left))

    def _parse(self, text: str) -> Override:
        """An override as Hydra reads it; another number for a key is not remembered, as there may be very many."""
        number = NUMBER.fullmatch(text)
        if number and number[1] in self._numbers:
            value = float(number[2]) if number[3] or number[4] else int(number[2])
            return _with_value(self._numbers[number[1]], value, text)
        if text not in self._parsed:
            (parsed,) = self._parser.parse_overrides([text])
            if number and _is_number(parsed):
                self._numbers[number[1]] = parsed
            self._parsed[text] = parsed
        return self._parsed[text]

    def _is_choice(self, override: Override) -> bool:
        """Whether an override chooses an option of a group, or is about Hydra itself or what is imported."""
        key = override.key_or_group
        if key not in self._is_group:
            self._is_group[key] = bool(self._compositions.repository.group_exists(key))
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
        return composition.sections | changed

    def _section(self, key: str, section: Any, values: Sequence[Override]) -> Any:
        """A section with values set: by Hydra, but for a number that no other value is about."""
        numbers = [one for one in values if _is_number(one)]
        if not numbers or (len(values) > 1 and not _are_apart([one.key_or_group for one in values])):
            return self._by_hydra(key, section, values)
        others = [one for one in values if not _is_number(one)]
        changed = self._by_hydra(key, section, others) if others else section
        try:
            for one in numbers:
                changed = _with_number(changed, one.key_or_group.split(".")[1:], one.value())
        except (LookupError, TypeError):  # there is no such key, or more than a value
            return self._by_hydra(key, section, values)
        return changed

    def _by_hydra(self, key: str, section: Any, values: Sequence[Override]) -> Any:
        """Remembered: compositions share sections, and sweeps repeat values."""
        known = id(section), tuple(str(override.input_line) for override in values)
        if known not in self._sections:
            self._sections[known] = plain(_with_values(open_config({key: section}), values))[key]
        return self._sections[known]


def _with_value(one: Override, value: float, text: str) -> Override:
    """The override that Hydra makes of a text which differs from that of another one in its number alone."""
    return Override(one.type, one.key_or_group, one.value_type, value, one.package, text, one.config_loader)


def _is_number(override: Override) -> bool:
    """Whether an override changes a value to a number."""
    is_change = not (override.is_add() or override.is_force_add() or override.is_delete())
    return is_change and type(override.value()) in (int, float)


def _are_apart(keys: Sequence[str]) -> bool:
    """Whether no key is another one, or in it."""
    return not any(one == other or one.startswith(f"{other}.") for one, other in permutations(keys, 2))


def _with_number(section: Any, path: Sequence[str], number: Any) -> Any:
    """A section with another value at a path, the rest of it shared. Raises where there is no single value."""
    if path:
        return {**section, path[0]: _with_number(section[path[0]], path[1:], number)}
    if isinstance(section, (dict, list)):
        raise TypeError
    return number


def _with_values(config: DictConfig, values: Iterable[Override]) -> DictConfig:
    """The config, changed as Hydra changes it. Raises what Hydra does, or for a plain value OmegaConf's own reason."""
    for override in values:
        try:
            apply_override(override, config)
        except HydraException as error:
            is_plain = not (override.is_add() or override.is_force_add() or override.is_delete())
            raise (error.__cause__ if is_plain and error.__cause__ else error) from None
    return config


def plain(config: DictConfig) -> dict[str, Any]:
    """A config as plain data, with interpolations resolved."""
    container = OmegaConf.to_container(config, resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}
