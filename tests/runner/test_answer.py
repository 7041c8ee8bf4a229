"""What a report concludes: which setting is the best, and whether chance could have done it."""

import numpy as np
import pytest

from runner.answer import answer, interval
from runner.results import RunResult
from tests.runner.building import spec_of

KEYS = ["activation", "network.hidden", "seed"]


def run(
    activation: str, seed: int, accuracy: float, outcome: str = "stopped", hidden: str = "[2]", cost: float = 0.5
) -> RunResult:
    overrides = (f"activation={activation}", f"network.hidden={hidden}", f"seed={seed}")
    history = {"step": [0.0, 1.0], "train/cost": [1.0, cost], "train/accuracy": [0.0, accuracy]}
    numbers = {} if outcome in ("failed", "killed") else history
    return RunResult(0, "key", spec_of("data=xor", *overrides), outcome, overrides, history=numbers)


def seeds(activation: str, accuracies: list[float], **more: str) -> list[RunResult]:
    return [run(activation, seed, accuracy, **more) for seed, accuracy in enumerate(accuracies)]


def test_a_difference_that_every_seed_shows_stands():
    results = seeds("tanh", [0.9, 0.95, 1.0, 0.92]) + seeds("relu", [0.5, 0.56, 0.6, 0.5])
    best, against = answer(results, ["activation", "seed"])
    assert best == "The best of 2 settings is tanh: accuracy 0.9425, the mean of 4 seeds."
    assert against.startswith(
        "The next is relu, with 0.54: over 4 common seeds the accuracy differs by +0.4 on average"
    )
    assert against.endswith("so the difference stands.")


def test_a_difference_that_the_seeds_do_not_agree_on_could_be_chance():
    results = seeds("tanh", [0.9, 0.5, 0.8, 0.6]) + seeds("relu", [0.5, 0.9, 0.6, 0.7])
    assert "could be chance: more seeds would tell" in answer(results, ["activation", "seed"])[1]


def test_seeds_are_paired_by_their_number_and_too_few_say_nothing_about_chance():
    results = [run("tanh", seed, 0.9) for seed in (0, 1, 2)] + [run("relu", seed, 0.5) for seed in (2, 3, 4)]
    assert "with 1 seed in common nothing can be said about chance" in answer(results, ["activation", "seed"])[1]


def test_the_key_with_the_largest_range_of_means_matters_most():
    results = [
        *seeds("tanh", [0.9, 0.9, 0.9], hidden="[2]"), *seeds("relu", [0.8, 0.8, 0.8], hidden="[2]"),
        *seeds("tanh", [0.5, 0.5, 0.5], hidden="[4]"), *seeds("relu", [0.4, 0.4, 0.4], hidden="[4]"),
    ]  # fmt: skip
    told = answer(results, KEYS)
    assert told[2] == "network.hidden matters most: the mean accuracy goes from 0.45 ([4]) to 0.85 ([2])."


def test_settings_that_are_level_are_named_and_the_cost_decides_between_them():
    level = [run("tanh", seed, 1.0, cost=0.2) for seed in range(3)] + [
        run("relu", seed, 1.0, cost=0.1) for seed in range(3)
    ]
    best, others, against, *_ = answer([*level, *seeds("sigmoid", [0.5, 0.6, 0.5])], ["activation", "seed"])
    assert best == "The best of 3 settings is relu: accuracy 1, the mean of 3 seeds."
    assert others == "1 setting more reach the same accuracy: tanh; their cost is higher."
    assert against.startswith("The next is sigmoid, with 0.5333")


def test_runs_without_an_end_are_counted_and_in_no_mean():
    results = [*seeds("tanh", [0.9, 0.9, 0.9]), run("tanh", 3, 0.0, "diverged"), run("relu", 0, 0.0, "failed")]
    told = answer(results, ["activation", "seed"])
    assert told[0] == "The mean accuracy over 3 seeds is 0.9."
    assert told[-1] == "Of 5 runs, 1 diverged, 1 failed: they are in no mean."
    assert answer([run("relu", 0, 0.0, "failed")], [])[0] == "No run finished, so there is nothing to compare."


def test_an_interval_is_that_of_the_bootstrap_and_the_same_every_time():
    differences = np.random.default_rng(1).normal(0.3, 0.1, 40)
    low, high = interval(differences)
    assert interval(differences) == (low, high)
    wide = 1.96 * differences.std(ddof=1) / np.sqrt(len(differences))
    assert (low, high) == pytest.approx((differences.mean() - wide, differences.mean() + wide), abs=0.01)
    assert interval(np.full(4, 0.25)) == (0.25, 0.25)
