"""A run that does not learn beside one that does: what differs, and which of it is the reason."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runner.base.errors import UserError
from runner.diagnosis.against import compared
from runner.diagnosis.judged import Judged, Unjudged, judge_all
from runner.runs.diagnosis import Diagnosis
from runner.runs.origin import Provenance
from tests.runner.diagnosis.corpus import SINE, sweep_of

RUNS = {
    "learns": (),
    "high": ("learning_rate=300",),
    "higher": ("learning_rate=1000", "seed=1"),
    "mixed": ("learning_rate=300", "seed=1", "activation=sigmoid"),
    "linear": ("network.hidden=[]", "training.epochs=200"),
    "seed": ("seed=1",),
    "classes": ("data=xor", "training.epochs=20"),
}
NAMES = ("run 1", "run 2")


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    """A run of each kind, by what it is there for."""
    kept = [[one for one in SINE if one.partition("=")[0] not in _keys(job)] for job in RUNS.values()]
    jobs = [(*one, *job, "tracking.plots=none") for one, job in zip(kept, RUNS.values(), strict=True)]
    found = zip(RUNS, judge_all(sweep_of((), jobs)), strict=True)
    return {name: one for name, one in found if isinstance(one, Judged)}


def _keys(job: Sequence[str]) -> set[str]:
    return {one.partition("=")[0] for one in job}


def rows_of(first: Judged, second: Judged) -> dict[str, tuple[str, str]]:
    """The two values of each row, by its label."""
    lines = [line for line in compared(first, second, NAMES) if line.startswith("  ")]
    return {line[:30].strip(): (line[30:54].strip(), line[54:].strip()) for line in lines}


def reason_of(first: Judged, second: Judged) -> str:
    return compared(first, second, NAMES)[-1]


def test_what_differs_is_beside_each_other_in_a_table_that_fits_a_terminal(judged: dict[str, Judged]) -> None:
    high, learns = judged["high"], judged["learns"]
    lines, rows = compared(high, learns, NAMES), rows_of(high, learns)
    assert lines[0].startswith("run 1 does not learn: the learning rate is too high ")
    assert lines[1].startswith("run 2 learns: rmse ")
    assert max(map(len, lines[2:])) <= 80 and lines.count("settings") == 1
    assert rows["learning_rate"] == ("300", "0.1")
    assert rows["digest"][0] == rows["digest"][1] and "seed" not in rows and "code" not in lines
    assert rows["on test samples"] == ("diverged", f"{learns.scores.tested:.3g}")
    step, cost = learns.result.history["step"][-1], learns.result.history["train/cost"][-1]
    assert rows[f"step {step:.0f}"] == ("diverged", f"{cost:.3g}") and rows["step 0"][0] == rows["step 0"][1]
    moved, steps = high.result.signals["moved"], high.result.signals["step"]
    assert rows["... where"][0].endswith(f"step {steps[moved.max(axis=1).argmax()]}")
    gradients = [f"{value:.2g}" for value in learns.result.signals["gradient_norm"][0]]
    assert rows["gradient norm at first"][1] == ", ".join(gradients)


def test_the_first_step_at_which_layers_part_is_named_with_what_parts(judged: dict[str, Judged]) -> None:
    high, learns = judged["high"].result, judged["learns"].result
    (label,) = (
        label for label in rows_of(judged["high"], judged["learns"]) if label.startswith("first apart at step ")
    )
    step = int(label.split()[-1])
    assert step in (1, 2)
    at = [one.signals["step"].tolist().index(step) for one in (high, learns)]
    for earlier in range(at[0]):
        assert high.signals["gradient_norm"][earlier] == pytest.approx(learns.signals["gradient_norm"][earlier])
    assert not any(label.startswith("first") for label in rows_of(judged["learns"], judged["learns"]))


def test_the_only_setting_that_differs_is_the_reason_whatever_the_diagnosis_says(judged: dict[str, Judged]) -> None:
    assert reason_of(judged["high"], judged["learns"]) == "Only learning_rate differs: it is the reason."
    assert reason_of(judged["learns"], judged["high"]) == "Only learning_rate differs: it is the reason."
    unknown = replace(judged["seed"], diagnosis=Diagnosis("unknown"))
    assert reason_of(unknown, judged["learns"]) == "Only seed differs: it is the reason."


def test_of_several_settings_the_one_that_the_diagnosis_names_is_the_likely_reason(judged: dict[str, Judged]) -> None:
    mixed, learns = judged["mixed"], judged["learns"]
    assert mixed.diagnosis.code == "D506"
    assert reason_of(mixed, learns) == "learning_rate is the likely reason: D506 of run 1 (likely)."
    assert reason_of(learns, mixed) == "learning_rate is the likely reason: D506 of run 2 (likely)."
    assert reason_of(judged["linear"], learns) == "network.hidden is the reason: D301 of run 1 (proved)."


def test_no_setting_is_named_that_lies_on_the_wrong_side_or_that_no_fix_has(judged: dict[str, Judged]) -> None:
    higher = replace(judged["higher"], diagnosis=Diagnosis("healthy"))  # at a rate above that which is too high
    assert reason_of(judged["high"], higher).startswith("None of these is what D506 of run 1 names as the cause")
    unknown = replace(judged["mixed"], diagnosis=Diagnosis("unknown"))
    assert reason_of(unknown, judged["learns"]) == "Which of these is the reason is not known: no known cause fits."


def test_no_reason_is_given_where_both_learn_or_neither_does(judged: dict[str, Judged]) -> None:
    assert reason_of(judged["seed"], judged["learns"]) == "Both learn."
    assert reason_of(judged["high"], judged["higher"]) == "Neither learns."


def test_other_code_is_shown_and_then_one_setting_is_not_said_to_be_all(judged: dict[str, Judged]) -> None:
    learns = judged["learns"]
    other = replace(learns, result=replace(learns.result, provenance=Provenance(environment={"numpy": "1.0"})))
    assert rows_of(judged["high"], other)["numpy"][1] == "1.0"
    assert reason_of(judged["high"], other) == "learning_rate is the likely reason: D506 of run 1 (likely)."
    ill = replace(other, diagnosis=Diagnosis("unknown"))
    assert reason_of(ill, learns) == "No setting differs; the code does."


def test_runs_that_failed_and_runs_of_another_task_are_refused(judged: dict[str, Judged]) -> None:
    learns = judged["learns"]
    with pytest.raises(UserError, match=r"^only trained runs can be compared; run 2: failed$"):
        compared(learns, Unjudged(learns.result, "failed"), NAMES)
    with pytest.raises(UserError, match=r"a regression from 1 input to 1 output, and a classification from 2 inputs"):
        compared(learns, judged["classes"], NAMES)
