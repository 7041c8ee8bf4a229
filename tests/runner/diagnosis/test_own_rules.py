"""Rules that are left out, and rules of one's own: the example of docs/diagnoses.md, and what is wrong with others."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from textwrap import indent

import numpy as np
import pytest

from runner.base.commands import command_of
from runner.base.errors import UserError
from runner.diagnosis.document import document
from runner.diagnosis.judged import Judged, Unjudged, judge_all
from runner.diagnosis.rules import RULES, Rule, Rules
from runner.diagnosis.sentences import blocks, in_full
from runner.diagnosis.subject import Subject
from runner.diagnosis.texts import TEXTS
from runner.runs.commands import fixed
from runner.runs.diagnosis import Evidence
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
    (run,) = document([one])["runs"]
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
    with pytest.raises(UserError, match=r"there is no cause .D999. to leave out; docs/diagnoses\.md lists all"):
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


@pytest.mark.parametrize(
    ("when", "why"),
    [
        (lambda subject: bool(1 / 0), "ZeroDivisionError: division by zero"),
        (lambda subject: sys.exit(0), "SystemExit: 0"),
    ],
)
def test_a_rule_that_raises_or_ends_the_program_is_named_and_leaves_its_run_unjudged(
    when: Callable[[Subject], bool], why: str, result: RunResult
) -> None:
    (one,) = judge_all([result], rules=Rules([Rule("X3", "broken", when, lambda subject: [])]))
    assert isinstance(one, Unjudged) and one.why == f"the rule X3 broken cannot be asked: {why}"


def test_the_evidence_of_a_rule_may_be_a_number_of_any_kind(result: RunResult) -> None:
    values = [np.int64(3), np.float32(0.5), np.bool_(True), Fraction(1, 4), 2, np.float64(np.nan), np.array(7.0)]
    evidence = [Evidence("a", value, np.float32(0.5), np.int64(1), np.int8(2)) for value in values]  # type: ignore[arg-type]
    rules = Rules([Rule("X6", "numbers", lambda subject: True, lambda subject: evidence, asked="every")])
    (run,) = document([diagnosed(result, rules)])["runs"]
    assert [one["value"] for one in run["evidence"]] == [3.0, 0.5, 1.0, 0.25, 2.0, "nan", 7.0]
    assert run["evidence"][0].items() >= {"value": 3.0, "threshold": 0.5, "where": "layer 1, step 2"}.items()


def test_the_evidence_of_a_rule_is_numbers_or_text() -> None:
    with pytest.raises(TypeError, match=r"the value of Evidence must be a number or text, got \[1\]"):
        Evidence("a", [1])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("evidence", "fixes", "why"),
    [
        (
            [],
            ["learning_rate=1"],
            "a fix must be a tuple of overrides, such as (\"learning_rate=1\",), got 'learning_rate=1'",
        ),
        (
            [],
            [("learning_rate",)],
            "a fix must be a tuple of overrides, such as (\"learning_rate=1\",), got ('learning_rate',)",
        ),
        (["hot"], [], "evidence must be a list of Evidence(...), got 'hot' in it"),
    ],
)
def test_what_a_rule_gives_that_is_no_evidence_or_fix_is_said_with_its_name(
    evidence: list[Evidence], fixes: list[tuple[str, ...]], why: str, result: RunResult
) -> None:
    rule = Rule("X7", "wrong", lambda subject: True, lambda subject: evidence, lambda subject: fixes)
    (one,) = judge_all([result], rules=Rules([rule]))
    assert isinstance(one, Unjudged) and one.why == f"the rule X7 wrong cannot be asked: TypeError: {why}"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Rule("X8", "", lambda _: True, lambda _: []), "the cause of a rule must be text, got ''"),
        (lambda: Rule("X8", "one", True, lambda _: []), "when of the rule X8 one must be a function, got True"),
        (lambda: Rule("X8", "one", lambda _: True, lambda _: [], [("a=1",)]), "fixes of the rule X8 one must be a fun"),
        (lambda: RULES.register("X8"), r"a rule must be a Rule\(...\), got 'X8'"),
        (lambda: TEXTS.__setitem__("one", "just words"), r"TEXTS\['one'\] must be a Text\(...\), got 'just words'"),
    ],
)
def test_a_wrong_rule_is_refused_where_it_is_made(make: Callable[[], object], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        make()
