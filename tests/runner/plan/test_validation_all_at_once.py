"""All that is wrong with the jobs of a sweep is reported together, and what all jobs have is reported once."""

import pytest

from runner.base.errors import UserError
from tests.runner.building import plan_of, refusals


def test_several_problems_of_one_job_are_all_reported():
    messages = refusals("learning_rate=-1", "training.epochs=0", "network.hidden=[0]", "data.noise=much", "seed=-2")
    assert {message.partition(" ")[0] for message in messages} == {
        "learning_rate", "training.epochs", "network.hidden[0]", "data.noise", "seed",
    }  # fmt: skip


def test_problems_of_several_jobs_are_reported_together_and_equal_ones_once():
    with pytest.raises(UserError) as caught:
        plan_of((), ("learning_rate=-1", "seed=0"), ("activation=tnah",), ("learning_rate=-1", "seed=1"), ("data=xor",))
    lines = str(caught.value).splitlines()
    assert lines[0] == "3 of 5 jobs cannot run, so nothing was trained:"
    assert lines[1] == "  - learning_rate must be > 0, got -1 [jobs 1, 3]"
    assert lines[2].startswith("  - activation is unknown: 'tnah' (did you mean tanh?)")
    assert lines[2].endswith("[job 2]")
    assert len(lines) == 3


def lines_of(*jobs: tuple[str, ...], first: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(UserError) as caught:
        plan_of(*jobs, first=first)
    return str(caught.value).splitlines()


def test_unknown_keys_hide_neither_each_other_nor_wrong_values():
    overrides = ("learning_rat=1", "network.hiden=[3]", "seed=-1", "training.epochs=0", "activation=tnah", "loss=mse")
    named = {message.partition(" ")[0] for message in refusals(*overrides)}
    assert named == {"learning_rat", "network.hiden", "seed", "training.epochs", "activation", "loss"}


def test_what_hangs_on_an_option_that_does_not_exist_is_not_judged():
    assert [message.partition(" ")[0] for message in refusals("data=spirls", "data.turns=3", "lr=1")] == ["data", "lr"]
    assert [message.partition(" ")[0] for message in refusals("task=classification", "loss=softmax_cross_entropy")] == [
        "task"
    ]


def test_a_network_that_does_not_fit_is_reported_with_wrong_values_and_unknown_keys():
    huge = "network.hidden=[1000000,1000000]"
    for other in ("learning_rate=-1", "hiden=[3]", "optimizer.decay=1"):
        messages = refusals(huge, other)
        assert len(messages) == 2
        assert any(message.startswith("network.hidden=[1000000, 1000000] needs about") for message in messages)


def test_a_wrong_value_is_reported_with_what_does_not_go_together():
    messages = refusals("learning_rate=-1", "loss=softmax_cross_entropy", "fault=regulariser_sign")
    assert [message.partition(" ")[0].partition("=")[0] for message in messages] == ["learning_rate", "loss"]
    messages = refusals("seed=-1", "network.output=tnah", "training.mode=full", "training.batch_size=8")
    assert [message.partition(" ")[0] for message in messages] == ["seed", "network.output", "training.batch_size"]


def test_a_wrong_expectation_is_reported_with_the_jobs_that_cannot_run():
    bad = "expect={slow: 'median(rmse'}"
    lines = lines_of(("seed=0", "learning_rate=-1"), ("seed=1", "learning_rate=0.1"), first=(bad,))
    assert lines[0] == "2 of 2 jobs cannot run, so nothing was trained:"
    assert sorted(line.split()[1] for line in lines[1:]) == ["expect", "learning_rate"]
    good = "expect={slow: 'median(rmse, lr=0.1) < 1'}"
    lines = lines_of(("seed=0", "learning_rate=-1"), ("seed=1", "learning_rate=0.1"), first=(good,))
    assert len(lines) == 2


def test_a_problem_of_every_job_is_reported_as_one_of_all_jobs():
    lines = lines_of(*((f"seed={seed}",) for seed in range(9)), first=("learning_rate=-1", "hiden=[4]"))
    assert lines[0] == "9 of 9 jobs cannot run, so nothing was trained:"
    assert [line.endswith("[all 9 jobs]") for line in lines[1:]] == [True, True]
