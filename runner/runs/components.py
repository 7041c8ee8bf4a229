"""Every kind of component that a config can choose, and the user's own modules that add to them."""

import importlib
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS
from nn.registry import Registry, Setting
from nn.schedules import SCHEDULES
from runner.base.errors import UserError, one_line
from runner.base.files import working_folder
from runner.base.starting import forgive_warnings
from runner.datasets import DATASETS

REGISTRIES: dict[str, Registry[Any]] = {
    "data": DATASETS,
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "init": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
HERE = "__main__"  # the module of what a notebook or a script defines itself
# Options that are no component, but stand for the one that fits; and the component whose settings such an option has.
DECIDED_LATER: dict[str, dict[str, str | None]] = {
    "loss": {"auto": None, "matching": None, "cross_entropy": "softmax_cross_entropy"},
    "activation": {"auto": None},
    "optimizer": {"auto": None},
}


def settings_of_option(kind: str, name: str) -> tuple[Setting, ...]:
    """The settings of an option; none if there is no such option."""
    like = DECIDED_LATER.get(kind, {}).get(name, name)
    return REGISTRIES[kind].settings(like) if like is not None and like in REGISTRIES[kind] else ()


def is_own(kind: str, name: str) -> bool:
    """Whether a component is from a user's own module, so that nothing is known about it in advance."""
    return REGISTRIES[kind][name].__module__.partition(".")[0] not in ("nn", "runner")


def load_modules(names: Sequence[str]) -> None:
    """Import the modules listed in `modules=[...]`, so that their components register themselves.

    A module is found as Python finds it, in the working directory too. Raises UserError if one cannot be imported. A
    module may turn warnings into errors for its own code, but warning filters apply to the whole process, so they are
    reset.
    """
    filters = list(warnings.filters)
    for name in names:
        if str(working_folder()) not in sys.path:
            sys.path.append(str(working_folder()))
        if name.endswith(".py") or "/" in name:
            raise UserError(f"modules names {name!r}, a file; give the name of its module, {PurePath(name).stem}")
        try:
            importlib.import_module(name)
        except SystemExit as error:
            raise UserError(one_line(f"modules names {name!r}, which ends the program while it is imported")) from error
        except Exception as error:
            raise UserError(one_line(f"modules names {name!r}, which cannot be imported: {error}")) from error
        finally:
            forgive_warnings(filters)


def check_modules(named: Iterable[str]) -> None:
    """Raise UserError if stored runs used modules that are not imported: a store never imports any itself."""
    if missing := sorted(set(named) - sys.modules.keys()):
        names = ",".join(missing)
        raise UserError(f"parts of {names} were used: add modules=[{names}], or in a notebook import {names} first")


def modules_of(arguments: list[str], config: Path) -> list[str]:
    """The user's modules, which must be imported before Hydra composes, so that their components can be chosen.

    The command line takes precedence over the file, as for every other key.
    """
    from omegaconf import OmegaConf

    for argument in arguments:
        key, _, value = argument.partition("=")
        if key.lstrip("+") == "modules":
            return [name.strip(" '\"") for name in value.strip("[] ").split(",") if name.strip()]
    return list(OmegaConf.select(OmegaConf.load(config), "modules") or [])
