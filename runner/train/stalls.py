"""Reports once that training has shown no progress for long, because only the user can tell whether it hangs."""

import time
from collections.abc import Sequence

from runner.base.console import count, duration, warn
from runner.base.errors import one_line

NAMED = 3


class Watch:
    """Watches the share of a sweep that is done. A time limit would be wrong: a user's component may take any time."""

    def __init__(self) -> None:
        self._share, self._moved, self._is_told = 0.0, time.monotonic(), False

    def look(self, share: float, waited_for: Sequence[str], patience: float) -> None:
        """Warn, once until the share changes, when it has been the same for `patience` seconds.

        `waited_for` names the first run of each stack in training.
        """
        now = time.monotonic()
        if share != self._share:
            self._share, self._moved, self._is_told = share, now, False
        elif now - self._moved > patience and not self._is_told:
            self._is_told = True
            named = "; ".join(one_line(text) for text in waited_for[:NAMED])
            warn(
                f"nothing has been heard for {duration(now - self._moved)} of {count(len(waited_for), 'stack')} with "
                f"{named}: long evaluations are apart, or your own component hangs. Ctrl-C keeps what is finished"
            )
