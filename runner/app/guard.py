"""What a config may make Python import: checked in every config that Hydra composes, before anything is imported.

Hydra calls what `_target_` names, and the classes of a logging config; its own list of forbidden names is, in its own
words, no security boundary. Here only what installed plugins registered in Python is allowed; docs/security.md has the
details.
"""

import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigNode, ConfigStore
from hydra.core.default_element import ResultDefault
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, OmegaConf, flag_override

from runner.app.hydra_private import FileConfigSource as FilesOfConfigs
from runner.app.hydra_private import IConfigRepository, Loader, use_loader, use_sources
from runner.app.hydra_private import ImportlibResourcesConfigSource as PackagedConfigs
from runner.base.errors import UserError
from runner.base.files import contents_of
from runner.base.formats import check_yaml
from runner.runs.leftovers import file_of, left_over, sections_of

PLUGINS = ("launcher", "sweeper")
LOGGING = ("job_logging", "hydra_logging")
PARAMS = ("params", "search_space")  # the second one by Optuna's sweeper, which did so before
RECORDED = ("overrides", "runtime", "job.config_name", "job.id", "job.num", "job.override_dirname")
NAME = re.compile(r"\.?\w[\w.-]*")
IMPORTED = ("_target_", "custom_search_space")  # the second one by Optuna's sweeper
CLOSED = {
    "callbacks": "would run code",
    "job.env_copy": "would write the environment, with what is secret in it, to a file",
    "job.env_set": "would change the environment, and with it what Python loads and where results go",
}


def guard_hydra(modules: Sequence[str]) -> None:
    """Make Hydra compose guarded configs only; `modules` are those that the user listed."""
    use_sources(pkg=ImportlibResourcesConfigSource, file=FileConfigSource)
    use_loader(GuardedLoader, modules)
    OmegaConf.register_new_resolver("oc.env", _refuse_environment, replace=True)


class ImportlibResourcesConfigSource(PackagedConfigs):
    """Configs inside packages: Hydra imports the package to look, so only Hydra and its plugins may name one.

    Hydra's registry keeps the first of two classes with the same name, so this class has the name of Hydra's.
    """

    def __init__(self, provider: str, path: str) -> None:
        if provider in ("main", "command-line") or provider.startswith("hydra.searchpath"):
            raise UserError(f"configs are read from folders, not from a package, which would be imported: {path}")
        super().__init__(provider, path)


class FileConfigSource(FilesOfConfigs):
    """Configs in folders. Raises yaml.YAMLError for a file that is small as text but huge when loaded.

    It has the name of Hydra's own class for the same reason. Hydra parses each file for every composition and modifies
    the result; parsed files are cached as pickles, which takes a thirtieth of the time.
    """

    _read: ClassVar[dict[tuple[str, str, str, bytes], bytes]] = {}

    def load_config(self, config_path: str) -> ConfigResult:
        path = Path(self.path, self._normalize_file_name(config_path))
        if not path.is_file():
            return super().load_config(config_path)
        content = contents_of(path)
        key = self.provider, self.path, config_path, content
        if key not in self._read:
            check_yaml(content)
            self._read[key] = pickle.dumps(super().load_config(config_path))
        found: ConfigResult = pickle.loads(self._read[key])
        return found


class GuardedLoader(Loader):
    """Hydra's config loader. Raises UserError for a config that names something forbidden."""

    def __init__(self, config_search_path: ConfigSearchPath, modules: Sequence[str] = ()) -> None:
        super().__init__(config_search_path=config_search_path)
        self._modules, self._installed_logging = modules, dict[str, Any]()

    def load_configuration(
        self, config_name: str | None, overrides: list[str], *arguments: Any, **options: Any
    ) -> DictConfig:
        config = super().load_configuration(config_name, overrides, *arguments, **options)
        # Interpolations stay as they are written: what they lead to can be another thing at another time.
        own = OmegaConf.to_container(OmegaConf.masked_copy(config, ["modules"]), resolve=False)
        hydra: Any = OmegaConf.to_container(config.hydra, resolve=False)
        assert isinstance(own, dict)
        _check_modules(own.get("modules"), self._modules)
        _check_closed(hydra)
        _check_recorded(hydra, overrides)
        for name in PLUGINS:
            _check_plugin(f"hydra.{name}", hydra[name])
        for name in PARAMS:
            _check_params(f"hydra.sweeper.{name}", hydra["sweeper"].get(name) or {})
        for grid in hydra["sweeper"].get("grids") or ():
            _check_params("hydra.sweeper.grids", grid)
        for name in LOGGING:
            self._check_logging(name, hydra)
        if config.get("dry_run") is True:
            _leave_no_folder(config)
        return config

    def merge(self, files: list[ResultDefault], repository: IConfigRepository) -> DictConfig:
        """What the files say, without what belonged to options that others have replaced."""
        read = [(repository.load_config(str(one.config_path)), not one.package) for one in files]
        said = [file_of(found, is_whole) for found, is_whole in read if found]  # now, as composing changes them
        config = super().merge(files, repository)
        for kind, key in left_over(sections_of(config), said):
            del config[kind][key]
        for key in RECORDED:
            node = OmegaConf.select(config, f"hydra.{key}", throw_on_missing=False, throw_on_resolution_failure=False)
            if node is not None and any(value not in (None, "???") for _, value in _leaves("", _plain(node))):
                _refuse(f"hydra.{key}", "is what Hydra itself records, so no config can set it")
        return config

    def _check_logging(self, name: str, hydra: Mapping[str, Any]) -> None:
        """A logging config names classes and files, so it must be an installed one as it is."""
        group = f"hydra/{name}"
        option = f"{group}/{hydra['runtime']['choices'].get(group)}"
        if option not in self._installed_logging:
            found = self.repository.load_config(option)
            is_installed = found is not None and found.path.startswith("pkg://")
            self._installed_logging[option] = OmegaConf.to_container(found.config) if found and is_installed else {}
        if (hydra[name] or {}) != self._installed_logging[option]:
            _refuse(f"hydra.{name}", f"can import code and write files; choose an installed one: {group}=NAME")


