"""Pydantic's errors in plain words: the key, what is allowed, what was given and where it came from."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from runner.base.commands import lists_settings
from runner.base.errors import TYPED, Problem, Way, one_line, one_of, unknown
from runner.datasets.samples import DataError
from runner.runs.components import DECIDED_LATER, REGISTRIES, settings_of_option
from runner.runs.search_settings import SEARCHES

WARM_START = re.compile(r"warm_start\[\d+\]")  # its settings are those of data

_EXPECTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "greater_than": lambda context: f"must be > {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be >= {context['ge']:g}",
    "less_than": lambda context: f"must be < {context['lt']:g}",
    "less_than_equal": lambda context: f"must be <= {context['le']:g}",
    "finite_number": lambda context: "must be a finite number",
    "int_type": lambda context: "must be a whole number",
    "int_from_float": lambda context: "must be a whole number",
    "float_type": lambda context: "must be a number",
    "bool_type": lambda context: "must be true or false",
    "bool_parsing": lambda context: "must be true or false",
    "dict_type": lambda context: "must map names to values, such as {a:b}",
    "string_type": lambda context: "must be text",
    "model_type": lambda context: "must be a group of settings",
    "tuple_type": lambda context: "must be a list, such as [4] or [6,4]",
    "literal_error": lambda context: f"must be {context['expected']}",
    "union_tag_invalid": lambda context: f"must be one of {context['expected_tags'].replace(chr(39), '')}",
    "union_tag_not_found": lambda context: "must have a name",
    "missing": lambda context: "is missing",
    "too_long": lambda context: f"must have {context['max_length']} entries",
}


@dataclass(frozen=True)
class Wrong:
    """Pydantic's errors in one part of a config: its key, the settings it could have, and the component."""

    key: str
    error: ValidationError
    known: Iterable[str] = ()
    component: str = ""


def explained(found: Iterable[Problem | Wrong], config: Mapping[str, Any], overrides: Sequence[str]) -> list[Problem]:
    """All errors in a config, in plain words, each with the override that it comes from."""
    return [
        with_origin(problem, config, overrides)
        for one in found
        for problem in ([one] if isinstance(one, Problem) else explain_all(one))
    ]


def no_setting(
    name: str, known: Sequence[str], section: str = "", component: str = "", meant: Sequence[str] = ()
) -> str:
    """A sentence about a key that a section of the config, or its chosen component, does not have."""
    chosen = f"{section}={component}"
    if component and (others := _with_setting(section, name)):
        return f"is not a setting of {chosen}, but of {one_of(others)}"
    if component and not known:
        return f"is not a setting; {chosen} has none"
    return unknown(name, known, lists_settings(section, component), "is not a setting", meant)


def _with_setting(kind: str, name: str) -> list[str]:
    """The choices of components that have a setting of this name."""
    if kind == "search":
        return [f"{kind}={one}" for one, model in SEARCHES.items() if name in model.model_fields]
    options = [*DECIDED_LATER.get(kind, ()), *REGISTRIES.get(kind, ())]
    return [f"{kind}={one}" for one in options if any(name == has.name for has in settings_of_option(kind, one))]


def explain_all(wrong: Wrong) -> list[Problem]:
    """All of pydantic's errors, in plain words."""
    return [_explain(wrong, detail) for detail in wrong.error.errors(include_url=False)]


def _explain(wrong: Wrong, detail: Any) -> Problem:
    """One of pydantic's errors as a key, what is allowed, and what was given."""
    key = wrong.key
    for step in detail["loc"]:
        key += f"[{step}]" if isinstance(step, int) else f".{step}" if key else str(step)
    if detail["type"] == "extra_forbidden":
        names = [name for name in wrong.known if name != "name"]
        section = WARM_START.sub("data", wrong.key)
        return Problem(key, no_setting(key.rpartition(".")[2], names, section, wrong.component))
    expected = _EXPECTED.get(detail["type"])
    message = expected(detail.get("ctx", {})) if expected else detail["msg"].replace("Input should", "must")
    return Problem(key, message if detail["type"] == "missing" else f"{message}, got {one_line(repr(detail['input']))}")


def with_origin(problem: Problem, config: Mapping[str, Any], overrides: Sequence[str]) -> Problem:
    """Name the override that gave the value, or else the file."""
    candidates = []
    for override in overrides:
        name = override.partition("=")[0].lstrip("+~")
        if problem.key == name or problem.key.startswith((f"{name}.", f"{name}[")) or f"{problem.key}.name" == name:
            candidates.append((len(name), f"{TYPED}{override}"))
    if candidates:
        return replace(problem, origin=max(candidates)[1])
    top = problem.key.partition(".")[0]
    choice = config.get(top)
    if top in REGISTRIES and isinstance(choice, Mapping):
        return replace(problem, origin=f"from {top}={choice.get('name')}")
    return replace(problem, origin="from the config files")


def explain_data(name: str, error: Exception) -> Problem:
    """Why a data set cannot be used: in its own words, or the exception that it raised."""
    if isinstance(error, DataError):
        ways = [Way({f"data.{key}": value for key, value in way.items()}, words) for words, way in error.ways.items()]
        return Problem(f"data.{error.setting}" if error.setting else "data", str(error), ways=tuple(ways))
    return Problem("data", f"{name!r} raised {type(error).__name__}: {error}")
