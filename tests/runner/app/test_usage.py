"""The help of a command fits the terminal."""

import importlib
from pathlib import Path

import pytest

import runner
from runner.app.usage import folded
from tests.end_to_end.program import run_runner
from tests.end_to_end.terminal import on_terminal

FILES = sorted(Path(runner.__file__).parent.glob("*.py"))
COMMANDS = [path.stem for path in FILES if "\nUSAGE = " in path.read_text(encoding="utf-8")]
USAGE = """\
Says what is what, and
more.

  python -m what            of the newest sweep
  python -m what --all      of all sweeps that there are, and
                            of their runs
  python -m what a b=c

The end."""
NARROW = """\
Says what is what, and more.

  python -m what
      of the newest sweep
  python -m what --all
      of all sweeps that there
      are, and of their runs
  python -m what a b=c

The end."""


def test_what_a_command_does_is_below_it_where_both_do_not_fit() -> None:
    assert folded(USAGE, 32) == NARROW
    assert folded(USAGE, 61) == USAGE


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_the_same_words_in_lines_that_fit(command: str, width: int) -> None:
    usage = importlib.import_module(f"runner.{command}").USAGE
    found = folded(usage, width)
    assert max(map(len, found.splitlines())) <= width
    assert found.split() == usage.split()
    assert found == usage or width < 120, "lines are no longer than those of the code"


def test_help_is_folded_on_a_terminal_and_not_in_a_pipe(tmp_path: Path) -> None:
    seen = on_terminal("--help", cwd=tmp_path, module="runner.diagnose")
    printed = run_runner("--help", cwd=tmp_path, module="runner.diagnose").stdout
    assert seen.code == 0 and max(map(len, seen.screen)) <= 80 < max(map(len, printed.splitlines()))
    assert " ".join(seen.screen).split() == printed.split()
