"""Samples that a caller has in memory: they are learned in place of what the data set of a spec would read."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from runner.datasets.samples import Samples

_samples: ContextVar[Samples | None] = ContextVar("samples", default=None)


@contextmanager
def handing_in(samples: Samples) -> Iterator[None]:
    """Have every data set be these samples, in this thread alone."""
    token = _samples.set(samples)
    try:
        yield
    finally:
        _samples.reset(token)


def handed_in() -> Samples | None:
    """The samples that are to be learned, where there are some in memory."""
    return _samples.get()
