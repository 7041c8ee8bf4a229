"""What is tried for a setting, in rounds, and what is left to try."""

from dataclasses import replace

import pytest

from runner.diagnosis.experiments import confirm, inquiries
from runner.diagnosis.judged import judge_all
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.tried import in_vain, words_of_trial
from runner.runs.diagnosis import Evidence, Experiment
from runner.runs.result import RunResult
from tests.runner.diagnosis.corpus import ILL
from tests.runner.diagnosis.experimenting import HIGH, OWN, naming, said_of, trained, trials, tried

RUNS = {
    "high 0": (*HIGH, "seed=0"),
    "high 1": (*HIGH, "seed=1"),
    "trap": ILL["bad_start"],
    "more units": (*ILL["bad_start"], "network.hidden=[6]"),
    "narrow": ("data=surface", *ILL["bad_start"][1:], "training.epochs=300"),
}


@pytest.fixture(scope="module")
def results() -> dict[str, RunResult]:
    return trained(RUNS)


def test_units_with_which_runs_beside_it_learn_are_confirmed_for_a_trap(results: dict[str, RunResult]) -> None:
    (one, other), _ = tried(results["trap"], results["more units"])
    said = one.diagnosis
    assert other.diagnosis.verdict == "healthy"
    assert (said.cause, said.certainty, said.fix) == ("bad_start", "confirmed", ("network.hidden=[6]",))


def test_there_are_too_few_units_where_no_other_seed_learns_and_more_units_do(results: dict[str, RunResult]) -> None:
    trap = replace(next(rule for rule in RULES if rule.cause == "bad_start"), when=lambda subject: True)
    ((one,), _) = tried(results["narrow"], rules=Rules([trap, *(rule for rule in RULES if rule.code != trap.code)]))
    said = one.diagnosis
    assert (said.cause, said.code, said.certainty) == ("too_small", "D302", "confirmed")
    assert said.fix[0].startswith("network.hidden=") and "runs with other seeds" not in said_of(one)


def test_further_causes_are_tried_where_nothing_of_the_named_one_helps(results: dict[str, RunResult]) -> None:
    ((one,), _) = tried(results["high 0"], rules=naming((("training.l2=1e-6",),)))
    assert (one.diagnosis.cause, one.diagnosis.certainty) == ("lr_high", "confirmed")


def test_a_fix_that_has_failed_is_not_left_to_try_also_for_a_run_of_another_cause(
    results: dict[str, RunResult],
) -> None:
    first = replace(OWN, when=lambda subject: subject.spec.seed == 0, fixes=lambda subject: [("training.patience=5",)])
    second = replace(OWN, code="X2", cause="other", fixes=lambda subject: [("training.l2=1e-6",)])
    found, _ = tried(results["high 0"], results["high 1"], rules=Rules([first, second]))
    assert [(one.diagnosis.verdict, one.diagnosis.fixes) for one in found] == [("unknown", ()), ("unknown", ())]
    assert "to try" not in said_of(*found)


def test_a_corrected_cause_has_no_setting_as_evidence(results: dict[str, RunResult]) -> None:
    """Its fix is there; where its rule does not hold, nothing else shows it."""
    blind = [replace(rule, when=lambda subject: False) if rule.cause == "lr_high" else rule for rule in RULES]
    ((one,), _) = tried(results["high 0"], rules=Rules(blind))
    assert (one.diagnosis.cause, one.diagnosis.fix, one.diagnosis.evidence) == ("lr_high", ("learning_rate=0.3",), ())
    assert "evidence" not in said_of(one)


def test_units_that_are_few_stay_the_evidence_whichever_cause_of_few_units_it_is(results: dict[str, RunResult]) -> None:
    """What shows a trap shows too few units as well, and the other way round."""
    few = (Evidence("units of the narrowest layer", 2.0, 5.0, side="below"),)
    trap = replace(
        next(rule for rule in RULES if rule.cause == "bad_start"),
        when=lambda subject: True,
        evidence=lambda subject: list(few),
    )
    ((one,), _) = tried(results["narrow"], rules=Rules([trap, *(rule for rule in RULES if rule.code != trap.code)]))
    assert (one.diagnosis.cause, one.diagnosis.evidence) == ("too_small", few)


def test_what_was_confirmed_for_one_setting_is_known_to_the_next(results: dict[str, RunResult]) -> None:
    """A cure of two settings together, which is tried for no other reason."""
    both = ("learning_rate=0.3", "training.l2=1e-6")
    fixes = {0: [both], 1: [("training.patience=5",)]}
    rule = replace(OWN, fixes=lambda subject: fixes[int(subject.spec.training.batch_size == 16)])
    other = trained({"other": (*HIGH, "training.batch_size=16")})["other"]
    found = judge_all([results["high 0"], replace(other, index=1)], rules=Rules([rule]))
    *_, last = confirm(found, inquiries(found, trials(), [0], Rules([rule])))
    assert [one.diagnosis.fix for one in last] == [both, both]  # type: ignore[union-attr]


CAME = Experiment(("learning_rate=0.3",), "rmse", tuple(range(10)), 2.0, 0.5, 10, has_helped=True, is_fresh=True)


def test_it_is_said_that_a_fix_leaves_a_run_short_of_what_the_data_allow() -> None:
    said = "learning_rate=0.3   tried on 10 fresh seeds: median rmse 2 -> 0.5, better in 10 of 10"
    assert words_of_trial(replace(CAME, reach="enough")) == said
    assert words_of_trial(replace(CAME, reach="short")) == f"{said}; still short of what the data allow"


def test_it_is_said_why_a_smaller_error_is_no_help() -> None:
    came = replace(CAME, seeds=(0,), helped=0, is_fresh=False, reach="nothing")
    assert words_of_trial(came).endswith("rmse 2 -> 0.5, it did not help; still hardly better than a constant")


def test_other_seeds_of_which_some_learn_are_not_without_success() -> None:
    seeds = Experiment(("seed=4",), "rmse", tuple(range(20)), 1.0, 1.0, 3, is_fresh=True)
    said = ["without success: other seeds (3 of 20 learn), learning_rate=0.3"]
    assert in_vain([seeds, replace(CAME, helped=0, has_helped=False)]) == said


def test_many_fixes_that_fail_are_lines_that_a_terminal_shows_whole() -> None:
    failed = replace(CAME, helped=0, has_helped=False)
    fixes = [(f"network.hidden=[{units}]", "training.l2=0") for units in range(8, 24)]
    lines = in_vain([replace(failed, overrides=fix) for fix in fixes])
    assert len(lines) > 1 and max(map(len, lines)) <= 107, "and 13 columns before them"
    assert all(line.endswith(",") for line in lines[:-1]), "no fix is cut in two"
    assert " ".join(lines) == f"without success: {', '.join(' '.join(fix) for fix in fixes)}"
