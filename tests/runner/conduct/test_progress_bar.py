"""What a user sees while a sweep trains, on a terminal of 80 columns and in a pipe."""

import os
import re
import sys
import time
from contextlib import suppress

import pytest

from runner.base.console import duration
from runner.conduct import progress_bar
from runner.conduct.progress_bar import RunProgress
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import spec_of
from tests.runner.finished import data_of

SPEC = spec_of("data=xor")
BEST = "best: tanh seed=1 (accuracy 1, cost 0.1)"
LINE = re.compile(rf"2/40 runs, 1/4 stacks, (\d+) %, [\d.e+]+ runs/s, [^,]+ left, {re.escape(BEST)}")


def run(index: int, cost: float, accuracy: float) -> RunResult:
    history = {"step": [7.0], "train/cost": [cost], "train/accuracy": [accuracy]}
    return RunResult(
        index, "k", SPEC, Outcome.STOPPED, ("activation=tanh", f"seed={index}"), data=data_of(history), history=history
    )


def show(monkeypatch: pytest.MonkeyPatch, done: tuple[RunResult, ...] = ()) -> None:
    """A sweep of 40 runs, of whose first stack two come."""
    shares = iter([0.0, *(0.1 + place / 100 for place in range(1000))])
    monkeypatch.setattr(progress_bar, "SECONDS_BETWEEN_LINES", 0.02)
    monkeypatch.setattr(progress_bar, "SECONDS_BETWEEN_FRAMES", 0.02)
    with RunProgress(40, 4, lambda: next(shares), done, ("activation", "seed")) as shown:
        shown.advance([run(0, 0.2, 1.0), run(1, 0.1, 1.0)])
        time.sleep(0.3)


def test_a_pipe_gets_lines_with_all_facts(monkeypatch, capsys):
    show(monkeypatch)
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "40 runs in 4 stacks"
    assert len(lines) >= 2
    percents = [int(match[1]) for line in lines if (match := LINE.fullmatch(line))]
    assert len(percents) == len(lines), lines
    assert percents == sorted(percents) and len(set(percents)) > 1


def test_the_best_of_an_earlier_process_counts_too(monkeypatch, capsys):
    show(monkeypatch, done=(run(9, 0.01, 1.0),))
    assert "3/40 runs" in (shown := capsys.readouterr().out)
    assert "best: tanh seed=9 (accuracy 1, cost 0.01)" in shown


@pytest.mark.parametrize("quiet", [True, False])
def test_quiet_progress_prints_nothing(quiet, capsys):
    with RunProgress(3, 1, lambda: 0.0, quiet=quiet) as shown:
        shown.advance([])
    assert (capsys.readouterr().out == "") is quiet


def test_a_terminal_of_80_columns_shows_two_lines_that_fit(monkeypatch):
    reader, writer = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with os.fdopen(writer, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        show(monkeypatch)
        os.set_blocking(reader, False)
        read = b""
        with suppress(BlockingIOError):  # a terminal gives 4 KB at a time
            while some := os.read(reader, 1 << 20):
                read += some
        raw = read.decode()
    os.close(reader)
    lines = [re.sub(r"\x1b\[[0-9;?]*\w", "", line) for line in raw.splitlines()]
    (frame, *_) = (line for line in lines if "2/40 runs" in line)
    assert re.search(r"━.*  2/40 runs  1/4 stacks  \d+ %  [\d.e+]+ runs/s  .* left", frame)
    assert BEST in [line.strip() for line in lines]
    assert max(map(len, lines)) <= 80
    assert raw.count("\x1b[?25l") == raw.count("\x1b[?25h") == 1, "the cursor is shown again"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (3600 * 26, "26 h 0 min")],
)
def test_a_duration_is_given_in_words(seconds, said):
    assert duration(seconds) == said
