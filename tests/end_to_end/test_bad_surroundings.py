"""Stores and folders that cannot be written: a clear message, not a traceback, and nothing recorded as finished."""

import re
import socket
from pathlib import Path

import pytest

from tests.end_to_end.program import make_store, run_runner, said
from tests.end_to_end.store import nothing_was_trained, statuses

pytestmark = pytest.mark.thorough

STORES = {
    "in a folder that cannot be made": "sqlite:////proc/nope/x.db",
    "below a regular file": "sqlite:///a_file/x.db",
    "in a file of something else": "sqlite:///a_file",
    "of an unknown kind": "carrier-pigeon://loft",
}
SHORT = ("data=xor", "training.epochs=2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a_file").write_text("This is not a database, and it is longer than a header of a hundred bytes. " * 3)
    return tmp_path


@pytest.fixture
def silent_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("where", STORES)
def test_a_store_that_cannot_be_used_is_named_with_the_reason(folder: Path, where: str) -> None:
    refused(folder, STORES[where], *SHORT)


def test_a_sweep_names_a_store_that_cannot_be_used_as_well(folder: Path) -> None:
    refused(folder, STORES["below a regular file"], "-m", *SHORT, "activation=tanh,relu", "workers=2")


def refused(folder: Path, store: str, *arguments: str) -> None:
    done = run_runner(*arguments, cwd=folder, env={"MLFLOW_TRACKING_URI": store})
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert re.search("^error: ", done.stderr, re.MULTILINE), said(done)
    assert store in done.stderr
    assert nothing_was_trained(folder)


def test_a_server_that_does_not_answer_ends_the_program_with_its_address(folder: Path, silent_port: int) -> None:
    address = f"http://127.0.0.1:{silent_port}"
    done = run_runner(*SHORT, cwd=folder, env={"MLFLOW_TRACKING_URI": address}, timeout=60)
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert address in done.stderr, said(done)
    assert nothing_was_trained(folder)


@pytest.mark.parametrize("place", ["/proc/nope/out", "a_file/out"])
@pytest.mark.parametrize(
    "mode", [("hydra.run.dir=",), ("-m", "activation=tanh,relu", "hydra.sweep.dir=")], ids=["one run", "sweep"]
)
def test_an_output_folder_that_cannot_be_made_is_named(folder: Path, mode: tuple[str, ...], place: str) -> None:
    done = run_runner(*mode[:-1], mode[-1] + place, *SHORT, cwd=folder)
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert place.rpartition("/")[0] in done.stderr
    assert nothing_was_trained(folder)


def test_a_store_that_breaks_while_a_sweep_runs_loses_no_result(folder: Path) -> None:
    """The artifacts of the runs have no place to go: results stay on disk, and the message says where."""
    (folder / "mlruns").write_text("a file where MLflow wants its folder")
    make_store(folder)
    done = run_runner("-m", *SHORT, "activation=tanh,relu", "seed=0,1", cwd=folder)
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert "FINISHED" not in statuses(folder)
    assert len(list(folder.glob("outputs/*/stacks/*.npz"))) > 0
    assert "python -m runner.resume" in done.stderr
