"""BLAS limited to one thread while stacks train, even if several train in threads of one process."""

import threading
from types import TracebackType

from threadpoolctl import threadpool_limits


class _OneThread:
    """A context that may be open many times at once: the first to enter sets the limit, the last to leave lifts it."""

    def __init__(self) -> None:
        self._lock, self._open = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if self._open == 0:
                self._limits = threadpool_limits(limits=1, user_api="blas")
            self._open += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._open -= 1
            if self._open == 0:
                self._limits.restore_original_limits()


ONE_BLAS_THREAD = _OneThread()