def _leave_no_folder(config: DictConfig) -> None:
    """Hydra makes a single run's folder, and writes configs there, before it calls us."""
    with flag_override(config, ["struct", "readonly"], [False, False]):
        config.hydra.run.dir, config.hydra.output_subdir = ".", None


def _check_modules(names: Any, listed: Sequence[str]) -> None:
    given = names if isinstance(names, list) else [names] if "${" in str(names) else []
    for name in given:
        if name not in listed:
            _refuse("modules", f"names {name!r}; list it in conf/config.yaml or on the command line, modules=[{name}]")


def _check_closed(hydra: Mapping[str, Any]) -> None:
    for key, harm in CLOSED.items():
        section, _, name = key.partition(".")
        if hydra[section][name] if name else hydra[section]:
            _refuse(f"hydra.{key}", harm)


def _check_plugin(prefix: str, settings: Any) -> None:
    """Hydra instantiates whatever has a `_target_`, at any depth."""
    for key, value in _leaves(prefix, settings):
        if key.rpartition(".")[2] in IMPORTED and value is not None and value not in _installed_targets():
            _refuse(key, f"names {value!r}, which no installed plugin of Hydra has registered")
        is_whole = isinstance(value, str) and value.startswith("${") and value.endswith("}")
        if is_whole and (key.rpartition(".")[2], value) not in _installed_interpolations():
            _refuse(key, f"may not be the interpolation {value}, which can stand for anything")


def _check_recorded(hydra: Mapping[str, Any], overrides: Sequence[str]) -> None:
    """What Hydra records as given is what was given, in any order; the name of the job becomes that of a file."""
    recorded = [*hydra["overrides"]["hydra"], *hydra["overrides"]["task"]]
    if sorted(map(str, recorded)) != sorted(overrides):
        _refuse("hydra.overrides", "is what Hydra itself records, so no config can set it")
    for key, value in (("job.name", hydra["job"].get("name")), ("output_subdir", hydra["output_subdir"])):
        if value is not None and not NAME.fullmatch(str(value)):
            _refuse(f"hydra.{key}", f"must be one word, as it becomes part of a path, got {value!r}")


def _check_params(section: str, params: Mapping[str, Any]) -> None:
    """What a sweep file sweeps over was no more typed by the user than the rest of it."""
    for key in params:
        if str(key).strip(" \t+~").startswith("executor"):
            _refuse(f"{section}.{key}", "names a scheduler, which could run code here; type it")


def _installed_leaves() -> list[tuple[str, Any]]:
    """What Hydra and installed plugins have registered, in Python, for launchers and sweepers."""
    groups = ConfigStore.instance().repo["hydra"]
    return [leaf for name in PLUGINS for leaf in _leaves("", groups[name])]


@cache
def _installed_targets() -> frozenset[str]:
    return frozenset(value for key, value in _installed_leaves() if key.endswith("._target_"))


@cache
def _installed_interpolations() -> frozenset[tuple[str, str]]:
    """Such as the name of a job of submitit's, which is that of Hydra's: a text, by Hydra's own schema."""
    leaves = [(key.rpartition(".")[2], value) for key, value in _installed_leaves()]
    return frozenset((key, value) for key, value in leaves if isinstance(value, str) and value.startswith("${"))


def _plain(node: Any) -> Any:
    return OmegaConf.to_container(node, resolve=False) if OmegaConf.is_config(node) else node


def _leaves(key: str, node: Any) -> Iterator[tuple[str, Any]]:
    """Dotted keys and values, at any depth."""
    if isinstance(node, ConfigNode):
        node = OmegaConf.to_container(node.node, resolve=False)
    if isinstance(node, Mapping):
        for name, inner in node.items():
            yield from _leaves(f"{key}.{name}", inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _leaves(key, inner)
    else:
        yield key, node


def _refuse(key: str, reason: str) -> NoReturn:
    raise UserError(f"{key} {reason} (docs/security.md says what a config may name)", [key])


def _refuse_environment(*_: str) -> NoReturn:
    raise UserError("a config cannot read the environment, which may hold secrets; let the shell do it: key=$NAME")
