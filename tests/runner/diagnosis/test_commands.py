"""The command lines of docs/diagnoses.md: each trains a run that has the cause of its section."""

import shlex
from pathlib import Path

import pytest

from runner.diagnosis.judging import judge
from runner.diagnosis.rules import RULES
from runner.diagnosis.subject import Subject
from runner.diagnosis.texts import TEXTS
from tests.runner.diagnosis.corpus import subjects_of
from tests.runner.tables import write_printed

PAGE = Path(__file__).parents[3] / "docs" / "diagnoses.md"
RUNNER = ["python", "-m", "runner"]


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Subject]:
    """The run of every cause."""
    folder, runs = tmp_path_factory.mktemp("shown"), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for rule in RULES:
            *tables, run = TEXTS[rule.cause].shows
            for line in tables:
                write_printed(line, folder)
            program, overrides = shlex.split(run)[:3], shlex.split(run)[3:]
            assert program == RUNNER
            runs[rule.cause] = tuple(overrides)
        return subjects_of(runs)


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.cause)
def test_a_command_of_the_page_trains_a_run_with_the_cause_of_its_section(subjects: dict[str, Subject], rule) -> None:
    found = judge(subjects[rule.cause])
    assert (found.code, found.cause) == (rule.code, rule.cause)
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {rule.code} ")[1].split("\n## ")[0]
    assert "".join(f"\n    {line}" for line in TEXTS[rule.cause].shows) in section
