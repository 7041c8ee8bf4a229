"""How a run fares beside what its data allow, in words and in counts."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.base.commands import command_of
from runner.diagnosis.document import document
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.sentences import blocks, headline, verdict_of
from runner.diagnosis.verdicts import WORSE, allowed, shortfall, summary
from runner.runs.commands import fixed
from runner.runs.diagnosis import Diagnosis, Overrides, Verdict
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.diagnosis.corpus import QUADRANTS, SINE


def judged_of(*overrides: str) -> Judged:
    (result,) = trained_all(plan_of((*overrides, "tracking.plots=none")))
    (found,) = judge_all([result])
    assert isinstance(found, Judged)
    return found


@pytest.fixture(scope="module")
def classes() -> Judged:
    return judged_of(*QUADRANTS, "training.epochs=20")


@pytest.fixture(scope="module")
def numbers() -> Judged:
    return judged_of(*SINE, "training.epochs=20")


def scored(
    one: Judged, tested: float, trained: float, could: float, code: str = "D507", verdict: Verdict = "ill"
) -> Judged:
    """The run with other scores and another diagnosis."""
    cause = {"D507": "lr_low", "D603": "imbalance"}.get(code, "")
    said = Diagnosis(verdict, code, cause, "likely" if code else "")
    scores = replace(one.scores, tested=tested, trained=trained)
    reference = replace(one.reference, score=could, balanced=max(could, one.reference.balanced), is_known=True)
    return replace(one, scores=scores, reference=reference, diagnosis=said)


def said_of(*found: Judged) -> str:
    def command(result: RunResult, fix: Overrides) -> str:
        return command_of("runner", (), fixed(result.overrides, fix))

    numbered = [replace(one, result=replace(one.result, index=at)) for at, one in enumerate(found)]
    return "\n\n".join("\n".join(lines) for lines in blocks(numbered, lambda result: "", command))


def test_a_run_that_learns_nothing_where_the_data_allow_nothing_does_not_learn() -> None:
    one = judged_of("data=sine", "data.noise=20", "learning_rate=1e-4", "training.epochs=50")
    assert one.diagnosis.code == "D203" and headline(one).startswith("does not learn: the inputs say nothing ")


@pytest.mark.parametrize(
    ("tested", "trained", "could", "words"),
    [
        (0.1, 0.9, 0.9, "learns only its training samples"),
        (-math.inf, 0.9, 0.9, "learns only its training samples"),
        (-0.01, 0.02, 0.0, "does not learn"),  # the data allow nothing, and nothing was learned
        (0.84, 0.86, 0.97, "does worse than the data allow"),
        (0.6, 0.62, 0.65, "does worse than the data allow"),  # no better on its training samples than on others
        (0.4, 0.45, 0.9, "does not learn"),
        (-math.inf, -math.inf, 0.9, "does not learn"),
        (math.nan, 0.1, 0.9, ""),
    ],
)
def test_a_run_falls_short_in_one_of_three_ways(
    classes: Judged, tested: float, trained: float, could: float, words: str
) -> None:
    assert shortfall(scored(classes, tested, trained, could)) == words
    assert shortfall(scored(classes, tested, trained, could, "", "unknown")) == words
    assert shortfall(scored(classes, tested, trained, could, "", "healthy")) == ""


def test_all_runs_that_do_not_learn_are_counted_so_and_the_unexplained_among_them(classes: Judged) -> None:
    low, unknown = scored(classes, 0.1, 0.1, 0.9), scored(classes, 0.1, 0.1, 0.9, "", "unknown")
    by_heart, good = scored(classes, 0.1, 0.9, 0.9), scored(classes, 0.8, 0.8, 0.97, "", "unknown")
    learns = scored(classes, 0.9, 0.9, 0.9, "", "healthy")
    assert summary([low] * 2 + [unknown] * 3) == "5 runs: 5 do not learn; 3 of these 5 are unexplained"
    assert summary([unknown, unknown]) == "2 runs: 2 do not learn; unexplained"
    assert summary([learns, low, by_heart, good]) == (
        "4 runs: 1 learns, 1 does not learn, 1 does worse than the data allow, 1 learns only its training samples; "
        "1 of these 3 is unexplained"
    )


def test_the_block_of_a_cause_says_which_runs_fall_short_in_another_way(classes: Judged) -> None:
    low, by_heart, good = (scored(classes, *some, 0.9) for some in ((0.1, 0.1), (0.1, 0.9), (0.7, 0.7)))
    mixed = said_of(low, by_heart, good, by_heart)
    assert mixed.startswith("4 runs: the learning rate is too low ")
    assert "   of these  1 does not learn: run 0\n" in mixed
    assert "             1 does worse than the data allow: run 2\n" in mixed
    assert "             2 learn only their training samples: runs 1, 3\n" in mixed
    same = said_of(by_heart, by_heart)
    assert same.startswith("2 runs learn only their training samples: the learning rate is too low ")
    assert "of these" not in same
    unknown = [scored(classes, 0.7, 0.7, 0.9, "", "unknown")] * 2
    several = [scored(classes, 0.1, 0.1, 0.9, "", "unknown"), *unknown]
    assert said_of(*several).startswith("3 runs: fall short of what the data allow, and none of the ")
    assert said_of(*unknown).startswith("2 runs: do worse than the data allow, and none of the ")


def test_a_run_of_rare_classes_is_beside_what_the_data_allow_with_each_class_counted_the_same(classes: Judged) -> None:
    rare = scored(classes, 0.53, 0.5, 0.495, "D603")
    rare = replace(rare, reference=replace(rare.reference, balanced=0.833))
    assert rare.allowed == 0.833 and shortfall(rare) == "does worse than the data allow"
    assert allowed(rare) == (
        "the data allow about 0.916 (score 0.833) with each class counted the same; a constant reaches 0.5"
    )
    (run,) = document([rare])["runs"]
    assert (run["allowed"], run["shortfall"]) == (0.833, "does worse than the data allow")


def test_what_the_data_allow_is_never_less_than_a_run_has_reached_without_a_word(
    classes: Judged, numbers: Judged
) -> None:
    better = scored(classes, 0.76, 0.8, 0.4, "", "healthy")
    assert headline(better).startswith(
        "learns: balanced accuracy 0.88 (score 0.76); the data allow 0.7 (score 0.4) or better"
    )
    as_good = scored(classes, 0.4, 0.4, 0.40001, "", "healthy")
    assert "; the data allow about 0.7 (score 0.4), with" in headline(as_good)
    assert said_of(better, as_good).startswith(
        "2 runs learn: balanced accuracy 0.7 to 0.88; the data allow 0.7 or better"
    )
    assert " or better" in allowed(scored(numbers, 0.995, 1.0, 0.99, "", "healthy"))


def test_thousands_have_a_comma_as_in_the_table_of_a_sweep(numbers: Judged) -> None:
    data = numbers.data
    far = replace(data.scaling, y_scale=np.float64(2e6))
    one = scored(replace(numbers, data=replace(data, scaling=far)), 0.5, 0.5, 0.9)
    assert ",000 (R2 0.5); the data allow about " in said_of(one)


def test_a_cause_in_json_has_the_certainty_and_the_fix_of_each_of_its_groups(classes: Judged) -> None:
    low = scored(classes, 0.1, 0.1, 0.9)
    sure = replace(low, diagnosis=replace(low.diagnosis, certainty="confirmed", fixes=(("learning_rate=1",),)))
    found = [replace(one, result=replace(one.result, index=at)) for at, one in enumerate((low, sure, sure))]
    (cause,) = document(found)["causes"]
    assert cause["indices"] == [0, 1, 2]
    assert cause["groups"] == [
        {"certainty": "likely", "indices": [0], "fix": []},
        {"certainty": "confirmed", "indices": [1, 2], "fix": ["learning_rate=1"]},
    ]


def test_a_few_targets_far_out_are_named_as_what_may_hide_what_the_inputs_say(tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(-3, 3, 300)
    targets = np.where(np.arange(300) % 30 == 0, 500.0, np.sin(x))
    for name, y in (("far", targets), ("noise", np.random.default_rng(1).uniform(size=300))):
        rows = "\n".join(f"{a},{b}" for a, b in zip(x, y, strict=True))
        (tmp_path / f"{name}.csv").write_text(f"x,y\n{rows}\n", encoding="utf-8")
    table = ("data=table", "data.target=y", "training.epochs=20")
    far, noise = (judged_of(*table, f"data.path={tmp_path / name}.csv") for name in ("far", "noise"))
    assert far.diagnosis.code == noise.diagnosis.code == "D203"
    _, outliers = far.diagnosis.evidence
    assert "4 standard deviations from the mean, which may be the reason" in outliers.signal and outliers.value >= 1
    assert len(noise.diagnosis.evidence) == 1


def test_how_a_run_without_a_cause_falls_short_is_not_said_twice(numbers: Judged) -> None:
    one = scored(numbers, tested=0.6, trained=0.6, could=0.9, code="")
    assert shortfall(one) == WORSE
    assert verdict_of([one, one]).startswith("do worse than the data allow, and none of the ")
    assert verdict_of([one, one], after=WORSE).startswith("none of the ")
    no_learning = scored(numbers, tested=0.1, trained=0.1, could=0.9, code="")
    assert verdict_of([no_learning], after=WORSE).startswith("does not learn, and none of the ")
