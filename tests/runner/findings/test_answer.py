"""What a report concludes: which setting is the best, and whether chance could have done it."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.findings.numbers.answer import answer
from runner.runs.outcome import Outcome
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from runner.runs.spec import component_model
from tests.runner.building import spec_of
from tests.runner.finished import data_of

KEYS = ["activation", "network.hidden", "seed"]


def run(
    activation: str, seed: int, accuracy: float, outcome: str = "stopped", hidden: str = "[2]", cost: float = 0.5,
    data: str = "xor",
) -> RunResult:  # fmt: skip
    overrides = (f"data={data}", f"activation={activation}", f"network.hidden={hidden}", f"seed={seed}")
    score = "rmse" if data == "sine" else "accuracy"
    history = {"step": [0.0, 1.0], "train/cost": [1.0, cost], f"train/{score}": [0.0, accuracy]}
    numbers = {} if outcome in ("failed", "killed") else history
    return RunResult(0, "key", spec_of(*overrides), Outcome(outcome), overrides, history=numbers, data=data_of(numbers))


def seeds(activation: str, accuracies: list[float], **more: str) -> list[RunResult]:
    return [run(activation, seed, accuracy, **more) for seed, accuracy in enumerate(accuracies)]


def test_a_difference_that_every_seed_shows_stands():
    results = seeds("tanh", [0.9, 0.95, 1.0, 0.92, 0.9, 0.93]) + seeds("relu", [0.5, 0.56, 0.6, 0.5, 0.7, 0.5])
    best, against = answer(results, ["activation", "seed"])
    assert best == "The best of 2 settings is tanh: accuracy 0.9333, the mean of 6 seeds."
    assert against.startswith(
        "The next best is relu, with 0.56: over 6 shared seeds the accuracy differs by +0.37 on average"
    )
    assert against.endswith(
        "(95 % interval +0.2 to +0.43, p = 0.0312 by a paired permutation test), so the difference stands."
    )


def test_a_difference_that_the_seeds_do_not_agree_on_could_be_chance():
    results = seeds("tanh", [0.9, 0.5, 0.8, 0.6, 0.7, 0.8]) + seeds("relu", [0.5, 0.9, 0.6, 0.7, 0.8, 0.7])
    assert "may be chance: try more seeds" in answer(results, ["activation", "seed"])[1]


def test_seeds_are_paired_by_their_number_and_too_few_say_nothing_about_chance():
    results = [run("tanh", seed, 0.9) for seed in (0, 1, 2)] + [run("relu", seed, 0.5) for seed in (2, 3, 4)]
    assert (
        "this may be chance, with only 1 shared seed: the test needs at least 6."
        in answer(results, ["activation", "seed"])[1]
    )


def test_costs_whose_sum_is_beyond_the_largest_number_are_compared_too():
    results = seeds("tanh", [2e307] * 8, data="sine", cost=1.5e308) + seeds("relu", [4e307] * 8, data="sine")
    best, against = answer(results, ["activation", "seed"])
    assert best == "The best of 2 settings is tanh: rmse 2e+307, the mean of 8 seeds."
    assert "differs by -2e+307 on average" in against


def test_what_is_better_on_the_common_seeds_alone_does_not_stand():
    """tanh is the better one over all its seeds, and worse on each of those that both have."""
    tanh = seeds("tanh", [0.8, 0.81, 0.82, 0.83, 0.84, 0.85]) + [run("tanh", seed, 1.0) for seed in range(6, 12)]
    relu = seeds("relu", [0.9, 0.9, 0.9, 0.9, 0.91, 0.9])
    best, against = answer([*tanh, *relu], ["activation", "seed"])
    assert "is tanh" in best and "-0.077" in against
    assert against.endswith("so on the shared seeds the next one is better.")


def test_a_difference_that_is_smaller_than_matters_is_none_however_sure_it_is():
    """Half a percentage point of accuracy; a hundredth of the RMSE that a constant reaches."""
    results = seeds("tanh", [0.904] * 8) + seeds("relu", [0.9] * 8)
    assert "p = 0.00781" in answer(results, ["activation", "seed"])[1]
    assert answer(results, ["activation", "seed"])[1].endswith(
        "which is too little to matter: less than 0.005 counts as no difference."
    )
    results = seeds("tanh", [0.5] * 8, data="sine") + seeds("relu", [0.506] * 8, data="sine")
    results = [replace(one, measures={"baseline/constant_rmse": 0.7}) for one in results]
    assert answer(results, ["activation", "seed"])[1].endswith(
        "which is too little to matter: less than 0.007 counts as no difference."
    )
    results = [replace(one, measures={"baseline/constant_rmse": 0.5}) for one in results]
    assert answer(results, ["activation", "seed"])[-1].endswith("so the difference stands.")


def test_a_small_difference_of_seeds_that_do_not_agree_is_none_so_far():
    results = seeds("tanh", [0.9, 0.5, 0.8, 0.6, 0.7, 0.824]) + seeds("relu", [0.5, 0.9, 0.6, 0.8, 0.8, 0.7])
    assert answer(results, ["activation", "seed"])[1].endswith(
        "less than 0.005 counts as no difference; try more seeds."
    )


@given(pairs=st.lists(st.tuples(*[st.sampled_from([0.25, 0.5, 0.75, 1.0])] * 2), min_size=6, max_size=12))
@settings(max_examples=30)
def test_the_interval_the_p_and_the_words_never_contradict_each_other(pairs):
    """On XOR there are four samples, so differences are equal or zero more often than not."""
    results = seeds("tanh", [one for one, _ in pairs]) + seeds("relu", [other for _, other in pairs])
    told = " ".join(answer(results, ["activation", "seed"]))
    found = re.search(r"interval (\S+) to (\S+), p = (\S+) by", told)
    if found is None:
        assert "the same accuracy" in told
        return
    low, high, p = map(float, found.groups())
    assert (low <= 0 <= high) == (p >= 0.05)
    assert told.count("stands") == (p < 0.05), "a sixteenth of accuracy and more matters"
    assert ("may be chance" in told) == (p >= 0.05)


def test_the_key_whose_means_are_farthest_apart_is_named():
    results = [
        *seeds("tanh", [0.9, 0.9, 0.9], hidden="[2]"), *seeds("relu", [0.8, 0.8, 0.8], hidden="[2]"),
        *seeds("tanh", [0.5, 0.5, 0.5], hidden="[4]"), *seeds("relu", [0.4, 0.4, 0.4], hidden="[4]"),
    ]  # fmt: skip
    told = answer(results, KEYS)
    assert told[2] == "Of the settings, network.hidden affects the mean accuracy most: from 0.45 ([4]) to 0.85 ([2])."


def test_settings_that_are_level_are_named_and_the_cost_decides_between_them():
    scores = [0.56, 0.61, 0.72, 0.9]
    level = [run("tanh", seed, score, cost=0.2) for seed, score in enumerate(scores)]
    level += [run("relu", seed, score, cost=0.1) for seed, score in enumerate(reversed(scores))]
    best, others, against = answer([*level, *seeds("sigmoid", [0.5, 0.6, 0.5])], ["activation", "seed"])
    assert best == "The best of 3 settings is relu: accuracy 0.6975, the mean of 4 seeds."
    assert others == "1 more setting reaches the same accuracy: tanh; at a higher cost."
    assert against.startswith("The next best is sigmoid, with 0.5333")


def test_costs_of_different_losses_are_not_compared():
    absolute = component_model("loss", "absolute_error")(name="absolute_error")
    others = [run("relu", seed, score, cost=0.9) for seed, score in enumerate([0.7, 0.5])]
    others = [replace(one, spec=one.spec.model_copy(update={"loss": absolute})) for one in others]
    told = answer([*seeds("tanh", [0.5, 0.7]), *others], ["activation", "seed"])
    assert told[1] == "1 more setting reaches the same accuracy: relu."


def test_a_setting_that_ties_by_its_share_alone_is_between_level_ones_and_is_the_next():
    halves = [
        [run(name, 0, 1.0, cost=cost), run(name, 1, 0.0, "diverged")] for name, cost in (("tanh", 0.1), ("relu", 0.3))
    ]
    whole = [run("gelu", seed, 0.5, cost=0.2) for seed in (0, 1)]
    best, level, against, *_ = answer([*halves[0], *halves[1], *whole], ["activation", "seed"])
    assert best.startswith("The best of 3 settings is tanh: accuracy 1,")
    assert level == "1 more setting reaches the same accuracy: relu; at a higher cost."
    assert against.startswith("The next best is gelu, with 0.5;")


def test_a_setting_that_mostly_diverged_is_not_the_best():
    lucky = [run("relu", 0, 0.95), run("relu", 1, 0.96), *(run("relu", seed, 0, "diverged") for seed in range(2, 8))]
    told = answer([*lucky, *seeds("tanh", [0.8] * 8)], ["activation", "seed"])
    assert told[0] == "The best of 2 settings is tanh: accuracy 0.8, the mean of 8 seeds."
    assert told[1].startswith(
        "The next best is relu, with 0.955 (2 of 8 runs finished); this may be chance, with only 2 shared seeds"
    )
    rmse = [run("relu", 0, 0.01, data="sine"), run("relu", 1, 0, "diverged", data="sine")]
    told = answer([*rmse, *(run("tanh", seed, 0.3, data="sine") for seed in range(2))], ["activation", "seed"])
    assert told[0] == "The best of 2 settings is tanh: rmse 0.3, the mean of 2 seeds."


def test_every_data_set_has_its_own_answer():
    results = [
        *seeds("tanh", [0.9, 0.9], data="xor"), *seeds("relu", [0.5, 0.5], data="xor"),
        *seeds("tanh", [0.7, 0.7], data="sine"), *seeds("relu", [0.1, 0.1], data="sine"),
    ]  # fmt: skip
    told = answer(results, ["data", "activation", "seed"])
    assert told[0] == "On xor, the best of 2 settings is tanh: accuracy 0.9, the mean of 2 seeds."
    assert told[2] == "On sine, the best of 2 settings is relu: rmse 0.1, the mean of 2 seeds."


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
    assert told[-1] == "Of 5 runs, 1 diverged and 1 failed; they are excluded from all means."
    assert answer(seeds("tanh", [0.5, 0.7]), ["seed"]) == ["The mean accuracy over 2 runs is 0.6."]
    assert answer([run("relu", 0, 0.0, "failed")], [])[0] == "No run finished, so there is nothing to compare."


def test_folds_repeat_a_setting_as_seeds_do_and_are_paired():
    jobs = [("tanh", 0.9), ("relu", 0.5)]
    results = []
    for name, accuracy in jobs:
        for fold in range(3):
            for one in seeds(name, [accuracy, accuracy + 0.01 * fold]):
                given = (*one.overrides, "data.folds=3", f"data.fold={fold}")
                results.append(replace(one, spec=spec_of(*given), overrides=given))
    keys = swept_keys([one.overrides for one in results])
    assert keys == ["activation", "data.fold", "seed"]
    best, against = answer(results, keys)
    assert best == "The best of 2 settings is tanh: accuracy 0.905, the mean of 6 runs."
    assert "over 6 shared runs the accuracy differs by +0.4 on average" in against
    of_one_seed = [one for one in results if one.spec.seed == 0]
    best, against = answer(of_one_seed, keys)
    assert best.endswith("the mean of 3 folds.") and "this may be chance, with only 3 shared folds" in against


def test_a_test_score_that_is_not_defined_is_no_number_in_the_answer():
    (result,) = seeds("tanh", [0.9])
    parts = {"validation/accuracy": [0.5, 0.9], "validation/cost": [1.0, 0.5], "test/cost": [1.0, 0.5]}
    used = replace(result.data, n_samples=(4, 2), n_validation=2)
    told = answer([replace(result, history=result.history | parts, data=used)], KEYS)
    assert told == ["The mean validation accuracy over 1 run is 0.9."]
