"""What a report says first: what was expected, what does not learn, and what to try."""

from runner.findings.numbers.answer import answer
from runner.plan.expectations import Verdict
from runner.runs.account import Account, Cause
from tests.runner.findings.test_answer import run, seeds


def verdict(sentence: str, holds: bool | None, numbers: str = "1 >= 0.5", *shares: str) -> Verdict:
    return Verdict(sentence, "an inequality", holds, numbers, shares)


def test_what_was_expected_comes_first_with_how_many_runs_did_so():
    as_expected = (
        verdict("no, without biases never", True, "0 == 0", "0 of 400 runs"),
        verdict("because it is odd", True),
    )
    found = answer(seeds("tanh", [0.5, 0.7]), ["seed"], as_expected)
    assert found[0] == "No, without biases never (0 of 400 runs); because it is odd. This was expected."
    assert found[0].section == "What was expected"
    assert found[1].startswith("The mean accuracy over 2 runs is 0.6")


def test_what_was_expected_and_is_not_so_is_said_with_its_numbers():
    verdicts = verdict("tanh is better", False, "0.4 >= 0.5"), verdict("relu too", True), verdict("elu", None, "no run")
    found = answer(seeds("tanh", [0.5, 0.7]), ["seed"], verdicts)
    assert found[:3] == [
        "Expected, and not so: tanh is better (0.4 >= 0.5).", "As expected: relu too.", "Not judged: elu (no run).",
    ]  # fmt: skip


def test_why_runs_do_not_learn_and_what_to_try_end_the_answer():
    causes = [Cause((2, 3), f"cause {n} (likely, D{n})", to_try=(f"python -m runner try={n}",)) for n in range(3)]
    account = Account(4, 4, 2, 2, "init=zero: 2 of 2 runs", tuple(causes))
    *_, why, ways = answer(seeds("tanh", [0.5, 0.7]), ["seed"], (), account)
    assert why == (
        "2 of 4 runs do worse than the data allow (init=zero: 2 of 2 runs): cause 0 (likely, D0); "
        "cause 1 (likely, D1); and 1 more cause."
    )
    assert (ways.said, ways.command) == ("To try next:", "python -m runner try=0")
    assert ways == f"{ways.said} {ways.command}" and ways.section == why.section == "Why runs do not learn"


def test_where_more_seeds_would_tell_the_command_with_twice_as_many_is_named():
    results = seeds("tanh", [0.9, 0.5, 0.8, 0.6, 0.7, 0.8]) + seeds("relu", [0.5, 0.9, 0.6, 0.7, 0.8, 0.7])
    command = "python -m runner -m data=xor activation=tanh,relu 'seed=range(6)'"
    last = answer(results, ["activation", "seed"], command=command)[-1]
    assert last.command == "python -m runner -m data=xor activation=tanh,relu 'seed=range(12)'"
    assert all(not one.command for one in answer(results, ["activation", "seed"]))


def test_differences_below_the_smallest_that_matters_are_none_by_the_persons_own_measure():
    results = seeds("tanh", [0.9, 0.95, 1.0, 0.92, 0.9, 0.93]) + seeds("relu", [0.5, 0.56, 0.6, 0.5, 0.7, 0.5])
    sure = answer(results, ["activation", "seed"], smallest=0.4)[1]
    assert "which is too little to matter: less than 0.4 counts as no difference" in sure
    assert "so the difference stands" in answer(results, ["activation", "seed"], smallest=0.0)[1]


def test_a_single_run_that_does_not_learn_has_its_cause_and_the_command_in_the_box():
    cause = Cause((0,), "does not learn: the network is linear (proved, D301)", to_try=("python -m runner try=1",))
    account = Account(1, 1, 1, 1, "", (cause,))
    _, why, ways = answer(seeds("tanh", [0.5]), ["seed"], (), account)
    assert why == "Does not learn: the network is linear (proved, D301)."
    assert (ways, why.section) == ("To try next: python -m runner try=1", "Why it does not learn")


def test_a_key_that_moves_nothing_that_matters_is_not_called_the_strongest():
    keys = ["activation", "network.hidden", "seed"]
    runs = [
        one for name in ("tanh", "relu") for units in ("[1]", "[2]") for one in seeds(name, [0.5, 0.5], hidden=units)
    ]
    assert "No setting changes the mean accuracy by 0.005 or more." in answer(runs, keys)


def test_a_key_is_called_the_strongest_over_the_runs_that_all_its_values_have_or_not_at_all():
    keys = ["activation", "network.hidden", "seed"]
    whole = [*seeds("tanh", [0.9, 0.8], hidden="[1]"), *seeds("tanh", [0.3, 0.2], hidden="[2]")]
    half = [*seeds("relu", [0.8, 0.7], hidden="[1]"), *[run("relu", seed, 0.0, "diverged", "[2]") for seed in (0, 1)]]
    (said,) = [one for one in answer(whole + half, keys) if "most" in one]
    most, _, over = said.partition(", over ")
    assert most == "Of the settings, network.hidden affects the mean accuracy most: from 0.25 ([2]) to 0.85 ([1])"
    assert over == "the 2 of 4 combinations of other settings and seeds that finished with both values compared."
    apart = [*seeds("tanh", [0.9, 0.8], hidden="[1]"), *seeds("relu", [0.3, 0.2], hidden="[2]")]
    assert not [one for one in answer(apart, keys) if "Of the keys" in one or "No key" in one]


def test_more_seeds_are_those_of_the_runs_and_of_one_sweep():
    results = seeds("tanh", [0.9, 0.5]) + seeds("relu", [0.5, 0.8])
    own = "python -m runner -m 'data.split_seed=range(3)' 'seed=range(2)'"
    assert answer(results, ["activation", "seed"], command=own)[-1].command == own.replace("range(2)", "range(4)")
    assert not answer(results, ["activation", "seed"], command=f"{own}\n{own}")[-1].command


def test_where_no_run_finished_the_box_says_why():
    runs = [run("tanh", 0, 0.0, "failed"), run("tanh", 1, 0.0, "diverged")]
    nothing, why = answer(runs, ["seed"])
    assert nothing == "No run finished, so there is nothing to compare."
    assert why.startswith("Of 2 runs, 1 diverged and 1 failed") and why.section == "Runs that did not finish"
