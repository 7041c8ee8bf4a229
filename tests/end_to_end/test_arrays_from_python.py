"""Arrays and frames that are handed to a call: kept by what is in them, learned like files, and found again later."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import runner
from tests.end_to_end.program import run_runner, train
from tests.end_to_end.test_from_python import BRIEF, in_folder  # noqa: F401

pytestmark = pytest.mark.thorough

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
CLASSES = np.where(X[:, 0] * X[:, 1] > 0, "yes", "no")
FRAME = pd.DataFrame({"size": X[:, 0], "kind": ["a", "b", "c"] * 20, "price": 2 * X[:, 0] + X[:, 1]})


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "outputs" / "arrays").iterdir())


def test_equal_arrays_are_one_file_and_equal_runs(in_folder) -> None:  # noqa: F811
    folder = in_folder("arrays")
    first, second = (runner.sweep(data=(X, CLASSES), seed=range(2), **BRIEF) for _ in range(2))
    assert [one.key for one in first.results] == [one.key for one in second.results]
    other = runner.run(data=(X, CLASSES[::-1]), **BRIEF)
    assert len(files(folder)) == 2 and other.results[0].key not in {one.key for one in first.results}


def test_a_file_of_numpy_is_the_same_data_as_the_arrays(in_folder) -> None:  # noqa: F811
    folder = in_folder("file")
    np.savez(folder / "mine.npz", X=X, y=CLASSES)
    train("data=arrays", "data.path=mine.npz", "training.epochs=20", cwd=folder)
    (of_file,), (of_call,) = runner.load().results, runner.run(data=(X, CLASSES), **BRIEF).results
    assert of_file.digests == of_call.digests


def test_later_commands_find_the_arrays(in_folder) -> None:  # noqa: F811
    folder = in_folder("later")
    found = runner.sweep(data=(X, CLASSES), seed=range(3), **BRIEF)
    for command, name in (("reproduce", found.best.id), ("explore", found.id), ("diagnose", found.id)):
        done = run_runner(name, module=f"runner.{command}", cwd=folder)
        assert done.returncode in (0, 3), done.stdout + done.stderr
        assert "error" not in done.stderr
    (folder / "new.csv").write_text("x1,x2,x3\n1,1,0\n-1,1,0\n")
    done = run_runner(found.best.id, "new.csv", "--out", "-", module="runner.predict", cwd=folder)
    assert done.stdout.splitlines()[0] == "x1,x2,x3,y_predicted"


def test_a_frame_is_a_table_with_its_names_and_categories(in_folder) -> None:  # noqa: F811
    in_folder("frame")
    found = runner.sweep(data=FRAME, target="price", activation=["relu", "tanh"], **BRIEF)
    assert {one.spec.data.name for one in found.results} == {"table"}
    assert found.best.result.network.encoding.input_names == ("size", "kind=a", "kind=b", "kind=c")
    assert list(found.best.model.predict(FRAME.head(3)).columns) == ["price"]


def test_a_frame_of_inputs_with_text_is_a_table_too_and_one_of_numbers_keeps_its_names(in_folder) -> None:  # noqa: F811
    in_folder("pair")
    mixed = runner.run(data=(FRAME[["size", "kind"]], FRAME["price"]), **BRIEF).results[0]
    assert (mixed.spec.data.name, mixed.network.encoding.target) == ("table", "price")
    plain = runner.run(data=(FRAME[["size"]], FRAME["price"]), **BRIEF).results[0]
    assert (plain.spec.data.name, plain.network.encoding.input_names) == ("arrays", ("size",))


def test_a_frame_of_numbers_truth_values_and_nullable_numbers_is_an_array(in_folder) -> None:  # noqa: F811
    in_folder("mixed")
    whole = pd.array(np.arange(60) % 3, dtype="Int64")
    frame = pd.DataFrame({"size": X[:, 0], "sold": X[:, 1] > 0, "rooms": whole})
    found = runner.run(data=(frame, CLASSES), **BRIEF).results[0]
    same = runner.run(data=(frame.astype(float), CLASSES), **BRIEF).results[0]
    assert found.network.encoding.input_names == ("size", "sold", "rooms")
    assert found.key == same.key


def test_several_targets_are_learned_at_once(in_folder) -> None:  # noqa: F811
    in_folder("several")
    found = runner.run(data=(X, X[:, :2] ** 2), **BRIEF)
    assert found.best.model.predict(X[:5]).shape == (5, 2)


@pytest.mark.parametrize(
    ("data", "target", "sentence"),
    [
        (FRAME, None, "target is missing: which of the columns size, kind, price is learned?"),
        (FRAME, "prize", "target 'prize' is not a column; the columns are size, kind, price"),
        (X, None, "data has an array without its targets; give both: data=(X, y)"),
        ((X, CLASSES[:5]), None, "data=(X, y) has 60 rows in X and 5 in y"),
        ((np.array([[object()]]), [1]), None, "X holds objects; numbers are needed, or for classes text"),
        (([[1, 2], [3]], [1, 2]), None, "data=(X, y) needs arrays"),
        ((np.where(X > 2, np.nan, X), CLASSES), None, "has missing values (NaN) in"),
        ((np.where(X > 2, np.inf, X), CLASSES), None, "has infinite values in X, the first in row "),
        ((X, np.ones(60)), None, "is 1 in every row: there is nothing to learn"),
        ((CLASSES, CLASSES), None, "has text or objects in X"),
        ([X, CLASSES], None, "data has arrays in a list; data=(X, y) is one data set"),
        ((X * 1j, CLASSES), None, "X holds values of complex128"),
        ((csr_array(X), CLASSES), None, "X is a sparse matrix, and the networks here are dense: X.toarray()"),
        ((FRAME[["kind"]], CLASSES[:5]), None, "data=(X, y) has 60 rows in X and 5 in y"),
        ((FRAME, np.arange(60) % 2), "price", "X has a column 'price', and so is y called; target=... names it"),
        ((FRAME[["size", "size"]], CLASSES), None, "X has several columns 'size'"),
        (FRAME.assign(size=1j), "price", "data has a column that cannot be kept"),
        ((X[:3], CLASSES[:3]), None, "has 3 rows, and 4 are needed"),
    ],
)
def test_what_cannot_be_learned_from_is_one_sentence(data, target, sentence, in_folder) -> None:  # noqa: F811
    in_folder("wrong")
    with pytest.raises(runner.UserError) as raised:
        runner.run(data=data, target=target)
    assert sentence in str(raised.value)
