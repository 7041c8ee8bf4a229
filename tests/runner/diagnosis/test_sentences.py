"""What is said of runs, and what must never be said."""

import math
from dataclasses import replace

import pytest

from runner.base.commands import command_of
from runner.diagnosis import judging
from runner.diagnosis.document import document
from runner.diagnosis.judged import CHANGED, Judged, Unjudged, judge_all
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.sentences import blocks, evidence_text, in_full
from runner.diagnosis.texts import TEXTS, words_of
from runner.diagnosis.verdicts import summary
from runner.runs.commands import fixed
from runner.runs.diagnosis import Evidence, Overrides
from runner.runs.origin import DataUsed
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.diagnosis.corpus import ALTHOUGH, ILL, QUADRANTS, SINE, SQUARE

FLAT = (
    "data=quadrants", "activation=relu", "init=he", "network.hidden=[32]", "learning_rate=1", "training.epochs=60",
    "seed=2",
)  # fmt: skip
RUNS = {
    "healthy": SINE,
    "fast": (*SQUARE, "learning_rate=0.5"),
    "flat": FLAT,
    "out of range": ILL["output_range"],
    "too high": ILL["lr_high"],
    "classes": QUADRANTS,
    "linear": ("data=xor", "network.hidden=[]"),
    "although": next(iter(ALTHOUGH.values())),
}


@pytest.fixture(scope="module")
def results() -> dict[str, RunResult]:
    """A run of each kind, by what it is there for."""
    given = [tuple({one.split("=", 1)[0]: one for one in overrides}.values()) for overrides in RUNS.values()]
    plan = plan_of(*given, first=("tracking.plots=none",))
    done = {result.index: result for result in trained_all(plan)}
    return {
        name: replace(done[place], overrides=overrides, index=index)
        for index, (name, place, overrides) in enumerate(zip(RUNS, plan.of_jobs, given, strict=True))
    }


@pytest.fixture(scope="module")
def judged(results: dict[str, RunResult]) -> dict[str, Judged]:
    found = zip(results, judge_all(list(results.values())), strict=True)
    return {name: one for name, one in found if isinstance(one, Judged)}


def name_of(result: RunResult) -> str:
    return f"run number {result.index}"


def command(result: RunResult, fix: Overrides) -> str:
    return command_of("runner", (), fixed(result.overrides, fix))


def said_of(*found: Judged | Unjudged) -> str:
    return "\n".join("\n".join(lines) for lines in blocks(found, name_of, command))


def everything(found: dict[str, Judged]) -> str:
    full = ("\n".join(in_full(one, command)) for one in found.values())
    return "\n".join([summary(list(found.values())), said_of(*found.values()), *full])


def test_every_rule_has_words_and_every_word_a_rule() -> None:
    assert set(TEXTS) == {rule.cause for rule in RULES}
    assert words_of("my_own_cause") == "my own cause"


def test_scores_are_shown_as_the_sweep_shows_them(judged: dict[str, Judged]) -> None:
    for name, metric in (("healthy", "rmse"), ("out of range", "rmse"), ("classes", "balanced_accuracy")):
        one = judged[name]
        part = "test" if f"test/{metric}" in one.result.finals else "train"
        assert one.shown(one.scores.tested) == pytest.approx(one.result.finals[f"{part}/{metric}"], rel=1e-9)
        assert one.metric.replace(" ", "_") == metric
    one = judged["healthy"]
    assert one.shown(0.0) == pytest.approx(one.result.finals["baseline/constant_rmse"], rel=1e-9)


def test_a_run_that_learns_gets_one_line_and_no_cause(judged: dict[str, Judged]) -> None:
    (line,) = said_of(judged["healthy"]).splitlines()
    assert line.startswith("learns: rmse ") and "; the data allow about " in line


def test_a_run_whose_errors_are_twice_those_that_the_data_allow_learns_and_that_is_said(
    judged: dict[str, Judged],
) -> None:
    short, near = judged["fast"], judged["healthy"]
    far = replace(short, scores=replace(short.scores, tested=0.9), reference=replace(short.reference, score=0.99))
    assert blocks([far], name_of, command)[0][0].startswith("learns, though the data allow more: rmse ")
    assert not near.falls_short
    assert not replace(far, reference=replace(far.reference, score=0.97)).falls_short
    assert not replace(far, reference=replace(far.reference, error=0.05)).falls_short
    assert not replace(far, reference=replace(far.reference, is_known=False)).falls_short


def test_a_regression_is_never_said_to_need_softmax(judged: dict[str, Judged]) -> None:
    regressions = {name: one for name, one in judged.items() if one.data.samples.task == "regression"}
    assert len(regressions) >= 4 and "targets lie outside the range of the output" in everything(regressions)
    assert "softmax" not in everything(regressions).lower()


def test_a_rate_is_never_too_high_by_its_number_alone(judged: dict[str, Judged]) -> None:
    assert judged["fast"].result.spec.learning_rate == 0.5 and "rate" not in said_of(judged["fast"])
    high = judged["too high"].diagnosis
    assert high.cause == "lr_high" and all("learning_rate" not in one.signal for one in high.evidence)
    assert any(one.signal == "outcome" or one.threshold is not None for one in high.evidence)


