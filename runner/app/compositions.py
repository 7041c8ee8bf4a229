"""Hydra's compositions: one complete composition for all combinations of options, instead of one for each.

An option whose file has no defaults list and no other package changes only the section of its own group. So a
combination of such options is the first composition with the sections of the differing options replaced. Hydra merges
the files for such a section too, but not its own files, which take nine tenths of the time of a complete composition.
Tests compare the result with Hydra's own `load_sweep_config`.
"""

import copy
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from hydra.core.default_element import ResultDefault
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, ListConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

from runner.app.hydra_private import (
    CachingConfigRepository,
    IConfigRepository,
    create_defaults_list,
    loaded,
    repository_of,
)
from runner.runs.leftovers import left_over

INTERPOLATION = "${"


@dataclass(frozen=True)
class Composition:
    """The user's settings by top-level key, with interpolations as written, and Hydra's part of the config.

    `pickled_hydra` is Hydra's part as Hydra made it; `chosen` are the groups with another option than there.
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
        """The sections as one config to change; like Hydra's, it accepts new keys only with force."""
        config: DictConfig = pickle.loads(self._pickled)  # in a fifth of the time of making it
        return config

    @cached_property
    def _pickled(self) -> bytes:
        return pickle.dumps(open_config(self.sections))


def open_config(sections: dict[str, Any]) -> DictConfig:
    """Plain data in the form in which Hydra's loader applies overrides of single keys."""
    config = OmegaConf.create(sections)
    OmegaConf.set_struct(config, True)
    return config


def split_hydra(config: DictConfig) -> tuple[DictConfig, DictConfig]:
    """A composed config as the user's own settings, and Hydra's under the key `hydra`."""
    own = copy.deepcopy(config)
    with flag_override(own, ["struct", "readonly"], [False, False]):
        hydra = own.pop("hydra", None)
    return own, OmegaConf.create({"hydra": hydra})


class _Files(CachingConfigRepository):
    """Config files as Hydra finds and reads them, each read once. Hydra merges into what it gets, so it gets copies."""

    def __init__(self, delegate: IConfigRepository) -> None:
        super().__init__(delegate)
        self._pickled: dict[str, bytes] = {}

    def load_config(self, config_path: str) -> ConfigResult | None:
        if config_path not in self._pickled:
            self._pickled[config_path] = pickle.dumps(super().load_config(config_path))
        found: ConfigResult | None = pickle.loads(self._pickled[config_path])  # in a third of the time of a deep copy
        return found


@dataclass(frozen=True)
class _Recipe:
    """The files that Hydra merges for a person's own settings, in this order, and what each of them says."""

    files: Sequence[ResultDefault]
    parts: Sequence[Any]


