"""Ctrl-C in the first seconds, while a command imports and plans: exit code 130 and not a word; nobody else is
concerned.
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, command, environment, make_store, run_runner, said

pytestmark = pytest.mark.thorough

PRESSES = """
import os, signal, time

os.kill(os.getpid(), signal.SIGINT)  # Ctrl-C, at this very moment
time.sleep(0.01)
{rest}
"""
COMPOSED = """
from omegaconf import OmegaConf

def press():
{pressed}
OmegaConf.register_new_resolver("press", press)
"""
IN_A_WORKER = """
import os, signal, sys

if any("popen_loky" in one for one in sys.orig_argv):
    os.kill(os.{whose}(), signal.SIGINT)
"""
SWEEP = (
    "-m",
    "data=xor",
    "seed=range(4)",
    "training.epochs=2",
    "tracking.plots=none",
    "tracking.report=false",
    "workers=4",
)
# But runner.sweeps, which imports nothing that takes time.
COMMANDS = (
    "runner", "runner.resume", "runner.report", "runner.reproduce", "runner.gradcheck", "runner.predict",
    "runner.diagnose",
)  # fmt: skip


@pytest.fixture(autouse=True)
def hears_ctrl_c() -> None:
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a shell, and so in its children
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("module", COMMANDS)
def test_ctrl_c_while_a_command_imports_ends_it_with_130_and_without_a_word(module: str, tmp_path: Path) -> None:
    """A package that all commands import stands for the moment at which Ctrl-C is pressed."""
    (tmp_path / "numpy.py").write_text(PRESSES.format(rest=""))
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        command(module=module), cwd=work, env=environment({"PYTHONPATH": f"{tmp_path}:{ROOT}"}),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", ""), said(done)
    assert not list(work.iterdir())


@pytest.mark.parametrize("arguments", [("-m", "seed=0,1"), ("dry_run=true",)], ids=" ".join)
def test_ctrl_c_while_a_config_is_composed_ends_the_program_with_130_and_without_a_word(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    pressed = PRESSES.replace("\n", "\n    ").format(rest="return 0.1")
    (tmp_path / "presses.py").write_text(COMPOSED.format(pressed=pressed))
    done = run_runner(*arguments, "modules=[presses]", "learning_rate=${press:}", cwd=tmp_path, from_nothing=True)
    begun = "checking all runs before training\n" if "-m" in arguments else ""
    assert (done.returncode, done.stdout, done.stderr) == (130, begun, ""), said(done)


def test_ctrl_c_while_a_worker_starts_is_not_heard_by_the_worker(tmp_path: Path) -> None:
    """As a terminal sends it to all processes; here to the workers alone, so that the sweep goes on."""
    (tmp_path / "sitecustomize.py").write_text(IN_A_WORKER.format(whose="getpid"))
    make_store(tmp_path)
    done = run_runner(*SWEEP, cwd=tmp_path, env={"PYTHONPATH": f"{tmp_path}:{ROOT}"})
    assert (done.returncode, done.stderr) == (0, ""), said(done)


def test_ctrl_c_while_workers_start_ends_the_program_when_they_are_there(tmp_path: Path) -> None:
    """Each worker presses it, while the program starts the next ones or ends them already."""
    (tmp_path / "sitecustomize.py").write_text(IN_A_WORKER.format(whose="getppid"))
    make_store(tmp_path)
    done = run_runner(*SWEEP, cwd=tmp_path, env={"PYTHONPATH": f"{tmp_path}:{ROOT}"})
    assert done.returncode in (130, -signal.SIGINT), said(done)
    assert "python -m runner.resume" in done.stderr, said(done)
    assert "Traceback" not in done.stdout + done.stderr, said(done)


def test_a_program_that_imports_the_package_keeps_its_own_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("import runner\n")
    (tmp_path / "mine" / "__main__.py").write_text(
        "try:" + PRESSES.replace("\n", "\n    ").format(rest="") + "\nexcept KeyboardInterrupt:\n    print('mine')\n"
    )
    given = [sys.executable, "-m", "mine", "runner"]
    done = subprocess.run(given, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.stdout == "mine\n", said(done)
