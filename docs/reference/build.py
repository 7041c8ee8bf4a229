"""Writes docs/reference.md: `make reference`.

What a key means is the comment beside it in `conf/`; which values it may have is what the models in
`runner/runs/spec.py` and `runner/runs/settings.py` and the signatures of components allow; what a component is, its
docstring. The template beside this file has the rest.
"""

import argparse
import inspect
import json
import re
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from omegaconf import OmegaConf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs.reference import programs
from nn.faults import FAULTS
from nn.metrics import METRICS
from nn.registry import Registry
from nn.signals import EARLY_SAMPLES
from runner.app.options import default_config
from runner.runs.components import REGISTRIES
from runner.runs.search_settings import SEARCHES
from runner.runs.settings import EXECUTORS, Settings
from runner.runs.spec import Component, Frozen, Spec, component_model

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
GROUPS: dict[str, Mapping[str, type[Frozen]]] = {"executor": EXECUTORS, "search": SEARCHES}  # no part of a run
KEY = re.compile(r"( *)(?:- )?([\w/]+):[^#]*(?:# *(.*))?")
MORE = re.compile(r" +# *(.*)")
SIGNS = {"exclusiveMinimum": ">", "minimum": ">=", "exclusiveMaximum": "<", "maximum": "<="}
ALL = "all others"
LARGEST_WHOLE = 2**53  # what a float can hold exactly: no limit that anybody meets


def comments(text: str) -> dict[str, str]:
    """What a config file says of its keys, by dotted name: the comment on a key's line, and on the lines below it."""
    found: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for line in text.splitlines():
        if path and (more := MORE.fullmatch(line)):
            found[".".join(name for _, name in path)] += f" {more[1]}"
        elif key := KEY.fullmatch(line):
            depth = len(key[1])
            path = [(above, name) for above, name in path if above < depth] + [(depth, key[2])]
            found[".".join(name for _, name in path)] = key[3] or ""
    return found


def heading(path: Path) -> str:
    """The comment that a config file begins with, without the line that is for Hydra."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(line for line in lines if not line.startswith("@package"))


def schemas(model: type[Frozen]) -> dict[str, dict[str, Any]]:
    """The JSON schema of every key of a model, by dotted name; a component is one key."""
    found: dict[str, dict[str, Any]] = {}
    for name, schema in model.model_json_schema()["properties"].items():
        inner = model.model_fields[name].annotation
        if isinstance(inner, type) and issubclass(inner, Frozen) and not issubclass(inner, Component):
            found |= {f"{name}.{key}": one for key, one in schemas(inner).items()}
        else:
            found[name] = schema
    return found


def allowed(schema: Mapping[str, Any]) -> str:
    """The values that a JSON schema allows, in a few words."""
    if "anyOf" in schema:
        return " or ".join(allowed(one) for one in schema["anyOf"])
    if choices := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{choice}`" for choice in choices)
    match schema.get("type"):
        case "integer" | "number" as kind:
            limits = [f"{sign} {_shown(schema[name])}" for name, sign in SIGNS.items() if _limits(schema.get(name))]
            return " ".join(["whole number" if kind == "integer" else "number", " and ".join(limits)]).strip()
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(allowed(one) for one in schema['prefixItems'])}]"
        case "array":
            return f"[{allowed(schema['items'])}, ...]"
        case "boolean":
            return "`true`, `false`"
        case "null":
            return "`null`"
        case "string":
            return "text"
    return "{key: value, ...}"


def _limits(bound: float | None) -> bool:
    return bound is not None and bound != LARGEST_WHOLE


def _shown(number: float) -> str:
    return f"{int(number):,}" if abs(number) < LARGEST_WHOLE and number == int(number) else f"{number:g}"


def table(names: list[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [names, ["---"] * len(names), *escaped])


def choices() -> str:
    """What can be chosen by name: groups of configs, with the option that is taken when nothing is said."""
    config, told = _contents()
    defaults = [(str(key), value) for entry in config["defaults"] if entry != "_self_" for key, value in entry.items()]
    rows = [(f"`{key}`", f"`{_plain(value)}`", told[f"defaults.{key}"]) for key, value in defaults if "/" not in key]
    return table(["key", "default", "meaning"], rows)


def keys(model: type[Frozen], block: str) -> str:
    """The keys of one block of `conf/config.yaml` that a model validates; `block` is empty for those outside of any."""
    config, told = _contents()
    rows = []
    for key, schema in schemas(model).items():
        if key.rpartition(".")[0] == block and key not in (*REGISTRIES, *GROUPS):
            rows.append((f"`{key}`", allowed(schema), f"`{_plain(OmegaConf.select(config, key))}`", told[key]))
    return table(["key", "values", "default", "meaning"], rows)


def _contents() -> tuple[Any, dict[str, str]]:
    """The table of contents as a config, and its comments."""
    path = CONF / "config.yaml"
    return OmegaConf.load(path), comments(path.read_text(encoding="utf-8"))


def components(kind: str) -> str:
    """The options of a group, and what each is; those that stand for another component have a file alone."""
    registry = REGISTRIES[kind]
    rows = [(f"`{name}`", _about(registry, name)) for name in registry]
    others = sorted(path for path in (CONF / kind).glob("*.yaml") if path.stem not in registry)
    rows += [(f"`{path.stem}`", heading(path)) for path in others]
    return table([f"`{kind}=`", "what it is"], rows)


def settings(kind: str) -> str:
    """The settings of a group's components; what several share is listed once."""
    of: dict[tuple[str, str, str, str], list[str]] = {}
    whole, told_of_all = _contents()
    for name in REGISTRIES[kind]:
        path = CONF / kind / f"{name}.yaml"
        told = comments(path.read_text(encoding="utf-8")) if path.exists() else {}
        config = OmegaConf.load(path) if path.exists() else OmegaConf.create(default_config(kind, name))
        if "name" not in config:
            continue  # an old name of another component, whose file says no more than that
        for key, schema in schemas(component_model(kind, name)).items():
            full = f"{kind}.{key}"  # what all data sets have stands in the table of contents alone
            value = OmegaConf.select(config if key in config else whole, key if key in config else full)
            row = full, allowed(schema), f"`{_plain(value)}`", told.get(key) or told_of_all.get(full, "")
            if key != "name":
                of.setdefault(row, []).append(name if key in config else ALL)
    rows = [(f"`{key}`", ", ".join(dict.fromkeys(names)), *rest) for (key, *rest), names in sorted(of.items())]
    return table(["key", "of", "values", "default", "meaning"], rows)


