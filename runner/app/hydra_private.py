"""Uses of private parts of Hydra and OmegaConf, in one place: tests name what a release has moved."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, IConfigRepository
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.core_plugins.importlib_resources_config_source import ImportlibResourcesConfigSource
from hydra._internal.defaults_list import create_defaults_list
from hydra._internal.sources_registry import SourcesRegistry
from hydra._internal.utils import get_args_parser
from hydra.core.default_element import ResultDefault
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.utils import JobReturn
from omegaconf import DictConfig

__all__ = [
    "BasicSweeper",
    "CachingConfigRepository",
    "FileConfigSource",
    "IConfigRepository",
    "ImportlibResourcesConfigSource",
    "create_defaults_list",
    "get_args_parser",
]

_parse_rule = OverridesParser.parse_rule


class Loader(ConfigLoaderImpl):
    """Hydra's config loader, with a name that can be overridden for the step in which it merges the files."""

    def merge(self, files: list[ResultDefault], repository: IConfigRepository) -> DictConfig:
        """What the files say, before Hydra writes into it what it knows itself and what was typed."""
        return super()._compose_config_from_defaults_list(files, repository)

    def _compose_config_from_defaults_list(self, defaults: list[ResultDefault], repo: IConfigRepository) -> DictConfig:
        return self.merge(defaults, repo)


def use_loader(loader: Callable[..., Loader], modules: Sequence[str]) -> None:
    """Have Hydra compose with this loader: a class where a partial of its subclass now stands is what mypy minds."""
    import hydra._internal.hydra as hydra_application  # which looks for plugins: ours must be on the path

    hydra_application.ConfigLoaderImpl = partial(loader, modules=tuple(modules))  # type: ignore[attr-defined,assignment]


def read_first(read: Callable[[str], Override | None]) -> None:
    """Have Hydra's parser take an override from `read`, unless that returns None, wherever Hydra reads one."""

    def parse_rule(self: OverridesParser, s: str, rule_name: str) -> Any:
        found = read(s) if rule_name == "override" else None
        return found or _parse_rule(self, s, rule_name)

    OverridesParser.parse_rule = parse_rule  # type: ignore[method-assign]  # Hydra makes its parsers itself


def use_sources(**sources: type[Any]) -> None:
    """Have Hydra read configs with these classes, by the scheme of what they read."""
    SourcesRegistry.instance().types |= sources


def apply_override(override: Override, config: DictConfig) -> None:
    """Change a config as Hydra does for one override. Raises what Hydra raises."""
    ConfigLoaderImpl._apply_overrides_to_config([override], config)


def config_files_of(loader: Any) -> IConfigRepository:
    """The config files of a loader, but for those of `hydra.searchpath`: which groups and options there are."""
    files: IConfigRepository = loader.repository
    return files


def repository_of(loader: Any, config_name: str | None, overrides: list[str]) -> IConfigRepository:
    """All config files as a loader finds them with these overrides."""
    repository: IConfigRepository = loader._parse_overrides_and_create_caching_repo(config_name, overrides)[1]
    return repository


def loaded(loader: Any, file: ResultDefault, repository: IConfigRepository) -> DictConfig:
    """One file as a loader merges it into a config."""
    config: DictConfig = loader._load_single_config(file, repository).config
    return config


def root_of(node: DictConfig) -> Any:
    """The whole config that a node is in."""
    return node._get_root()


def is_from_composing(error: Exception) -> bool:
    """Whether a plain error comes from Hydra's look at the choices, as for `activation=null` or `data=[[a]]`."""
    code = create_defaults_list.__code__.co_filename
    trace = traceback.extract_tb(error.__traceback__)
    return isinstance(error, (ValueError, TypeError)) and any(frame.filename == code for frame in trace)


class _Returned(JobReturn):
    """Hydra's own prints a line about a failed job before it raises the error, which says it all.

    Hydra's part of the config is made when somebody asks for it, as each choice of groups has one of its own.
    """

    make_hydra: Callable[[], DictConfig]

    @property
    def return_value(self) -> Any:
        if isinstance(self._return_value, Exception):
            raise self._return_value
        return self._return_value

    @return_value.setter
    def return_value(self, value: Any) -> None:
        self._return_value = value

    @property
    def hydra_cfg(self) -> DictConfig:
        return self.make_hydra()

    @hydra_cfg.setter
    def hydra_cfg(self, _: Any) -> None:
        """What the constructor sets it to is nothing."""

    @property
    def task_name(self) -> str:
        return str(self.hydra_cfg.hydra.job.name)

    @task_name.setter
    def task_name(self, _: Any) -> None:
        """As above."""


def returned(value: Any, make_hydra: Callable[[], DictConfig], **about: Any) -> JobReturn:
    """What Hydra gets of a job: its value, or the error that it ended with."""
    found = _Returned(**about, _return_value=value)
    found.make_hydra = make_hydra
    return found


def sections_in(node: DictConfig) -> Iterator[tuple[str, DictConfig | None]]:
    """Each key of a config, with its section where it has one: neither a value, nor empty, nor an interpolation."""
    for name in map(str, node):
        inner = node._get_node(name)
        is_section = isinstance(inner, DictConfig) and not inner._is_none() and not inner._is_interpolation()
        yield name, inner if is_section and isinstance(inner, DictConfig) else None
