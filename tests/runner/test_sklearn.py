"""The estimators: scikit-learn's own contract, and the numbers of the program."""

import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_moons, make_regression
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from runner.runs.model import load_model
from runner.runs.result import RunResult
from runner.runs.weights import write_weights
from runner.sklearn import KEYS, NetworkClassifier, NetworkRegressor
from runner.train.fitting import config_with
from tests.end_to_end.program import ROOT, environment
from tests.runner.building import trained

MOONS = make_moons(80, noise=0.2, random_state=1)
NUMBERS = make_regression(60, 3, noise=1, random_state=2)


def failing(estimator: Any) -> dict[str, str]:
    """The checks of scikit-learn that an estimator does not pass, or that are skipped, and why."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = check_estimator(estimator, on_fail=None, on_skip=None)
    assert len(found) > 45
    return {one["check_name"]: repr(one["exception"]) for one in found if one["status"] != "passed"}


@pytest.mark.parametrize("estimator", [NetworkClassifier(), NetworkRegressor()], ids=["classifier", "regressor"])
def test_every_check_of_scikit_learn_is_passed_that_its_own_estimators_pass(estimator):
    """One is skipped for all estimators, as it needs a variable in the environment."""
    assert set(failing(estimator)) <= set(failing(LogisticRegression()))


@pytest.mark.parametrize(
    "parameters",
    [
        {"hidden": ()},
        {"hidden": (6, 4), "activation": "tanh", "mode": "online", "epochs": 2},
        {"patience": 5, "dtype": "float32"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [NetworkClassifier, NetworkRegressor])
def test_other_settings_pass_the_checks_too(kind, parameters):
    others = {"settings": {"dtype": parameters.pop("dtype")}} if "dtype" in parameters else {}
    poor = {"check_classifiers_train", "check_regressors_train"}  # for what cannot learn well
    assert set(failing(kind(**parameters, **others))) - poor == {"check_array_api_input"}


def in_the_program(tmp_path: Path, X: Any, y: Any, *overrides: str) -> RunResult:
    """The run of `python -m runner` on the same rows as a file."""
    table = pd.DataFrame(X, columns=[f"x{place}" for place in range(X.shape[1])]).assign(y=y)
    table.to_csv(tmp_path / "rows.csv", index=False)
    data = [f"data.path={tmp_path / 'rows.csv'}", "data.target=y", "data.test_fraction=0", "tracking.plots=none"]
    return trained("data=table", *data, *overrides)


OTHER_UNITS = ("network.hidden=[6,4]", "activation=leaky_relu", "activation.slope=0.1", "optimizer=sgd", "seed=3")
STOPPED = ("training.patience=10", "training.restore_best=true", "data.validation_fraction=0.2")
CASES = [
    (NetworkClassifier(), MOONS, ["data.validation_fraction=0"]),
    (
        NetworkClassifier((6, 4), activation={"name": "leaky_relu", "slope": 0.1}, optimizer="sgd", random_state=3),
        (MOONS[0], np.where(MOONS[1], "right", "left")),
        ["data.validation_fraction=0", *OTHER_UNITS],
    ),
    (
        NetworkRegressor(patience=10, epochs=50, l2=0.01, settings={"training.clip_norm": 1.0}),
        NUMBERS,
        [*STOPPED, "training.epochs=50", "training.l2=0.01", "training.clip_norm=1.0"],
    ),
]


@pytest.mark.parametrize(("estimator", "rows", "overrides"), CASES, ids=["classes", "names", "numbers"])
def test_an_estimator_has_the_bits_of_the_program_with_the_same_settings(estimator, rows, overrides, tmp_path):
    found = in_the_program(tmp_path, *rows, *["network.hidden=[8]", *overrides])
    fitted = clone(estimator).fit(*rows)
    assert found.network is not None and found.network.parameters.tobytes() == fitted.weights_.parameters.tobytes()
    assert fitted.history_ == {name: list(values) for name, values in found.history.items()}
    (tmp_path / "weights.npz").write_bytes(write_weights(fitted.weights_))
    outputs = load_model(tmp_path / "weights.npz").outputs(rows[0])
    if isinstance(fitted, NetworkRegressor):
        assert (outputs[:, 0] == fitted.predict(rows[0])).all()
    else:
        assert (outputs[:, 0] == fitted.predict_proba(rows[0])[:, 1]).all()


def test_the_defaults_of_an_estimator_are_those_of_conf():
    """All but the units, which are few, and what needs rows that are held out."""
    usual = NetworkClassifier().get_params()
    config: dict[str, Any] = config_with({})
    for name, key in KEYS.items():
        section, _, setting = key.rpartition(".")
        value = config[section][setting] if section else config[key]
        value = value["name"] if isinstance(value, dict) else value
        assert usual[name] == value or name in ("hidden", "patience", "validation_fraction"), name


def test_a_grid_of_settings_is_searched_in_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), NetworkClassifier(epochs=60))
    grid = {
        "networkclassifier__hidden": [(2,), (8,)],
        "networkclassifier__learning_rate": np.logspace(-3, -1, 2),
        "networkclassifier__epochs": np.array([20, 60]),
    }
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(*MOONS)
    assert search.best_score_ > 0.8 and search.best_params_["networkclassifier__learning_rate"] == 0.1
    assert cross_val_score(NetworkRegressor(), *NUMBERS).mean() > 0.95


def test_a_setting_that_diverges_in_a_grid_is_a_failed_fit_and_not_a_score():
    search = GridSearchCV(NetworkRegressor(optimizer="sgd"), {"learning_rate": [0.05, 1e6]}, cv=2)
    told = r"training diverged: [^\n]* learning_rate was 1e\+06"
    with pytest.warns(UserWarning, match="non-finite"), pytest.warns(FitFailedWarning, match=told):
        search.fit(*NUMBERS)
    assert np.isnan(search.cv_results_["mean_test_score"][1]) and search.best_params_ == {"learning_rate": 0.05}


def test_tables_and_classes_of_any_type_keep_their_names():
    iris = load_iris(as_frame=True)
    names = iris.target.map(dict(enumerate(iris.target_names)))
    fitted = NetworkClassifier(random_state=1).fit(iris.data, names)
    assert list(fitted.classes_) == ["setosa", "versicolor", "virginica"] and fitted.score(iris.data, names) > 0.95
    assert list(fitted.feature_names_in_) == list(iris.data.columns) and fitted.n_features_in_ == 4
    assert [W.shape for W in fitted.coefs_] == [(4, 8), (8, 3)] and [b.shape for b in fitted.intercepts_] == [
        (8,),
        (3,),
    ]
    assert fitted.predict_proba(iris.data).sum(axis=1) == pytest.approx(1) and fitted.n_iter_ == 200
    assert fitted.loss_curve_[-1] < 0.2 * fitted.loss_curve_[0] and fitted.history_["step"][-1] == 200 * 5
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(iris.data.rename(columns=str.upper))


def test_columns_of_text_are_encoded_in_a_pipeline():
    table = pd.DataFrame({"colour": ["red", "blue"] * 30})
    pipeline = make_pipeline(OneHotEncoder(sparse_output=False), NetworkClassifier())
    assert pipeline.fit(table, table["colour"] == "red").predict(table[:2]).tolist() == [True, False]


def test_several_targets_are_learned_at_once():
    X = np.linspace(-2, 2, 100)[:, np.newaxis]
    y = np.column_stack([np.sin(X[:, 0]), X[:, 0] ** 2])
    fitted = NetworkRegressor((16,)).fit(X, y)
    assert fitted.predict(X).shape == (100, 2) and fitted.score(X, y) > 0.95


@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("size", [(12, 1), (300, 20)])
def test_what_is_chosen_is_what_most_speaks_for(n_classes, size):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=size), np.arange(size[0]) % n_classes * 10
    for fitted in (NetworkClassifier(epochs=5).fit(X, y), NetworkClassifier(output="tanh", epochs=5).fit(X, y)):
        decision = fitted.decision_function(X)
        numbers = (decision > 0).astype(int) if n_classes == 2 else decision.argmax(axis=1)
        assert (fitted.classes_[numbers] == fitted.predict(X)).all()
    assert hasattr(NetworkClassifier(), "predict_proba") and not hasattr(fitted, "predict_proba")


def test_the_random_state_is_the_seed():
    first, again, other = (NetworkClassifier(epochs=3, random_state=seed).fit(*MOONS) for seed in (1, np.int64(1), 2))
    assert (first.weights_.parameters == again.weights_.parameters).all()
    assert (first.weights_.parameters != other.weights_.parameters).any()
    drawn = [NetworkClassifier(epochs=3, random_state=np.random.RandomState(5)).fit(*MOONS) for _ in range(2)]
    assert (drawn[0].weights_.parameters == drawn[1].weights_.parameters).all()


def test_a_fitted_estimator_is_pickled_cloned_and_changed():
    fitted = NetworkRegressor(activation="elu", epochs=20).fit(*NUMBERS)
    assert (pickle.loads(pickle.dumps(fitted)).predict(NUMBERS[0]) == fitted.predict(NUMBERS[0])).all()
    assert clone(fitted).get_params() == fitted.get_params() and not hasattr(clone(fitted), "weights_")
    assert fitted.set_params(hidden=[3]).fit(*NUMBERS).coefs_[0].shape == (3, 3)


REFUSED = {
    "epochs must be >= 1, got 0": {"epochs": 0},
    "activation is unknown: 'reluu' (did you mean relu, elu or selu?)": {"activation": "reluu"},
    "hidden[0] must be > 0, got 0": {"hidden": (0,)},
    "output=softmax needs classes": {"output": "softmax"},
    "batch_size must be <= the 60 training samples": {"batch_size": 61},
    "settings: learning_rate is the parameter learning_rate": {"settings": {"learning_rate": 0.1}},
    "settings: data.path is not a setting of an estimator": {"settings": {"data.path": "x.csv"}},
    "settings: 1 is not a setting of an estimator": {"settings": {1: 2}},
    "settings must map keys to values, such as": {"settings": "training.l1"},
    "training.clip is not a setting": {"settings": {"training.clip": 1.0}},
    "validation_fraction of 0.001 leaves no validation sample": {"patience": 3, "validation_fraction": 0.001},
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_cannot_be_used_is_refused_by_the_name_of_its_parameter(told):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the sentence is compared whole
        NetworkRegressor(**REFUSED[told]).fit(*NUMBERS)
    assert told in str(caught.value)


def test_gaps_and_a_single_class_are_refused():
    X, y = MOONS
    with pytest.raises(ValueError, match="contains NaN"):
        NetworkClassifier().fit(np.where(X > 1, np.nan, X), y)
    with pytest.raises(ValueError, match="one class only, 'a', so there is nothing to classify"):
        NetworkClassifier().fit(X, np.full(len(X), "a"))


def test_nothing_is_written_and_neither_mlflow_nor_hydra_is_imported(tmp_path):
    program = (
        "import sys; from runner.sklearn import NetworkRegressor as R; R(epochs=1).fit([[0.], [1.]], [0, 1]); "
        "print({'mlflow', 'hydra', 'omegaconf', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n" and not list(tmp_path.iterdir()), ROOT