def named(group: str) -> str:
    """The options of a group that are about the application, and what each is."""
    paths = [CONF / group / f"{name}.yaml" for name in GROUPS[group]]
    return table([f"`{group}=`", "what it is"], [(f"`{path.stem}`", heading(path)) for path in paths])


def named_settings(group: str) -> str:
    """The settings of these options; what several share is listed once."""
    of: dict[tuple[str, str, str, str], list[str]] = {}
    for name, model in GROUPS[group].items():
        path = CONF / group / f"{name}.yaml"
        config, told = OmegaConf.load(path), comments(path.read_text(encoding="utf-8"))
        for key, schema in schemas(model).items():
            if key != "name":
                row = f"`{group}.{key}`", allowed(schema), f"`{_plain(OmegaConf.select(config, key))}`", told[key]
                of.setdefault(row, []).append(name)
    rows = [(key, ", ".join(names), *rest) for (key, *rest), names in of.items()]
    return table(["key", "of", "values", "default", "meaning"], rows)


def metrics() -> str:
    """What can be measured, and how it is to be read."""
    found = {name: METRICS.metric(name) for name in METRICS}
    rows = [(f"`{name}`", one.task, one.better, _about(METRICS, name)) for name, one in found.items()]
    return table(["`score=`", "task", "better", "what it is"], rows)


def faults() -> str:
    """The mistakes that can be made on purpose."""
    return table(["`fault=`", "what is wrong"], [(f"`{name}`", _about(FAULTS, name)) for name in FAULTS])


def cases() -> str:
    """The published programs."""
    paths = sorted((CONF / "case").glob("*.yaml"))
    return table(["`case=`", "what it is"], [(f"`{path.stem}`", heading(path)) for path in paths])


def _about(registry: Registry[Any], name: str) -> str:
    return " ".join((inspect.getdoc(registry[name]) or "").split())


def _plain(value: Any) -> str:
    """A default as it is typed."""
    value = OmegaConf.to_container(value) if OmegaConf.is_config(value) else value
    return value if isinstance(value, str) else json.dumps(value)


def document() -> str:
    """The whole page."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    made = (
        choices,
        components,
        settings,
        faults,
        cases,
        metrics,
        named,
        named_settings,
        keys,
        programs.commands,
        programs.calls,
    )
    names = {"early_samples": EARLY_SAMPLES, "Spec": Spec, "Settings": Settings, **{one.__name__: one for one in made}}
    for_programs = programs.estimators, programs.exit_codes, programs.documents, programs.objects
    names |= {one.__name__: partial(one, table) for one in for_programs}
    return environment.get_template("reference.md.j2").render(**names)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "reference.md")
    (output := parser.parse_args().output).write_text(document(), encoding="utf-8")
    print(f"written: {output}")


if __name__ == "__main__":
    main()
