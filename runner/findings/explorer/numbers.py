"""The numbers of a page as text: bytes of equal weight side by side, deflated, in base64."""

import base64
import hashlib
import zlib

import numpy as np
from numpy.typing import ArrayLike

from nn.registry import Array

BEST = 9  # the level at which zlib packs most
LARGEST, LARGEST_HALF = float(np.finfo(np.float32).max), float(np.finfo(np.float16).max)
FINE = 1e4  # times the spread of some numbers: further from zero, single precision shows steps between them


class Numbers:
    """Arrays one after the other, each once however often it is added, as a page reads them by their place.

    They are written in single precision, and all in double precision where any of them needs it.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._known: dict[bytes, int] = {}
        self.n, self.width = 0, 4

    def add(self, values: ArrayLike, *columns: Array) -> int:
        """Where the first of these numbers is. `columns (n,)` of them are values that are drawn over their spread."""
        one = np.asarray(values, dtype=np.float64)
        if np.any(np.abs(one[np.isfinite(one)]) > LARGEST) or any(map(_are_close_together, columns)):
            self.width = 8
        content = one.tobytes()
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            self._known[digest] = self.n
            self._parts.append(content)
            self.n += one.size
        return self._known[digest]

    def text(self, width: int | None = None) -> str:
        """All of them as text, in `width` bytes each, as many as they need if not said: 2 for half precision, 4 or 8.

        What is beyond the range of a precision becomes its largest number.
        """
        values, width = np.frombuffer(b"".join(self._parts), dtype=np.float64), width or self.width
        if width < 8:
            largest = LARGEST_HALF if width == 2 else LARGEST
            values = np.clip(values, -largest, largest)
        return packed(values.astype(f"<f{width}").tobytes(), width)


def _are_close_together(values: Array) -> bool:
    """Whether single precision, drawn over their spread, would show steps: times in seconds since 1970, say."""
    return bool(np.abs(values).max() > FINE * np.ptp(values) > 0)


def packed(content: bytes, width: int) -> str:
    """Numbers of `width` bytes as text: all first bytes, then all second ones, which deflates a quarter better."""
    shuffled = np.frombuffer(content, dtype=np.uint8).reshape(-1, width).T.tobytes()
    return base64.b64encode(zlib.compress(shuffled, BEST)).decode() if content else ""
