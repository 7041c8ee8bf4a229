"""Which runs learned from the same samples, and so are compared with each other."""

from dataclasses import replace

from runner.findings.numbers.answer import answer
from runner.findings.numbers.data_sets import by_data
from runner.runs.origin import DataUsed
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import plan_of, spec_of, trained_all
from tests.runner.tables import SHORT


def results_of(*jobs: str) -> list[RunResult]:
    """Trained runs with these overrides."""
    given = [tuple(job.split()) for job in jobs]
    trained = trained_all(plan_of(*given, first=SHORT))
    return [replace(result, overrides=overrides) for result, overrides in zip(trained, given, strict=True)]


def groups_of(results: list[RunResult]) -> dict[str, list[int]]:
    return {label: [one.index for one in members] for label, members in by_data(results).items()}


def test_inputs_that_are_standardized_or_not_are_one_data_set_whose_settings_are_compared() -> None:
    scaled = [f"data=sine data.standardize={flag} seed={seed}" for flag in ("true", "false") for seed in range(6)]
    results = results_of(*scaled)
    assert groups_of(results) == {"sine": list(range(12))}
    told = answer(results, ["data.standardize", "seed"])
    assert told[0].startswith("The best of 2 settings is standardize=") and "over 6 shared seeds" in told[1]


def test_numbers_that_stand_for_classes_make_no_other_data_set() -> None:
    results = results_of("data=xor data.targets=[0,1]", "data=xor data.targets=[-1,1] network.output=tanh")
    assert groups_of(results) == {"xor": [0, 1]}


def test_other_samples_and_another_split_are_other_data_sets() -> None:
    results = results_of(
        "data=sine data.noise=0.2", "data=sine data.noise=0.2 data.standardize=true", "data=sine",
        "data=sine data.test_fraction=0.5", "data=square",
    )  # fmt: skip
    assert groups_of(results) == {
        "sine test_fraction=0.25 noise=0.2": [0, 1],
        "sine test_fraction=0.25 noise=0.1": [2],
        "sine test_fraction=0.5 noise=0.1": [3],
        "square": [4],
    }


def test_a_run_without_numbers_stays_with_those_of_its_data() -> None:
    results = results_of("data=sine data.standardize=true", "data=sine", "data=xor data.targets=[-1,1]", "data=xor")
    results = [replace(one, outcome=Outcome.FAILED, data=None) if one.index in (1, 2) else one for one in results]
    assert groups_of(results) == {"sine": [0, 1], "xor targets=[-1.0, 1.0]": [2], "xor targets=[0.0, 1.0]": [3]}


def test_scores_on_other_test_rows_are_not_compared() -> None:
    results = results_of(
        "data=sine test.set=held_out", "data=sine test.set=grid", "data=sine test.set=fresh test.points=20",
        "data=sine test.set=fresh test.points=30", "data=sine test.probes=[[0.5]]",
    )  # fmt: skip
    assert groups_of(results) == {
        "sine test.set=held_out test.points=POINTS".replace("POINTS", str(results[0].spec.test.points)): [0, 4],
        f"sine test.set=grid test.points={results[1].spec.test.points}": [1],
        "sine test.set=fresh test.points=20": [2],
        "sine test.set=fresh test.points=30": [3],
    }


def test_a_thousand_data_sets_are_told_apart() -> None:
    spec = spec_of("data=sine")
    specs = [spec.model_copy(update={"data": spec.data.model_copy(update={"noise": n / 1000})}) for n in range(1000)]
    results = [
        RunResult(n, "key", one, Outcome.STOPPED, data=DataUsed("regression", (4, 0), str(n)))
        for n, one in enumerate(specs)
    ]
    assert len(by_data(results)) == 1000


def test_folds_and_what_is_done_to_the_values_make_no_other_data_set_and_other_test_rows_do() -> None:
    results = results_of(
        "data=sine data.split_seed=0 data.folds=3 data.fold=0", "data=sine data.split_seed=0 data.folds=3 data.fold=2",
        "data=sine data.split_seed=0 data.validation_fraction=0.2 data.target_scale=standardize",
        "data=sine data.split_seed=1", "data=sine data.split_seed=1 data.folds=2 seed=1",
    )  # fmt: skip
    assert groups_of(results) == {"sine split_seed=0": [0, 1, 2], "sine split_seed=1": [3, 4]}


def test_wrong_rows_make_another_data_set_where_they_rank_runs_and_none_where_clean_tests_do() -> None:
    wrong = ("data.label_noise=0.3", "data.imbalance=2", "data.input_noise=0.1")
    results = results_of("data=moons", *(f"data=moons {one}" for one in wrong))
    assert groups_of(results) == {"moons": [0, 1, 2, 3]}
    results = results_of(*(f"data=moons data.folds=3 data.label_noise={share}" for share in (0, 0.3)))
    assert groups_of(results) == {"moons label_noise=0.0": [0], "moons label_noise=0.3": [1]}
    results = results_of(*(f"data=xor data.label_noise={share}" for share in (0, 0.3)))
    assert groups_of(results) == {"xor label_noise=0.0": [0], "xor label_noise=0.3": [1]}
