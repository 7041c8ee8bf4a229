"""The keywords of a call as overrides of a command line: a list sweeps, unless its key holds a list."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import numpy as np

from runner.base.commands import written
from runner.base.errors import UserError
from runner.runs.components import REGISTRIES
from runner.runs.settings import Settings
from runner.runs.spec import SECTIONS, Single

NAME = "name"  # of what a group chooses, in a dictionary with its settings
SENTENCES = "expect"  # whose keys are no settings
LISTS = {"warm_start": 1, "modules": 1}  # how deep the lists of a key are, where no model says it


def overrides_of(settings: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The overrides for these keywords, and the keys among them that have several values.

    `network={"hidden": [4]}` is `network.hidden=[4]`, and `optimizer={"name": "adam", "beta1": 0.8}` is `optimizer=adam
    optimizer.beta1=0.8`. Raises UserError for a value that no setting can have.
    """
    found = [(key, value) for name, given in settings.items() for key, value in _flat(name, given)]
    chosen = {key: _names(value) for key, value in found if key in REGISTRIES}
    texts, swept = list[str](), list[str]()
    for key, value in found:
        values = _values(key, value, chosen)
        if values is None:
            texts.append(f"{key}={_written(key, value)}")
        else:
            texts.append(f"{key}={values}")
            swept.append(key)
    return texts, swept


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Dotted keys and their values. In a dictionary, `name` comes first, because it chooses the component."""
    if not isinstance(value, Mapping) or key == SENTENCES:
        yield key, value
        return
    if NAME in value:
        yield key, value[NAME]
    for inner, one in value.items():
        if inner != NAME:
            yield from _flat(f"{key}.{inner}", one)


def _names(value: Any) -> list[str]:
    """The components that a value chooses."""
    return [str(one) for one in (value if isinstance(value, (list, tuple)) else [value])]


def _values(key: str, value: Any, chosen: Mapping[str, list[str]]) -> str | None:
    """The values of a key as they would be typed; None if there is only one."""
    if isinstance(value, range):
        start, stop, step = value.start, value.stop, value.step
        _refuse_empty(key, value)
        return f"range({stop})" if (start, step) == (0, 1) else f"range({start},{stop},{step})"
    listed = _listed(value)
    if not isinstance(listed, list) or _depth(listed) <= _depth_of(key, chosen):
        return None
    _refuse_empty(key, listed)
    return ",".join(_written(key, one) for one in listed)


def _refuse_empty(key: str, values: Sequence[Any]) -> None:
    if not values:
        raise UserError(f"{key} has no values to sweep over", [key])


def _listed(value: Any) -> Any:
    """Arrays, tuples and other collections as lists of plain values."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (list, tuple, range, set, frozenset)):
        return [_listed(one) for one in (sorted(value, key=_place) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, Mapping):
        return {str(key): _listed(one) for key, one in value.items()}
    return str(value) if isinstance(value, Path) else value


def _place(value: Any) -> tuple[str, Any]:
    """The sorting order of a value in a set: numbers first, and values of one type together."""
    return ("" if isinstance(value, (int, float)) else type(value).__name__, value)


def _depth(value: Any) -> int:
    """How deeply lists are nested: 0 for a single value."""
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _depth_of(key: str, chosen: Mapping[str, list[str]]) -> int:
    """How deeply the lists are nested that a key holds: 0 if it holds none."""
    section, _, name = key.partition(".")
    if key in LISTS:
        return LISTS[key]
    if section in SECTIONS and name in (fields := SECTIONS[section].model_fields):
        return _depth_in(fields[name].annotation)
    if section in REGISTRIES and name:
        registry = REGISTRIES[section]
        known = [one for one in chosen.get(section, ()) if one in registry] or list(registry)
        types = (setting.type for one in known for setting in registry.settings(one) if setting.name == name)
        return max(map(_depth_in, types), default=0)
    fields = {**Single.model_fields, **Settings.model_fields}
    return _depth_in(fields[key].annotation) if key in fields else 0


def _depth_in(annotation: Any) -> int:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _depth_in(arguments[0])
    inner = max(map(_depth_in, arguments), default=0)
    return inner + 1 if origin in (tuple, list) or annotation in (tuple, list) else inner


def _written(key: str, value: Any) -> str:
    """A value as it would be typed. Raises UserError if that is impossible."""
    plain = _listed(value)
    if isinstance(plain, dict) and key in REGISTRIES:
        raise UserError(
            f"{key} has a dictionary among its values; sweep over names, and over their settings separately", [key]
        )
    if not _is_plain(plain):
        kind = type(value).__name__
        raise UserError(f"{key} needs a number, a text, true or false, None, or lists of these, got a {kind}", [key])
    return written(plain)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))
