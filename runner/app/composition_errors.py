"""Hydra's and OmegaConf's composition errors in plain words, with the override to blame."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hydra.core.override_parser.types import Override
from hydra.errors import CompactHydraException, HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import InterpolationResolutionError, OmegaConfBaseException

from runner.app.grammar import unreadable
from runner.app.hydra_private import IConfigRepository, root_of, sections_in
from runner.app.zipped import rows_of
from runner.base.commands import LISTS_CHOICES, LISTS_SWEEPS, lists_settings, section_of_reference
from runner.base.errors import TYPED, Problem, nearest, unknown
from runner.plan.jobs import Refused
from runner.runs.components import REGISTRIES
from runner.runs.explaining import no_setting

if TYPE_CHECKING:
    from runner.plan.jobs import Job

SHORT = {"lr": "learning_rate"}
LISTERS = {
    **dict.fromkeys((*REGISTRIES, "executor", "search"), LISTS_CHOICES),
    "sweep": LISTS_SWEEPS,
    "case": section_of_reference("Cases"),
}


@dataclass(frozen=True)
class Failure:
    """Hydra's exception, and the config files that it composed; `files` knows all groups and options."""

    error: BaseException
    files: IConfigRepository

    @cached_property
    def text(self) -> str:
        """The whole message."""
        return "\n".join(str(part) for part in (self.error, self.error.__cause__) if part)

    @cached_property
    def first_line(self) -> str:
        """OmegaConf's reason, with plain words for its own classes."""
        line = self.text.strip().splitlines()[0] if self.text.strip() else "unknown reason"
        line = line.removeprefix("UserError raised while resolving interpolation: ")
        return line.replace("DictConfig", "a group of settings").replace("ListConfig", "a list")

    @property
    def full_key(self) -> str:
        """The dotted key of the value that OmegaConf could not set or read; empty if the error is not about one."""
        keys = [one.full_key for one in self._reasons if one.full_key]
        return str(keys[0]) if keys else ""

    @property
    def node(self) -> Any:
        """The section of this value."""
        return next((one.parent_node for one in self._reasons if one.parent_node is not None), None)

    @property
    def _reasons(self) -> list[OmegaConfBaseException]:
        return [one for one in (self.error, self.error.__cause__) if isinstance(one, OmegaConfBaseException)]


def refused(
    problem: Problem, blamed: str | None, overrides: Sequence[str], compose: "Callable[[Sequence[str]], Job | Refused]"
) -> Refused:
    """All problems of a job, found by leaving out one wrong override after another; `blamed` is the first.

    For an option that does not exist, its settings are left out too, because they cannot be checked.
    """
    if blamed is None or blamed not in overrides:
        return Refused((problem,), (), None)
    group = blamed.partition("=")[0].lstrip("+~")
    left = [one for one in overrides if one != blamed and not one.lstrip("+~").startswith(f"{group}.")]
    wrong, rest = tuple(one for one in overrides if one not in left), compose(left)
    if isinstance(rest, Refused):
        return Refused((problem, *rest.problems), wrong + rest.wrong, rest.rest)
    return Refused((problem,), wrong, rest)


def explain(
    error: BaseException, overrides: Iterable[Override], files: IConfigRepository
) -> tuple[Problem, str | None]:
    """One of Hydra's composition errors as a problem, and the override that caused it; None if a file did."""
    if isinstance(error, OverrideParseException):
        return unreadable(error.override), error.override
    failure = Failure(error, files)
    longest_first = sorted(overrides, key=lambda override: -len(override.get_key_element()))
    for kind in KINDS:
        for override in longest_first:
            if problem := kind(failure, override):
                return replace(problem, origin=_origin(override)), override.input_line
    if failure.full_key and isinstance(error, InterpolationResolutionError):
        return Problem(failure.full_key, _about_key(failure, failure.full_key), "from the config files"), None
    return Problem("the config", f"cannot be composed: {failure.first_line}"), None


def _unknown_option(failure: Failure, override: Override) -> Problem | None:
    if not isinstance(failure.error, MissingConfigException):
        return None
    group, chosen = override.key_or_group, override.value()
    for option in chosen if isinstance(chosen, list) else [chosen]:
        if failure.error.missing_cfg_file == f"{group}/{option}":
            known = failure.error.options or failure.files.get_group_options(group)
            return Problem(_key(override), unknown(option, known, LISTERS.get(group, "")))
    return None


def _chosen_twice(failure: Failure, override: Override) -> Problem | None:
    """A group of which an option is chosen already, and another one is added."""
    if override.is_add() and f"Multiple values for {override.key_or_group}." in failure.text:
        return Problem(_key(override), f"has a value already; leave out the +, as {_key(override)}={_given(override)}")
    return None


def _no_key(_: Failure, override: Override) -> Problem | None:
    return None if override.key_or_group else Problem("a key", "is missing before the =")


