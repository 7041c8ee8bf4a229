"""Files of someone else (weights, tables, results) run no code; what is not plain data is refused with one message."""

import io
import json
import os
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from runner.base.formats import read_history, read_yaml
from runner.plan.first_weights import read_start
from runner.runs import result
from runner.runs.model import load_model
from runner.runs.snapshots import read_snapshots
from tests.end_to_end.program import make_store, run_runner, said
from tests.runner.building import refusal, trained


class Harm:
    """What makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return Path("HARM").mkdir, ()


def test_the_harm_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pickle.loads(pickle.dumps(Harm()))
    assert Path("HARM").is_dir()


def archive(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays)
    return buffer.getvalue()


def pickled(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(f"{name}.npy", pickle.dumps(Harm()))
    return buffer.getvalue()


OBJECTS = np.array([Harm()], dtype=object)
PARTS = ("x_shift", "x_scale", "y_shift", "y_scale", "parameters", "structure", "about")
ARCHIVES = {
    "objects for arrays": lambda: archive(**dict.fromkeys(PARTS, OBJECTS)),
    "a pickle": lambda: pickle.dumps(Harm()),
    "a pickle inside": lambda: pickled("structure", "about", "X", "y"),
    "an array of objects": lambda: archive(parameters=OBJECTS, structure=np.array("{}")),
    "nothing": lambda: b"",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", ARCHIVES)
def test_weights_of_someone_else_run_no_code(folder: Path, kind: str) -> None:
    path = folder / "weights.npz"
    path.write_bytes(ARCHIVES[kind]())
    with pytest.raises(ValueError, match=r"weights\.npz is not the weights\.npz of a run"):
        load_model(path)
    assert not (folder / "HARM").exists()


def test_snapshots_of_someone_else_run_no_code(folder: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, OBJECTS, allow_pickle=True)
    for content in (buffer.getvalue(), pickle.dumps(Harm()), *(make() for make in ARCHIVES.values())):
        with pytest.raises(ValueError, match=r"snapshots\.npy"):
            read_snapshots(content)
    assert not (folder / "HARM").exists()


@pytest.mark.parametrize("kind", ARCHIVES)
def test_results_of_someone_else_run_no_code(folder: Path, kind: str) -> None:
    path = folder / "00000.npz"
    path.write_bytes(ARCHIVES[kind]())
    with pytest.raises(ValueError, match=r"00000\.npz is not a complete file of results"):
        result.load(path)
    assert not (folder / "HARM").exists()


@pytest.mark.parametrize("name", ["../../outside.png", "/outside.png", "a/b.png", "..", ""])
def test_a_picture_in_results_of_someone_else_cannot_leave_its_folder(folder: Path, name: str) -> None:
    one = trained("data=xor", "training.epochs=1", "tracking.plots=none", "tracking.report=false")
    result.save(folder / "00000.npz", [replace(one, pictures={name: b"x"})])
    with pytest.raises(ValueError, match="is not the name of a picture"):
        result.load(folder / "00000.npz")


def test_starting_from_weights_of_someone_else_is_refused_on_the_command_line(folder: Path) -> None:
    (folder / "weights.npz").write_bytes(ARCHIVES["objects for arrays"]())
    check_refused(folder, ["network.start=weights.npz"], "network.start=weights.npz is not the weights.npz of a run")


@pytest.mark.parametrize("kind", ["a pickle", "an array of objects"])
def test_a_table_that_is_none_runs_no_code(folder: Path, kind: str) -> None:
    (folder / "t.csv").write_bytes(ARCHIVES[kind]())
    check_refused(folder, ["data=csv", "data.path=t.csv"], "data.path")


@pytest.mark.parametrize("kind", ARCHIVES)
def test_arrays_of_someone_else_run_no_code(folder: Path, kind: str) -> None:
    (folder / "t.npz").write_bytes(ARCHIVES[kind]())
    assert refusal("data=arrays", "data.path=t.npz").startswith("data.path ")
    assert not (folder / "HARM").exists()


def test_formulas_and_code_in_a_table_are_text(folder: Path) -> None:
    (folder / "t.csv").write_text("a,b,y\n" + "1,2,__import__('os').mkdir('HARM')\n2,1,=cmd|calc\n" * 9)
    make_store(folder)
    done = run_runner("data=csv", "data.path=t.csv", "training.epochs=1", "workers=1", cwd=folder)
    assert done.returncode == 0, said(done)
    assert not (folder / "HARM").exists()


@pytest.mark.parametrize("tag", ["object/apply:os.mkdir ['HARM']", "name:os.mkdir", "object/new:os.mkdir ['HARM']"])
def test_a_config_with_tags_of_python_is_refused(folder: Path, tag: str) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "config.yaml").write_text(f"seed: !!python/{tag}\n")
    check_refused(folder, ["--config-path", str(folder / "other")], "not plain YAML")


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
ENDLESS = {"a bomb of aliases": BOMB, "a list in itself": "seed: &a [*a]\n", "a deep list": "[" * 500 + "]" * 500}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_config_of_someone_else_that_is_endless_is_refused_at_once(folder: Path, kind: str) -> None:
    (folder / "other" / "case").mkdir(parents=True)
    (folder / "other" / "case" / "evil.yaml").write_text(ENDLESS[kind])
    check_refused(folder, ["--config-dir=other", "case=evil"], "a config file cannot be read")


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_stored_config_that_is_endless_is_refused_at_once(kind: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(ENDLESS[kind].encode())


def of_depth(levels: int) -> bytes:
    return ("[" * levels + "]" * levels).encode()


def of_values(times: int) -> bytes:
    """A list of a thousand values, which stands there so many times."""
    return f"a: &a [{'x,' * 999}]\nb: [{'*a,' * times}]\n".encode()


@pytest.mark.parametrize(("largest", "too_large"), [(of_depth(100), of_depth(101)), (of_values(995), of_values(1001))])
def test_a_config_has_at_most_a_hundred_levels_and_a_million_values(largest: bytes, too_large: bytes) -> None:
    read_yaml(largest)
    with pytest.raises(yaml.YAMLError, match="more than"):
        read_yaml(too_large)


def test_a_pipe_in_place_of_a_config_is_an_error_and_is_not_waited_for(folder: Path) -> None:
    (folder / "other" / "case").mkdir(parents=True)
    os.mkfifo(folder / "other" / "case" / "evil.yaml")
    check_refused(folder, ["--config-dir=other", "case=evil"], "evil")


def test_a_model_of_someone_else_is_loaded_by_mlflow_with_the_code_that_it_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What docs/security.md warns of; `load_model` of weights runs nothing, as is shown above."""
    import mlflow.pyfunc

    (folder / "model").mkdir()
    (folder / "model" / "MLmodel").write_text("flavors: {python_function: {loader_module: evil_loader}}\n")
    (folder / "evil_loader.py").write_text("import os\nos.mkdir('HARM')\n")
    monkeypatch.syspath_prepend(folder)
    with pytest.raises(AttributeError, match="_load_pyfunc"):
        mlflow.pyfunc.load_model("model")
    assert Path("HARM").is_dir()


