"""The tables of scikit-learn by name: what is in them, and that they are treated as a person's own table is."""

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples, Streams
from runner.datasets.samples import DataError
from runner.runs.data import prepare
from tests.runner.building import BUNDLED, checked, refusal, spec_of, trained

QUICK = ("training.epochs=2", "training.evaluations=1", "tracking.plots=none")
CLASSES = {
    "iris": ("setosa", "versicolor", "virginica"), "wine": ("class_0", "class_1", "class_2"),
    "breast_cancer": ("benign", "malignant"), "digits": tuple("0123456789"), "diabetes": (),
}  # fmt: skip


def make(name: str, **settings) -> Samples:
    return DATASETS[name](Streams(np.random.default_rng(0), np.random.default_rng(0)), **settings)


@pytest.mark.parametrize(
    ("name", "shape", "first", "target"),
    [
        ("iris", (150, 4), (5.1, 3.5, 1.4, 0.2), 0),
        ("wine", (178, 13), (14.23, 1.71, 2.43), 0),
        ("breast_cancer", (569, 30), (17.99, 10.38, 122.8), 1),
        ("digits", (1797, 61), (0.0, 5.0, 13.0, 9.0, 1.0), 0),
        ("diabetes", (442, 10), (59.0, 2.0, 32.1, 101.0), 151.0),
    ],
)
def test_a_table_has_the_rows_that_are_published(name, shape, first, target):
    """The first row of each file, as it stands there; three pixels of the digits are 0 in every image."""
    samples = make(name)
    assert samples.X.shape == shape and samples.classes == CLASSES[name]
    assert tuple(samples.X[0, : len(first)]) == first and samples.Y.ravel()[0] == target
    assert samples.encoding and samples.encoding.input_names == samples.input_names


@pytest.mark.parametrize("name", BUNDLED)
def test_a_run_on_it_is_one_on_a_table(name):
    spec = spec_of(f"data={name}")
    data = prepare(spec)
    assert (spec.network.hidden, spec.activation.name, spec.optimizer.name) == ((100,), "relu", "adam")
    assert spec.training.patience == 20 and len(data.X_validation) > 0 and len(data.X_test) > 0
    np.testing.assert_allclose(data.X_train.mean(axis=0), 0, atol=1e-9)
    again = prepare(spec_of(f"data={name}", "seed=1"))
    assert np.array_equal(data.split.test, again.split.test), "all seeds are tested on the same rows"
    finals = trained(f"data={name}", *QUICK).finals
    assert any(key.startswith(("baseline/logistic", "baseline/linear")) for key in finals)


def test_it_says_what_was_read_and_nothing_of_settings_that_it_lacks():
    notes = checked("data=digits").notes
    told = "1797 rows, 61 features (61 numbers), target digit: classification, 10 classes; a table of scikit-learn"
    assert notes[0] == f"read as: {told}"
    assert "left out: pixel_0_0, pixel_4_0, pixel_4_7 (always the same)" in notes
    assert not [note for note in notes if note.startswith("target ") or "data.task" in note]


def test_some_of_its_columns_can_be_chosen():
    assert make("iris", features=("petal*",)).input_names == ("petal length (cm)", "petal width (cm)")
    assert "sex" not in make("diabetes", drop=("sex",)).input_names
    with pytest.raises(DataError, match="names 'petals', which is not a column"):
        make("iris", features=("petals",))
    assert refusal("data=iris", "data.features=[petals]").startswith("data.features")
    assert "data.target is not a setting" in refusal("data=iris", "data.target=species")


def test_their_digest_is_that_of_the_contents():
    assert len({make(name).digest for name in BUNDLED}) == 5
