"""What to type to retrain a run, unchanged or with a fix."""

import re
from collections.abc import Callable

from runner.base.commands import command_of
from runner.runs.command_lines import is_ours, typed
from runner.runs.diagnosis import Overrides
from runner.runs.overrides import settings_of
from runner.runs.result import RunResult
from runner.runs.settings import Settings

KEPT = ("modules", "tracking.experiment")  # settings of a sweep that a run of it needs
Command = Callable[[RunResult, Overrides], str]  # the command that trains a run with these overrides instead of its own


def commands_of(command: str) -> Command:
    """The commands for the runs of a command line; for runs without one, the changes in words."""
    alone, options = typed(command)  # a single run has no other overrides

    def with_overrides(result: RunResult, fix: Overrides) -> str:
        if not result.overrides and not is_ours(command):
            return f"the settings of that run with {' '.join(fix)}"
        return command_of("runner", options, fixed(result.overrides or alone, fix))

    return with_overrides


def fixed(overrides: Overrides, fix: Overrides) -> Overrides:
    """The overrides of a single run with a fix, without those that only concern a sweep."""
    own = tuple(one for one in overrides if _is_of_run(one.partition("=")[0].lstrip("+~")))
    is_named = settings_of(own).get("sweep", "null") != "null"
    return with_fix((*own, *["hydra.mode=RUN"] * is_named), fix)


def _is_of_run(key: str) -> bool:
    """Whether a key is about a run, or where it is written, and not about how a sweep is run and what is kept of it."""
    section = re.split(r"[./]", key)[0]
    return key in KEPT or section not in ("hydra", *Settings.model_fields)


def with_fix(overrides: Overrides, fix: Overrides) -> Overrides:
    """A run's overrides with those of a fix: replaced keys are left out, and the settings of a replaced choice."""
    keys = [one.partition("=")[0] for one in fix]
    stay = [one for one in overrides if not any(is_of(one.partition("=")[0], key) for key in keys)]
    return (*stay, *fix)


def is_of(key: str, choice: str) -> bool:
    """Whether a key of an override, `+init.std` or `init`, belongs to a choice or to one of its settings."""
    plain = key.lstrip("+~")
    return plain == choice or plain.startswith(f"{choice}.")
