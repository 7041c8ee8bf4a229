"""A data set from a formula that is typed: its values, its classes, and one sentence for what it cannot be."""

import math

import numpy as np
import pytest

from runner.app.compose import Job
from runner.datasets import DATASETS, Samples, Streams
from runner.datasets.samples import DataError
from tests.runner.building import composed, refusal, spec_of, trained

N = 2000


def make(y: str, **settings) -> Samples:
    streams = Streams(np.random.default_rng([0, 1]), np.random.default_rng([0, 2]))
    return DATASETS["function"](streams, y=y, **settings)


@pytest.mark.parametrize(
    ("y", "x", "value"),
    [
        ("sin(x)+0.3*x", 2.0, math.sin(2.0) + 0.6),
        ("-x**2", 3.0, -9.0),
        ("2**-x", 1.0, 0.5),
        ("max(x, 0, -2*x)", -3.0, 6.0),
        ("min(x,1)/4", 3.0, 0.25),
        ("tanh(x) * cos(pi) + log(e) - sqrt(abs(x))", 0.25, -math.tanh(0.25) + 0.5),
        ("sign(x) * floor(x) * exp(0)", -1.5, 2.0),
    ],
)
def test_a_curve_has_the_values_of_its_formula(y, x, value):
    assert make(y).truth(np.array([[x]]))[0, 0] == pytest.approx(value, rel=1e-15)


def test_a_surface_has_an_input_for_every_number_up_to_the_largest():
    samples = make("sin(x1) * x3", samples=N, noise=0.25)
    assert samples.input_names == ("x1", "x2", "x3") and samples.domain == ((-5.0, 5.0),) * 3
    truth = np.sin(samples.X[:, 0]) * samples.X[:, 2]
    assert np.array_equal(samples.truth(samples.X)[:, 0], truth)
    assert 0.24 < np.abs(samples.Y[:, 0] - truth).max() <= 0.25 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("y", "inside", "outside"),
    [
        ("x1**2+x2**2<4", [[1.9, 0.0], [-1.0, 1.0]], [[2.0, 0.0], [3.0, 3.0]]),
        ("-1 <= x1 < 1 and x2 > 0", [[-1.0, 1.0]], [[1.0, 1.0], [0.0, 0.0], [-1.1, 1.0]]),
    ],
)
def test_a_comparison_makes_two_classes(y, inside, outside):
    samples = make(y, samples=N)
    assert samples.classes == ("no", "yes") and samples.target_name == y
    assert samples.bayes(np.array(inside)).tolist() == [1] * len(inside)
    assert samples.bayes(np.array(outside)).tolist() == [0] * len(outside)
    assert np.array_equal(samples.bayes(samples.X), samples.Y)


def test_the_noise_of_classes_moves_points_whose_class_is_known():
    quiet, loud = (make("x1 < x2", samples=N, noise=noise) for noise in (0.0, 0.5))
    assert np.array_equal(quiet.Y, loud.Y) and loud.bayes is None
    assert 0.49 < np.abs(loud.X - quiet.X).max() <= 0.5 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ("sn(x)", "'sn(x)': 'sn' is not a function (did you mean sin or sign?); allowed are sin, "),
        ("x+z", "'z' is not understood; allowed are numbers, x or x1 to x9, pi, e, + - * / **, "),
        ("x^2", "'x^2' is not understood; a power is written **"),
        ("x10+x1", "'x10' is not understood"),
        ("x.real", "'x.real' is not understood"),
        ("x[0]", "'x[0]' is not understood"),
        ("(lambda: x)()", "'lambda: x' is not a function"),
        ("__import__('os').system('ls')", "is not a function"),
        ("sin", "'sin' is not understood"),
        ("sin(x, x)", "sin takes one number"),
        ("min(*x)", "'*x' is not understood"),
        ("sin(x", "cannot be read: '(' was never closed; it should look like sin(x)+0.3*x, "),
        ("", "cannot be read"),
        ("y=x", "cannot be read"),
        ("x # + 1", "must not have a comment"),
        ("-" * 5000 + "x", "nested too deeply"),
        ("x" + "+x" * 250, "nested too deeply"),
        ("1" + "0" * 400 + "*x", "too large"),
        ("pi", "names no input"),
        ("x+x1", "x is the only input where it is used; with x1 write x1, x2, ..."),
        ("x != 1", "'x != 1' is not a comparison; allowed are < <= > >= ==, joined by 'and'"),
        ("(x < 1) + 1", "'x < 1' is not understood"),
        ("log(x)", "'log(x)' has no finite value at x=-5; data.domain says where it is sampled"),
        ("1/x", "has no finite value at x=0"),
        ("x2/x1", "has no finite value at x1=0, x2=-5"),
        ("sqrt(x) < 1", "has no finite value at x=-5"),
        ("exp(exp(exp(x)))", "has no finite value at x="),
        ("x > 9", "'x > 9' holds nowhere in the domain [-5, 5]; classes need points of both"),
        ("x < 9", "holds everywhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_data_set_is_one_sentence(y, said):
    with pytest.raises(DataError) as error:
        make(y)
    assert said in str(error.value) and error.value.setting == "y"
    assert len(str(error.value)) < 400 and "\n" not in str(error.value)


def test_the_domain_is_checked_as_that_of_a_curve():
    assert refusal("data=function", "data.domain=[1,1]").startswith("data.domain must be two finite numbers")


@pytest.mark.parametrize(
    "typed", ['data.y="sin(x)"', "data.y='sin(x)'", 'data.y="x1*x2 < 0"', "data.y=x**2", "data.y=x1*x2"]
)
def test_a_formula_is_typed_in_quotes_for_hydra(typed):
    job = composed("data=function", typed)
    assert isinstance(job, Job) and job.config["data"]["y"] == typed.partition("=")[2].strip("'\"")


def test_a_formula_without_them_is_refused_with_the_quotes_to_write():
    found = composed("data=function", "data.y=sin(x)+0.3*x")
    assert """quotes may help: 'data.y="sin(x)+0.3*x"'""" in str(found)


def test_a_formula_trains_as_what_it_is():
    quick = ("data=function", "training.epochs=2", "training.evaluations=1", "tracking.plots=none")
    assert trained(*quick, 'data.y="x1*x2<0"').finals["test/accuracy"] >= 0
    assert trained(*quick, 'data.y="x1*x2"', "test.set=grid").finals["test/rmse"] > 0
    assert spec_of("data=function").data.name == "function"
