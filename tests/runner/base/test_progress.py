"""The bar of a command: live on a terminal that can show one, and in a pipe a line now and then."""

import io
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

import pytest

from runner.base import progress
from runner.base.console import duration, link, say, warn
from runner.base.progress import Glance, Phase

SECONDS = 0.02


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("CI", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SECONDS_BETWEEN_FRAMES", "SECONDS_BETWEEN_LOOKS", "LEAST_SECONDS", "SMOOTH_SECONDS"):
        monkeypatch.setattr(progress, name, SECONDS)
    yield
    progress.end()


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Standard output is a terminal of 80 columns; all that it got is in the list afterwards."""
    reader, writer = os.openpty()
    monkeypatch.setenv("COLUMNS", "80")
    got: list[str] = []
    with os.fdopen(writer, "w", encoding="utf-8") as stream, monkeypatch.context() as here:
        here.setattr(sys, "stdout", stream)
        yield got
        os.set_blocking(reader, False)
        read = b""
        with suppress(BlockingIOError):  # a terminal gives 4 KB at a time
            while some := os.read(reader, 1 << 20):
                read += some
    os.close(reader)
    got.append(read.decode())


def plain(raw: str) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;?]*\w|\r", "", line) for line in raw.splitlines()]


def show(left: float = 1000.0) -> None:
    """A bar for 20 frames; the rest takes ever less."""
    rest = iter(left / 2**place for place in range(1000))
    progress.begin(Phase.CHECKING, "checking")
    progress.enter(Phase.TRAINING)
    progress.follow(lambda _phase, _seconds: Glance(next(rest), "2 of 40 runs", "best so far: [6,4] (cost 0.1)"))
    time.sleep(20 * SECONDS)
    say("a line of a result")
    time.sleep(3 * SECONDS)
    progress.end()


def test_a_pipe_gets_a_line_for_a_tenth_at_most_and_no_best_run(capsys):
    show()
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "checking" and lines.pop() == "a line of a result"
    shares = [int(re.fullmatch(r"training: +(\d+) %, 2 of 40 runs, .* left", line)[1]) for line in lines]
    assert 1 <= len(shares) <= 10
    assert all(after >= before + 9 for before, after in pairwise(shares))


def test_a_pipe_gets_nothing_where_no_line_is_wanted(capsys):
    progress.begin()
    time.sleep(3 * SECONDS)
    progress.end()
    assert capsys.readouterr().out == ""


def test_the_share_never_falls_and_is_never_all(capsys, monkeypatch):
    monkeypatch.setattr(progress, "STEP", 0.0)
    rest = iter([0.1, 50.0, 0.1, *[0.0] * 1000])
    progress.begin(Phase.TRAINING, "")
    progress.follow(lambda _phase, _seconds: Glance(next(rest)))
    time.sleep(20 * SECONDS)
    progress.end()
    out = capsys.readouterr().out
    shares = [int(found) for found in re.findall(r"(\d+) %", out)]
    assert len(shares) > 5 and shares == sorted(shares) and shares[-1] == 99
    assert not re.search(r"\b0 s left", out)


@pytest.mark.parametrize("variable", [None, "NO_COLOR"])
def test_a_terminal_of_80_columns_shows_a_bar_that_fits_and_lines_above_it(monkeypatch, variable):
    monkeypatch.setenv("TERM", "xterm")
    if variable:
        monkeypatch.setenv(variable, "1")
    with terminal(monkeypatch) as got:
        show()
    (raw,) = got
    lines = plain(raw)
    frames = [line for line in lines if "2 of 40 runs" in line]
    assert re.fullmatch(r"training +━.* \d+ %  2 of 40 runs  \d+ s left *", frames[-1])
    assert max(map(len, frames)) <= 80 and "best so far: [6,4] (cost 0.1)" in [line.strip() for line in lines]
    assert "a line of a result" in lines
    assert "\x1b[?25l" not in raw, "a process that is killed could not show the cursor again"
    assert bool(re.search(r"\x1b\[[0-9;]*3\dm", raw)) is (variable is None)


@pytest.mark.parametrize("variable", [("TERM", "dumb"), ("CI", "true")], ids=" ".join)
def test_a_terminal_that_is_read_aloud_or_kept_as_a_log_gets_lines(monkeypatch, variable):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(*variable)
    with terminal(monkeypatch) as got:
        show()
    (raw,) = got
    assert "━" not in raw and raw.startswith("checking\r\n") and "training: " in raw


def test_an_encoding_without_the_signs_of_a_bar_gets_one_of_ascii(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    with terminal(monkeypatch) as got:
        sys.stdout.reconfigure(encoding="ascii")
        show()
    (raw,) = got
    assert "---" in raw and "━" not in raw


def test_a_warning_that_goes_into_a_file_is_not_shown_above_the_bar(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", file := io.StringIO())
    with terminal(monkeypatch) as got:
        progress.begin()
        warn("of a file")
        progress.end()
    assert file.getvalue() == "of a file\n" and "of a file" not in got[0]


def test_a_part_of_a_command_shows_its_own_bar_where_there_is_none(capsys):
    with progress.within(Phase.FIXES, lambda _phase, _seconds: Glance(0.01, "1 of 2 settings looked into")):
        time.sleep(5 * SECONDS)
    assert re.match(r"trying fixes: \d+ %, 1 of 2 settings looked into, 1 s left\n", capsys.readouterr().out)
    progress.begin()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "value", "is_link"),
    [("FORCE_HYPERLINK", "1", True), ("TERM_PROGRAM", "iTerm.app", True), ("COLORTERM", "truecolor", False)],
)
def test_an_address_is_a_link_on_a_terminal_that_is_known_to_have_them(monkeypatch, name, value, is_link):
    for other in ("TMUX", "STY", "TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    with terminal(monkeypatch) as got:
        say(link("the run", "http://127.0.0.1:5000/#/a/long/address"))
    assert ("\x1b]8;" in got[0] and "the run" in got[0]) is is_link
    assert "http://127.0.0.1:5000/#/a/long/address" in got[0]


def test_a_pipe_gets_the_whole_address(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    say(link("the run", "http://127.0.0.1:5000/#/a"))
    assert capsys.readouterr().out == "http://127.0.0.1:5000/#/a\n"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3600 * 26, "26 h 0 min")],
)
def test_a_duration_is_given_in_words(seconds, said):
    assert duration(seconds) == said
