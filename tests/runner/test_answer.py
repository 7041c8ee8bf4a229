"""What a report concludes: which setting is the best, and whether chance could have done it."""

import numpy as np
import pytest

from runner.answer import FEWEST, answer, chance, interval
from runner.results import RunResult
from tests.runner.building import spec_of

KEYS = ["activation", "network.hidden", "seed"]


def run(
    activation: str, seed: int, accuracy: float, outcome: str = "stopped", hidden: str = "[2]", cost: float = 0.5,
    data: str = "xor",
) -> RunResult:  # fmt: skip
    overrides = (f"data={data}", f"activation={activation}", f"network.hidden={hidden}", f"seed={seed}")
    score = "rmse" if data == "sine" else "accuracy"
    history = {"step": [0.0, 1.0], "train/cost": [1.0, cost], f"train/{score}": [0.0, accuracy]}
    numbers = {} if outcome in ("failed", "killed") else history
    return RunResult(0, "key", spec_of(*overrides), outcome, overrides, history=numbers)


def seeds(activation: str, accuracies: list[float], **more: str) -> list[RunResult]:
    return [run(activation, seed, accuracy, **more) for seed, accuracy in enumerate(accuracies)]


def test_a_difference_that_every_seed_shows_stands():
    results = seeds("tanh", [0.9, 0.95, 1.0, 0.92, 0.9, 0.93]) + seeds("relu", [0.5, 0.56, 0.6, 0.5, 0.7, 0.5])
    best, against = answer(results, ["activation", "seed"])
    assert best == "The best of 2 settings is tanh: accuracy 0.9333, the mean of 6 seeds."
    assert against.startswith(
        "The next is relu, with 0.56: over 6 common seeds the accuracy differs by +0.37 on average"
    )
    assert against.endswith("p = 0.031 by Wilcoxon's signed-rank test), so the difference stands.")


def test_a_difference_that_the_seeds_do_not_agree_on_could_be_chance():
    results = seeds("tanh", [0.9, 0.5, 0.8, 0.6, 0.7, 0.8]) + seeds("relu", [0.5, 0.9, 0.6, 0.7, 0.8, 0.7])
    assert "could be chance: more seeds would tell" in answer(results, ["activation", "seed"])[1]


def test_seeds_are_paired_by_their_number_and_too_few_say_nothing_about_chance():
    results = [run("tanh", seed, 0.9) for seed in (0, 1, 2)] + [run("relu", seed, 0.5) for seed in (2, 3, 4)]
    assert "with 1 seed in common it could be chance: it takes 6 to tell." in answer(results, ["activation", "seed"])[1]


def test_what_is_better_on_the_common_seeds_alone_does_not_stand():
    """tanh is the better one over all its seeds, and worse on each of those that both have."""
    tanh = seeds("tanh", [0.8, 0.81, 0.82, 0.83, 0.84, 0.85]) + [run("tanh", seed, 1.0) for seed in range(6, 12)]
    relu = seeds("relu", [0.9, 0.9, 0.9, 0.9, 0.91, 0.9])
    best, against = answer([*tanh, *relu], ["activation", "seed"])
    assert "is tanh" in best and "it could be chance" in against and "-0.077" in against


def test_the_key_whose_means_are_farthest_apart_is_named():
    results = [
        *seeds("tanh", [0.9, 0.9, 0.9], hidden="[2]"), *seeds("relu", [0.8, 0.8, 0.8], hidden="[2]"),
        *seeds("tanh", [0.5, 0.5, 0.5], hidden="[4]"), *seeds("relu", [0.4, 0.4, 0.4], hidden="[4]"),
    ]  # fmt: skip
    told = answer(results, KEYS)
    assert told[2] == "Of the keys, network.hidden moves the mean accuracy most: from 0.45 ([4]) to 0.85 ([2])."


def test_settings_that_are_level_are_named_and_the_cost_decides_between_them():
    scores = [0.56, 0.61, 0.72, 0.9]
    level = [run("tanh", seed, score, cost=0.2) for seed, score in enumerate(scores)]
    level += [run("relu", seed, score, cost=0.1) for seed, score in enumerate(reversed(scores))]
    best, others, against = answer([*level, *seeds("sigmoid", [0.5, 0.6, 0.5])], ["activation", "seed"])
    assert best == "The best of 3 settings is relu: accuracy 0.6975, the mean of 4 seeds."
    assert others == "1 more setting reaches the same accuracy: tanh; at a higher cost."
    assert against.startswith("The next is sigmoid, with 0.5333")


