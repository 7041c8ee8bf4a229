"""What can be chosen: every registered component and every named sweep, as Hydra's config groups."""

import sys
from functools import cache
from io import BytesIO
from textwrap import fill
from typing import Any

import yaml
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, ListConfig, OmegaConf

from runner.app.contents import CHOICES, table_of_contents
from runner.app.named_sweeps import sweep_files
from runner.base.files import contents_of
from runner.base.formats import check_yaml
from runner.base.paths import CONF, SWEEPS
from runner.base.texts import visible
from runner.runs.components import REGISTRIES
from runner.runs.spec import DataCommon

WIDTH, COLUMN = 80, 11
INDENT = " " * (COLUMN + 2)


def register_options() -> None:
    """Offer what `conf/` has no file for: components without one, and the files of `sweeps/`."""
    store = ConfigStore.instance()
    for kind, registry in REGISTRIES.items():
        for name in registry:
            if not (CONF / kind / f"{name}.yaml").exists():
                store.store(group=kind, name=name, node=default_config(kind, name))
    named = sweep_files(SWEEPS)
    for path in set(SWEEPS.glob("*.yaml")) - set(named.values()):
        print(visible(f"the named sweep {path.name!r} is left out, because its name cannot be typed"), file=sys.stderr)
    for name, path in named.items():
        try:
            node = read_sweep(contents_of(path))
        except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
            said = f"the named sweep {path.name} is left out, because it cannot be read: {error}"
            print(visible(said), file=sys.stderr)
            continue
        store.store(group="sweep", name=name, node=node, package="_global_")
    store.repo = _NeverCopied(store.repo)


@cache
def read_sweep(content: bytes) -> DictConfig | ListConfig:
    """A file of `sweeps/`, to look at; a process that sets Hydra up again reads each once. Raises yaml.YAMLError."""
    check_yaml(content)
    return OmegaConf.load(BytesIO(content))


def choices() -> str:
    """What `--help` lists first: components and searches by group, in lines that fit a terminal."""
    of_experts = _for_experts()
    return _lines({group: names - of_experts[group] for group, names in _options().items()})


def for_experts() -> str:
    """What `--help` lists apart: options of the groups, and the names of settings."""
    found, contents = _for_experts(), table_of_contents()
    keys = [key.removeprefix(f"{CHOICES}.") for key in contents.for_experts]
    return _lines(found | {"settings": {key for key in keys if key not in found}})


def _options() -> dict[str, set[str]]:
    """The options of each group, in the order of `conf/config.yaml`."""
    groups = [key.removeprefix(f"{CHOICES}.") for key in table_of_contents().told if key.startswith(f"{CHOICES}.")]
    options = {kind: {*registry, *_files(kind)} for kind, registry in REGISTRIES.items()}
    options |= {group: _files(group) for group in ("executor", "search")}
    return {group: options[group] for group in groups if group in options}


def _for_experts() -> dict[str, set[str]]:
    """Those of them that are for experts."""
    contents = table_of_contents()
    return {group: contents.options_for_experts(group, names) for group, names in _options().items()}


def _lines(options: dict[str, set[str]]) -> str:
    """A group a line, and no group without options."""
    return "\n".join(
        fill(f"{group:<{COLUMN}}{' '.join(sorted(names))}", WIDTH, initial_indent="  ", subsequent_indent=INDENT)
        for group, names in options.items()
        if names
    )


def _files(group: str) -> set[str]:
    """The options of a group that have a file in `conf/`."""
    return {path.stem for path in (CONF / group).glob("*.yaml")}


class _NeverCopied(dict[str, Any]):
    """Hydra copies all options whenever it composes or lists a group, some 50 ms; what it hands out it copies again."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_NeverCopied":
        return self


def default_config(kind: str, name: str) -> dict[str, Any]:
    """A component's config as its signature has it: its name and the defaults of its settings."""
    config: dict[str, Any] = {"name": name}
    if kind == "data":
        config |= {key: field.default for key, field in DataCommon.model_fields.items() if key != "name"}
    for setting in REGISTRIES[kind].settings(name):
        config[setting.name] = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    return config
