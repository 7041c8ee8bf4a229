"""Loading a trained network again: the same predictions to the last bit, and clear words for what does not fit."""

import json
import os

import numpy as np
import pandas as pd
import pytest

from nn.activations import ACTIVATIONS
from runner.runs.data import prepare
from runner.runs.model import load_model, model_of
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.runs.structure import activations_of, structure_of
from runner.runs.weights import write_weights
from tests.runner.building import QUICK, spec_of, trained

RUNS = {
    "regression": ("data=sine",),
    "scaled targets": ("data=sine", "network.output=tanh"),
    "standardised inputs": ("data=sine", "data.standardize=true", "network.output=sigmoid"),
    "two classes": ("data=xor",),
    "softmax in float32": ("data=quadrants", "network.output=softmax", "dtype=float32"),
    "linear": ("network.hidden=[]",),
    "no bias": ("network.bias=false", "network.hidden=[3,2]"),
    "settings": ("activation=leaky_relu", "activation.slope=0.3"),
    "an activation for each layer": ("network.hidden=[3,2]", "network.activations=[relu,elu]", "training.dropout=0.3"),
}


@pytest.fixture(scope="module", params=RUNS.values(), ids=RUNS)
def result(request):
    return trained(*request.param, *QUICK)


@pytest.fixture
def archive(result, tmp_path):
    path = tmp_path / "weights.npz"
    path.write_bytes(write_weights(result.network))
    return path


def inputs(result, n: int = 64) -> np.ndarray:
    return np.random.default_rng(0).uniform(-6, 6, (n, result.network.sizes[0]))


def test_a_loaded_model_predicts_the_same_bits_as_the_trained_one(result, archive):
    X = inputs(result)
    assert load_model(archive).predict(X).tobytes() == model_of(result).predict(X).tobytes()


def test_an_archive_is_the_same_bytes_each_time_it_is_made(result):
    assert write_weights(result.network) == write_weights(result.network)


def test_a_model_is_shown_in_one_short_line():
    assert repr(model_of(trained("data=xor", *QUICK))) == "Model(2-6-1, 2 classes, 25 parameters)"
    assert repr(model_of(trained("data=sine", *QUICK))) == "Model(1-6-1, 19 parameters)"


def test_predictions_are_in_the_units_of_the_targets(result):
    """RMSE and accuracy worked out from predictions in the units of the data are those that training reported."""
    data, model = prepare(result.spec), model_of(result)
    rows = data.split.train
    predicted, Y = model.predict(data.samples.X[rows]), data.samples.Y[rows]
    tolerance = 1e-12 if result.spec.dtype == "float64" else 1e-6
    if result.data.task == "regression":
        assert np.sqrt(np.mean((predicted - Y) ** 2)) == pytest.approx(result.finals["train/rmse"], rel=tolerance)
    else:
        middle = sum(data.samples.levels) / 2
        labels = predicted.argmax(axis=1) if predicted.shape[1] > 1 else predicted[:, 0] > middle
        assert np.mean(labels == Y) == pytest.approx(result.finals["train/accuracy"], abs=1e-12)


def test_a_prediction_is_the_formula_of_the_layers(result):
    """W and b taken out of the parameters by hand, layer by layer: W (fan_in, fan_out) row by row, then b."""
    model, X = model_of(result), inputs(result, 5)
    spec, at, a = result.spec, 0, model.scaling.inputs(X)
    for layer, (fan_in, fan_out) in enumerate(zip(result.network.sizes[:-1], result.network.sizes[1:], strict=True)):
        W = result.network.parameters[at : at + fan_in * fan_out].reshape(fan_in, fan_out)
        at += fan_in * fan_out
        b = result.network.parameters[at : at + fan_out] if spec.network.bias else np.zeros(fan_out)
        at += len(b) if spec.network.bias else 0
        is_last = layer == len(result.network.sizes) - 2
        of_layer = None if is_last else activations_of(spec)[layer]
        activation = ACTIVATIONS[of_layer.name if of_layer else spec.network.output](
            **of_layer.settings() if of_layer else {}
        )
        a = activation.value((a @ W + b).T).T
    assert at == len(result.network.parameters)
    tolerance = 1e-12 if spec.dtype == "float64" else 1e-5
    np.testing.assert_allclose(model.predict(X), model.scaling.outputs(a), rtol=tolerance, atol=tolerance)


def test_a_prediction_does_not_depend_on_how_many_are_asked_for(result):
    model, X = model_of(result), inputs(result)
    one_by_one = np.concatenate([model.predict(row[np.newaxis]) for row in X])
    np.testing.assert_allclose(one_by_one, model.predict(X), rtol=1e-6, atol=1e-12)
    assert model.predict(X[:0]).shape == (0, result.network.sizes[-1])
    assert model.predict(X).dtype == np.float64


def test_lists_and_data_frames_are_taken_too(result):
    model, X = model_of(result), inputs(result, 3)
    expected = model.predict(X).tobytes()
    assert model.predict(X.tolist()).tobytes() == expected
    assert model.predict(pd.DataFrame(X)).tobytes() == expected


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.KILLED])
def test_a_run_that_was_not_trained_to_a_network_has_no_model_and_no_digests(outcome):
    untrained = RunResult(3, "key", spec_of("data=xor"), outcome)
    with pytest.raises(ValueError, match=f"run 3 has no trained network: it is {outcome}"):
        model_of(untrained)
    assert untrained.digests == {}


@pytest.mark.parametrize("shape", [(2,), (), (3, 7), (1, 2, 2), (3, 0)])
def test_inputs_of_another_shape_are_refused_with_both_shapes(result, shape):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared
        model_of(result).predict(np.zeros(shape))
    assert str(caught.value) == f"this model takes inputs of shape (n, {result.network.sizes[0]}), got {shape}"


def test_the_classes_come_with_the_model(result, archive):
    expected = {"sine": (), "xor": ("0", "1"), "quadrants": ("same sign", "opposite sign")}[result.spec.data.name]
    assert load_model(archive).classes == expected


def rewritten(archive, change) -> None:
    """The archive with a changed structure."""
    with np.load(archive) as file:
        arrays = dict(file)
    structure = json.loads(str(arrays["structure"]))
    change(structure)
    np.savez(archive, **arrays | {"structure": np.array(json.dumps(structure))})


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda structure: structure.update(activation={"name": "swoosh"}), "activation"),
        (lambda structure: structure.update(output="swoosh"), "activation"),
        (lambda structure: structure.update(loss={"name": "swoosh"}), "loss"),
        (lambda structure: structure.update(fault=["swoosh"]), "fault"),
    ],
    ids=["activation", "output", "loss", "fault"],
)
def test_a_component_that_nobody_registered_is_named_with_what_to_do(archive, change, kind):
    rewritten(archive, change)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared
        load_model(archive)
    assert str(caught.value) == f"this model needs the {kind} 'swoosh'; import its module first"


def test_the_structure_in_the_archive_is_plain_data(result):
    structure = structure_of(result.spec, result.network.sizes, result.network.classes)
    assert json.loads(json.dumps(structure)) == structure
    assert structure["sizes"] == list(result.network.sizes)


def test_an_object_array_in_an_archive_is_refused(archive):
    with np.load(archive) as file:
        arrays = dict(file)
    np.savez(archive, **arrays | {"parameters": np.array([object], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_model(archive)


def test_a_pipe_in_place_of_weights_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "weights.npz")
    with pytest.raises(OSError, match="Not a regular file"):
        load_model(tmp_path / "weights.npz")
