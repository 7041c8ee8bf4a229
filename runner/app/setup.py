"""Hydra set up for this program: its plugins, its search path, and composing outside its main function."""

import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from hydra.core.override_parser.types import Override

from runner.app.compose import Composer
from runner.app.grammar import unreadable
from runner.base.errors import UserError, refuse
from runner.base.paths import CONF, PLUGINS
from runner.plan.plan import Plan, make_plan
from runner.runs.components import load_modules, modules_of


def set_up_hydra(arguments: list[str]) -> None:
    """Register what may be typed: our plugins, resolvers, components, named sweeps, zips, and the user's modules."""
    if str(PLUGINS) not in sys.path:
        sys.path.append(str(PLUGINS))
    from hydra.core.plugins import Plugins

    Plugins.instance()

    from omegaconf import OmegaConf

    from runner.app.guard import guard_hydra
    from runner.app.hydra_private import read_first
    from runner.app.options import choices, for_experts, register_options
    from runner.app.zipped import read_zip

    OmegaConf.register_new_resolver("run_id", run_id, replace=True, use_cache=True)
    OmegaConf.register_new_resolver("choices", choices, replace=True)
    OmegaConf.register_new_resolver("for_experts", for_experts, replace=True)
    modules = modules_of(arguments, CONF / "config.yaml")
    guard_hydra(modules)
    read_first(read_zip)
    load_modules(modules)
    register_options()


@cache
def run_id() -> str:
    """A name for this run's or sweep's folder: the time, for people, and a unique suffix."""
    return f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{uuid.uuid4().hex[:6]}"


def planned(overrides: Sequence[str]) -> Plan:
    """The one valid run that overrides describe. Raises UserError with what is wrong with them."""
    with composing(overrides) as composer:
        return make_plan([composer.compose(0, overrides)])


@contextmanager
def config_loader() -> Iterator[Any]:
    """Hydra's loader of the configs in `conf/` without its main function; `set_up_hydra` comes before it."""
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        yield GlobalHydra.instance().config_loader()


@contextmanager
def composing(overrides: Sequence[str] = (), of_all: Sequence[str] = ()) -> Iterator[Composer]:
    """Hydra's configs without a Hydra application, or beside the one that is running.

    Every job has the overrides `of_all`, which are about Hydra itself.

    Raises UserError when the overrides cannot be read.
    """
    set_up_hydra(list(overrides))
    _parsed(overrides)

    from hydra.core.global_hydra import GlobalHydra
    from hydra.types import RunMode

    running = GlobalHydra.instance().hydra
    try:
        with config_loader() as loader:
            master = loader.load_configuration("config", list(of_all), RunMode.MULTIRUN)
            yield Composer(loader, master)
    finally:
        if running is not None:
            GlobalHydra.instance().clear()
            GlobalHydra.instance().initialize(running)


def _parsed(overrides: Sequence[str]) -> list[Override]:
    """Overrides as Hydra reads them. Raises UserError where one stands for several runs, or cannot be read."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException

    try:
        found = OverridesParser.create().parse_overrides(list(overrides))
    except OverrideParseException as error:
        raise refuse({0: [unreadable(error.override)]}, 1) from error
    for override in found:
        if override.is_sweep_override() or (override.key_or_group == "sweep" and override.value() is not None):
            raise UserError(f"{override.input_line} stands for several runs; a check looks at one network at a time")
    return found
