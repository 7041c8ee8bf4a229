"""Runs with a known cause, and healthy ones beside each: all are trained together, once for a test file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from runner.diagnosis.reference import reference_of
from runner.diagnosis.subject import Subject
from runner.runs.data import prepare
from runner.runs.diagnosis import Overrides
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all

TANH = ("activation=tanh", "network.hidden=[8]", "init=normal", "optimizer=sgd", "learning_rate=0.1")
RELU = ("activation=relu", "network.hidden=[16]", "init=he", "network.bias_init=zero", "optimizer=sgd")
ADAM = ("activation=tanh", "network.hidden=[8]", "init=glorot", "optimizer=adam", "learning_rate=0.01")
SINE = ("data=sine", *TANH, "training.epochs=300")
SQUARE = ("data=square", *TANH, "training.epochs=200")
XOR = ("data=xor", *TANH, "learning_rate=0.5", "training.mode=full", "training.epochs=1500", "data.test_fraction=0")
QUADRANTS = ("data=quadrants", *ADAM, "training.epochs=60")
DEEP = ("activation=sigmoid", "network.hidden=[8,8,8,8]")
WIDE = (*ADAM, "network.hidden=[40]", "learning_rate=0.02", "training.epochs=1500", "seed=4")
LARGE = (*SQUARE, "data.samples=2000", "training.mode=full")
MOMENTUM = ("optimizer=momentum", "learning_rate=0.02")
OWN = ("data=table", "data.target=y", "data.standardize=false", "data.target_scale=none", "training.l2=0",
       "data.validation_fraction=0", "training.patience=null", "training.restore_best=false", *TANH,
       "training.epochs=150")  # fmt: skip


def _wave(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.sin(2 * x))


def _tables() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Inputs `(n, d_in)` and targets `(n,)` of the data sets that no generator of ours makes."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 160)
    y = _wave(x) + rng.normal(0, 0.05, 160)
    few, pair = rng.uniform(-3, 3, 24), rng.normal(0, 1, (160, 2))
    rare = np.r_[rng.normal(0, 1, (280, 2)), rng.normal(1.5, 0.8, (20, 2))]
    return {
        "wave": (x[:, np.newaxis], y),
        "far": (300 * x[:, np.newaxis] + 100, y),
        "wide": (x[:, np.newaxis], 200 * y + 500),
        "noisy": (x[:, np.newaxis], y + rng.normal(0, 0.8, 160)),
        "shuffled": (x[:, np.newaxis], rng.permutation(y)),
        "sorted": (np.sort(x)[:, np.newaxis], _wave(np.sort(x)) + rng.normal(0, 0.05, 160)),
        "few": (few[:, np.newaxis], np.sin(few) + rng.normal(0, 0.4, 24)),
        "unequal": (pair * [200, 1], np.sin(2 * pair[:, 0]) + pair[:, 1]),
        "spots": (np.c_[x, np.where(np.arange(160) % 40, 0, 0.01)], y),  # a column that has nearly always one value
        "rare": (rare, np.r_[np.zeros(280), np.ones(20)]),
    }


def write_tables(folder: Path) -> None:
    """Every table as a CSV file of the folder; the answers of `rare` are words."""
    for name, (X, y) in _tables().items():
        answers = [f"c{value:.0f}" for value in y] if name == "rare" else [f"{value:.6g}" for value in y]
        rows = [[*(f"{value:.6g}" for value in inputs), answer] for inputs, answer in zip(X, answers, strict=True)]
        header = [*(f"x{place}" for place in range(X.shape[1])), "y"]
        (folder / f"{name}.csv").write_text("".join(",".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")


# A run for each cause, which gets this cause and no other.
ILL = {
    "wrong_gradient": (*QUADRANTS, "fault=weights_subtracted"),
    "wrong_update": (*SINE, "fault=update_sign"),
    "wrong_pairs": (*SINE, "fault=shuffled_inputs"),
    "random_targets": (*OWN, "data.path=shuffled.csv"),
    "extrapolation": (*SINE, "test.set=grid", "test.margin=3"),
    "too_few_samples": (*WIDE, "data=surface", "data.samples=20"),
    "overfit": (*OWN, "data.path=few.csv", "network.hidden=[40]", "optimizer=adam", "learning_rate=0.02",
                "training.epochs=2000"),
    "imbalance": (*OWN, "data.path=rare.csv", "network.hidden=[2]", "training.epochs=30", "learning_rate=0.05"),
    "output_range": (*SINE, "network.output=sigmoid", "network.target_range=null", "loss=half_mse"),
    "input_squash": (*SINE, "network.input=tanh", "data.domain=[-8,8]"),
    "no_hidden": (*XOR, "network.hidden=[]"),
    "symmetric_init": (*SINE, "init=constant"),
    "too_small": (*SINE, "network.hidden=[1]"),
    "not_shuffled": (*OWN, "data.path=sorted.csv", "training.order=given", "training.mode=online",
                     "training.epochs=10", "learning_rate=0.3"),
    "decay_fast": (*SINE, "schedule=exponential", "schedule.decay=0.9"),
    "clip_tight": (*SINE, "training.clip_norm=1e-3"),
    "l2_strong": (*SINE, "training.l2=0.3"),
    "dead_relu": ("data=square", *RELU, "training.epochs=60", "init=between", "init.low=-1", "init.high=-0.5"),
    "unequal_inputs": (*OWN, "data.path=unequal.csv"),
    "unscaled_inputs": (*OWN, "data.path=far.csv"),
    "unscaled_targets": (*OWN, "data.path=wide.csv"),
    "init_large": (*SINE, "init=gaussian", "init.std=50"),
    "momentum_high": (*SINE, *MOMENTUM, "learning_rate=0.1", "optimizer.momentum=0.999"),
    "batch_large": (*LARGE, "training.epochs=20"),
    "too_few_steps": (*SINE, "training.epochs=5"),
    "vanishing": (*SINE, *DEEP),
    "init_small": (*SINE, "init=gaussian", "init.std=1e-4", "network.bias_init=zero", "training.epochs=60"),
    "lr_high": (*SINE, "learning_rate=3"),
    "lr_low": (*SINE, "learning_rate=1e-4"),
    "dropout_strong": (*SINE, "training.dropout=0.5"),
    "no_bias": (*XOR, "network.bias=false"),
    "bad_start": (*XOR, "network.hidden=[2]", "optimizer=adam", "learning_rate=0.03", "seed=4"),
}  # fmt: skip
# Causes that a second kind of run has, and what a run is called that looks like another cause at first sight.
MORE = {
    "extrapolation by a sampling that stays inside": (
        "extrapolation", ("case=c0_q1_sine", "training.steps=5000"),
    ),
    "no bias at a high rate": (
        "no_bias", ("data=xor", "network.hidden=[4]", "network.bias=false", "learning_rate=4", "loss=half_mse",
                    "init=uniform", "init.epsilon=1", "training.mode=full", "training.steps=10000"),
    ),
    "L1 instead of L2": ("l2_strong", (*SINE, "training.l1=0.3")),
    "a rate at which L2 diverges too": ("lr_high", (*SINE, "learning_rate=125", "training.l2=0.03")),
    "a cost in other units beside a low rate": (
        "lr_low", (*SINE, "learning_rate=1e-4", "network.output=tanh", "fault=mixed_units"),
    ),
    "a cost that still falls by steps that are long enough": (
        "too_few_steps", ("data=tanh_sine", *TANH, "network.hidden=[2]", "training.epochs=400", "seed=4"),
    ),
    "patience that ends the training at once": (
        "too_few_steps", ("data=sine", *RELU, "learning_rate=0.05", "training.epochs=300", "training.patience=1"),
    ),
    "units that are dead for the inputs": (
        "unscaled_inputs", ("data=square", *RELU, "learning_rate=0.05", "training.epochs=60", "data.domain=[-35,-34]"),
    ),
    "a small start that was left behind": (
        "lr_high", (*SINE, "learning_rate=3", "init=gaussian", "init.std=0.01", "network.bias_init=zero"),
    ),
}  # fmt: skip
# For each cause the run that looks most like it and has another one, or none.
LOOK_ALIKES = {
    "wrong_gradient": ("vanishing", ILL["vanishing"]),
    "wrong_update": ("lr_high", (*SINE, "learning_rate=30")),
    "wrong_pairs": ("random_targets", ILL["random_targets"]),
    "random_targets": ("wrong_pairs", ILL["wrong_pairs"]),
    "extrapolation": ("overfit", ILL["overfit"]),
    "too_few_samples": ("overfit", ILL["overfit"]),
    "overfit": ("", (*OWN, "data.path=noisy.csv")),
    "imbalance": ("lr_low", (*OWN, "data.path=rare.csv", "learning_rate=1e-4", "training.class_weights=balanced")),
    "output_range": ("unscaled_targets", ILL["unscaled_targets"]),
    "input_squash": ("unscaled_inputs", ILL["unscaled_inputs"]),
    "no_hidden": ("lr_low", ("data=identity", *TANH, "network.hidden=[]", "learning_rate=1e-5", "training.epochs=60")),
    "symmetric_init": ("init_small", ILL["init_small"]),
    "too_small": ("bad_start", ILL["bad_start"]),
    "not_shuffled": ("lr_high", (*OWN, "data.path=wave.csv", "training.order=given", "learning_rate=3")),
    "decay_fast": ("lr_low", (*SINE, "schedule=step", "learning_rate=2e-4")),
    "clip_tight": ("lr_low", (*SINE, "training.clip_norm=10", "learning_rate=1e-4")),
    "l2_strong": ("too_small", (*SINE, "network.hidden=[1]", "training.l2=1e-5")),
    "dead_relu": ("lr_high", ("data=sine", *RELU, "training.epochs=60", "learning_rate=1")),
    "unequal_inputs": ("unscaled_inputs", ILL["unscaled_inputs"]),
    "unscaled_inputs": ("init_large", ILL["init_large"]),
    "unscaled_targets": ("lr_high", (*OWN, "data.path=wave.csv", "learning_rate=10")),
    "init_large": ("lr_high", ILL["lr_high"]),
    "momentum_high": ("lr_high", (*SINE, *MOMENTUM, "learning_rate=5")),
    "batch_large": ("too_few_steps", (*LARGE, "training.epochs=5")),
    "too_few_steps": ("lr_low", ILL["lr_low"]),
    "vanishing": ("lr_low", (*SINE, "network.hidden=[8,8,8,8]", "learning_rate=1e-5")),
    "init_small": ("lr_low", ILL["lr_low"]),
    "lr_high": ("momentum_high", ILL["momentum_high"]),
    "lr_low": ("init_small", ILL["init_small"]),
    "dropout_strong": ("lr_low", (*SINE, "learning_rate=1e-4", "training.dropout=0.1")),
    "no_bias": ("lr_low", (*SINE, "network.bias=false", "learning_rate=1e-4")),
    "bad_start": ("lr_low", (*XOR, "network.hidden=[2]", "learning_rate=1e-3", "seed=4")),
}
# Healthy runs with what a rule looks for, or nearly so: they learn, and that is all there is to say.
HEALTHY = {
    "too_few_samples": (*WIDE, "data=sine", "data.samples=16"),
    "extrapolation": (*SQUARE, "test.set=grid", "test.margin=0.05"),
    "imbalance": (*OWN, "data.path=rare.csv", "training.class_weights=balanced", "learning_rate=0.3"),
    "unequal_inputs": (*OWN, "data.path=spots.csv"),
    "output_range": (*SQUARE, "network.output=sigmoid", "network.target_range=null", "loss=half_mse",
                     "learning_rate=2"),
    "input_squash": (*SQUARE, "network.input=tanh"),
    "no_hidden": ("data=identity", *TANH, "network.hidden=[]", "training.epochs=60", "learning_rate=0.01"),
    "too_small": ("data=tanh", *TANH, "network.hidden=[1]", "training.epochs=100"),
    "not_shuffled": (*OWN, "data.path=wave.csv", "training.order=given"),
    "decay_fast": (*SINE, "schedule=cosine"),
    "clip_tight": (*SINE, "training.clip_norm=0.05", "learning_rate=0.3"),
    "l2_strong": (*SINE, "training.l2=1e-4"),
    "unscaled_inputs": ("data=sine", *TANH, "data.domain=[2,8]", "training.epochs=400"),
    "unscaled_targets": ("data=identity", *TANH, "data.domain=[-30,30]", "network.hidden=[]", "learning_rate=1e-3",
                         "training.epochs=60"),
    "init_large": (*QUADRANTS, "init=gaussian", "init.std=3"),
    "momentum_high": (*SINE, *MOMENTUM, "optimizer.momentum=0.97", "learning_rate=0.005"),
    "batch_large": ("data=quadrants", "data.samples_per_cluster=500", *ADAM, "learning_rate=0.1", "training.mode=full",
                    "training.epochs=100"),
    "too_few_steps": ("data=identity", *ADAM, "training.epochs=10", "learning_rate=0.1"),
    "vanishing": ("data=square", *ADAM, *DEEP, "training.epochs=200", "learning_rate=0.03"),
    "init_small": (*QUADRANTS, "init=gaussian", "init.std=1e-3", "training.epochs=300"),
    "lr_high": (*SQUARE, "learning_rate=0.5"),
    "lr_low": (*SQUARE, "learning_rate=0.02", "training.epochs=600"),
    "dropout_strong": (*SQUARE, "training.dropout=0.1"),
    "no_bias": (*SINE, "network.bias=false", "training.epochs=800"),
    "bad_start": (*XOR, "network.hidden=[2]", "optimizer=adam", "learning_rate=0.03", "seed=1"),
}  # fmt: skip
ALTHOUGH = {  # they learn, although their code is wrong
    "wrong_gradient": (*SINE, "fault=derivative_of_activated"),
    "mixed_units": (*SINE, "network.output=tanh", "fault=mixed_units", "training.epochs=500"),
}


def runs_of(runs: Mapping[str, tuple[str, ...]]) -> dict[str, RunResult]:
    """Each run by its name, trained with all others; the tables are in the working folder."""
    given = [tuple({one.split("=", 1)[0]: one for one in overrides}.values()) for overrides in runs.values()]
    return dict(zip(runs, sweep_of(("tracking.plots=none",), given), strict=True))


def subjects_of(runs: Mapping[str, tuple[str, ...]]) -> dict[str, Subject]:
    """The same, as rules see them."""
    found = {}
    for name, result in runs_of(runs).items():
        data, is_weighted = prepare(result.spec), result.spec.training.class_weights == "balanced"
        found[name] = Subject(result, data, reference_of(data, weighted=is_weighted))
    return found


def numbered(*some: RunResult) -> list[RunResult]:
    """As the runs of a sweep."""
    return [replace(one, index=index) for index, one in enumerate(some)]


def sweep_of(common: Sequence[str], jobs: Sequence[Overrides]) -> list[RunResult]:
    """The runs of a sweep over these jobs, trained together, in their order."""
    plan = plan_of(*((*common, *job) for job in jobs))
    done = {result.index: result for result in trained_all(plan)}
    pairs = enumerate(zip(plan.of_jobs, jobs, strict=True))
    return [replace(done[place], overrides=tuple(job), index=index) for index, (place, job) in pairs]
