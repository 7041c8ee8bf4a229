"""The public questions of docs/diagnoses.md: the causes that are named are those that are really there."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nn.faults import FAULTS
from runner.diagnosis.judged import Judged, judge_all
from runner.runs.commands import with_fix
from tests.end_to_end.questions import ANSWERS, ASKED, NUMBERS, WORDS, answered, fix_of, overrides, prepare
from tests.runner.building import refusals, trained

FOUND: list[dict[str, Any]] = json.loads(ANSWERS.read_text(encoding="utf-8"))
PAIRS = list(zip(ASKED, FOUND, strict=False))
NAMES = [one["name"] for one, _ in PAIRS]
PARAMETERS = [
    pytest.param(*pair, id=pair[0]["name"], marks=[pytest.mark.slow] * pair[0].get("slow", False)) for pair in PAIRS
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the tables that the questions are about; their own fault is known for as long."""
    place = tmp_path_factory.mktemp("questions")
    prepare(place)
    importlib.import_module("docs.diagnoses.questions.asked_parts")
    yield place
    del FAULTS._components["ascent"]


def diagnosed(*typed: str) -> dict[str, Any]:
    """What is said of a run in words."""
    settings = [one for one in typed if not one.startswith("modules=")]
    (one,) = judge_all([trained(*settings, "tracking.plots=none", "tracking.report=false")])
    assert isinstance(one, Judged)
    said = one.diagnosis
    return dict(zip(WORDS, (said.verdict, said.code or None, said.cause or None, said.certainty or None,
                            list(said.fix)), strict=True))  # fmt: skip


def test_all_questions_are_answered() -> None:
    assert [one["name"] for one in FOUND] == [one["name"] for one in ASKED]


@pytest.mark.parametrize(("question", "found"), PARAMETERS)
def test_the_causes_of_a_public_question_are_found_one_after_another(
    question: dict[str, Any], found: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    typed = tuple(overrides(question["typed"]))
    for step in found["steps"]:
        if "refused" in step:
            assert question["refused"] in step["refused"] and refusals(*typed) == [step["refused"]]
            continue
        assert diagnosed(*typed) == {word: step[word] for word in WORDS}
        typed = with_fix(typed, tuple(fix_of(step)))
    for cure in question.get("cures", []):
        assert diagnosed(*overrides(cure))["verdict"] == "healthy"


@pytest.mark.parametrize(("question", "found"), PAIRS, ids=NAMES)
def test_each_cause_is_one_that_is_there_and_the_last_network_learns(
    question: dict[str, Any], found: dict[str, Any]
) -> None:
    said = [step.get("confirmed", step) for step in found["steps"] if "refused" not in step]
    more = {one["cause"] for one in said if one["cause"]} - set(question.get("there", []))
    assert more == set(question.get("more", []))
    assert [one["verdict"] for one in said[-1:]] == ([] if "refused" in question else [question.get("ends", "healthy")])
    assert [cure["verdict"] for cure in found["cures"]] == ["healthy"] * len(question.get("cures", []))


@pytest.mark.slow
@pytest.mark.parametrize(("question", "found"), PAIRS, ids=NAMES)
def test_the_commands_say_of_a_public_question_what_the_page_shows(
    question: dict[str, Any], found: dict[str, Any], tmp_path: Path
) -> None:
    again = answered(question, tmp_path)
    for one, other in zip(again["steps"] + again["cures"], found["steps"] + found["cures"], strict=True):
        assert one.keys() == other.keys()
        for word in ("refused", *WORDS):
            assert one.get(word) == other.get(word)
            assert one.get("confirmed", {}).get(word) == other.get("confirmed", {}).get(word)
        for number in NUMBERS:
            assert one.get(number) == pytest.approx(other.get(number), rel=0.05, abs=0.02)
