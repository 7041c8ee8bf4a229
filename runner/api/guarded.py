"""How calls end: errors and interrupts as sentences, and folders left for others."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from runner.base.errors import UserError
from runner.base.files import in_words
from runner.store.folder import leaving_folders
from runner.store.surroundings import using_mlflow

_ONE_AT_A_TIME = threading.RLock()  # there is one Hydra for a process
P = ParamSpec("P")
R = TypeVar("R")


class Stopped(KeyboardInterrupt):
    """A call was interrupted; what it had trained is kept, and `runner.finish()` trains the rest."""

    def __init__(self) -> None:
        super().__init__("interrupted; runner.finish() trains what is missing")

    def _render_traceback_(self) -> list[str]:
        """What IPython shows."""
        return [str(self)]


def guarded(call: Callable[P, R]) -> Callable[P, R]:
    """A call that trains or reads a store, as a person has it: those of several threads wait for each other, and an
    error of the input has no trace of what is inside.
    """

    @wraps(call)
    def alone(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            with _ONE_AT_A_TIME, using_mlflow(), leaving_folders():
                return call(*arguments, **options)
        except UserError as error:
            raise error.with_traceback(None) from None
        except OSError as error:
            raise UserError(in_words(error)) from error
        except KeyboardInterrupt:
            raise Stopped from None

    return alone
