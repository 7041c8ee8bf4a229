"""The folders of certificates: one for each cluster of a queue, and none that a killed process has left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runner.train.certificates import NAME, certificate_folder, remove_leftovers
from runner.train.starting import training_of
from tests.end_to_end.program import environment
from tests.runner.building import plan_of

IS_KILLED = """
import os, signal
from pathlib import Path
from runner.train.certificates import certificate_folder

with certificate_folder() as folder:
    (Path(folder) / "key.pem").write_text("secret")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def left(folder: Path) -> list[str]:
    return [path.name for path in (folder / "outputs").glob(f"{NAME}*")]


def test_what_a_killed_process_left_is_gone_when_the_next_sweep_trains(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    done = subprocess.run([sys.executable, "-c", IS_KILLED], cwd=tmp_path, env=environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    assert left(tmp_path)
    with training_of(plan_of(("seed=0",), first=("data=xor", "training.epochs=2"))):
        assert left(tmp_path) == []


def test_the_folder_of_a_process_at_work_stays_until_its_end(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with certificate_folder() as folder:
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        remove_leftovers()
        assert Path(folder).is_dir()
    assert left(tmp_path) == []
    (tmp_path / "outputs" / f"{NAME}of-an-earlier-version").mkdir()
    remove_leftovers()
    assert left(tmp_path) == []
