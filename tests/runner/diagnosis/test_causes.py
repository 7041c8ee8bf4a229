"""The causes of a sweep: which settings explain them, or that it is the seed, and what is said of that."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from runner.diagnosis.causes import causes_of, failures_of
from runner.diagnosis.document import document
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.sentences import blocks
from runner.diagnosis.verdicts import summary
from runner.runs.diagnosis import Diagnosis
from tests.runner.diagnosis.corpus import SQUARE, sweep_of

COMMON = (
    *(one for one in SQUARE if not one.startswith(("learning_rate", "training.epochs"))),
    "training.epochs=300",
    "tracking.plots=none",
)
RATES, FAULTS, SEEDS = ("0.2", "0.3", "300"), ("none", "update_sign"), range(5)


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """Thirty runs: all fail at the highest rate or with the fault, and no other does."""
    jobs = [(f"learning_rate={rate}", f"fault={fault}", f"seed={seed}")
            for rate in RATES for fault in FAULTS for seed in SEEDS]  # fmt: skip
    return [one for one in judge_all(sweep_of(COMMON, jobs)) if isinstance(one, Judged)]


def relabelled(found: Sequence[Judged], ill: Sequence[int]) -> list[Judged]:
    """The same runs, of which these do not learn for an unknown cause, and all others learn."""
    said = {True: Diagnosis("unknown"), False: Diagnosis("healthy")}
    return [replace(one, diagnosis=said[place in ill]) for place, one in enumerate(found)]


def test_each_cause_has_the_rule_that_explains_it_beside_the_runs_that_learn(judged: list[Judged]) -> None:
    fault, rate = causes_of(judged)
    assert {one.diagnosis.cause for one in fault.runs} == {"wrong_update"} and len(fault.runs) == 15
    assert fault.words == "fault=update_sign: 15 of 15 runs; elsewhere 0 of 10 (5 runs of another cause left out)"
    assert {one.diagnosis.cause for one in rate.runs} == {"lr_high"}
    assert rate.words == "learning_rate=300: 5 of 5 runs; elsewhere 0 of 10 (15 runs of another cause left out)"


def test_there_is_one_sentence_for_each_cause_and_one_for_all_failures_where_a_rule_has_them(
    judged: list[Judged],
) -> None:
    said = ["\n".join(lines) for lines in blocks(judged, lambda run: str(run.index), lambda run, fix: " ".join(fix))]
    assert [text.count("\n   where     ") for text in said] == [1, 1, 0]
    assert "   where     learning_rate=300: 5 of 5 runs; " in said[1]
    of_two_causes = [*judged[:5], *judged[10:15], *judged[20:]]
    assert summary(of_two_causes).splitlines()[1:] == [
        "do not learn: learning_rate=300: 10 of 10 runs; elsewhere 0 of 10"
    ]
    assert len(summary([*judged[:5], *judged[10:25]]).splitlines()) == 1  # of causes with a rule each
    assert len(summary([*judged[:5], *judged[20:25]]).splitlines()) == 1  # one cause, which says it itself


def test_programs_get_the_rule_of_each_cause_with_its_numbers(judged: list[Judged]) -> None:
    whole = json.loads(json.dumps(document(judged)))
    _, rate = whole["causes"]
    assert rate["indices"] == [20, 21, 22, 23, 24] and (rate["code"], rate["cause"]) == ("D506", "lr_high")
    assert (rate["rule"], rate["inside"], rate["outside"]) == ("learning_rate=300", [5, 5], [0, 10])
    assert 0 < rate["p"] < 0.01 and rate["left_out"] == 5 and rate["draw"] is None
    failures = whole["failures"]
    assert (failures["rule"], failures["cause"], len(failures["indices"])) == (None, None, 20)


def test_a_cause_of_some_seeds_is_said_to_be_of_the_seed(judged: list[Judged]) -> None:
    (seeds,) = causes_of(relabelled(judged, range(0, 30, 5)))
    assert seeds.words == "no setting explains it: with another seed the same settings learn"
    alone = relabelled(judged[:5], [2])
    assert causes_of(alone)[0].words == "no setting explains it: with another seed the same settings learn"


def test_settings_of_which_every_run_fails_are_not_said_to_be_a_matter_of_the_seed(judged: list[Judged]) -> None:
    scattered = [*range(5), *range(15, 20)]  # rate 0.2 without the fault, rate 0.3 with it
    (cause,) = causes_of(relabelled(judged, scattered))
    assert cause.words == "all runs of 2 settings, whatever the seed"
    found = relabelled(judged, scattered)
    another = [replace(found[0], diagnosis=Diagnosis("ill", "D506", "lr_high")), *found[1:]]
    assert next(one for one in causes_of(another) if one.kind[0] == "unknown").words == ""  # not all runs of one


def test_nothing_is_said_where_no_two_runs_share_a_setting_or_where_there_are_too_few(judged: list[Judged]) -> None:
    assert causes_of(relabelled(judged[::5], [2]))[0].words == ""
    assert causes_of(relabelled(judged[3:7], [0, 1]))[0].words == ""
    assert causes_of(relabelled(judged, range(30)))[0].words == ""
    assert causes_of(judged[20:21])[0].words == "" and failures_of(judged[:5]) is None


def test_a_value_that_was_not_typed_is_the_one_that_the_run_has(judged: list[Judged]) -> None:
    untyped = [
        replace(
            one,
            result=replace(one.result, overrides=tuple(text for text in one.result.overrides if "=0.3" not in text)),
        )
        for one in judged
    ]
    assert causes_of(untyped)[1].words == causes_of(judged)[1].words
    assert failures_of(untyped) is not None
    low = relabelled(untyped, range(10, 20))
    assert causes_of(low)[0].words.startswith("learning_rate=0.3: 10 of 10 runs; ")