def test_a_setting_that_mostly_diverged_is_not_the_best():
    lucky = [run("relu", 0, 0.95), run("relu", 1, 0.96), *(run("relu", seed, 0, "diverged") for seed in range(2, 8))]
    told = answer([*lucky, *seeds("tanh", [0.8] * 8)], ["activation", "seed"])
    assert told[0] == "The best of 2 settings is tanh: accuracy 0.8, the mean of 8 seeds."
    assert told[1].startswith("The next is relu, with 0.955 (2 of 8 runs finished); with 2 seeds in common")
    rmse = [run("relu", 0, 0.01, data="sine"), run("relu", 1, 0, "diverged", data="sine")]
    told = answer([*rmse, *(run("tanh", seed, 0.3, data="sine") for seed in range(2))], ["activation", "seed"])
    assert told[0] == "The best of 2 settings is tanh: rmse 0.3, the mean of 2 seeds."


def test_every_data_set_has_its_own_answer():
    results = [
        *seeds("tanh", [0.9, 0.9], data="xor"), *seeds("relu", [0.5, 0.5], data="xor"),
        *seeds("tanh", [0.7, 0.7], data="sine"), *seeds("relu", [0.1, 0.1], data="sine"),
    ]  # fmt: skip
    told = answer(results, ["data", "activation", "seed"])
    assert told[0] == "On xor: The best of 2 settings is tanh: accuracy 0.9, the mean of 2 seeds."
    assert told[2] == "On sine: The best of 2 settings is relu: rmse 0.1, the mean of 2 seeds."


def test_runs_of_equal_seeds_count_all():
    results = [run("tanh", 0, 0.5), run("tanh", 0, 0.5), run("tanh", 1, 1.0), run("relu", 0, 0.25)]
    assert answer(results, ["activation", "seed"])[0] == (
        "The best of 2 settings is tanh: accuracy 0.6667, the mean of 3 runs."
    )


def test_runs_without_an_end_are_counted_and_in_no_mean():
    results = [*seeds("tanh", [0.9, 0.9, 0.9]), run("tanh", 3, 0.0, "diverged"), run("relu", 0, 0.0, "failed")]
    told = answer(results, ["activation", "seed"])
    assert told[0] == (
        "Of 2 settings only tanh has finished runs: accuracy 0.9, the mean of the 3 of 4 runs that finished."
    )
    assert told[-1] == "Of 5 runs, 1 diverged, 1 failed: they are in no mean."
    assert answer(seeds("tanh", [0.5, 0.7]), ["seed"]) == ["The mean accuracy over 2 runs is 0.6."]
    assert answer([run("relu", 0, 0.0, "failed")], [])[0] == "No run finished, so there is nothing to compare."


def test_an_interval_is_that_of_the_bootstrap_and_the_same_every_time():
    differences = np.random.default_rng(1).normal(0.3, 0.1, 40)
    low, high = interval(differences)
    assert interval(differences) == (low, high)
    wide = 1.96 * differences.std(ddof=1) / np.sqrt(len(differences))
    assert (low, high) == pytest.approx((differences.mean() - wide, differences.mean() + wide), abs=0.01)
    assert interval(np.full(6, 0.25)) == (0.25, 0.25)


def test_chance_is_the_share_of_all_changes_of_sign_that_are_as_far_from_zero():
    """Six differences of one sign: 2 of 64 changes of sign; without any difference all of them."""
    assert chance(np.arange(1.0, 7.0)) == pytest.approx(2 / 64)
    assert chance(np.full(6, 0.25)) == pytest.approx(2 / 64)
    assert chance(np.zeros(6)) == 1
    assert chance(np.array([1e300, 2e300, 3e300, 1.0, 2.0, 3.0])) == pytest.approx(2 / 64)
    many = np.random.default_rng(0).normal(size=3000)
    assert chance(many) == chance(many) > 0.01


@pytest.mark.parametrize("draw", ["normal", "of quantized accuracies"])
def test_where_there_is_no_difference_one_is_seen_in_one_of_twenty_comparisons_at_most(draw: str):
    rng = np.random.default_rng(3)
    drawn = rng.normal(size=(200, FEWEST))
    if draw != "normal":
        drawn = rng.choice([-0.5, -0.25, 0.0, 0.25, 0.5], size=(200, FEWEST))
    seen = np.mean([chance(differences) < 0.05 for differences in drawn])
    assert seen <= 0.09, "5 %, and three standard errors of 200 comparisons"
