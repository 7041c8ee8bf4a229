"""Rules that are left out, and rules of one's own: the example of docs/diagnoses.md, and what is wrong with others."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import pytest

from runner.base.commands import command_of
from runner.base.errors import UserError
from runner.diagnosis.commands import fixed
from runner.diagnosis.document import document
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.rules import RULES, Rule, Rules
from runner.diagnosis.sentences import blocks, in_full
from runner.diagnosis.texts import TEXTS
from runner.runs.result import RunResult
from tests.runner.building import trained
from tests.runner.diagnosis.corpus import ILL

PAGE = Path(__file__).parents[3] / "docs" / "diagnoses.md"
OWN = PAGE.with_suffix("") / "my_rules.py"


@pytest.fixture(scope="module")
def result() -> RunResult:
    """A run with too much momentum, whose cost rises far above the first."""
    given = tuple({one.split("=", 1)[0]: one for one in ILL["momentum_high"]}.values())
    return replace(trained(*given, "tracking.plots=none"), overrides=given)


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rules and texts are those of the process; what a test adds or silences ends with it."""
    monkeypatch.setattr(RULES, "_rules", list(RULES))
    monkeypatch.setattr(RULES, "silenced", ())
    texts = dict(TEXTS)
    yield
    TEXTS.clear()
    TEXTS.update(texts)


def diagnosed(result: RunResult, rules: Rules = RULES) -> Judged:
    (one,) = judge_all([result], rules=rules)
    assert isinstance(one, Judged)
    return one


def said_of(one: Judged, all_of_it: bool = False) -> list[str]:
    def command(result: RunResult, fix: tuple[str, ...]) -> str:
        return command_of("runner", (), fixed(result.overrides, fix))

    return in_full(one, command) if all_of_it else blocks([one], lambda result: "", command)[0]


def test_the_rule_of_the_documentation_names_its_cause_with_its_words_its_fix_and_its_page(result: RunResult) -> None:
    assert diagnosed(result).diagnosis.cause == "momentum_high"
    exec(OWN.read_text(encoding="utf-8"), {})
    one = diagnosed(result)
    assert said_of(one)[0] == "does not learn: the cost has a spike (likely, X1)"
    shown = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1] for line in said_of(one)[1:]}
    assert shown["evidence"].startswith("largest training cost / first: ") and "(above 10)" in shown["evidence"]
    assert indent(OWN.read_text(encoding="utf-8"), "    ") in PAGE.read_text(encoding="utf-8")
    assert shown["to"].endswith(" training.clip_norm=1") and shown["more"] == "wiki/spikes.md, X1"
    assert said_of(one, all_of_it=True)[-1].startswith("   scores ")  # it has no more words
    (run,) = json.loads(document([one]))["runs"]
    assert (run["code"], run["cause"], run["verdict"], run["fix"]) == (
        "X1", "cost_spike", "ill", ["training.clip_norm=1"],
    )  # fmt: skip


def test_a_rule_without_words_is_called_by_its_name_and_has_no_page(result: RunResult) -> None:
    RULES.register(Rule("X2", "bad_luck", lambda subject: True, lambda subject: []), before="D504")
    lines = said_of(diagnosed(result))
    assert lines[0] == "does not learn: bad luck (likely, X2)" and not [one for one in lines if "more" in one]


def test_a_cause_is_left_out_by_code_or_name_and_an_unexplained_run_says_so(result: RunResult) -> None:
    RULES.silence(["D504"])
    assert diagnosed(result).diagnosis.cause == "lr_high"
    RULES.silence(["lr_high", "lr_low"])
    assert f"none of the {len(RULES)} known causes (D504, D506, D507 left out) fits" in said_of(diagnosed(result))[0]


def test_a_cause_that_there_is_not_cannot_be_left_out() -> None:
    with pytest.raises(UserError, match="there is no cause 'D999' to leave out; the causes are D101 wrong_gradient, "):
        RULES.silence(["D504", "D999"])


def test_a_rule_is_asked_of_runs_that_there_are() -> None:
    with pytest.raises(ValueError, match="the rule X4 slow is asked of unknown runs: 'any'; known are failing, "):
        Rule("X4", "slow", lambda subject: True, lambda subject: [], asked="any")  # type: ignore[arg-type]


def test_a_rule_of_every_run_spares_those_that_learn_where_it_says_so(result: RunResult) -> None:
    learns = trained("data=sine", "network.hidden=[8]", "activation=tanh", "tracking.plots=none")
    for spares, verdicts in ((False, ["ill", "ill"]), (True, ["ill", "healthy"])):
        night = Rule("X5", "night", lambda _: True, lambda _: [], asked="every", spares=spares)
        found = [diagnosed(one, Rules([night])).diagnosis for one in (result, learns)]
        assert [one.verdict for one in found] == verdicts and {one.code for one in found} == {"X5"}


def test_a_rule_that_raises_an_exception_is_named(result: RunResult) -> None:
    rules = Rules([Rule("X3", "broken", lambda subject: bool(1 / 0), lambda subject: [])])
    with pytest.raises(UserError, match="the rule X3 broken cannot be asked: ZeroDivisionError: division by zero"):
        judge_all([result], rules=rules)
