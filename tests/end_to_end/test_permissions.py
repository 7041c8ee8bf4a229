"""Folders and stores that may not be written: one sentence and nothing is trained; what is only read is read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runner.store.address import fold_log_in
from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import environment, said

# Root may write everywhere; without this capability it is held to the permissions like anybody else.
HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(bool(HELD) and shutil.which("setpriv") is None, reason="root without setpriv"),
]


def held(folder: Path, *arguments: str, uri: str = "") -> subprocess.CompletedProcess[str]:
    command, env = [*HELD, sys.executable, *arguments], environment({"MLFLOW_TRACKING_URI": uri} if uri else {})
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def run_held(folder: Path) -> subprocess.CompletedProcess[str]:
    return held(folder, "-m", "runner", "data=xor", "training.epochs=2")


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    done = run_held(tmp_path)
    tmp_path.chmod(0o755)
    assert done.returncode == 1, said(done)
    assert done.stderr == "error: outputs: Permission denied\n"


def test_a_store_that_may_only_be_read_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").touch(mode=0o444)
    done = run_held(tmp_path)
    assert done.returncode == 1, said(done)
    assert "mlflow.db may not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "mlflow.db").stat().st_size == 0


@pytest.mark.parametrize(
    ("beside", "command", "code"),
    [
        ([], ["-m", "runner.report"], 0),
        (["-wal", "-shm"], ["-m", "runner.diagnose"], 3),
        (["-wal"], ["-c", "import runner; assert len(runner.load().runs) == 20"], 0),
    ],
    ids=["alone", "with its log", "with half of its log"],
)
def test_a_store_in_a_folder_that_may_only_be_read_is_read(
    sweep: Trained, tmp_path: Path, beside: list[str], command: list[str], code: int
) -> None:
    fold_log_in(sweep.store.uri)
    (folder := tmp_path / "a store % of another").mkdir()
    (store := folder / "mlflow.db").write_bytes((sweep.store.folder / "mlflow.db").read_bytes())
    for ending in beside:
        (folder / f"mlflow.db{ending}").touch()
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555)
    done = held(tmp_path, *command, uri=f"sqlite:///{store}")
    folder.chmod(0o755)
    assert done.returncode == code, said(done)
    assert {path.name for path in folder.iterdir()} == {"mlflow.db", *(f"mlflow.db{one}" for one in beside)}


def test_a_store_whose_log_cannot_be_read_is_to_be_copied(tmp_path: Path) -> None:
    (folder := tmp_path / "of another").mkdir()
    for name in ("mlflow.db", "mlflow.db-wal"):
        (folder / name).write_text("some")
    folder.chmod(0o555)
    done = held(tmp_path, "-m", "runner.report", uri=f"sqlite:///{folder}/mlflow.db")
    folder.chmod(0o755)
    assert done.returncode == 1, said(done)
    assert f"Copy {folder}/mlflow.db and {folder}/mlflow.db-wal into a folder of your own" in done.stderr