def test_nothing_is_called_confirmed_and_no_fix_tried(judged: dict[str, Judged]) -> None:
    assert "confirmed" not in everything(judged) and "tried" not in everything(judged)
    assert all(one["experiment"] is None for one in document(list(judged.values()))["runs"])


def test_a_run_has_one_cause(judged: dict[str, Judged]) -> None:
    said = said_of(*judged.values())
    ill = [one for one in judged.values() if one.diagnosis.code]
    assert len(ill) >= 4
    assert [said.count(f"{one.result.index} (run number {one.result.index})") for one in ill] == [1] * len(ill)
    assert not [text.words for text in TEXTS.values() if " or " in text.words]


def test_dead_units_of_a_run_that_learns_are_seen_only_where_one_asks_why(
    judged: dict[str, Judged], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of its 32 units are dead; where most are, another processor's last bits decide whether a run learns."""
    monkeypatch.setattr(judging, "MANY", 0.05)
    flat = replace(judged["flat"])  # which has not looked for symptoms yet
    assert flat.diagnosis.verdict == "healthy" and flat.symptoms
    assert "dead" not in said_of(flat) and "dead" not in str(document([flat]))
    assert "seen too  share of dead units: " in "\n".join(in_full(flat, command))


def test_failed_and_killed_runs_are_counted_and_nothing_is_said_of_them(results: dict[str, RunResult]) -> None:
    healthy = results["healthy"]
    left = [
        RunResult(index, "key", healthy.spec, outcome, error="ZeroDivisionError")
        for index, outcome in ((8, Outcome.FAILED), (9, Outcome.KILLED))
    ]
    found = judge_all([healthy, *left])
    assert summary(found) == "3 runs: 1 learns, 1 failed (not judged), 1 killed (not judged)"
    assert said_of(*found).splitlines() == [said_of(found[0]).replace("learns", "1 run learns", 1)]
    assert document(found)["not_judged"] == {"failed": 1, "killed": 1}


def test_a_run_whose_data_have_changed_is_not_judged_by_others(results: dict[str, RunResult]) -> None:
    result = results["healthy"]
    assert result.data is not None
    other = replace(result, data=DataUsed(result.data.task, result.data.n_samples, "another"))
    (found,) = judge_all([other])
    assert found == Unjudged(other, CHANGED)
    assert said_of(found) == f"1 run cannot be judged: {CHANGED}"


def test_an_unknown_cause_is_said_to_be_unknown_with_no_more_than_was_done(results: dict[str, RunResult]) -> None:
    (found,) = judge_all([results["too high"]], rules=Rules())
    said = said_of(found)
    assert said.startswith(
        f"does not learn, and none of the {len(RULES)} known causes fits (no fix was trained: --confirm tries some)\n"
    )
    assert "to try" not in said and "gradcheck" not in said


def test_a_mistake_in_code_is_named_although_the_run_learns(judged: dict[str, Judged]) -> None:
    one = judged["although"]
    assert one.diagnosis.verdict == "healthy"
    assert said_of(one).splitlines()[1].startswith(f"although {words_of(one.diagnosis.cause)} (proved, D10")
    assert said_of(one, judged["healthy"]).startswith("1 run: learns, although ")


def test_a_command_keeps_the_overrides_of_the_run_but_for_those_of_the_fix() -> None:
    given = ("data=xor", "network.hidden=[]", "hydra.sweep.dir=x")
    assert command_of("runner", ("--config-dir", "my conf"), fixed(given, ("network.hidden=[8]",))) == (
        "python -m runner --config-dir 'my conf' data=xor 'network.hidden=[8]'"
    )


def test_a_run_of_a_named_sweep_is_trained_alone_by_its_command() -> None:
    """The file of a sweep has all that its runs share, and asks for the whole of it."""
    assert fixed(("seed=0", "sweep=decay_power"), ("schedule=constant",)) == (
        "seed=0", "sweep=decay_power", "hydra.mode=RUN", "schedule=constant",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence("updates", 2500.0, 300.0, side="below"), "updates: 2,500"),
        (Evidence("updates", 60.0, 300.0, side="below"), "updates: 60 (below 300)"),
        (Evidence("share", 0.0394, 0.003, layer=1), "share: 0.0394 (above 0.003), layer 1"),
        (Evidence("share", 0.0001, 0.003), "share: 0.0001"),
        (Evidence("dead", 0.75, 0.75, 2, 0), "dead: 0.75 (0.75 or more), layer 2, step 0"),
        (Evidence("seeds", 3.0, 3.0, side="below"), "seeds: 3 (3 or less)"),
        (Evidence("ratio", math.inf, 4.0), "ratio: inf (above 4)"),
        (Evidence("ratio", math.nan, 4.0), "ratio: nan"),
        (Evidence("training.order", "given"), "training.order: given"),
    ],
)
def test_a_limit_is_shown_where_it_is_crossed_with_the_side_that_is_bad(evidence: Evidence, words: str) -> None:
    assert evidence_text(evidence) == words


def test_every_limit_of_a_rule_is_on_the_side_that_its_runs_are_on(judged: dict[str, Judged]) -> None:
    """At least one number of a cause is beyond its limit, unless it has none."""
    said = [one.diagnosis for one in judged.values() if one.diagnosis.code]
    limits = [[each.is_beyond for each in one.evidence if each.threshold is not None] for one in said]
    assert sum(map(bool, limits)) >= 3 and all(any(some) for some in limits if some)