def test_aliases_that_stay_small_are_read() -> None:
    assert read_yaml(b"a: &a {x: 1}\nb: *a\nc: {<<: *a}\n") == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1}}


def inflated() -> bytes:
    """Weights of 20 KB that would unpack to 20 MB."""
    structure = json.dumps({"sizes": [1, 1250000, 1], "bias": False})
    buffer = io.BytesIO()
    np.savez_compressed(buffer, structure=np.array(structure), parameters=np.zeros(2_500_000))
    return buffer.getvalue()


def test_weights_that_would_unpack_to_much_more_are_refused_before_they_are_read(folder: Path) -> None:
    (folder / "weights.npz").write_bytes(inflated())
    tracemalloc.start()
    found = read_start("weights.npz")
    with pytest.raises(ValueError, match="unpack"):
        load_model("weights.npz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "would unpack from" in str(found) and peak < 10e6


def test_a_pipe_in_place_of_a_stored_config_is_an_error_and_is_not_waited_for(folder: Path) -> None:
    make_store(folder)
    done = run_runner("data=xor", "training.epochs=1", "tracking.plots=none", "tracking.report=false", cwd=folder)
    assert done.returncode == 0, said(done)
    (config,) = (folder / "mlruns").rglob("artifacts/config.yaml")
    config.unlink()
    os.mkfifo(config)
    done = run_runner(cwd=folder, module="runner.report", timeout=60)
    assert "config.yaml" in done.stderr and "Not a regular file" in done.stderr, said(done)


def check_refused(folder: Path, arguments: list[str], named: str) -> None:
    done = run_runner(*arguments, cwd=folder)
    assert done.returncode == 1, said(done)
    assert done.stderr.startswith("error: ") and named in done.stderr, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert not (folder / "HARM").exists()
    assert not any(folder.rglob("*.png")) and not any(folder.rglob("stacks"))


def test_a_table_of_a_history_is_bounded_and_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def table(**columns: list[object]) -> bytes:
        buffer = io.BytesIO()
        pd.DataFrame(columns).to_parquet(buffer)
        return buffer.getvalue()

    assert read_history(table(step=[0, 1], cost=[0.5, 0.25])) == {"step": [0, 1], "cost": [0.5, 0.25]}
    with pytest.raises(ValueError, match="not a table of numbers"):
        read_history(table(step=[0, 1], cost=["__import__('os').mkdir('HARM')", ""]))
    monkeypatch.setattr("runner.base.formats.MAX_ROWS", 1)
    with pytest.raises(ValueError, match="would have 2 rows"):
        read_history(table(step=[0, 1]))
