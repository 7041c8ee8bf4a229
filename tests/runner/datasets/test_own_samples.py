"""Data sets that people make themselves: what is accepted in several forms, and what is refused before training."""

from dataclasses import replace

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples
from runner.findings.figures.data import draw_data
from runner.findings.numbers.seen import seen_of
from runner.runs.data import prepare
from tests.runner.building import refusal, spec_of, trained

OWN = ("data=xor", "training.epochs=2", "training.evaluations=2", "network.hidden=[3]")
X = np.random.default_rng(0).normal(size=(40, 2))
PLANE = Samples(X, (X[:, 0] - X[:, 1])[:, np.newaxis], "regression", ("a", "b"))
SIDES = Samples(X, (X[:, 0] > 0).astype(np.int64), "classification", ("a", "b"), classes=("left", "right"))


@pytest.fixture
def own(monkeypatch):
    """Has `data=xor` stand for a user's own samples."""

    def offer(samples: Samples) -> None:
        def function(streams, *, targets: tuple[float, float] = (0.0, 1.0)) -> Samples:
            return samples

        monkeypatch.setitem(DATASETS._components, "xor", function)

    return offer


def drawn_line(streams, n):
    x = streams.inputs.uniform(-1, 1, (n, 2))
    return x, x[:, 0]


def test_a_regression_target_without_a_second_axis_is_the_same_run(own):
    own(PLANE)
    expected = trained(*OWN, "test.probes=[[0,1]]")
    own(replace(PLANE, Y=PLANE.Y[:, 0]))
    result = trained(*OWN, "test.probes=[[0,1]]")
    assert result.error == ""
    assert result.network.parameters.tobytes() == expected.network.parameters.tobytes()
    assert (result.history, result.measures) == (expected.history, expected.measures)
    assert result.pictures == expected.pictures and result.pictures
    assert draw_data(seen_of(prepare(spec_of(*OWN))), "own").png[:4] == b"\x89PNG"


def test_a_regression_target_without_a_second_axis_may_be_drawn_and_have_a_truth(own):
    own(replace(PLANE, Y=PLANE.Y[:, 0], draw=drawn_line, truth=lambda X: X[:, 0], domain=((-1.0, 1.0),) * 2))
    for extra in (("test.set=fresh",), ("test.set=grid",), ("training.mode=online", "test.probes=[[0,1]]")):
        assert trained(*OWN, *extra, "test.points=40").error == ""


@pytest.mark.parametrize(
    "Y", [SIDES.Y[:, np.newaxis], SIDES.Y.astype(float), SIDES.Y > 0, SIDES.Y.astype(np.uint8)],
    ids=["a column", "floats", "truth values", "bytes"],
)  # fmt: skip
def test_class_numbers_in_another_form_are_the_same_run(Y, own):
    own(SIDES)
    expected = trained(*OWN)
    own(replace(SIDES, Y=Y))
    result = trained(*OWN)
    assert result.error == ""
    assert result.network.parameters.tobytes() == expected.network.parameters.tobytes()
    assert (result.history, result.measures, result.data.digest) == (
        expected.history, expected.measures, expected.data.digest
    )  # fmt: skip


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (replace(SIDES, Y=SIDES.Y * 2), "class numbers 0, 2; the 2 classes need integers from 0 to 1"),
        (replace(SIDES, Y=SIDES.Y * 2 - 1), "class numbers -1, 1; the 2 classes need integers from 0 to 1"),
        (replace(SIDES, Y=SIDES.Y / 2), "class numbers 0, 0.5; the 2 classes need integers from 0 to 1"),
        (replace(SIDES, Y=np.arange(40)), "class numbers 0, 1, 2, 3, ...; the 2 classes need integers"),
        (replace(SIDES, Y=np.eye(2)[SIDES.Y]), "class numbers of shape (40, 2); they need the shape (n,)"),
        (replace(SIDES, classes=()), "names 0 classes; classes=(...) of a classification needs two or more"),
        (replace(SIDES, levels=(1.0, 0.0)), "levels=(1.0, 0.0); they need two finite numbers in ascending order"),
        (replace(SIDES, X=X + 1j), "inputs of type complex128, which holds complex numbers"),
        (replace(PLANE, Y=PLANE.Y * 1j), "targets of type complex128, which holds complex numbers"),
        (replace(PLANE, X=X.astype(str)), "which holds values that are not numbers; only real numbers can be used"),
        (replace(PLANE, X=X[:, 0]), "inputs of shape (40,); X needs the shape (n, number of inputs)"),
        (replace(PLANE, input_names=("a",)), "input_names=('a',); X has 2 inputs, and each needs a name"),
        (replace(PLANE, input_names=()), "input_names=(); X has 2 inputs, and each needs a name"),
        (None, "made NoneType, not Samples"),
        ((PLANE.X, PLANE.Y), "made tuple, not Samples"),
        (replace(PLANE, Y=PLANE.Y[:30]), "inputs of shape (40, 2) for 30 targets; X needs (30, 2)"),
        (replace(PLANE, Y=PLANE.Y[np.newaxis]), "targets of shape (1, 40, 1); Y needs the shape (n,) or"),
        (replace(PLANE, draw=lambda streams, n: (X[:n], X[:n])), "targets of shape (2, 2) when asked for 2 samples"),
        (replace(SIDES, draw=lambda streams, n: (X[:n], X[:n, 0])), "the 2 classes need integers from 0 to 1"),
    ],
)  # fmt: skip
def test_samples_that_would_train_wrongly_or_fail_are_refused_before_training(samples, said, own):
    own(samples)
    message = refusal(*OWN)
    assert message.startswith("data ") and said in message


def test_class_numbers_that_are_wrong_in_another_draw_only_are_refused_with_a_fresh_test_set(own):
    def draw(streams, n):
        return X[:n], np.full(n, 7 if n > 2 else 0)

    own(replace(SIDES, draw=draw))
    assert "class numbers 7" in refusal(*OWN, "test.set=fresh", "test.points=40")
