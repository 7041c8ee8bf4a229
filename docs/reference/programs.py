"""The parts of docs/reference.md for programs that use this one."""

import inspect
import json
from collections.abc import Callable, Iterable
from typing import Any

import runner
from runner import (
    best,
    confirm,
    diagnose,
    explore,
    forget,
    gradcheck,
    picture,
    predict,
    report,
    reproduce,
    resume,
    settings,
    sweeps,
)
from runner.api.causes import Causes
from runner.api.plots import Plots
from runner.api.sweep import Run, Sweep
from runner.base.exit_codes import ExitCode
from runner.runs.documents.whole import Document
from runner.sklearn import KEYS, NetworkClassifier

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}


def estimators(table: Table) -> str:
    """The parameters of the estimators that are settings."""
    defaults = inspect.signature(NetworkClassifier).parameters
    written = {name: json.dumps(defaults[name].default) if name != "hidden" else "(8,)" for name in KEYS}
    rows = [(f"`{name}`", f"`{key}`", f"`{written[name]}`".replace("null", "None")) for name, key in KEYS.items()]
    return table(["parameter", "setting", "default"], rows)


def calls() -> str:
    """What can be called from Python, with what it says of itself."""
    parts = []
    for function in (runner.sweep, runner.run, runner.load, runner.finish, runner.page):
        taken = str(inspect.signature(function)).replace("'", "")
        parts.append(f"### runner.{function.__name__}\n\n```python\nrunner.{function.__name__}{taken}\n```")
        parts.append(inspect.getdoc(function) or "")
    return "\n\n".join(parts)


def objects(table: Table) -> str:
    """What the calls return, member by member."""
    parts = []
    for name, kind in (("Sweep", Sweep), ("Run", Run), ("Causes", Causes), ("Plots", Plots)):
        parts += [f"### {name}", inspect.getdoc(kind) or ""]
        members = [(key, one) for key, one in vars(kind).items() if not key.startswith("_")]
        parts.append(table(["member", "what it is"], [(_shown(key, one), _told(one)) for key, one in members]))
    return "\n\n".join(parts)


def _shown(name: str, member: Any) -> str:
    if not callable(member):
        return f"`.{name}`"
    taken = [one for one in inspect.signature(member).parameters.values() if one.name != "self"]
    return f"`.{name}({', '.join(str(one).replace(chr(39), '') for one in taken)})`"


def _told(member: Any) -> str:
    return " ".join((inspect.getdoc(member) or "").split())


def commands() -> str:
    """What the commands beside `python -m runner` print when they are asked for help."""
    usages = {
        "resume": resume.USAGE, "reproduce": reproduce.USAGE, "report": report.USAGE, "predict": predict.USAGE,
        "diagnose": diagnose.USAGE, "gradcheck": gradcheck.USAGE, "sweeps": sweeps.USAGE,
        "confirm": confirm.USAGE, "best": best.USAGE, "settings": settings.USAGE, "picture": picture.USAGE,
        "forget": forget.USAGE, "explore": explore.USAGE,
    }  # fmt: skip
    return "\n\n".join(f"### python -m runner.{name}\n\n```text\n{usage}\n```" for name, usage in usages.items())


def exit_codes(table: Table) -> str:
    """What commands return to a shell."""
    return table(["code", "when"], [(f"`{code.value}`", code.meaning) for code in ExitCode])


def documents(table: Table) -> str:
    """Every field of the document that `--json` writes, part by part."""
    whole = Document.model_json_schema()
    parts = {"the document": whole, **whole["$defs"]}
    said = []
    for name, part in parts.items():
        rows = [(f"`{key}`", _type(one), one["description"]) for key, one in part["properties"].items()]
        heading = part["description"].partition("\n")[0]
        title = f"**{name}**: {heading}" if name in whole["$defs"] else heading
        said.append(f"{title}\n\n{table(['field', 'value', 'what it is'], rows)}")
    return "\n\n".join(said)


def _type(schema: dict[str, Any]) -> str:
    """What a field holds, in a few words."""
    if "$ref" in schema:
        return f"**{schema['$ref'].rpartition('/')[2]}**"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    match schema.get("type"):
        case "array":
            return "list of " + (_type(schema["items"]) if "items" in schema else _type(schema["prefixItems"][0]))
        case "object":
            inner = schema.get("additionalProperties")
            return "names to " + (_type(inner) if isinstance(inner, dict) else "values")
    return TYPES.get(schema.get("type", ""), "any")
