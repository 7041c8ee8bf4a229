"""What Hydra composes, one composition for each option of a group instead of one for each combination of options.

An option whose file has no defaults list and no other package changes the section of its own group and nothing else.
So a combination of such options is made of the sections of compositions that differ from a first one in one option.
Tests hold the result equal to Hydra's own `load_sweep_config`.
"""

import copy
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

INTERPOLATION = "${"


@dataclass(frozen=True)
class Composition:
    """A person's own settings by top-level key, interpolations as they are written, and Hydra's part of the config.

    `pickled_hydra` is Hydra's part as Hydra made it, `chosen` are groups with another option than they had there.
    """

    sections: dict[str, Any]
    pickled_hydra: bytes
    chosen: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def hydra(self) -> DictConfig:
        """Hydra's part, under the key `hydra`."""
        hydra: DictConfig = pickle.loads(self.pickled_hydra)
        hydra.hydra.runtime.choices.update(self.chosen)
        return hydra

    @cached_property
    def is_linked(self) -> bool:
        """Whether a section may depend on another one."""
        return INTERPOLATION in repr(self.sections)

    def whole(self) -> DictConfig:
        """The sections as one config to be changed; like Hydra's, it takes no new key that is not forced on it."""
        config: DictConfig = pickle.loads(self._pickled)  # in a fifth of the time of making it
        return config

    @cached_property
    def _pickled(self) -> bytes:
        return pickle.dumps(open_config(self.sections))


def open_config(sections: dict[str, Any]) -> DictConfig:
    """Plain data as Hydra's loader has it when it applies overrides of single keys."""
    config = OmegaConf.create(sections)
    OmegaConf.set_struct(config, True)
    return config


def split_hydra(config: DictConfig) -> tuple[DictConfig, DictConfig]:
    """A composed config as a person's own settings, and Hydra's under the key `hydra`."""
    own = copy.deepcopy(config)
    with flag_override(own, ["struct", "readonly"], [False, False]):
        hydra = own.pop("hydra", None)
    return own, OmegaConf.create({"hydra": hydra})


class Compositions:
    """All that were needed so far. `loader` is Hydra's, `master` the config of the main process."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._loader, self._master = loader, master
        self._found: dict[tuple[str, ...], Composition | Exception] = {}
        self._first: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._free: dict[str, bool] = {}
        self._moving: dict[tuple[str, ...], bool] = {}

    def of(self, overrides: Sequence[Override]) -> Composition:
        """What Hydra composes for overrides that choose options, or are about Hydra itself.

        Raises what Hydra raises.
        """
        texts = tuple(str(override.input_line) for override in overrides)
        if texts not in self._found:
            self._found[texts] = self._combined(texts, overrides) or self._real(texts)
        found = self._found[texts]
        if isinstance(found, Exception):
            raise found
        return found

    def _real(self, texts: tuple[str, ...]) -> Composition | Exception:
        if texts not in self._found:
            try:
                own, hydra = split_hydra(self._loader.load_sweep_config(self._master, list(texts)))
                sections: Any = OmegaConf.to_container(own, resolve=False)
                self._found[texts] = Composition(sections, pickle.dumps(hydra))
            except (HydraException, OmegaConfBaseException, ValueError) as error:
                self._found[texts] = error
        return self._found[texts]

    def _combined(self, texts: tuple[str, ...], overrides: Sequence[Override]) -> Composition | None:
        """A combination of options, each composed with the first combination's others; None where Hydra is needed."""
        keys = [override.key_or_group for override in overrides]
        is_free = [keys.count(key) == 1 and self._is_free(one) for key, one in zip(keys, overrides, strict=True)]
        shape = tuple(key if free else text for key, free, text in zip(keys, is_free, texts, strict=True))
        first = self._first.setdefault(shape, texts)
        changed = [place for place, text in enumerate(texts) if text != first[place]]
        base = self._real(first)
        if isinstance(base, Exception) or len(changed) < 2 or self._has_moving_defaults(first):
            return None
        sections = dict(base.sections)
        for place in changed:
            key, option = keys[place], self._real((*first[:place], texts[place], *first[place + 1 :]))
            if isinstance(option, Exception) or list(option.sections) != list(sections) or key not in sections:
                return None
            sections[key] = option.sections[key]
        chosen = {keys[place]: str(overrides[place].value()) for place in changed}
        return Composition(sections, base.pickled_hydra, chosen)

    def _is_free(self, override: Override) -> bool:
        """Whether an override chooses an option that is a file, or a record, of values for its own section alone."""
        text = str(override.input_line)
        if text not in self._free:
            self._free[text] = self._chooses_values(override)
        return self._free[text]

    def _chooses_values(self, override: Override) -> bool:
        group, option, repository = override.key_or_group, override.value(), self._loader.repository
        is_change = not (override.is_add() or override.is_force_add() or override.is_delete())
        is_name = isinstance(option, str) and option.isidentifier() and override.package is None and "/" not in group
        if not is_change or not is_name or not repository.group_exists(group):
            return False
        found = repository.load_config(f"{group}/{option}")
        return found is not None and not found.defaults_list and found.header["package"] in (None, group)

    def _has_moving_defaults(self, texts: tuple[str, ...]) -> bool:
        """Whether a defaults list names a file by what was chosen elsewhere, as in `- rates_${data}`."""
        if texts not in self._moving:
            given = [*self._master.hydra.overrides.hydra, *texts]
            name = self._master.hydra.job.config_name
            loaded = self._loader.compute_defaults_list(name, given, RunMode.RUN).defaults
            files = [self._loader.repository.load_config(one.config_path) for one in loaded if one.config_path]
            self._moving[texts] = any(INTERPOLATION in repr(file.defaults_list) for file in files if file is not None)
        return self._moving[texts]
