"""How long updates take. The core's only clock: it decides whether to compile updates, and affects no number.

It measures the processor time of this thread, so other load on the machine does not make updates look slow.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Seconds and steps so far."""

    def __init__(self) -> None:
        self.seconds, self.steps = 0.0, 0

    @contextmanager
    def timed(self, steps: int = 0) -> Iterator[None]:
        """Add the time of this block, which does this many steps."""
        started = time.thread_time()
        yield
        self.seconds, self.steps = self.seconds + time.thread_time() - started, self.steps + steps

    def steps_in(self, seconds: float) -> int:
        """How many steps fit into this many seconds."""
        return int(seconds * self.steps / max(self.seconds, 1e-9))
