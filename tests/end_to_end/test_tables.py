"""From a person's file to a network, a sweep and predictions, through the real command line."""

import io
import json
import os
import shlex
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest

from runner.findings.loading import load_sweep
from runner.runs.model import load_model
from tests.end_to_end.program import environment, make_store, run_runner, wait_until
from tests.end_to_end.store import Store

N = 80


def flowers() -> pd.DataFrame:
    """Two kinds that differ by a number and a colour, with gaps, a name for each row and a constant."""
    rng = np.random.default_rng(3)
    kind = np.repeat(["lily", "rose"], N // 2)
    length = np.where(kind == "rose", 3.0, 1.0) + rng.normal(0, 0.4, N)
    colour = np.where(rng.random(N) < 0.8, np.where(kind == "rose", "red", "white"), "pink")
    frame = pd.DataFrame({"id": [f"f{place}" for place in range(N)], "length": length.round(3), "colour": colour})
    frame["note"], frame["kind"] = "ok", kind
    frame.loc[[5, 50], "length"] = np.nan
    return frame.sample(frac=1, random_state=0, ignore_index=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    make_store(folder)
    flowers().to_csv(folder / "flowers.csv", index=False, sep=";", decimal=",")
    table = "data=table", "data.path=flowers.csv", "data.target=kind", "training.epochs=30"
    done = run_runner("-m", *table, "activation=tanh,relu", "seed=range(2)", "workers=1", cwd=folder)
    (folder / "said.txt").write_text(done.stdout)
    assert done.returncode == 0, done.stderr
    return folder


def best_of(folder: Path) -> str:
    (parent,) = Store(folder).parents()
    return parent.data.tags["best_run"]


def test_what_was_read_and_chosen_is_said_before_training(trained: Path) -> None:
    said = (trained / "said.txt").read_text()
    assert "read as: 80 rows, 2 features (1 number, 1 one-hot), target kind: classification, 2 classes" in said
    assert "separator ';', decimal ','" in said
    assert "auto: 100 units, adam 0.01" in said and "stops when the validation cost has not improved" in said
    left_out = [line for line in said.splitlines() if line.startswith("left out")]
    assert left_out == ["left out: id (text with many values)", "left out: note (always the same)"]


def test_a_run_has_validation_scores_and_ranks_by_them(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trained)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained / 'mlflow.db'}")  # MLflow keeps stores by address
    sweep = load_sweep()
    assert {one.scored_on for one in sweep.results} == {"validation"}
    for one in sweep.results:
        assert {"validation/cost", "validation/accuracy", "test/accuracy"} <= one.history.keys()
        assert one.data is not None and (*one.data.n_samples, one.data.n_validation) == (48, 20, 12)
        assert one.restored is not None and one.restored <= one.last_step
        assert one.finals["validation/cost"] == min(one.history["validation/cost"])
    store = Store(trained)
    (parent,) = store.parents()
    assert all("final/validation_accuracy" in run.data.metrics for run in store.children(parent))


def test_the_stored_model_takes_columns_in_any_order_and_answers_names(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trained)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{trained / 'mlflow.db'}")
    mlflow.set_tracking_uri(f"sqlite:///{trained / 'mlflow.db'}")
    model, frame = mlflow.pyfunc.load_model(f"runs:/{best_of(trained)}/model"), flowers()
    expected = model.predict(frame[["length", "colour"]])
    assert (expected["kind"] == frame["kind"]).mean() > 0.9
    pd.testing.assert_frame_equal(model.predict(frame[["colour", "length"]]), expected)
    texts = frame[["colour", "length"]].assign(length=frame["length"].map(lambda one: "" if one != one else str(one)))
    pd.testing.assert_frame_equal(model.predict(texts), expected)
    shares = model.predict(frame[["length", "colour"]], params={"probabilities": True})
    assert list(shares) == ["kind", "kind=lily", "kind=rose"]
    np.testing.assert_allclose(shares["kind=lily"] + shares["kind=rose"], 1)
    with pytest.raises(Exception, match=r"missing inputs \['length', 'colour'\]"):
        model.predict(frame[["id"]])


def test_predictions_of_a_file_are_written_beside_its_columns(trained: Path) -> None:
    run = best_of(trained)
    flowers().drop(columns=["kind", "note"]).to_csv(trained / "new.csv", index=False)
    done = run_runner(run, "new.csv", "--probabilities", cwd=trained, module="runner.predict")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "new_predicted.csv: 80 rows with predictions of kind\n"
    written = pd.read_csv(trained / "new_predicted.csv")
    assert list(written) == ["id", "length", "colour", "kind_predicted", "kind=lily", "kind=rose"]
    assert (written["kind_predicted"] == flowers()["kind"]).mean() > 0.9
    again = run_runner(run, "new.csv", cwd=trained, module="runner.predict")
    assert again.returncode == 1
    assert "new_predicted.csv is there already; --out new_predicted.csv replaces it" in again.stderr


def test_predictions_go_to_a_pipe_and_are_scored_where_the_target_is_known(trained: Path) -> None:
    sweep = next((trained / "outputs").glob("20*")).name
    piped = run_runner("flowers.csv", "--out", "-", cwd=trained, module="runner.predict")
    assert piped.returncode == 0 and "the best of 4 runs: " in piped.stderr
    assert "missing values, filled as in training: length 2\n" in piped.stderr
    assert (pd.read_csv(io.StringIO(piped.stdout), sep=";")["kind_predicted"] == flowers()["kind"]).mean() > 0.9
    done = run_runner(sweep, "flowers.csv", "--out", "all.csv", cwd=trained, module="runner.predict")
    assert done.stdout.splitlines()[1].startswith("accuracy ")
    assert done.stdout.splitlines()[1].endswith("on the 80 rows that have kind, including those it was trained on")


def test_a_file_that_can_be_read_in_two_ways_is_refused_with_commands_that_work(trained: Path) -> None:
    """Answers are written as the file is: decimal commas between semicolons."""
    (trained / "unclear.csv").write_text("length;colour\n1,125;white\n3,125;red\n")
    arguments = best_of(trained), "unclear.csv", "--out", "clear.csv"
    done = run_runner(*arguments, cwd=trained, module="runner.predict")
    assert done.returncode == 1
    assert "unclear.csv: data.decimal is unclear: '1,125' could be a decimal comma or thousands" in done.stderr
    command = done.stderr.partition("where a comma begins the decimals:\n")[2].splitlines()[0]
    done = run_runner(*shlex.split(command)[3:], cwd=trained, module="runner.predict")
    assert done.stdout == "clear.csv: 2 rows with predictions of kind\n"
    expected = "length;colour;kind_predicted\n1,125;white;lily\n3,125;red;rose\n"
    assert (trained / "clear.csv").read_text() == expected
    done = run_runner(*arguments, "data.decimal=,", cwd=trained, module="runner.predict")
    assert (trained / "clear.csv").read_text() == expected
    done = run_runner(*arguments[:2], "--out", "./unclear.csv", cwd=trained, module="runner.predict")
    assert done.returncode == 1 and "--out ./unclear.csv is the file with the rows" in done.stderr
    done = run_runner(*arguments[:2], "--out", "clear.xlsx", cwd=trained, module="runner.predict")
    assert done.returncode == 1 and "--out clear.xlsx: predictions are written as CSV; name it clear.csv" in done.stderr


@pytest.mark.slow
def test_a_served_model_answers_json(trained: Path) -> None:
    """`mlflow models serve` on the loopback, as a person would start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = f"runs:/{best_of(trained)}/model"
    words = ["models", "serve", "-m", model, "--env-manager", "local", "-h", "127.0.0.1", "-p", str(port)]
    uri = {"MLFLOW_TRACKING_URI": f"sqlite:///{trained / 'mlflow.db'}"}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    server = subprocess.Popen([sys.executable, "-m", "mlflow", *words], env=environment(uri | {"PATH": path}))
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/ping"), "the server answers", 60)
        split = {"columns": ["colour", "length"], "data": [["red", 3.1], ["white", None]]}
        answered = _posted(address, {"dataframe_split": split, "params": {"probabilities": True}})
        assert [row["kind"] for row in answered] == ["rose", "lily"]
        assert all(0.99 < row["kind=lily"] + row["kind=rose"] < 1.01 for row in answered)
        assert _posted(address, {"dataframe_records": [{"length": "0.9", "colour": "white"}]}) == [{"kind": "lily"}]
    finally:
        server.terminate()
        server.wait(30)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _posted(address: str, payload: dict[str, object]) -> list[dict[str, object]]:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/invocations", json.dumps(payload).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["predictions"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "flowers.csv"), "nothing"),
        (("{run}", "none.csv"), "'none.csv' does not exist"),
        (("{run}", "bare.csv"), "bare.csv has no column 'colour'"),
        ((), "the following arguments are required: file"),
    ],
    ids=str,
)
def test_what_cannot_be_predicted_is_refused_in_one_message(
    trained: Path, arguments: tuple[str, ...], message: str
) -> None:
    (trained / "bare.csv").write_text("length\n1.5\n2.5\n")
    run = best_of(trained)
    given = [argument.format(run=run) for argument in arguments]
    done = run_runner(*given, "--out", "x.csv", cwd=trained, module="runner.predict")
    assert done.returncode == 1 and message in done.stderr and done.stderr.count("error:") == 1
    assert not (trained / "x.csv").exists()


def test_weights_keep_the_columns_as_plain_data(trained: Path) -> None:
    path = next(Path(trained).rglob(f"{best_of(trained)}/artifacts/weights.npz"))
    model = load_model(path)
    assert model.encoding is not None and model.encoding.input_names == (
        "length", "colour=pink", "colour=red", "colour=white",
    )  # fmt: skip
    with np.load(path) as arrays:
        assert json.loads(str(arrays["encoding"])) == json.loads(json.dumps(model.encoding.plain()))
        assert arrays["x_fill"].shape == (4,)


def test_rows_that_were_learned_with_wrong_labels_are_known_again(trained: Path) -> None:
    done = run_runner("data=table", "data.path=flowers.csv", "data.label_noise=0.2", "training.epochs=2", cwd=trained)
    assert done.returncode == 0, done.stderr
    run = done.stdout.partition("run id ")[2].split()[0]
    done = run_runner(run, "flowers.csv", "--out", "again.csv", cwd=trained, module="runner.predict")
    assert done.stdout.splitlines()[1].endswith(", including those it was trained on")
