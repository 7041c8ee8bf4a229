"""The parts of docs/reference.md for programs that use this one."""

import inspect
import json
from collections.abc import Callable, Iterable

from runner.sklearn import KEYS, NetworkClassifier

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


def estimators(table: Table) -> str:
    """The parameters of the estimators that are settings."""
    defaults = inspect.signature(NetworkClassifier).parameters
    written = {name: json.dumps(defaults[name].default) if name != "hidden" else "(8,)" for name in KEYS}
    rows = [(f"`{name}`", f"`{key}`", f"`{written[name]}`".replace("null", "None")) for name, key in KEYS.items()]
    return table(["parameter", "setting", "default"], rows)
