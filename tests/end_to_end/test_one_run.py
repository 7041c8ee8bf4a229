"""`python -m runner`: one network, and all that is recorded of it."""

import platform
import re
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
import yaml
from PIL import Image

import runner
from runner.runs.model import load_model
from tests.end_to_end.conftest import Trained
from tests.end_to_end.store import Store

SERIES = ("train/cost", "test/cost", "train/rmse", "test/rmse", "learning_rate", "gradient_norm")


@pytest.fixture
def mlflow_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """MLflow's functions look at the store that a test names, and forget it afterwards."""
    import mlflow

    before = mlflow.get_tracking_uri()
    yield monkeypatch
    mlflow.set_tracking_uri(before)


def table_of(text: str) -> dict[str, dict[str, float]]:
    """The numbers printed for train and test, by column."""
    lines = text.splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("train"))
    names = lines[place - 1].split()
    return {
        (cells := line.split())[0]: dict(zip(names, map(float, cells[1:]), strict=True))
        for line in lines[place : place + 2]
    }


def test_a_regression_prints_cost_and_rmse_of_train_and_test(one_run: Trained) -> None:
    run = one_run.store.only()
    printed = table_of(one_run.done.stdout)
    assert set(printed) == {"train", "test"}
    for part in printed:
        assert list(printed[part]) == ["rmse", "cost"]
        for name, value in printed[part].items():
            assert value == pytest.approx(run.data.metrics[f"{part}/{name}"], rel=1e-3)


def test_a_classification_prints_cost_and_accuracy(classifier: Trained) -> None:
    printed = table_of(classifier.done.stdout)
    assert [list(printed[part]) for part in ("train", "test")] == [["accuracy", "cost"]] * 2
    assert 0 <= printed["test"]["accuracy"] <= 1


def test_the_outcome_and_where_to_look_are_printed_and_nothing_else_is(one_run: Trained) -> None:
    assert "outcome: stopped after 100 steps" in one_run.done.stdout
    assert "mlflow ui" in one_run.done.stdout
    assert one_run.done.stderr == ""


def test_there_is_one_finished_run_without_a_parent(one_run: Trained) -> None:
    (run,) = one_run.store.runs()
    assert run.info.status == "FINISHED"
    assert "mlflow.parentRunId" not in run.data.tags
    assert run.info.end_time >= run.info.start_time


def test_params_are_the_flattened_spec(one_run: Trained) -> None:
    params = one_run.store.only().data.params
    expected = {
        "data": "sine", "data.noise": "0.1", "activation": "tanh", "loss": "half_mse", "init": "normal",
        "optimizer": "sgd", "schedule": "constant", "network.hidden": "[5, 3]", "network.output": "identity",
        "learning_rate": "0.05", "seed": "7", "dtype": "float64", "training.mode": "minibatch",
        "training.epochs": "20", "training.batch_size": "32", "training.evaluations": "10",
    }  # fmt: skip
    assert {key: params.get(key) for key in expected} == expected


@pytest.mark.parametrize("name", SERIES)
def test_a_series_has_the_first_and_the_last_step_and_few_points(one_run: Trained, name: str) -> None:
    points = one_run.store.metric(one_run.store.only(), name)
    steps = [step for step, _ in points]
    assert steps[0] == 0
    assert steps[-1] == 100
    assert len(steps) == len(set(steps)) <= 11
    assert np.isfinite([value for _, value in points]).all()


def test_training_lowers_the_cost(one_run: Trained) -> None:
    costs = [cost for _, cost in one_run.store.metric(one_run.store.only(), "train/cost")]
    assert costs[-1] < costs[0]


def test_final_metrics_are_the_last_values_of_their_series(one_run: Trained) -> None:
    metrics = one_run.store.only().data.metrics
    finals = {name: value for name, value in metrics.items() if name.startswith("final/")}
    assert finals.pop("final/test_max_error") >= finals["final/test_rmse"] >= finals.pop("final/test_mae") > 0
    assert finals.pop("final/test_r2") < 1
    assert finals.pop("final/test_output_range") > 0
    assert finals == {
        f"final/{part}_{name}": one_run.store.metric(one_run.store.only(), f"{part}/{name}")[-1][1]
        for part in ("train", "test")
        for name in ("cost", "rmse")
    }


