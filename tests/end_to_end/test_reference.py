"""docs/reference.md and docs/diagnoses.md are what their builders make; the former names all that a sweep writes to
MLflow.
"""

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from nn.faults import FAULTS
from runner.app.contents import read_contents
from runner.base.paths import CONF
from runner.diagnosis.rules import RULES
from runner.runs.components import REGISTRIES
from tests.end_to_end.conftest import Trained

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "reference.md"
MLFLOWS_OWN = ("mlflow.runName", "mlflow.user", "mlflow.parentRunId", "mlflow.source.type", "mlflow.artifact")


@cache
def build(folder: str = "reference") -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"build_{folder}", DOCS / folder / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def named() -> frozenset[str]:
    """All that the page has as code."""
    return frozenset(re.findall(r"`([^`\n]+)`", PAGE.read_text(encoding="utf-8")))


def is_named(name: str) -> bool:
    """Whether the page has a name, or the name of its family: `final/NAME`."""
    return name in named() or f"{name.partition('/')[0]}/NAME" in named()


@pytest.mark.parametrize("name", ["reference", "diagnoses"])
def test_a_page_is_what_make_reference_writes(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == build(name).document()


def test_every_rule_has_a_section_with_what_it_is_and_what_to_do() -> None:
    *sections, _ = (DOCS / "diagnoses.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert [section.splitlines()[0] for section in sections] == [f"{rule.code} {rule.cause}" for rule in RULES]
    for section in sections:
        assert [len(line.split("** ")[1]) > 0 for line in section.splitlines() if line.startswith("- **")] == [True] * 4


def test_every_key_and_every_setting_has_a_meaning_and_every_component_says_what_it_is() -> None:
    rows = [line for line in build().document().splitlines() if line.startswith("| ")]
    assert len(rows) > 150
    assert [row for row in rows if "|  |" in row] == []
    for registry in (*REGISTRIES.values(), FAULTS):
        assert [name for name in registry if name not in named()] == []


def test_what_is_for_experts_stands_in_tables_of_its_own() -> None:
    settings = PAGE.read_text(encoding="utf-8").partition("\n## Named sweeps")[0]
    first, for_experts = set[str](), set[str]()
    for heading, rows in re.findall(r"(\*\*For experts\*\*)?\n\n((?:\|.*\n)+)", settings):
        (for_experts if heading else first).update(re.findall(r"^\| `([\w./]+)` \|", rows, re.MULTILINE))
    assert {"data", "network.hidden", "relu", "sine", "he", "test.set", "random"} <= first
    assert {"tracking.points", "test.probes", "cost", "floored_relu", "clipped_softmax", "slurm"} <= for_experts
    assert first & for_experts == set()


def test_the_ten_settings_to_start_with_are_those_of_the_help() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Ten settings to start with")[2].partition("\n## ")[0]
    assert len(re.findall(r"^\| `[\w.]+` \| `[^`]+` \| \w", section, re.MULTILINE)) == 10


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "integer", "minimum": 2, "maximum": 1_000_000}, "whole number >= 2 and <= 1,000,000"),
        ({"type": "integer", "exclusiveMinimum": 0, "maximum": 2**53}, "whole number > 0"),
        ({"anyOf": [{"type": "number", "exclusiveMaximum": 0.5}, {"type": "null"}]}, "number < 0.5 or `null`"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"type": "array", "items": {"type": "string"}}, "[text, ...]"),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "boolean"}]}, "[number, `true`, `false`]"),
        ({"type": "object"}, "{key: value, ...}"),
    ],
    ids=["whole", "no limit that is met", "or null", "choices", "list", "pair", "map"],
)
def test_a_schema_is_described_in_a_few_words(schema: dict[str, object], told: str) -> None:
    assert build().allowed(schema) == told


def test_all_that_runs_write_to_mlflow_is_named(sweep: Trained, one_run: Trained) -> None:
    for trained in (sweep, one_run):
        for run in trained.store.runs():
            written = {*run.data.metrics, *run.data.tags, *run.data.params}
            unknown = {name for name in written if not is_named(name) and not name.startswith(MLFLOWS_OWN)}
            assert {name for name in unknown if name not in REGISTRIES} == set()
            folder = trained.store.artifact(run, "")
            files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
            files = {re.sub(r"-(xor|quadrants)\.png$", ".png", name) for name in files}  # of each data set
            assert {name for name in files if not is_named(name)} == set()


def test_all_that_settings_write_to_mlflow_is_named(sweep: Trained) -> None:
    for run in sweep.store.settings(sweep.store.only()):
        once = {name for name in run.data.metrics if "/" not in name}
        parts = {name.rpartition("/")[2] for name in set(run.data.metrics) - once}
        assert parts == {"mean", "median", "low", "high"}
        columns = set(comparison_of(sweep))
        assert {name for name in once - columns if not is_named(name)} == set()
        tags = {name for name in run.data.tags if not name.startswith(MLFLOWS_OWN)}
        assert {name for name in tags if not is_named(name)} == set()


def comparison_of(sweep: Trained) -> list[str]:
    with sweep.store.artifact(sweep.store.only(), "comparison.csv").open(encoding="utf-8") as file:
        return file.readline().strip().split(",")


def test_every_yaml_file_of_a_component_comments_every_setting() -> None:
    for path in CONF.glob("*/*.yaml"):
        if path.parent.name in REGISTRIES:
            told = read_contents(path.read_text(encoding="utf-8")).told
            assert {key: text for key, text in told.items() if not text and key not in ("name", "defaults")} == {}, path
