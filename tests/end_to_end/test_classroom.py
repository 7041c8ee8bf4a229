"""The teacher's page: it has a section for each of its sweeps, and what it says of them is what they find."""

import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from runner.app.named_sweeps import read_header
from runner.base.paths import SWEEPS
from tests.end_to_end.program import run_runner, said

pytestmark = pytest.mark.thorough

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "classroom.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## \d+\. ", PAGE, flags=re.MULTILINE)[1:]
CLASSROOM = [found[1] for one in SECTIONS if (found := re.search(r"^    python -m runner -m sweep=(\w+)", one, re.M))]
OTHER_SEEDS = "seed=range(200,220)"


def test_the_page_has_ten_questions_each_with_its_own_sweep() -> None:
    assert len(SECTIONS) == len(set(CLASSROOM)) == 10


@pytest.mark.parametrize(("name", "section"), list(zip(CLASSROOM, SECTIONS, strict=True)), ids=CLASSROOM)
def test_a_section_has_the_question_the_time_and_every_verdict_as_it_is_printed(name: str, section: str) -> None:
    header = read_header(SWEEPS / f"{name}.yaml")
    assert section.splitlines()[0] == header.question
    assert f"{header.runs} runs, about {header.duration}" in section
    expect = OmegaConf.load(SWEEPS / f"{name}.yaml").expect
    printed = re.findall(r"^    (.+?) {2,}.*[<>=].* {2,}yes$", section, re.MULTILINE)
    assert printed == list(expect)
    assert "**Next:**" in section


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSROOM)
def test_what_a_sweep_expects_holds_on_other_seeds_too(name: str, tmp_path: Path) -> None:
    without = ("tracking.report=false", "tracking.plots=none", "tracking.models=none", "diagnose=off")
    done = run_runner("-m", f"sweep={name}", "--strict", OTHER_SEEDS, *without, cwd=tmp_path)
    assert done.returncode == 0, said(done)
