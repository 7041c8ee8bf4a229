"""`python -m runner -m ...`: twenty runs under one parent, and their comparison."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from runner.runs.model import load_model
from tests.end_to_end.conftest import SWEEP, Trained, trained

FOUR = {(activation, data) for activation in ("sigmoid", "tanh") for data in ("xor", "quadrants")}


@pytest.fixture(scope="module")
def comparison(sweep: Trained) -> pd.DataFrame:
    return pd.read_csv(sweep.store.artifact(sweep.store.only(), "comparison.csv"))


def printed_rows(text: str) -> list[list[str]]:
    """The rows of settings in the printed table, a list of cells each; baselines have a name and a score alone."""
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("activation"))
    end = next(place for place, line in enumerate(lines) if line.startswith("mean ±"))
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[start + 1 : end]]
    return [row for row in rows if len(row) > 2]


def test_twenty_finished_children_have_one_finished_parent(sweep: Trained) -> None:
    parent = sweep.store.only()
    children = sweep.store.children(parent)
    assert parent.info.status == "FINISHED"
    assert len(children) == 20
    assert {run.info.status for run in children} == {"FINISHED"}


def test_names_say_what_differs_and_are_unique(sweep: Trained) -> None:
    children = sweep.store.children(sweep.store.only())
    assert len({run.info.run_name for run in children}) == 20
    for run in children:
        params = run.data.params
        assert run.info.run_name == f"{params['activation']} {params['data']} seed={params['seed']}"


def test_run_keys_are_unique_and_all_settings_are_there(sweep: Trained) -> None:
    children = sweep.store.children(sweep.store.only())
    assert len({run.data.tags["run_key"] for run in children}) == 20
    settings = {tuple(run.data.params[key] for key in ("activation", "data", "seed")) for run in children}
    assert settings == {(*pair, str(seed)) for pair in FOUR for seed in range(5)}
    assert {run.data.params["training.epochs"] for run in children} == {"30"}


def test_every_child_has_curves_weights_and_a_picture(sweep: Trained) -> None:
    for run in sweep.store.children(sweep.store.only()):
        steps = [step for step, _ in sweep.store.metric(run, "train/accuracy")]
        assert (steps[0], steps[-1]) == (0, int(run.data.tags["last_step"]))
        for name in ("config.yaml", "weights.npz", "history.parquet", "signals.parquet", "plots"):
            assert sweep.store.artifact(run, name).exists(), name
        assert list(sweep.store.artifact(run, "plots").glob("*.png"))


def test_the_comparison_has_a_row_per_setting_with_its_count(sweep: Trained, comparison: pd.DataFrame) -> None:
    assert set(zip(comparison["activation"], comparison["data"], strict=True)) == FOUR
    assert len(comparison) == 4
    assert list(comparison["runs"]) == [5] * 4
    assert list(comparison[["converged", "stopped", "diverged", "failed", "killed"]].sum(axis=1)) == [5] * 4


def test_the_comparison_holds_mean_and_spread_over_the_seeds(sweep: Trained, comparison: pd.DataFrame) -> None:
    children = sweep.store.children(sweep.store.only())
    for row in comparison.to_dict("records"):
        part = "train" if row["data"] == "xor" else "test"
        params = [(run.data.params, run.data.metrics) for run in children]
        costs = [
            metrics[f"final/{part}_cost"]
            for one, metrics in params
            if (one["activation"], one["data"]) == (row["activation"], row["data"])
        ]
        assert row["cost"] == pytest.approx(np.mean(costs))
        assert row["cost_std"] == pytest.approx(np.std(costs, ddof=1))


def test_the_parquet_table_equals_the_csv_table(sweep: Trained, comparison: pd.DataFrame) -> None:
    parquet = pd.read_parquet(sweep.store.artifact(sweep.store.only(), "comparison.parquet"))
    pd.testing.assert_frame_equal(parquet, comparison.assign(no_better_than=""), check_dtype=False)


def test_the_table_of_runs_has_a_row_per_child(sweep: Trained) -> None:
    parent = sweep.store.only()
    table = pd.read_csv(sweep.store.artifact(parent, "runs.csv"))
    assert len(table) == 20
    keys = {run.data.tags["run_key"]: run for run in sweep.store.children(parent)}
    assert set(table["run_key"]) == set(keys)
    for row in table.to_dict("records"):
        run = keys[row["run_key"]]
        assert row["outcome"] == run.data.tags["outcome"]
        assert row["final/train_cost"] == run.data.metrics["final/train_cost"]


def test_scores_curves_fits_and_data_of_each_data_set_are_drawn_on_the_parent(sweep: Trained) -> None:
    plots = sweep.store.artifact(sweep.store.only(), "plots")
    drawn = {f"{kind}-{data}" for kind in ("scores", "curves", "fits", "data") for data in ("xor", "quadrants")}
    assert {path.stem for path in plots.glob("*.png")} == drawn
    for path in plots.glob("*.png"):
        with Image.open(path) as image:
            image.load()
            assert image.width >= 500
            assert image.height >= 120


def test_the_best_run_has_a_model_that_predicts_what_its_weights_predict(sweep: Trained) -> None:
    import mlflow

    store, parent = sweep.store, sweep.store.only()
    assert "best_run" not in parent.data.tags, "no run is the best at two things"
    (named,) = re.findall(r"best run on xor: .*, run id (\w+)", sweep.done.stdout)
    best = store.client.get_run(named)
    accuracies = [
        run.data.metrics["train/accuracy"] for run in store.children(parent) if run.data.params["data"] == "xor"
    ]
    assert len(accuracies) == 10 and best.data.metrics["train/accuracy"] == max(accuracies)
    mlflow.set_tracking_uri(store.uri)
    try:
        model = mlflow.pyfunc.load_model(f"runs:/{best.info.run_id}/model")
    finally:
        mlflow.set_tracking_uri("")  # as if it had never been set: the default depends on the folder
    X = np.random.default_rng(0).normal(size=(25, 2))
    np.testing.assert_array_equal(model.predict(X), load_model(store.artifact(best, "weights.npz")).predict(X))


def test_the_printed_table_is_the_comparison_best_first(sweep: Trained, comparison: pd.DataFrame) -> None:
    for data in ("xor", "quadrants"):
        rows = printed_rows(sweep.done.stdout.partition(f"\non {data}\n")[2])
        ranked = [row for row in comparison.to_dict("records") if row["data"] == data]
        assert [(row[0], int(row[1])) for row in rows] == [(row["activation"], row["runs"]) for row in ranked]
        accuracies = [float(row[2].partition(" ")[0]) for row in rows]
        assert accuracies == sorted(accuracies, reverse=True)
    assert list(comparison["accuracy"]) == sorted(comparison["accuracy"], reverse=True)


def test_output_in_a_pipe_is_plain_lines(sweep: Trained) -> None:
    assert sweep.done.stderr == ""
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", sweep.done.stdout)
    assert not re.search(r"[\u2500-\u259f\u2800-\u28ff]", sweep.done.stdout)
    assert max(len(line) for line in sweep.done.stdout.splitlines()) < 300
    assert re.match(r"checking all runs before training\n20 runs in ", sweep.done.stdout)
    assert "mlflow ui" in sweep.done.stdout


def test_the_parent_notes_the_command_that_does_it_again(sweep: Trained) -> None:
    note = sweep.store.only().data.tags["mlflow.note.content"]
    assert "python -m runner -m activation=sigmoid,tanh data=xor,quadrants" in note
    assert SWEEP[3] in note


def test_the_store_is_in_write_ahead_mode(sweep: Trained) -> None:
    connection = sqlite3.connect(sweep.store.database)
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()


def test_nothing_is_left_running_or_half_written(sweep: Trained) -> None:
    assert {run.info.status for run in sweep.store.runs()} == {"FINISHED"}
    assert not list(sweep.store.folder.rglob("*.partial"))


def test_only_the_best_run_gets_a_picture_where_that_is_asked_for(tmp_path: Path) -> None:
    store = trained(
        tmp_path, "-m", "data=xor", "seed=range(4)", "training.epochs=20", "tracking.plots=best", "workers=1"
    ).store
    parent = store.only()
    drawn = [run.info.run_id for run in store.children(parent) if list(store.artifact(run, ".").glob("plots/*.png"))]
    assert drawn == [parent.data.tags["best_run"]]
    assert list(store.artifact(parent, "plots").glob("*.png"))


def test_the_store_is_whole_in_its_one_file_when_the_program_has_ended(sweep: Trained, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(sweep.store.database.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1 + 20 + 4,), "the sweep, runs, settings"
