"""Numbers at the end of what a float can hold: refused, or trained to an outcome that says what happened."""

import numpy as np
import pytest

from tests.runner.building import refusal, trained

SHORT = ("training.steps=20", "tracking.plots=none")
DIVERGING = [
    ("learning_rate=1e300",),
    ("learning_rate=1e30", "dtype=float32"),
    ("learning_rate=1e300", "training.clip_norm=1e300"),
    ("optimizer=momentum", "learning_rate=1e200"),
    ("training.l2=1e300",),
    ("activation=relu", "data.domain=[-1e90,1e90]"),
    ("loss=absolute_error", "activation=identity", "learning_rate=1e155"),
    ("training.mode=online", "learning_rate=1e300"),
]
DIVERGED_AT_ONCE = [
    ("init=gaussian", "init.std=1e308"),
    ("init=gaussian", "init.std=1e200", "activation=identity"),
    ("init=uniform", "init.epsilon=1e300", "activation=identity"),
    ("init=constant", "init.value=1e39", "dtype=float32"),
    ("data.noise=1e308", "data=tanh"),
    ("data=surface", "data.half_width=1e153"),
    ("network.output=tanh", "network.target_range=[0,1e-320]"),
    ("network.output=tanh", "network.target_range=[-1e308,1e308]"),
    ("warm_start=[{noise:0.5}]", "learning_rate=1e300"),
]
FINISHING = [
    ("learning_rate=1e-320",),
    ("learning_rate=1e-320", "dtype=float32"),
    ("learning_rate=1e300", "training.clip_value=1e-320"),
    ("init.gain=1e-320",),
    ("optimizer=adam", "learning_rate=1e-300", "optimizer.epsilon=1e-320"),
    ("optimizer=rmsprop", "optimizer.epsilon=1e-320", "init=constant", "init.value=0"),
    ("data.noise=1e-320",),
    ("data.domain=[0,1e-300]", "data.standardize=true"),
    ("data.domain=[1,1.0000000000000002]", "data.standardize=true"),
    ("schedule=exponential", "schedule.decay=1e-300"),
    ("network.output=sigmoid", "network.target_range=[-1e100,1e100]"),
    ("data=quadrants", "data.center=1e-300", "data.std=1e-300"),
    ("data=xor", "init.gain=1e100"),
    ("test.probes=[1e308,-1e308,1e-320]",),
    ("training.l2=1e-320",),
]


@pytest.mark.parametrize("overrides", DIVERGING, ids=" ".join)
def test_a_run_that_overflows_diverges_and_keeps_what_was_finite(overrides):
    result = trained(*SHORT, *overrides)
    assert (result.outcome, result.error) == ("diverged", "")
    assert result.last_step < 20
    assert result.history["step"][-1] == result.last_step
    assert np.isfinite(result.network.parameters).all()
    assert all(np.isfinite(series).all() for series in result.history.values())
    assert all(np.isfinite(value) for value in result.finals.values())
    assert np.isnan(result.objective)


@pytest.mark.parametrize("overrides", DIVERGED_AT_ONCE, ids=" ".join)
def test_a_run_that_is_not_finite_before_the_first_update_has_diverged_with_nothing_measured(overrides):
    result = trained(*SHORT, *overrides)
    assert (result.outcome, result.error, result.last_step) == ("diverged", "", 0)
    assert set(map(len, result.history.values())) == {0}


@pytest.mark.parametrize("overrides", FINISHING, ids=" ".join)
def test_a_run_whose_numbers_vanish_or_saturate_finishes_with_finite_ones(overrides):
    result = trained(*SHORT, *overrides)
    assert (result.outcome, result.error, result.last_step) == ("stopped", "", 20)
    assert np.isfinite(result.network.parameters).all()
    assert all(np.isfinite(series).all() for series in result.history.values())
    assert np.isfinite(result.objective)


@pytest.mark.parametrize(
    "overrides",
    [("data.domain=[0,1e150]",), ("data=quadrants", "data.center=1e200"), ("data=surface", "data.half_width=1e150")],
    ids=" ".join,
)
def test_inputs_whose_squares_would_overflow_cannot_be_standardized(overrides):
    message = refusal("data.standardize=true", *overrides)
    assert message.startswith("data.standardize cannot be done with inputs beyond +-1e+100: their spread is not finite")


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        (("data.noise=1e99",), "targets of data=sine"),
        (("data=quadrants", "data.center=1e39"), "inputs of data=quadrants"),
        (("network.target_range=[-1e50,1e50]",), "targets of data=sine"),
        (("warm_start=[{noise:1e99}]",), "targets of data=sine"),
    ],
    ids=str,
)
def test_data_beyond_the_range_of_float32_are_refused_where_they_would_be_trained_in_it(overrides, what):
    message = refusal("dtype=float32", *overrides)
    assert f"dtype=float32 ends at 3.4e+38, and {what} are trained as up to " in message
    assert message.partition(" (")[0].endswith("use dtype=float64")


@pytest.mark.parametrize("overrides", [("data.standardize=true", "data.domain=[0,1e60]"), ("data.noise=1e30",)])
def test_data_that_are_scaled_into_the_range_of_float32_are_trained_in_it(overrides):
    assert trained("dtype=float32", *SHORT, *overrides).error == ""


def test_a_picture_of_extreme_numbers_is_drawn():
    result = trained("training.steps=2", "network.output=tanh", "network.target_range=[-1e305,1e305]")
    assert list(result.pictures), result.error
    assert not result.error