def test_tags_say_what_ran_and_on_what(one_run: Trained) -> None:
    tags = one_run.store.only().data.tags
    assert re.fullmatch("[0-9a-f]{64}", tags["run_key"])
    assert re.fullmatch("[0-9a-f]{64}", tags["data_digest"])
    assert tags["outcome"] == "stopped"
    assert tags["last_step"] == "100"
    assert tags["python"] == platform.python_version()
    assert tags["numpy"] == np.__version__
    assert tags["runner"] == runner.__version__
    assert tags["mlflow.source.name"].startswith("python -m runner data=sine ")


def test_the_data_set_is_an_input_of_the_run(one_run: Trained) -> None:
    run = one_run.store.only()
    inputs = run.inputs.dataset_inputs
    assert {one.dataset.name for one in inputs} == {"sine"}
    assert {one.dataset.digest[:20] for one in inputs} == {run.data.tags["data_digest"][:20]}
    assert {one.dataset.digest.partition("-")[2] for one in inputs} == {"150+50-train", "150+50-test"}
    contexts = [tag.value for one in inputs for tag in one.tags if tag.key == "mlflow.data.context"]
    assert "train" in " ".join(contexts)


def test_the_config_artifact_is_the_whole_spec(one_run: Trained) -> None:
    from runner.runs.flat import flatten
    from runner.runs.spec import from_plain

    run = one_run.store.only()
    config = yaml.safe_load(one_run.store.artifact(run, "config.yaml").read_text())
    spec = {key: str(value) for key, value in flatten(from_plain(config)).items()}
    assert spec.items() <= run.data.params.items()


def test_every_picture_is_a_whole_png_of_a_readable_size(one_run: Trained) -> None:
    pictures = sorted(one_run.store.artifact(one_run.store.only(), "plots").glob("*.png"))
    assert pictures
    for path in pictures:
        with Image.open(BytesIO(path.read_bytes())) as image:
            image.load()
            assert image.format == "PNG"
            assert image.width >= 600
            assert image.height >= 300
            assert len(image.convert("RGB").getcolors(maxcolors=1 << 24)) > 20


def test_the_metric_history_is_part_of_the_history_file(one_run: Trained) -> None:
    run, store = one_run.store.only(), one_run.store
    history = store.history(run)
    assert set(history) == {"step", *SERIES}
    for name in SERIES:
        all_points = list(zip(history["step"].astype(int), history[name], strict=True))
        logged = store.metric(run, name)
        assert set(logged) <= set(all_points)
        assert (logged[0], logged[-1]) == (all_points[0], all_points[-1])


def test_the_model_that_mlflow_loads_predicts_what_the_weights_predict(
    one_run: Trained, mlflow_here: pytest.MonkeyPatch
) -> None:
    check_model(one_run.store, np.linspace(-6, 6, 41)[:, np.newaxis], mlflow_here)


def test_a_classifier_can_be_loaded_as_well(classifier: Trained, mlflow_here: pytest.MonkeyPatch) -> None:
    check_model(classifier.store, np.random.default_rng(1).normal(size=(30, 2)), mlflow_here)


def check_model(store: Store, X: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow

    run = store.only()
    mlflow.set_tracking_uri(store.uri)
    by_mlflow = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model").predict(X)
    np.testing.assert_array_equal(by_mlflow, load_model(store.artifact(run, "weights.npz")).predict(X))
    assert by_mlflow.shape == (len(X), 1)
    assert np.ptp(by_mlflow) > 0


def test_a_run_writes_nothing_outside_its_store_and_its_outputs(one_run: Trained) -> None:
    others = [path.name for path in one_run.store.folder.iterdir() if not path.name.startswith("mlflow.db")]
    assert sorted(others) == ["mlruns", "outputs"]
    assert not list(one_run.store.folder.rglob("*.partial"))
