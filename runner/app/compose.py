"""Composing the configs of many jobs: Hydra composes what differs in options, values are set on a copy of that.

Hydra needs about 60 ms to compose one config. Jobs of a sweep mostly differ in values, which need no new composition.
Tests hold the result equal to Hydra's own `load_sweep_config`.
"""

import pickle
from collections.abc import Iterable, Sequence
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


class Composer:
    """Composes jobs with Hydra's config loader, one whole composition for all options of groups."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._compositions = Compositions(loader, master)
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}
        self._is_group: dict[str, bool] = {}
        self._sections: dict[tuple[int, tuple[str, ...]], Any] = {}

    def compose(self, number: int, overrides: Sequence[str]) -> Job | Refused:
        """The job's config as Hydra would compose it, or why it cannot be composed."""
        parsed = list[Override]()
        try:
            parsed += [self._parse(text) for text in overrides]
            composition = self._compositions.of([override for override in parsed if self._is_choice(override)])
            values = [override for override in parsed if not self._is_choice(override)]
            config = self._by_section(composition, values)
            if config is None:
                config = plain(_with_values(composition.whole(), values))
            return Job(number, tuple(overrides), config, composition)
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            problem, blamed = explain(error, parsed, self._compositions.repository)
            return refused(problem, blamed, overrides, lambda left: self.compose(number, left))

    def _parse(self, text: str) -> Override:
        if text not in self._parsed:
            (self._parsed[text],) = self._parser.parse_overrides([text])
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
            apply_override(override, config)
        except HydraException as error:
            is_plain = not (override.is_add() or override.is_force_add() or override.is_delete())
            raise (error.__cause__ if is_plain and error.__cause__ else error) from None
    return config


def plain(config: DictConfig) -> dict[str, Any]:
    """A config as plain data, interpolations resolved."""
    container = OmegaConf.to_container(config, resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}
