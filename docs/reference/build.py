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
import yaml
from omegaconf import OmegaConf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs.reference import programs
from docs.reference.schemas import allowed, schemas
from nn.faults import FAULTS
from nn.metrics import METRICS
from nn.registry import Registry
from nn.signals import EARLY_SAMPLES
from runner.app.contents import CHOICES, MARK, Contents, read_contents, table_of_contents
from runner.app.named_sweeps import GROUPS as GROUPS_OF_SWEEPS
from runner.app.named_sweeps import read_header, sweep_files
from runner.app.options import default_config
from runner.runs.components import REGISTRIES
from runner.runs.search_settings import SEARCHES
from runner.runs.settings import EXECUTORS, Settings
from runner.runs.spec import Frozen, Spec, component_model

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
GROUPS: dict[str, Mapping[str, type[Frozen]]] = {"executor": EXECUTORS, "search": SEARCHES}  # no part of a run
ALL = "all others"
FOR_EXPERTS = "**For experts**"
Row = tuple[str, ...]


def heading(path: Path) -> str:
    """The comment that a config file begins with, without the line that is for Hydra."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(line for line in lines if not line.startswith("@package"))


def table(names: list[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [names, ["---"] * len(names), *escaped])


def parted(names: list[str], rows: Iterable[tuple[bool, Row]]) -> str:
    """A table of the ordinary rows, then one of those that are for experts; each only if it has rows."""
    by_kind: dict[bool, list[Row]] = {False: [], True: []}
    for is_for_experts, row in rows:
        by_kind[is_for_experts].append(row)
    ordinary, for_experts = (table(names, found) for found in by_kind.values())
    parts = [ordinary] if by_kind[False] else []
    return "\n\n".join([*parts, *([FOR_EXPERTS, for_experts] if by_kind[True] else [])])


def starters() -> str:
    """The settings that `--help` explains."""
    told = yaml.safe_load((CONF / "config.yaml").read_text(encoding="utf-8"))["hydra"]["help"]["template"]
    found = re.findall(r"^  ([\w.]+)=(\S+) {2,}(.+)$", told, re.MULTILINE)
    return table(["key", "default", "meaning"], [(f"`{key}`", f"`{value}`", text) for key, value, text in found])


def choices() -> str:
    """What can be chosen by name: groups of configs, with the option that is taken when nothing is said."""
    config, contents = _config(), table_of_contents()
    rows = []
    for entry in config["defaults"]:
        for key, value in {} if entry == "_self_" else entry.items():
            full = f"{CHOICES}.{str(key).removeprefix('override ')}"
            if told := contents.told[full]:
                name = full.removeprefix(f"{CHOICES}.")
                is_for_experts = full in contents.for_experts  # its comment says so too, as no heading does here
                told = told.removeprefix(MARK).lstrip(",: ") if is_for_experts else told
                rows.append((is_for_experts, (f"`{name}`", f"`{_plain(value)}`", told)))
    return parted(["key", "default", "meaning"], rows)


def keys(model: type[Frozen], block: str) -> str:
    """The keys of one block of `conf/config.yaml` that a model validates; `block` is empty for those outside of any."""
    config, contents = _config(), table_of_contents()
    rows = []
    for key, schema in schemas(model).items():
        if key.rpartition(".")[0] == block and key not in (*REGISTRIES, *GROUPS):
            row = f"`{key}`", allowed(schema), f"`{_plain(OmegaConf.select(config, key))}`", contents.told[key]
            rows.append((key in contents.for_experts, row))
    return parted(["key", "values", "default", "meaning"], rows)


def _config() -> Any:
    """The table of contents as a config."""
    return OmegaConf.load(CONF / "config.yaml")


def _contents_of(path: Path) -> Contents:
    """What the file of an option says of its settings; nothing where there is none."""
    return read_contents(path.read_text(encoding="utf-8") if path.exists() else "")


def components(kind: str) -> str:
    """The options of a group, and what each is; those that stand for another component have a file alone."""
    registry = REGISTRIES[kind]
    others = sorted(path.stem for path in (CONF / kind).glob("*.yaml") if path.stem not in registry)
    about = {name: _about(registry, name) for name in registry}
    about |= {name: heading(CONF / kind / f"{name}.yaml") for name in others}
    return _options(kind, about)


def _options(group: str, about: Mapping[str, str]) -> str:
    """A table of options, those for experts apart."""
    of_experts = table_of_contents().options_for_experts(group, about)
    rows = [(name in of_experts, (f"`{name}`", text)) for name, text in about.items()]
    return parted([f"`{group}=`", "what it is"], rows)


def settings(kind: str) -> str:
    """The settings of a group's components; what several share is listed once."""
    of: dict[Row, list[str]] = {}
    whole, contents = _config(), table_of_contents()
    for name in REGISTRIES[kind]:
        path = CONF / kind / f"{name}.yaml"
        told = _contents_of(path).told
        config = OmegaConf.load(path) if path.exists() else OmegaConf.create(default_config(kind, name))
        if "name" not in config:
            continue  # an old name of another component, whose file says no more than that
        for key, schema in schemas(component_model(kind, name)).items():
            full = f"{kind}.{key}"  # what all data sets have stands in the table of contents alone
            value = OmegaConf.select(config if key in config else whole, key if key in config else full)
            row = full, allowed(schema), f"`{_plain(value)}`", told.get(key) or contents.told.get(full, "")
            if key != "name":
                of.setdefault(row, []).append(name if key in config else ALL)
    of_experts = contents.options_for_experts(kind, REGISTRIES[kind])
    rows = []
    for (full, *rest), names in sorted(of.items()):
        row = (f"`{full}`", ", ".join(dict.fromkeys(names)), *rest)
        rows.append((full in contents.for_experts or set(names) <= of_experts, row))
    return parted(["key", "of", "values", "default", "meaning"], rows)


def named(group: str) -> str:
    """The options of a group that are about the application, and what each is."""
    return _options(group, {name: heading(CONF / group / f"{name}.yaml") for name in GROUPS[group]})


def named_settings(group: str) -> str:
    """The settings of these options; what several share is listed once."""
    of: dict[Row, list[str]] = {}
    for name, model in GROUPS[group].items():
        path = CONF / group / f"{name}.yaml"
        config, told = OmegaConf.load(path), _contents_of(path).told
        for key, schema in schemas(model).items():
            if key != "name":
                row = f"`{group}.{key}`", allowed(schema), f"`{_plain(OmegaConf.select(config, key))}`", told[key]
                of.setdefault(row, []).append(name)
    of_experts = table_of_contents().options_for_experts(group, GROUPS[group])
    rows = [(set(names) <= of_experts, (key, ", ".join(names), *rest)) for (key, *rest), names in of.items()]
    return parted(["key", "of", "values", "default", "meaning"], rows)


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


def sweeps() -> str:
    """The named sweeps by group."""
    headers = {name: read_header(path) for name, path in sweep_files(ROOT / "sweeps").items()}
    parts = []
    for word, title in GROUPS_OF_SWEEPS.items():
        of_group = {name: one for name, one in headers.items() if one.group == word}
        rows = [(f"`{name}`", f"{one.runs:,}", one.duration, one.question) for name, one in of_group.items()]
        parts += [f"**{title}**, `python -m runner.sweeps {word}`", table(["sweep", "runs", "about", "question"], rows)]
    return "\n\n".join(parts)


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
        starters,
        choices,
        components,
        settings,
        faults,
        cases,
        metrics,
        sweeps,
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
