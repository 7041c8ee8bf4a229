"""Components that are defined where Python was started, in a notebook or a script: no other process can import them."""

import dis
import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from runner.base.errors import UserError
from runner.base.texts import listed
from runner.runs.components import HERE, REGISTRIES
from runner.runs.settings import ProcessExecutor, Settings
from runner.runs.spec import Component, Spec

PLAIN = (bool, int, float, complex, str, bytes, np.generic)


def defined_here(specs: Iterable[Spec]) -> list[str]:
    """Those of these components that specs have, as they are typed: `activation=bent`."""
    there = {(kind, name) for kind, known in REGISTRIES.items() for name in known if known[name].__module__ == HERE}
    if not there:
        return []
    used = {(kind, part.name) for spec in specs for one in spec.phases for kind, part in components_of(one).items()}
    return [f"{kind}={name}" for kind, name in sorted(there & used)]


def note_of(parts: list[str]) -> str:
    """What that means for a sweep."""
    are = "is" if len(parts) == 1 else "are"
    return (
        f"{listed(parts)} {are} defined in this session, so all runs train in this process; components in a module "
        "(modules=[...]) train in several"
    )


def check_here(parts: list[str], settings: Settings) -> None:
    """Raise UserError where other processes are asked for."""
    asked = f"workers={settings.workers}" if (settings.workers or 1) > 1 else ""
    if not isinstance(settings.executor, ProcessExecutor):
        asked = f"executor={settings.executor.name}"
    if asked:
        are = "is" if len(parts) == 1 else "are"
        raise UserError(
            f"{listed(parts)} {are} defined in this session, and other processes cannot import that: leave {asked} "
            "out, or put the component in a module and name it, modules=[my_parts]"
        )


def components_of(spec: Spec) -> dict[str, Component]:
    """What was chosen, by its kind."""
    return {kind: getattr(spec, kind) for kind in REGISTRIES}


def sources_here(spec: Spec) -> dict[str, str]:
    """The source of components that a notebook or a script defines itself, which is in no file of a module."""
    found = {}
    for phase in spec.phases:
        for kind, part in components_of(phase).items():
            function = REGISTRIES[kind][part.name]
            if function.__module__ == HERE:
                found[f"{kind}={part.name}"] = _source_of(function)
    return found


def _source_of(function: Callable[..., Any], seen: tuple[object, ...] = ()) -> str:
    """What a function does: its source, and the numbers, texts, arrays and other functions of here that it uses."""
    try:
        source = inspect.getsource(function)
    except OSError:  # of what was typed at a prompt Python keeps the code alone
        code = function.__code__
        source = f"{code.co_code.hex()} {code.co_consts!r}"
    if not isinstance(function, FunctionType):
        return source
    seen = (*seen, function)
    used = {name: _said(value, seen) for name, value in _used_by(function) if not any(value is one for one in seen)}
    return source + "".join(f"\n{name} = {said}" for name, said in sorted(used.items()) if said)


def _used_by(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """What a function has from around it, by name."""
    for name in _globals_of(function.__code__):
        if name in function.__globals__:
            yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # it has no value yet
            continue


def _globals_of(code: CodeType) -> set[str]:
    inner = [name for one in code.co_consts if isinstance(one, CodeType) for name in _globals_of(one)]
    return {str(one.argval) for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}.union(inner)


def _said(value: Any, seen: tuple[object, ...]) -> str:
    """A value that decides what a function does; empty for modules, classes and what may change while it is used."""
    if isinstance(value, FunctionType):
        return _source_of(value, seen) if value.__module__ == HERE else ""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return f"{value.dtype} {value.shape} {hashlib.sha256(value.tobytes()).hexdigest()}"
    if isinstance(value, tuple):
        return f"({', '.join(_said(one, seen) for one in value)})"
    return (
        repr(value) if value is None or isinstance(value, (bool, int, float, complex, str, bytes, np.generic)) else ""
    )
