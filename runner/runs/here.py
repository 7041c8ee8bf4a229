"""Components defined in a notebook or a script: no other process can import them."""

import dis
import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from nn.faults import FAULTS
from nn.metrics import METRICS
from runner.base.errors import UserError
from runner.base.texts import listed
from runner.runs.components import HERE, REGISTRIES
from runner.runs.settings import ProcessExecutor, Settings
from runner.runs.spec import Component, Spec

PLAIN = (bool, int, float, complex, str, bytes, np.generic)


def defined_here(specs: Iterable[Spec]) -> list[str]:
    """The components of these specs that are defined here, as typed: `activation=bent`."""
    there = _defined()
    return sorted(there.keys() & set().union(*map(_used, specs))) if there else []


def note_of(parts: list[str]) -> str:
    """What that means for a sweep."""
    are = "is" if len(parts) == 1 else "are"
    return (
        f"{listed(parts)} {are} defined in this session, so all runs train in this process; components in a module "
        "(modules=[...]) train in several"
    )


def check_here(parts: list[str], settings: Settings) -> None:
    """Raise UserError if other processes are requested."""
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
    """The chosen components, by kind."""
    return {kind: getattr(spec, kind) for kind in REGISTRIES}


def sources_here(spec: Spec) -> dict[str, str]:
    """The source of components that a notebook or a script defines itself, which is in no module file."""
    there = _defined()
    return {name: _source_of(there[name]) for name in sorted(there.keys() & _used(spec))} if there else {}


def _defined() -> dict[str, Callable[..., Any]]:
    """All components of this session, as they are typed."""
    kinds = {**REGISTRIES, "fault": FAULTS, "score": METRICS}
    return {
        f"{kind}={name}": known[name] for kind, known in kinds.items() for name in known
        if known[name].__module__ == HERE
    }  # fmt: skip


def _used(spec: Spec) -> set[str]:
    """What a run uses, as it is typed: its components, activations and losses that are settings, and every metric."""
    names = {f"{kind}={part.name}" for phase in spec.phases for kind, part in components_of(phase).items()}
    layers = (spec.network.input, spec.network.output, *(spec.network.activations or ()))
    names |= {f"activation={name}" for name in layers} | {f"loss={spec.cost}"}
    return names | {f"fault={name}" for name in spec.fault} | {f"score={name}" for name in METRICS}


def _source_of(function: Callable[..., Any], seen: tuple[object, ...] = ()) -> str:
    """What a function does: its source, and the numbers, texts, arrays and other functions of here that it uses."""
    try:
        source = inspect.getsource(function)
    except OSError:  # of what was typed at a prompt Python keeps the code alone
        source = _text_of(function.__code__)
    if not isinstance(function, FunctionType):
        return source
    seen = (*seen, function)
    used = {name: _said(value, seen) for name, value in _used_by(function) if not any(value is one for one in seen)}
    return source + "".join(f"\n{name} = {said}" for name, said in sorted(used.items()) if said)


def _text_of(code: CodeType) -> str:
    """What a function does, without where it was typed: its code, and the names and constants that this points to."""
    constants = [_text_of(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"


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
