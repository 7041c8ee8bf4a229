"""What Hydra and OmegaConf say of a config that cannot be composed, in plain words, with the override to blame."""

import difflib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hydra.errors import OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import InterpolationResolutionError

from runner.app.hydra_private import root_of, sections_in
from runner.base.errors import Problem, unknown
from runner.plan.jobs import Refused
from runner.runs.components import REGISTRIES

if TYPE_CHECKING:
    from runner.plan.jobs import Job

TYPED = "from the override "
SHORT = {"lr": "learning_rate"}
QUOTES = "'\""
CLOSED_BY = {"(": ")", "[": "]", "{": "}", "'": "'", '"': '"'}
NAMES = {")": "parenthesis", "]": "bracket", "}": "brace", "'": "quote", '"': "quote"}


def refused(
    error: BaseException, overrides: Sequence[str], compose: "Callable[[Sequence[str]], Job | Refused]"
) -> Refused:
    """All problems of a job, found by leaving out one wrong override after another.

    With an option that does not exist its settings go too, as nothing can be said of them.
    """
    problem = explain(error, overrides)
    blamed = error.override if isinstance(error, OverrideParseException) else problem.origin.removeprefix(TYPED)
    if blamed not in overrides:
        return Refused((problem,), (), None)
    group = blamed.partition("=")[0].lstrip("+~")
    left = [one for one in overrides if one != blamed and not one.lstrip("+~").startswith(f"{group}.")]
    wrong, rest = tuple(one for one in overrides if one not in left), compose(left)
    if isinstance(rest, Refused):
        return Refused((problem, *rest.problems), wrong + rest.wrong, rest.rest)
    return Refused((problem,), wrong, rest)


def explain(error: BaseException, overrides: Iterable[str]) -> Problem:
    """One of Hydra's composition errors as a problem with the override that caused it."""
    text = "\n".join(str(part) for part in (error, error.__cause__) if part)
    if isinstance(error, OverrideParseException):
        return Problem(f"the override {error.override!r}", f"cannot be read; {_why_unreadable(error.override)}")
    full_key = next(iter(re.findall(r"full_key: (\S+)", text)), "")
    for override in sorted(overrides, key=lambda override: -len(override.partition("=")[0])):
        key, _, value = override.partition("=")
        name, origin = key.lstrip("+~"), f"{TYPED}{override}"
        if (
            "Config group override" in text
            and name in (*REGISTRIES, "executor", "sweep")
            and (value == "null" or not value.isidentifier())
        ):
            return Problem(name, f"needs the name of an option, got {value}", origin)
        if ("Ambiguous value" in text or "requires --multirun" in text) and override in text:
            return several_values(override)
        if "does not support sweep type" in text and value.startswith("interval("):
            return Problem(name, f"needs values to try, such as 0.1,0.2 or range(1,5), got {value}", origin)
        if f"Could not find '{name}/{value}'" in text:
            return Problem(name, unknown(value, _options(text)), origin)
        if full_key.startswith((f"{name}.", f"{name}[")):
            return Problem(full_key, _about_key(error, full_key, _first_line(text)), origin)
        if f"'{name}'" in text or full_key == name:
            return Problem(name, _about_key(error, name, _first_line(text)), origin)
    if full_key and isinstance(error, InterpolationResolutionError):
        return Problem(full_key, _about_key(error, full_key, _first_line(text)), "from the config files")
    return Problem("the config", f"cannot be composed: {_first_line(text)}")


def several_values(override: str) -> Problem:
    """That an override makes a sweep where one run was asked for."""
    key, _, value = override.partition("=")
    return Problem(key.lstrip("+~"), f"has several values, {value}; add -m to try each of them", f"{TYPED}{override}")


def _why_unreadable(override: str) -> str:
    """What is open in an override, or else its value in the two kinds of quotes that a shell and Hydra need."""
    key, sign, value = override.partition("=")
    if not sign:
        return f"it needs the form key=value, such as {key}=VALUE"
    expected: list[str] = []
    for letter in re.sub(r"\\.", "", value):
        if expected and letter == expected[-1]:
            expected.pop()
        elif expected and expected[-1] in QUOTES:
            continue
        elif letter in CLOSED_BY:
            expected.append(CLOSED_BY[letter])
        elif letter in CLOSED_BY.values():
            return f"a {NAMES[letter]} is closed that was not opened: {letter}"
    if expected:
        return f"a {NAMES[expected[-1]]} is not closed: {expected[-1]} is missing"
    return f"""quotes may help: '{key}="{value}"'"""


def _options(text: str) -> list[str]:
    """The indented names below Hydra's "Available options in 'data':"."""
    lines = text.partition("Available options")[2].splitlines()[1:]
    return [line.strip() for line in itertools.takewhile(lambda line: line.startswith("\t"), lines)]


def _about_key(error: BaseException, name: str, fallback: str) -> str:
    """That a key does not exist, and which do at its place; or else why its value cannot be used."""
    if isinstance(error, InterpolationResolutionError):
        return f"cannot be resolved: {fallback}"
    node = getattr(error, "parent_node", None) or getattr(error.__cause__, "parent_node", None)
    if not isinstance(node, DictConfig):
        return f"cannot be set: {fallback}"
    known = [str(key) for key in node if key not in ("hydra", "name")]
    last = name.rpartition(".")[2]
    return unknown(last, known, "is not a setting", _meant(last, known, root_of(node)))


def _meant(name: str, siblings: Sequence[str], root: Any) -> str:
    """The dotted key that was meant by a name: one that has it in another group, or else the nearest."""
    everywhere: dict[str, str] = {}
    for key in _keys(root):
        everywhere.setdefault(key.rpartition(".")[2], key)
    name = SHORT.get(name, name)
    if name in everywhere:
        return everywhere[name]
    near = difflib.get_close_matches(name, siblings, n=1)
    if not near:
        near = [everywhere[one] for one in difflib.get_close_matches(name, list(everywhere), n=1)]
    return near[0] if near else ""


def _keys(node: DictConfig, prefix: str = "") -> Iterator[str]:
    """All dotted keys of a config but Hydra's own."""
    for name, inner in sections_in(node):
        if (prefix, name) == ("", "hydra") or name == "name":
            continue
        yield f"{prefix}{name}"
        if inner is not None:
            yield from _keys(inner, f"{prefix}{name}.")


def _first_line(text: str) -> str:
    """What OmegaConf says, with plain words for its own classes."""
    line = text.strip().splitlines()[0] if text.strip() else "unknown reason"
    line = line.removeprefix("UserError raised while resolving interpolation: ")
    return line.replace("DictConfig", "a group of settings").replace("ListConfig", "a list")