class Compositions:
    """All compositions so far. `loader` is Hydra's, `master` the config of the main process."""

    def __init__(self, loader: Any, master: DictConfig) -> None:
        self._loader, self._master = loader, master
        self._name, self._given = master.hydra.job.config_name, _as_written(master.hydra.overrides.hydra)
        self._found: dict[tuple[str, ...], Composition | Exception] = {}
        self._first: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._free: dict[str, bool] = {}
        self._recipes: dict[tuple[str, ...], _Recipe | None] = {}
        self._sections: dict[tuple[tuple[str, ...], str, str], Any] = {}

    def of(self, overrides: Sequence[Override]) -> Composition:
        """Hydra's composition for overrides that choose options, or that concern Hydra itself.

        Raises what Hydra raises.
        """
        texts = tuple(str(override.input_line) for override in overrides)
        if texts not in self._found:
            self._found[texts] = self._combined(texts, overrides) or self._real(texts)
        found = self._found[texts]
        if isinstance(found, Exception):
            raise found
        return found

    @cached_property
    def repository(self) -> CachingConfigRepository:
        """All config files, including those of `hydra.searchpath`."""
        return _Files(repository_of(self._loader, self._name, self._given))

    def _real(self, texts: tuple[str, ...]) -> Composition | Exception:
        if texts not in self._found:
            try:
                own, hydra = split_hydra(self._loader.load_sweep_config(self._master, list(texts)))
                sections: Any = OmegaConf.to_container(own, resolve=False)
                self._found[texts] = Composition(sections, pickle.dumps(hydra))
            except (HydraException, OmegaConfBaseException, ValueError, TypeError) as error:
                self._found[texts] = error
        return self._found[texts]

    def _combined(self, texts: tuple[str, ...], overrides: Sequence[Override]) -> Composition | None:
        """A first combination, with the sections of the options that differ; None where Hydra is needed."""
        keys = [override.key_or_group for override in overrides]
        is_free = [keys.count(key) == 1 and self._is_free(one) for key, one in zip(keys, overrides, strict=True)]
        shape = tuple(key if free else text for key, free, text in zip(keys, is_free, texts, strict=True))
        first = self._first.setdefault(shape, texts)
        base = self._real(first)
        if isinstance(base, Exception) or first == texts or "hydra.searchpath" in keys:
            return None
        pairs = zip(texts, first, overrides, strict=True)
        changed = {one.key_or_group: str(one.value()) for text, before, one in pairs if text != before}
        sections = dict(base.sections)
        for key, option in changed.items():
            known = first, key, option
            if known not in self._sections:
                self._sections[known] = self._section(first, key, option)
            if self._sections[known] is None:
                return None
            sections[key] = self._sections[known]
        return Composition(sections, base.pickled_hydra, changed)

    def _is_free(self, override: Override) -> bool:
        """Whether an override chooses an option that is a file, or a record, of values for its own section alone."""
        text = str(override.input_line)
        if text not in self._free:
            self._free[text] = self._chooses_values(override)
        return self._free[text]

    def _chooses_values(self, override: Override) -> bool:
        group, option = override.key_or_group, override.value()
        is_change = not (override.is_add() or override.is_force_add() or override.is_delete())
        is_name = isinstance(option, str) and option.isidentifier() and override.package is None and "/" not in group
        is_judged = group.startswith("modules")  # by the loader, which looks at whole compositions
        if is_judged or not is_change or not is_name or not self.repository.group_exists(group):
            return False
        found = self.repository.load_config(f"{group}/{option}")
        return found is not None and not found.defaults_list and found.header["package"] in (None, group)

    def _section(self, first: tuple[str, ...], key: str, option: str) -> Any:
        """The section `key` of a first combination, with another option. None where more may depend on the option."""
        if first not in self._recipes:
            self._recipes[first] = self._recipe(first)
        recipe, base = self._recipes[first], self._found[first]
        places = [place for place, file in enumerate(recipe.files) if file.override_key == key] if recipe else []
        if recipe is None or isinstance(base, Exception) or len(places) != 1:
            return None
        (place,) = places
        file = replace(recipe.files[place], config_path=f"{key}/{option}")
        try:
            own = self._part(file)
            parts = [*recipe.parts[:place], own, *recipe.parts[place + 1 :]]
            is_alone = own.keys() == {key} and sum(key in part for part in parts) == 1
            if is_alone and not left_over(own, ()):
                sections = base.sections | own
            else:
                files = [*recipe.files[:place], file, *recipe.files[place + 1 :]]
                sections = _own(self._loader.merge(files, self.repository))
        except (HydraException, OmegaConfBaseException, ValueError, TypeError):
            return None  # Hydra says it of a whole composition
        is_linked = any(_is_merged_into(part, sections) for part in parts)
        return None if is_linked else sections[key]

    def _recipe(self, texts: tuple[str, ...]) -> _Recipe | None:
        """None where a defaults list names a file by what was chosen elsewhere, as in `- rates_${data}`."""
        overrides = OverridesParser.create().parse_overrides([*self._given, *texts])
        defaults = create_defaults_list(
            self.repository, self._name, overrides, prepend_hydra=True, skip_missing=False
        ).defaults
        read = [self.repository.load_config(file.config_path) for file in defaults if file.config_path]
        if any(INTERPOLATION in repr(one.defaults_list) for one in read if one is not None):
            return None
        files = [file for file in defaults if str(file.package).partition(".")[0] != "hydra"]
        return _Recipe(files, [self._part(file) for file in files])

    def _part(self, file: ResultDefault) -> dict[str, Any]:
        return _own(loaded(self._loader, file, self.repository))


def _as_written(overrides: ListConfig) -> list[str]:
    """Overrides with the interpolations that are in them, as Hydra composes jobs with them."""
    found: Any = OmegaConf.to_container(overrides, resolve=False)
    return list(map(str, found))


def _own(config: DictConfig) -> dict[str, Any]:
    """A person's own settings as plain data, interpolations as they are written."""
    sections: Any = OmegaConf.to_container(config, resolve=False)
    return {key: section for key, section in sections.items() if key != "hydra"}


def _is_merged_into(part: Any, whole: Any) -> bool:
    """Whether a part has an interpolation where the whole has a section: then OmegaConf has merged what it leads to."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and any(_is_merged_into(part[key], whole.get(key)) for key in part)
    return isinstance(whole, dict) and INTERPOLATION in str(part)
