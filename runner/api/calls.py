"""`runner.sweep` and `runner.run`: what the command line does, in this process, one call at a time."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from runner.api.given import checked_name, settings_of
from runner.api.guarded import guarded
from runner.api.overrides import overrides_of
from runner.api.sweep import Sweep
from runner.base.console import say, warn
from runner.base.errors import RunsFailed, UserError
from runner.runs.components import REGISTRIES, load_modules
from runner.runs.result import failures


@guarded
def trained(
    overrides: Sequence[str], data: Any, target: str | None, settings: Mapping[str, Any], is_sweep: bool
) -> Sweep:
    """The result of the runs that overrides and keywords describe: one run or a sweep."""
    from runner.app.calling import train

    load_modules(_modules(settings.get("modules")))
    try:
        texts, swept = overrides_of({**settings_of(data, target), **settings})
    except RecursionError as error:
        raise UserError("a value holds itself, or is nested too deeply") from error
    if not is_sweep and swept:
        raise UserError(f"{swept[0]} has several values, and runner.run trains one: use runner.sweep", swept)
    if not is_sweep and "sweep" in settings:
        raise UserError("sweep=... names a sweep: use runner.sweep", ["sweep"])
    if is_sweep and not (swept or overrides or {"sweep", "search"} & settings.keys() or "quiet=true" in texts):
        _say_what_is_one_value(texts)
    try:
        delivery = train([*overrides, *texts], is_sweep)
    except UserError as error:
        error.args = (_in_python(str(error), settings, is_named=data is None or isinstance(data, (str, Mapping))),)
        raise
    if failed := failures(delivery.results):
        warn(str(failed))
    return Sweep(delivery.publisher.findings)


def _say_what_is_one_value(texts: Sequence[str]) -> None:
    """Warn that the sweep is a single run if a list may have been meant as several values."""
    for key, value in (text.split("=", 1) for text in texts):
        if value.startswith("[") and "," in value:
            say(f"{key}={value} is one value, so this is one run; a list of lists sweeps")


def _in_python(said: str, settings: Mapping[str, Any], is_named: bool) -> str:
    """The message about keywords that are not settings, with suggestions written as keywords."""

    def meant(found: re.Match[str]) -> str:
        name, section, setting = found.groups()
        if name not in settings or (section == "data" and not is_named):
            return found[0]
        chosen = '"name": ..., ' if section in REGISTRIES else ""
        return f'{name} is not a setting (did you mean {section}={{{chosen}"{setting}": ...}}?)'

    return re.sub(r"(\w+) is not a setting \(did you mean (\w+)\.(\w+)\?\)", meant, said)


def _modules(value: Any) -> list[str]:
    """The named modules; any other mistake in the value is reported as a setting."""
    named = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else []
    return [one for one in named if isinstance(one, str)]


@guarded
def finished(name: str | None) -> Sweep:
    """An interrupted sweep with its missing runs trained; without a name, the newest."""
    from runner.app.resuming import resume
    from runner.findings.loading import load_sweep
    from runner.store.folder import find_folder

    folder = find_folder(checked_name(name))
    if folder is None:
        raise UserError("there is nothing to finish: all runs of every sweep in outputs/ have ended")
    try:
        resume(folder, prints_result=False)
    except RunsFailed as failed:
        warn(str(failed))
    return Sweep(load_sweep(folder.read_plan().about.sweep_id))
