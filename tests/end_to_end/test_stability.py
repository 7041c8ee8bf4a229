"""docs/stability.md: every name that it promises is there, with its default, as docs/reference.md and a run have it."""

import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import runner
from runner import sklearn as estimators
from runner.app.named_sweeps import sweep_files
from runner.base.exit_codes import ExitCode
from runner.base.paths import SWEEPS
from runner.runs import identity
from runner.runs.environment import machine
from runner.runs.weights import ARRAYS
from tests.end_to_end.conftest import Trained

DOCS = Path(__file__).resolve().parents[2] / "docs"
KINDS = {"data", "activation", "loss", "init", "optimizer", "schedule", "executor", "search", "score", "fault", "case"}
CELLS = re.compile(r"(?<!\\)\|")
FIRST, GENERATED = "Ten settings to start with", "generated"  # what `auto` means for generated data
SHARED = "all others"  # settings of a data set that all have


def rows_of(section: str) -> list[list[str]]:
    """The cells of all tables of a section, without the signs of code; names of columns are rows too."""
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip().removeprefix("`").removesuffix("`") for cell in CELLS.split(line)[1:-1]] for line in lines]


@cache
def reference() -> dict[str, str]:
    """The sections of the reference, which `test_reference.py` compares with the program."""
    parts = re.split(r"^##+ ", (DOCS / "reference.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


@cache
def promised(heading: str) -> dict[str, list[str]]:
    """What the block below a heading of the page lists: names by the label of their line."""
    page = (DOCS / "stability.md").read_text(encoding="utf-8")
    found = re.search(rf"^### {heading}\n.*?^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    entries = re.sub(r"\n +", " ", found[1]).splitlines()
    lists = {label: names.split() for label, _, names in (entry.partition(": ") for entry in entries)}
    assert all(lists.values()) and len(lists) == len(entries)
    return lists


@cache
def settings() -> dict[str, set[str]]:
    """Every `key=default` of the reference: of a component where it is its own, else under `all`."""
    found: dict[str, set[str]] = {}
    for title, section in reference().items():
        rows = rows_of(section)
        columns: list[str] = []
        for cells in rows:
            columns = cells if cells[0] == "key" else columns if len(columns) == len(cells) else []
            if "default" in columns and cells is not columns:
                row = dict(zip(columns, cells, strict=True))
                owners = row.get("of", SHARED).split(", ")
                owners = [GENERATED] if title == FIRST else owners
                kind, value = row["key"].partition(".")[0], row["default"].replace(", ", ",")
                for owner in owners:
                    label = {SHARED: "all", GENERATED: GENERATED}.get(owner, f"{kind}={owner}")
                    found.setdefault(label, set()).add(f"{row['key']}={value}")
    return found


@cache
def options() -> dict[str, set[str]]:
    """What can be chosen, by the kind."""
    tables = [rows for rows in map(rows_of, reference().values()) if rows and rows[0][0].removesuffix("=") in KINDS]
    found = {rows[0][0].removesuffix("="): {row[0] for row in rows if len(row) == len(rows[0])} for rows in tables}
    return found | {"sweep": set(sweep_files(SWEEPS))}


def test_every_setting_has_the_default_that_is_promised() -> None:
    for owner, pairs in promised("Settings").items():
        assert set(pairs) - settings()[owner] == set(), owner


def test_every_component_is_there() -> None:
    assert set(promised("Components")) == {*KINDS, "sweep"}
    for kind, names in promised("Components").items():
        assert set(names) - options()[kind] == set(), kind


def test_every_command_has_its_flags_and_every_exit_code_is_named() -> None:
    names, *flagged = promised("Commands").items()
    assert [name for name in names[1] if f"python -m {name}" not in reference()] == []
    for command, flags in flagged:
        told = reference()[f"python -m {command}"]
        assert [flag for flag in flags if flag not in re.findall(r"(?<![\w-])--?[a-z][\w-]*", told)] == [], command
    assert {int(code) for code in promised("Exit codes")["all"]} == set(ExitCode)


def test_every_call_has_its_signature_and_every_object_its_members() -> None:
    page, told = (
        (DOCS / "stability.md").read_text(encoding="utf-8"),
        (DOCS / "reference.md").read_text(encoding="utf-8"),
    )
    calls = re.findall(r"^runner\.\w+\(.*$", page, re.MULTILINE)
    assert len(calls) == 5 and [call for call in calls if f"\n{call}\n" not in told] == []
    for name, members in promised("Objects").items():
        there = {cells[0].removeprefix(".").partition("(")[0] for cells in rows_of(reference()[name])}
        assert set(members) - there == set(), name


def test_every_public_name_of_python_can_be_imported() -> None:
    for module, names in promised("Imports").items():
        assert [name for name in names if not hasattr(importlib.import_module(module), name)] == [], module
    assert set(promised("Imports")["runner"]) == set(runner.__all__)


def test_the_estimators_have_every_parameter_with_its_default() -> None:
    for name, pairs in promised("Estimators").items():
        parameters = inspect.signature(getattr(estimators, name)).parameters.values()
        assert set(pairs) - {f"{one.name}={one.default!r}" for one in parameters} == set(), name


def test_a_document_has_every_field() -> None:
    schema = runner_document()
    parts = {"Document": schema, **schema["$defs"]}
    for part, fields in promised("Documents").items():
        assert set(fields) - set(parts[part]["properties"]) == set(), part


def runner_document() -> dict[str, dict[str, dict[str, object]]]:
    document: dict[str, dict[str, dict[str, object]]]
    document = importlib.import_module("runner.runs.documents.whole").Document.model_json_schema()
    return document


def test_a_run_and_its_sweep_in_mlflow_have_every_tag_metric_and_file(sweep: Trained) -> None:
    names, store = promised("MLflow"), sweep.store
    parent = store.only()
    run = next(one for one in store.runs() if one.data.tags["level"] == "run")
    assert set(names["tags of a run"]) - set(run.data.tags) == set()
    assert set(names["metrics of a run"]) - set(run.data.metrics) == set()
    assert set(names["tags of a sweep"]) - set(parent.data.tags) == set()
    assert set(names["metrics of a sweep"]) - set(parent.data.metrics) == set()
    (setting, *_) = store.settings(parent)
    assert set(names["tags of a setting"]) - set(setting.data.tags) == set()
    for of, label in ((run, "files of a run"), (parent, "files of a sweep")):
        assert [name for name in names[label] if not store.artifact(of, name).is_file()] == []


def test_the_files_of_a_sweep_have_every_column_and_array(sweep: Trained) -> None:
    names, store = promised("Files"), sweep.store
    run = next(one for one in store.runs() if one.data.tags["level"] == "run")
    for name in ("runs.csv", "comparison.csv"):
        assert set(names[name]) - set(pd.read_csv(store.artifact(store.only(), name))) == set(), name
    assert set(names["history.parquet"]) - set(pd.read_parquet(store.artifact(run, "history.parquet"))) == set()
    assert set(names["weights.npz"]) == set(ARRAYS)
    with np.load(store.artifact(run, "weights.npz"), allow_pickle=False) as arrays:
        assert set(names["weights.npz"]) - set(arrays) == set()
    kept = np.load(store.artifact(run, "snapshots.npy"), allow_pickle=False)
    assert set(names["snapshots.npy"]) == set(kept.dtype.names or ())


def test_the_version_is_a_tag_and_part_of_no_run_key() -> None:
    assert machine()["runner"] == runner.__version__
    assert not [name for name in identity.code_files() if "version" in name]
