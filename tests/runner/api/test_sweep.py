"""What a notebook gets of a sweep: a table to compute with, the best run, and errors in the words of a call."""

import numpy as np
import pytest

import runner

QUICK = {"training.epochs": 5, "tracking.plots": "none", "tracking.report": False, "workers": 1}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")


def test_the_table_has_numbers_the_score_first_and_no_score_that_nothing_has(tmp_path):
    found = runner.sweep(data="sine", activation=["tanh", "relu"], learning_rate=[0.1, 0.2], seed=range(2), **QUICK)
    table = found.table
    assert list(table.columns[:4]) == ["activation", "learning_rate", "runs", "rmse"]
    assert table["learning_rate"].dtype == np.float64
    assert not any("accuracy" in name for name in table)
    assert sorted(table["rmse"]) == list(table["rmse"])


def test_of_several_data_sets_the_best_run_of_each_is_named():
    found = runner.sweep(data=["xor", "sine"], seed=range(2), **QUICK)
    with pytest.raises(runner.UserError, match=r"the best are \.run\([01]\) on xor, \.run\([23]\) on sine"):
        _ = found.best


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"data": "moons", "hidden": [[2], [4]]}, 'network={"hidden": ...}'),
        ({"data": "moons", "label_noise": [0, 0.1]}, 'data={"name": ..., "label_noise": ...}'),
        ({"data": (np.eye(8), np.arange(8.0)), "label_noise": 0.1}, "data.label_noise"),
        ({"data": "moons", "lr": 0.1}, "learning_rate"),
    ],
)
def test_a_keyword_that_is_no_setting_is_answered_with_one_that_a_call_can_have(given, meant):
    with pytest.raises(runner.UserError) as error:
        runner.sweep(**given, **QUICK)
    assert f"(did you mean {meant}?)" in str(error.value)


def test_a_list_that_is_one_value_is_said_where_nothing_is_swept(capfd):
    runner.sweep(data="xor", network={"hidden": [2, 3]}, **QUICK)
    assert "network.hidden=[2,3] is one value, so this is one run; a list of lists sweeps" in capfd.readouterr().out
    runner.sweep(data="xor", network={"hidden": [2, 3]}, seed=range(2), **QUICK)
    assert "is one value" not in capfd.readouterr().out


def test_a_quiet_call_says_nothing_of_a_list_that_is_one_value(capfd):
    runner.sweep(data="xor", network={"hidden": [2, 3]}, quiet=True, **QUICK)
    assert "".join(capfd.readouterr()) == ""


def test_completion_offers_what_is_public():
    assert set(dir(runner)) == set(runner.__all__)
