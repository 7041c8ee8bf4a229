"""The document of the case studies: its builder works, and all that it refers to exists."""

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from runner.app.named_sweeps import sweep_files
from runner.base.paths import CONF, SWEEPS
from runner.plan.expectations import check
from runner.plan.plan import make_plan
from runner.runs.overrides import Configs, swept_keys
from tests.end_to_end.test_classroom import CLASSROOM
from tests.end_to_end.test_shipped_sweeps import jobs_of, of_seeds

pytestmark = pytest.mark.thorough

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "case_studies"
REFERENCE: dict[str, list[dict[str, Any]]] = yaml.safe_load((FOLDER / "reference.yaml").read_text())
ENTRIES = [entry for entries in REFERENCE.values() for entry in entries]
QUICK = ("tracking.plots=none", "tracking.report=false", "workers=1")
GENERAL = {"activations", "initializers", "learning_rates", "optimizers", "sine_modes", "xor_width"}


@cache
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_case_studies", FOLDER / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def problems_of(sweep: str) -> list[str]:
    """What is wrong with the selections of reference.yaml over the settings of a sweep."""
    composer, jobs = jobs_of(sweep)
    plan = make_plan([composer.compose(number, job) for number, job in enumerate(of_seeds(jobs, 0))])
    configs = Configs((run.spec, run.overrides) for run in plan.runs)
    chosen = [entry["runs"] for entry in ENTRIES if entry["sweep"] == sweep]
    return [
        str(problem) for problem in check({runs: f"count({runs}) > 0" for runs in chosen}, configs, swept_keys(jobs))
    ]


@pytest.mark.parametrize("sweep", sorted({entry["sweep"] for entry in ENTRIES}))
def test_every_reference_names_runs_that_its_sweep_has(sweep: str) -> None:
    assert problems_of(sweep) == []


def test_every_published_program_is_a_case_with_numbers_beside_the_reference() -> None:
    assert set(REFERENCE) == {"C0", "C1", "C2", "C3", "C4"}
    cases = {path.stem.partition("_")[0].upper() for path in (CONF / "case").glob("*.yaml")}
    assert cases == set(REFERENCE)
    for entry in ENTRIES:
        assert ("metric" in entry) != ("share" in entry), entry
        assert ("reference" in entry) != ("about" in entry), entry


def test_the_document_shows_every_sweep_of_the_case_studies_once() -> None:
    text = "".join(path.read_text() for path in sorted(FOLDER.glob("*.j2")))
    shown = re.findall(r"show\(\s*\"(\w+)\"", text)
    assert sorted(shown) == sorted(set(sweep_files(SWEEPS)) - GENERAL - set(CLASSROOM))


def test_every_template_is_a_page_that_the_first_one_leads_to_with_a_picture_for_each_case() -> None:
    first, *others = [FOLDER.parent / "case-studies.md", *sorted((FOLDER.parent / "case-studies").glob("*.md"))]
    names = {path.name.removesuffix(".j2") for path in FOLDER.glob("*.j2")}
    assert {page.name for page in (first, *others)} == names
    links = re.findall(r"\]\((\S+)\)", first.read_text())
    assert [link for link in links if link.endswith(".md")] == [
        f"case-studies/{name}.md" for name in ("c0", "c1", "c2", "c3", "c4", "as-given", "speed")
    ]
    assert sum(link.endswith(".png") for link in links) == len(REFERENCE)
    shown = {Path(link).name for page in others for link in re.findall(r"\]\((\S+\.png)\)", page.read_text())}
    assert shown == {path.name for path in (FOLDER.parent / "images" / "case-studies").iterdir()}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the sweeps that tests have run."""
    return tmp_path_factory.mktemp("work")


def test_a_sweep_is_run_judged_drawn_and_compared_with_its_reference(work: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    builder = build().Builder(work, docs / "case-studies.md", ["seed=range(2)", *QUICK])
    shown = builder.show(docs / "case-studies" / "c1.md", "stale_pre_activation", metrics=["accuracy"])
    assert "6 runs in " in shown and "python -m runner -m sweep=stale_pre_activation" in shown
    assert "| the right z hardly any | 0 <= 0.1 | yes |" in shown
    assert "| none | 0." in shown
    (picture,) = re.findall(r"\(\.\./images/(.*?\.png)\)", shown)
    assert (docs / "images" / picture).read_bytes().startswith(b"\x89PNG")
    (entry, *_) = [entry for entry in REFERENCE["C1"] if entry["sweep"] == "stale_pre_activation"]
    measured, reference, agrees = builder.compared(entry)
    assert (measured, reference, agrees) == ("0.500 / 0.500 / 0.500", "0.500 / 0.500 / 0.502", True)


def test_results_are_made_again_only_for_other_settings_and_then_nothing_of_the_old_is_left(
    work: Path, tmp_path: Path
) -> None:
    def made(*overrides: str) -> Any:
        return build().Builder(work, tmp_path / "out.md", [*overrides, *QUICK]).sweep("stale_pre_activation")

    first, again = made("seed=range(2)"), made("seed=range(2)")
    assert (first.seconds, len(first.results)) == (again.seconds, 6)
    (one,) = made("seed=3", "fault=none").results
    assert one.spec.seed == 3
