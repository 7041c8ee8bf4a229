"""Ctrl-C in the first half second, while a command imports: exit code 130 and not a word; nobody else is concerned."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, command, environment, said

PRESSES = """
import os, signal, time

os.kill(os.getpid(), signal.SIGINT)  # Ctrl-C, at this very moment
time.sleep(0.01)
{rest}
"""
COMMANDS = ("runner", "runner.resume", "runner.report", "runner.reproduce", "runner.gradcheck", "runner.sweeps")


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


def test_a_program_that_imports_the_package_keeps_its_own_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("import runner\n")
    (tmp_path / "mine" / "__main__.py").write_text(
        "try:" + PRESSES.replace("\n", "\n    ").format(rest="") + "\nexcept KeyboardInterrupt:\n    print('mine')\n"
    )
    given = [sys.executable, "-m", "mine", "runner"]
    done = subprocess.run(given, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.stdout == "mine\n", said(done)
