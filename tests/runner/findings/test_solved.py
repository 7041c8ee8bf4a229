"""When a run has solved its data set."""

from dataclasses import replace

import pytest

from runner.findings.numbers.solved import rule_of, share_solved, solved, threshold_of
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.diagnosis.experimenting import trained

RUNS = {
    "xor": ("data=xor", "training.mode=full", "training.epochs=3", "network.hidden=[2]"),
    "quadrants": ("data=quadrants", "training.epochs=3"),
    "sine": ("data=sine", "training.epochs=3"),
    "identity": ("data=identity", "training.epochs=3"),
    "r2": ("data=sine", "training.epochs=3", "score=r2"),
}


@pytest.fixture(scope="module")
def results() -> dict[str, RunResult]:
    return trained({name: given for name, given in RUNS.items() if name != "r2"}) | trained({"r2": RUNS["r2"]})


def _reaching(result: RunResult, score: float) -> RunResult:
    name = f"{result.reported_on}/{result.score}"
    return replace(result, measures=result.measures | {name: score})


def test_xor_is_solved_when_every_point_is_right(results: dict[str, RunResult]) -> None:
    assert [solved(_reaching(results["xor"], score)) for score in (0.75, 1.0)] == [False, True]
    assert rule_of([results["xor"]]) == "accuracy 1 (every sample is right)"


def test_clusters_are_solved_near_the_best_possible_rule(results: dict[str, RunResult]) -> None:
    best = results["quadrants"].measures["baseline/bayes_accuracy"]
    assert [solved(_reaching(results["quadrants"], best + more)) for more in (-0.03, -0.02, 0.01)] == [
        False,
        True,
        True,
    ]
    assert rule_of([results["quadrants"]]) == f"accuracy at least {best - 0.02:.3g} (0.02 below the best possible rule)"


def test_a_curve_is_solved_at_half_the_error_of_a_straight_line(results: dict[str, RunResult]) -> None:
    line = results["sine"].measures["baseline/linear_rmse"]
    assert [solved(_reaching(results["sine"], line * share)) for share in (0.51, 0.5, 0.1)] == [False, True, True]


def test_nothing_says_when_straight_data_or_another_score_is_solved(results: dict[str, RunResult]) -> None:
    assert threshold_of(results["identity"]) is None and solved(results["identity"]) is None
    assert threshold_of(results["r2"]) is None and rule_of([results["r2"]]) == ""
    assert share_solved([results["r2"], results["identity"]]) is None


def test_a_run_without_an_end_has_solved_nothing_and_counts(results: dict[str, RunResult]) -> None:
    good = _reaching(results["xor"], 1.0)
    diverged = replace(good, outcome=Outcome.DIVERGED)
    empty = replace(good, outcome=Outcome.FAILED, measures={}, history={}, network=None)
    assert solved(diverged) is False and solved(empty) is None
    assert share_solved([good, diverged, empty]) == (1, 3)
