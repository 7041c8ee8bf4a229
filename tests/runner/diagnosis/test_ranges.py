"""What a number of a diagnosis is in the runs of the sweep that learn."""

from dataclasses import replace

import pytest

from runner.diagnosis.document import document
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.ranges import Range, ranges_of
from runner.diagnosis.sentences import blocks, evidence_text
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence
from tests.runner.diagnosis.corpus import SQUARE, sweep_of

ILL = {
    "init_large": ("init=gaussian", "init.std=50"),
    "lr_high": ("learning_rate=2", "activation=relu", "network.hidden=[16]"),
    "lr_low": ("learning_rate=1e-4",),
    "dead_relu": ("activation=relu", "init=between", "init.low=-1", "init.high=-0.5", "network.bias_init=zero"),
}
LEARN = 12


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """Twelve runs that learn, and after them one for each of ILL."""
    jobs = [("learning_rate=0.3", f"seed={seed}") for seed in range(LEARN)] + list(ILL.values())
    common = (*SQUARE, "tracking.plots=none")
    given = [tuple({one.partition("=")[0]: one for one in (*common, *job)}.values()) for job in jobs]
    return [one for one in judge_all(sweep_of((), given)) if isinstance(one, Judged)]


@pytest.fixture(scope="module")
def ill(judged: list[Judged]) -> dict[str, Judged]:
    found = {one.diagnosis.cause: one for one in judged[LEARN:]}
    assert found.keys() == ILL.keys() and {one.diagnosis.verdict for one in judged[:LEARN]} == {"healthy"}
    return found


def test_a_range_is_of_what_the_rule_has_measured_in_runs_that_learn(
    judged: list[Judged], ill: dict[str, Judged]
) -> None:
    found = {evidence: beside for one in ill.values() for evidence, beside in ranges_of(one, judged).items()}
    first = [Subject(one.result, one.data, one.reference) for one in judged[:LEARN]]
    sizes = [float(one.sizes(one.first)[1]) for one in first if one.first is not None]
    (of_second,) = (
        beside for each, beside in found.items() if each.signal.endswith("first weights") and each.layer == 2
    )
    assert of_second == Range(min(sizes), max(sizes), LEARN)  # the percentiles of so few are the ends
    dead = [one.result.signals["dead"][-1, 0] for one in judged[:LEARN]]
    shares = [beside for each, beside in found.items() if each.signal == "share of dead units" and each.step is None]
    assert [(one.low, one.high) for one in shares] == [(min(dead), max(dead))]
    assert {each.signal for each in found} >= {
        "distance from the first weights / their size", "last cost / least", "size of one update / weights",
        "cost / least so far, in the last half", "norm of a unit's weights at the end",
    }  # fmt: skip


def test_a_range_is_said_beside_the_number_on_the_side_on_which_that_lies(
    judged: list[Judged], ill: dict[str, Judged]
) -> None:
    said = "\n".join("\n".join(lines) for lines in blocks(judged, lambda run: "", lambda run, fix: ""))
    assert "share of dead units: 1 (above 0.75), layer 1, step 0 (healthy runs here: at most 0)" in said
    assert "(below 0.25) (healthy runs here: at least " in said
    assert Range(1000, 2000, 10).words(3000) == "healthy runs here: at most 2,000"
    whole = document(judged)
    (beside,) = (one["healthy"] for one in whole["causes"] if one["cause"] == "dead_relu")
    assert beside == [{"signal": "share of dead units", "layer": 1, "low": 0.0, "high": 0.0, "runs": LEARN}]


def test_nothing_is_said_of_healthy_runs_that_have_the_same_number() -> None:
    inside = Evidence("size of one update / weights", 2.28, 2.0)
    assert evidence_text(inside, Range(0.223, 2.49, 10)) == "size of one update / weights: 2.28 (above 2)"


def test_nothing_is_said_of_fewer_than_ten_runs_of_other_data_or_of_what_is_not_the_same_number(
    judged: list[Judged], ill: dict[str, Judged]
) -> None:
    one = ill["dead_relu"]
    assert ranges_of(one, [*judged[:10], one]) and not ranges_of(one, [*judged[:9], one])
    data = one.result.spec.data.model_copy(update={"test_fraction": 0.3})
    other = replace(one, result=replace(one.result, spec=one.result.spec.model_copy(update={"data": data})))
    assert not ranges_of(other, judged)
    (evidence,) = one.diagnosis.evidence
    wrong = replace(one.diagnosis, evidence=(replace(evidence, value=0.9),))
    assert not ranges_of(replace(one, diagnosis=wrong), judged)
