"""Folders and stores that may not be written: one sentence, and nothing is trained."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import environment, said

# Root may write everywhere; without this capability it is held to the permissions like anybody else.
HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
pytestmark = pytest.mark.skipif(bool(HELD) and shutil.which("setpriv") is None, reason="root without setpriv")


def run_held(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*HELD, sys.executable, "-m", "runner", "data=xor", "training.epochs=2"]
    return subprocess.run(command, cwd=folder, env=environment({}), capture_output=True, text=True, timeout=120)


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
