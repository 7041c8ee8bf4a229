"""Configs in folders of one's own: what is found out about their runs, and commands that train these again."""

import shlex
from pathlib import Path

import pytest

from runner.base.commands import written
from tests.end_to_end.program import run_runner, said, train

pytestmark = pytest.mark.thorough

FOLDER = 'it\'s my [conf], a=b {c} "d"'
DATA = """\
name: sine
domain: [-3, 3]
"""
SHORT = (
    "data=wave",
    "network.hidden=[]",
    "optimizer=sgd",
    "training.epochs=300",
    "tracking.plots=none",
    "tracking.report=false",
    "tracking.models=none",
)
LINES = {
    "a run with --config-dir": ("--config-dir", FOLDER, *SHORT),
    "a sweep with hydra.searchpath": ("-m", "seed=0,1", f"hydra.searchpath={written([FOLDER])}", *SHORT),
    "both, of which one is empty": ("--config-dir=empty", f"hydra.searchpath={written([FOLDER])}", *SHORT),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    (tmp_path / FOLDER / "data").mkdir(parents=True)
    (tmp_path / FOLDER / "data" / "wave.yaml").write_text(DATA)
    return tmp_path


@pytest.mark.parametrize("typed", LINES.values(), ids=LINES)
def test_a_run_with_configs_of_ones_own_is_diagnosed_before_and_after_and_its_fix_can_be_pasted(
    typed: tuple[str, ...], folder: Path
) -> None:
    ahead = run_runner("--config", *typed, cwd=folder, module="runner.diagnose")
    assert ahead.returncode == 3 and "the network is linear, and the data are not (D301)" in ahead.stdout, said(ahead)
    train(*typed, cwd=folder)
    done = run_runner("--confirm", cwd=folder, module="runner.diagnose")
    assert done.returncode == 3 and "network.hidden=[8] activation=tanh   tried on 10 fresh seeds" in done.stdout
    (command,) = (line.split("to try")[1].strip() for line in done.stdout.splitlines() if "to try" in line)
    train(*shlex.split(command)[3:], cwd=folder)
    cured = run_runner(cwd=folder, module="runner.diagnose")
    assert cured.returncode == 0 and cured.stdout.startswith("learns: "), said(cured)


def test_a_folder_that_is_not_there_is_said_before_anything_is_looked_at(folder: Path) -> None:
    for wrong in (["--config-dir", "there"], ["data=wave", "--config-dir"]):
        done = run_runner("--config", *wrong, cwd=folder, module="runner.diagnose")
        assert done.returncode == 1 and "error: --config-dir needs a folder that exists, got '" in done.stderr
