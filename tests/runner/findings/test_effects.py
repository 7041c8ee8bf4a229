"""What swept keys do: one alone, two together, all at once; worked out by hand."""

import numpy as np

from runner.findings.numbers.effects import MAX_PAIRED, MAX_PROFILES, effects, pairs, profiles
from tests.runner.findings.test_answer import run as finished
from tests.runner.findings.test_answer import seeds
from tests.runner.finished import CLASSES, run

GRID = [
    run(0, "init=he data=xor seed=0", accuracy=0.5),
    run(1, "init=he data=xor seed=1", accuracy=1.0),
    run(2, "init=he data=quadrants seed=0", accuracy=0.875),
    run(3, "init=normal data=xor seed=0", accuracy=0.25),
    run(4, "init=normal data=quadrants seed=0", "diverged", accuracy=0.5),
]
KEYS = ["init", "data", "seed"]


def test_effects_list_the_scores_of_finished_runs_by_value_and_count_the_others():
    found, score = effects(CLASSES, ["activation", "seed"])
    assert score == "accuracy"
    (effect,) = found
    assert (effect.key, effect.names) == ("activation", ["tanh", "relu", "gelu"])
    assert effect.values == [[0.5, 1.0], [1.0, 0.75], []]
    assert effect.unfinished == [1, 1, 3]


def test_effects_show_the_cost_where_tasks_are_mixed_and_have_a_panel_per_key():
    results = [run(0, "data=xor init=he", cost=1.0, accuracy=1.0), run(1, "data=sine init=he", cost=2.0, rmse=2.0)]
    found, score = effects(results, ["data", "init", "seed"])
    assert score == "cost"
    assert [(effect.key, effect.names, effect.values) for effect in found] == [
        ("data", ["xor", "sine"], [[1.0], [2.0]]), ("init", ["he"], [[1.0, 2.0]]),
    ]  # fmt: skip


def test_the_strength_of_a_key_is_how_far_its_means_are_apart():
    init, data = effects(GRID[:2] + GRID[3:4] + [run(5, "init=normal data=quadrants", accuracy=1.0)], KEYS)[0]
    assert init.means == {"he": 0.75, "normal": 0.25} and init.strength == 0.5
    assert data.means == {"xor": 0.25, "quadrants": 1.0} and data.strength == 0.75
    assert effects([run(0, "init=he", "failed"), run(1, "init=normal", "failed")], ["init"])[0][0].strength == 0


def test_values_are_compared_over_the_settings_and_seeds_that_all_of_them_finished_with():
    """relu diverges with four units and in one seed, so its mean is not of the runs that others have."""
    results = [
        *seeds("tanh", [0.9, 0.8, 0.7], hidden="[2]"), *seeds("tanh", [0.2, 0.2, 0.2], hidden="[4]"),
        *seeds("relu", [0.5, 0.4], hidden="[2]"), finished("relu", 2, 0.0, "diverged", "[2]"),
        *[finished("relu", seed, 0.0, "diverged", "[4]") for seed in range(3)],
        *[finished("gelu", seed, 0.0, "diverged", units) for seed in range(3) for units in ("[2]", "[4]")],
    ]  # fmt: skip
    activation, hidden = effects(results, ["activation", "network.hidden", "seed"])[0]
    assert activation.compared == [[0.9, 0.8], [0.5, 0.4], []]
    assert (activation.n_compared, activation.combinations) == (2, 6)
    assert hidden.compared == [[0.9, 0.8, 0.7], [0.2, 0.2, 0.2]]
    assert len(activation.values[0]) == 6, "a picture shows all of them"


def test_values_that_finished_with_nothing_in_common_are_not_compared():
    results = [*seeds("tanh", [0.9, 0.8]), *seeds("relu", [0.5, 0.4], hidden="[4]")]
    assert [one.means for one in effects(results, ["activation", "network.hidden"])[0]] == [{}, {}]


def test_a_key_that_only_one_value_has_a_use_for_is_averaged_over():
    results = [
        *[run(i, f"optimizer=sgd optimizer.momentum={momentum}", accuracy=score)
          for i, (momentum, score) in enumerate(((0.5, 0.5), (0.9, 0.75)))],
        run(2, "optimizer=adam", accuracy=1.0),
    ]  # fmt: skip
    optimizer, momentum = effects(results, ["optimizer", "optimizer.momentum"])[0]
    assert optimizer.means == {"sgd": 0.625, "adam": 1.0}
    assert momentum.means == {"0.5": 0.5, "0.9": 0.75} and momentum.names[-1] == "-"


def test_a_pair_of_keys_has_a_mean_in_every_cell_that_a_run_finished_in():
    found, score = effects(GRID, KEYS)
    (pair,) = pairs(GRID, found, score)
    assert (pair.first.key, pair.second.key) == ("init", "data")
    np.testing.assert_array_equal(pair.means, [[0.75, 0.875], [0.25, np.nan]])
    (pair,) = pairs([*GRID, run(5, "init=he data=xor seed=2", "failed")], found, score)
    assert pair.is_part.tolist() == [[True, False], [False, False]]


def test_of_many_keys_the_strongest_are_paired_in_their_order():
    results = [
        run(place, " ".join(f"key{bit}={place >> bit & 1}" for bit in range(6)),
            accuracy=sum((place >> bit & 1) * 2.0**-bit for bit in range(6)) / 4)
        for place in range(64)
    ]  # fmt: skip
    keys = [f"key{bit}" for bit in range(6)]
    found, score = effects(results, keys)
    tables = pairs(results, found, score)
    assert len(tables) == MAX_PAIRED * (MAX_PAIRED - 1) // 2
    assert [(pair.first.key, pair.second.key) for pair in tables[:3]] == [
        ("key0", "key1"), ("key0", "key2"), ("key0", "key3"),
    ]  # fmt: skip


def test_profiles_are_settings_over_their_seeds_with_the_best_first():
    found, score = effects(GRID, KEYS)
    lines = profiles(GRID, found, score)
    assert lines.scores.tolist() == [0.875, 0.75, 0.25]
    assert lines.places.tolist() == [[0, 1], [0, 0], [1, 0]]
    assert lines.left_out == 0


def test_low_is_best_where_the_score_is_a_cost_and_the_worst_of_many_profiles_are_left_out():
    results = [run(place, f"learning_rate={place} init=he", cost=float(place)) for place in range(MAX_PROFILES + 7)]
    found, score = effects(results, ["learning_rate", "init"])
    lines = profiles(results, found, score)
    assert score == "cost"
    assert lines.scores.tolist() == list(range(MAX_PROFILES))
    assert lines.left_out == 7
