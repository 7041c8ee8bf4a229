"""Runs that have learned nothing, however little data or rounding can tell."""

from dataclasses import replace

import pytest

from runner.diagnosis.judged import Judged
from runner.diagnosis.judging import generalises, judge, learns, reaches
from runner.diagnosis.reference import reference_of
from runner.diagnosis.scores import Scores
from runner.diagnosis.verdicts import shortfall
from tests.runner.diagnosis.corpus import SINE, SQUARE, subjects_of

RATES = ("1e-300", "1e-18", "1e-14", "1e-11")


@pytest.fixture(scope="module")
def subjects():
    """A run for each rate that moves no weight so far that its cost is another, and one with weights of float32."""
    runs = {rate: (*SINE, f"learning_rate={rate}", "training.epochs=100") for rate in RATES}
    runs["float32"] = (*SQUARE, "learning_rate=1e-12", "dtype=float32", "training.epochs=100")
    return subjects_of(runs)


@pytest.mark.parametrize("which", [*RATES, "float32"])
def test_weights_that_no_update_has_moved_had_too_low_a_rate(subjects, which):
    found = judge(subjects[which])
    assert (found.verdict, found.code) == ("ill", "D507")
    assert found.evidence[0].signal == "distance from the first weights / their size" and found.evidence[0].value < 1e-7


def test_weights_that_were_put_back_or_have_no_gradient_are_not_called_too_slow(subjects):
    subject = subjects["1e-300"]
    back = replace(subject, result=replace(subject.result, restored=0))
    assert judge(back).code != "D507"


def test_what_luck_explains_is_not_learned_where_nobody_knows_what_the_data_allow(subjects):
    """As of 60 rows with 5,000 random inputs and a network with its first weights."""
    known = reference_of(subjects["1e-18"].data)
    unknown = replace(known, score=0.17, error=0.3, luck=0.58, is_known=False, why_not="too many inputs")
    assert not learns(unknown, Scores(0.2, -0.06, "test")) and not learns(unknown, Scores(-0.05, 0.24, "test"))
    assert reaches(unknown, Scores(0.2, 0.9, "test")) and generalises(unknown, Scores(0.2, 0.9, "test"))
    assert reaches(unknown, Scores(0.5, 0.3, "test")) and not reaches(unknown, Scores(0.1, 0.3, "test"))
    assert learns(replace(unknown, error=0.02, luck=0.1), Scores(0.2, 0.2, "test"))


def test_first_weights_that_guess_their_training_samples_have_not_learned_these_either(subjects):
    subject = subjects["1e-18"]
    unknown = replace(subject.reference, score=0.17, error=0.3, luck=0.58, is_known=False, why_not="too many inputs")
    lucky = Judged(subject.result, subject.data, unknown, Scores(-0.05, 0.24, "test"), judge(subject))
    assert shortfall(lucky) == "does not learn"
    assert shortfall(replace(lucky, scores=Scores(-0.05, 0.9, "test"))) == "learns only its training samples"