def _no_option(failure: Failure, override: Override) -> Problem | None:
    """Hydra looks at all choices before anything else, and what is no name ends there."""
    value = override.value()
    if override.is_sweep_override() or isinstance(value, dict) or not failure.files.group_exists(override.key_or_group):
        return None
    if override.is_force_add():
        return Problem(_key(override), f"is chosen without ++, as {_key(override)}={_given(override)}")
    named = value if isinstance(value, list) else [value]
    if all(isinstance(one, str) for one in named) or (override.is_delete() and value is None):
        return None
    return Problem(_key(override), f"needs the name of an option, got {_given(override)}")


def _about_interval(failure: Failure, override: Override) -> Problem | None:
    """Hydra's basic sweeper has no values for it, and says so in an error of the plainest kind."""
    is_swept = isinstance(failure.error, HydraException) and not isinstance(failure.error, CompactHydraException)
    if not is_swept or not override.is_interval_sweep():
        return None
    told = f"needs values to try, such as 0.1,0.2 or range(1,5), or search=random, got {_given(override)}"
    return Problem(_key(override), told)


def _of_no_search(failure: Failure, override: Override) -> Problem | None:
    is_it = failure.full_key == "search" and _key(override).startswith("search.")
    return Problem(_key(override), "needs a search; add search=random or search=tpe") if is_it else None


def _about_value(failure: Failure, override: Override) -> Problem | None:
    key, full = _key(override), failure.full_key
    if full != key and not full.startswith((f"{key}.", f"{key}[")):
        return None
    return Problem(full, "is a zip, which needs hydra/sweeper=grid" if rows_of(override) else _about_key(failure, full))


def _several_values(failure: Failure, override: Override) -> Problem | None:
    is_it = override.is_sweep_override() and f"'{override.input_line}'" in failure.text
    return several_values(override) if is_it else None


def _quoted(failure: Failure, override: Override) -> Problem | None:
    """The last resort: Hydra's sentence names this override, or its key."""
    names = _key(override), override.key_or_group, override.input_line
    is_named = any(f"'{name}'" in failure.text for name in names)
    return Problem(_key(override), _about_key(failure, _key(override))) if is_named else None


# The first that fits is what is wrong: those that ask what Hydra raised or knows, then those that read its sentences.
KINDS: tuple[Callable[[Failure, Override], Problem | None], ...] = (
    _no_key, _chosen_twice, _unknown_option, _no_option, _about_interval, _of_no_search, _about_value, _several_values,
    _quoted,
)  # fmt: skip


def several_values(override: Override) -> Problem:
    """The problem that an override makes a sweep where one run is expected, or sweeps over Hydra's own settings."""
    told = f"has several values, {_given(override)}; add -m to try each of them"
    if override.is_hydra_override():
        told = f"belongs to Hydra and is the same for all jobs, got {_given(override)}"
    return Problem(_key(override), told, _origin(override))


def _key(override: Override) -> str:
    return str(override.input_line).partition("=")[0].lstrip("+~")


def _given(override: Override) -> str:
    return str(override.input_line).partition("=")[2]


def _origin(override: Override) -> str:
    return f"{TYPED}{override.input_line}"


def _about_key(failure: Failure, name: str) -> str:
    """That a key does not exist, and which do at its place; or else why its value cannot be used."""
    if isinstance(failure.error, InterpolationResolutionError):
        return f"cannot be resolved: {failure.first_line}"
    if "Could not append to config" in failure.text:
        return "is in the config already; leave out the +"
    if "No match in the defaults list" in failure.text:
        return f"is not a group of choices; {lists_settings('hydra' if name.startswith('hydra') else '')} lists all"
    if "does not exist" in failure.text and "Could not delete" in failure.text:
        return "is not in the config, so it cannot be removed"
    if not isinstance(failure.node, DictConfig):
        return f"cannot be set: {failure.first_line}"
    known = [str(key) for key in failure.node if key not in ("hydra", "name")]
    section, _, last = name.rpartition("/" if name.startswith("hydra/") else ".")
    component = str(failure.node.get("name", ""))
    return no_setting(last, known, section, component, _meant(last, known, root_of(failure.node)))


def _meant(name: str, siblings: Sequence[str], root: Any) -> list[str]:
    """The dotted keys that may be meant by a name: one that has it in another group, or else the nearest."""
    everywhere: dict[str, str] = {}
    for key in _keys(root):
        everywhere.setdefault(key.rpartition(".")[2], key)
    name = SHORT.get(name, name)
    if name in everywhere:
        return [everywhere[name]]
    return nearest(name, siblings) or [everywhere[one] for one in nearest(name, everywhere)]


def _keys(node: DictConfig, prefix: str = "") -> Iterator[str]:
    """All dotted keys of a config but Hydra's own."""
    for name, inner in sections_in(node):
        if (prefix, name) == ("", "hydra") or name == "name":
            continue
        yield f"{prefix}{name}"
        if inner is not None:
            yield from _keys(inner, f"{prefix}{name}.")
