"""The progress of stacks while they train: the trainer writes a number into a file that the sweep's process reads.

No result depends on it. If the file is unreachable, as on another machine, a stack shows no progress until its end.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from nn.registry import Array
from runner.train.costs import IMPORT_SECONDS, PICTURE_SECONDS, WRITING_SECONDS

SECONDS_BETWEEN = 0.1
ENOUGH_PICTURES = 3


@dataclass
class Meter:
    """The meter of one stack, which travels to the worker that trains it. Without a file it does nothing.

    `slowness` is that of the machine (`costs.slowness`); the time per picture is measured once some are drawn.
    """

    file: str = ""
    place: int = 0
    slowness: float = 1.0
    started: float = 0.0
    told: float = 0.0
    pictures: int = 0
    runs: int = 0
    of_a_picture: float = 0.0
    to_first_picture: float = 0.0
    drawing: float = 0.0  # since the first picture, which takes longer

    def start(self, runs: int, pictures: int) -> None:
        """Now `runs` runs are trained, and then `pictures` pictures are drawn."""
        self.started = self.told = time.monotonic()
        self.runs, self.pictures = runs, pictures
        self.of_a_picture, self.drawing = self.slowness * PICTURE_SECONDS, 0.0
        is_ready = not pictures or "matplotlib" in sys.modules
        self.to_first_picture = 0.0 if is_ready else self.slowness * IMPORT_SECONDS

    def of_phase(self, number: int, phases: int, n_steps: int) -> Callable[[int], None]:
        """The callback for every evaluated step of one of several phases."""

        def stepped(step: int) -> None:
            if share := (number + step / n_steps) / phases:
                left = (time.monotonic() - self.started) * (1 - share) / share
                self._tell(left + self.to_first_picture + self.pictures * self.of_a_picture)

        return stepped

    def drawn(self, pictures: int) -> None:
        """All steps are done, and `pictures` pictures."""
        now = time.monotonic()
        self.drawing = self.drawing or now
        if pictures > ENOUGH_PICTURES:
            self.of_a_picture = (now - self.drawing) / (pictures - 1)
        self._tell((self.pictures - pictures) * self.of_a_picture)

    def _tell(self, left: float) -> None:
        """About `left` seconds are left, and the runs are to be written."""
        now = time.monotonic()
        if not self.file or now - self.told < SECONDS_BETWEEN:
            return
        self.told, passed = now, now - self.started
        share = np.float64(passed / (passed + left + self.runs * self.slowness * WRITING_SECONDS))
        with suppress(OSError), Path(self.file).open("r+b", buffering=0) as file:
            file.seek(self.place * share.nbytes)
            file.write(share.tobytes())


class Meters:
    """The meters of all stacks of a sweep; `seconds` is about what each takes, `foreseen` what all take here."""

    def __init__(self, seconds: Sequence[float], slowness: float = 1.0) -> None:
        self._slowness, self.foreseen = slowness, slowness * sum(seconds)
        self._seconds, self._ended = np.array(seconds, dtype=float), np.zeros(len(seconds), dtype=bool)
        self._file: IO[bytes] | None = None
        with suppress(OSError):
            self._file = tempfile.NamedTemporaryFile(prefix="runner-", buffering=0)  # noqa: SIM115  # closed by `close`
            self._file.write(np.zeros(len(seconds)).tobytes())

    def of(self, place: int) -> Meter:
        """The meter of a stack."""
        return Meter(self._file.name if self._file else "", place, self._slowness)

    def end(self, place: int) -> None:
        """A stack is done."""
        self._ended[place] = True

    def close(self) -> None:
        """Remove the file."""
        if self._file:
            self._file.close()
            self._file = None

    @property
    def share(self) -> float:
        """The share of the sweep that is done, from 0 to 1."""
        done = np.where(self._ended, 1, self._shares())
        return float(self._seconds @ done / self._seconds.sum()) if len(done) else 0.0

    def _shares(self) -> Array:
        none = np.zeros(len(self._seconds))
        if not self._file:
            return none
        try:
            # One call of the system: Ctrl-C inside what looks at a path's type would be no Ctrl-C any more.
            shares = np.frombuffer(os.pread(self._file.fileno(), none.nbytes, 0))
        except (OSError, ValueError):
            return none
        return shares if len(shares) == len(none) else none
