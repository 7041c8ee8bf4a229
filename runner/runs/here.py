"""Components that are defined where Python was started, in a notebook or a script: no other process can import them."""

import inspect
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

from nn.faults import FAULTS
from nn.metrics import METRICS
from runner.base.errors import UserError
from runner.base.texts import listed
from runner.runs.components import HERE, REGISTRIES
from runner.runs.settings import ProcessExecutor, Settings
from runner.runs.spec import Component, Spec


def defined_here(specs: Iterable[Spec]) -> list[str]:
    """Those of these components that specs have, as they are typed: `activation=bent`."""
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
    """What a run uses, as it is typed: its components, those that it has by name alone, and every metric."""
    names = {f"{kind}={part.name}" for phase in spec.phases for kind, part in components_of(phase).items()}
    layers = (spec.network.input, spec.network.output, *(spec.network.activations or ()))
    names |= {f"activation={name}" for name in layers} | {f"loss={spec.cost}"}
    return names | {f"fault={name}" for name in spec.fault} | {f"score={name}" for name in METRICS}


def _source_of(function: Callable[..., Any]) -> str:
    try:
        return inspect.getsource(function)
    except OSError:  # of what was typed at a prompt Python keeps the code alone
        return _text_of(function.__code__)


def _text_of(code: CodeType) -> str:
    """What a function does, without where it was typed: its code, and the names and constants that this points to."""
    constants = [_text_of(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"
