"""What a sweep is called, asks and repeats."""

import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from runner.comparison import swept_keys
from runner.paths import SWEEPS
from runner.sweeps import read_header, sweep_files
from runner.terminal import count
from runner.texts import short

MAX_KEYS = 200


@dataclass(frozen=True)
class About:
    """A sweep's or run's name, the question of its file if it has one, its id and its command."""

    name: str
    question: str
    sweep_id: str
    command: str = ""


def about_sweep(sweep: str | None, sweep_id: str, all_overrides: Sequence[Sequence[str]]) -> About:
    """A named sweep has its file's name and question; another is named by the keys that it sweeps over."""
    files = sweep_files(SWEEPS)
    if sweep in files:
        with suppress(ValueError):  # a person's own file may come without a header
            return About(sweep, read_header(files[sweep]).question, sweep_id, command())
        return About(sweep, "", sweep_id, command())
    keys = " x ".join(key.rpartition(".")[2] for key in swept_keys(all_overrides)) or "sweep"
    return About(f"{short(keys, MAX_KEYS)} ({count(len(all_overrides), 'run')})", "", sweep_id, command())


def command() -> str:
    """The command line that does the same again."""
    return shlex.join(["python", "-m", "runner", *sys.argv[1:]])
