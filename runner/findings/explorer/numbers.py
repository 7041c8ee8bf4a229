"""The numbers of a page as text: single precision, bytes of equal weight side by side, deflated, in base64."""

import base64
import hashlib
import zlib

import numpy as np
from numpy.typing import ArrayLike

BEST = 9  # the level at which zlib packs most
LARGEST, LARGEST_HALF = float(np.finfo(np.float32).max), float(np.finfo(np.float16).max)


class Numbers:
    """Arrays one after the other, each once however often it is added, as a page reads them by their place."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._known: dict[bytes, int] = {}
        self.n = 0

    def add(self, values: ArrayLike) -> int:
        """Where the first of these numbers is. Beyond the range of single precision they are its largest."""
        one = np.asarray(values, dtype=np.float64)
        content = np.clip(one, -LARGEST, LARGEST).astype("<f4").tobytes()
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            self._known[digest] = self.n
            self._parts.append(content)
            self.n += one.size
        return self._known[digest]

    def text(self, width: int = 4) -> str:
        """All of them as text, in `width` bytes each: 4, or 2 for half precision, at most its largest number."""
        values = np.frombuffer(b"".join(self._parts), dtype="<f4")
        if width == 2:
            values = np.clip(values, -LARGEST_HALF, LARGEST_HALF).astype("<f2")
        return packed(values.tobytes(), width)


def packed(content: bytes, width: int) -> str:
    """Numbers of `width` bytes as text: all first bytes, then all second ones, which deflates a quarter better."""
    shuffled = np.frombuffer(content, dtype=np.uint8).reshape(-1, width).T.tobytes()
    return base64.b64encode(zlib.compress(shuffled, BEST)).decode() if content else ""
