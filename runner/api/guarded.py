"""How calls end: errors and interrupts as plain sentences, and folders released for other processes."""

import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from runner.base.errors import UserError
from runner.base.files import in_words
from runner.base.interrupts import held_back, session
from runner.base.starting import forgive_warnings
from runner.store.address import is_server, tracking_uri
from runner.store.folder import SweepFolder, leaving_folders
from runner.store.mlflow_private import import_databases
from runner.store.surroundings import using_mlflow

_ONE_AT_A_TIME = threading.RLock()  # there is one Hydra for a process
P = ParamSpec("P")
R = TypeVar("R")


class Stopped(KeyboardInterrupt):
    """A call was interrupted. Everything trained so far is kept; `runner.finish()` trains the rest."""

    def __init__(self, has_begun: bool) -> None:
        more = "runner.finish() trains what is missing" if has_begun else "nothing was trained"
        super().__init__(f"interrupted; {more}")

    def _render_traceback_(self) -> list[str]:
        """What IPython shows."""
        return [str(self)]


@cache
def _import_all() -> None:
    """Import slow modules completely before the work starts.

    A command ends if an import is interrupted; a session lives on, with a module that is only half imported.
    """
    with held_back():
        import runner.app.calling
        import runner.conduct.publishing
        import runner.store.writer  # noqa: F401  # none of them is used here

        if not is_server(tracking_uri()):
            import_databases()


def guarded(call: Callable[P, R]) -> Callable[P, R]:
    """Wrap a call that trains or reads a store: one call runs at a time, and errors in the input show no traceback."""

    @wraps(call)
    def alone(*arguments: P.args, **options: P.kwargs) -> R:
        folders = list[SweepFolder]()
        try:
            with _ONE_AT_A_TIME, session(), warnings.catch_warnings(), using_mlflow(), leaving_folders() as folders:
                forgive_warnings()  # a session may have made errors of them, and other packages warn
                _import_all()
                return call(*arguments, **options)
        except UserError as error:
            raise error.with_traceback(None) from None
        except OSError as error:
            raise UserError(in_words(error)) from error
        except KeyboardInterrupt:
            raise Stopped(bool(folders)) from None

    return alone
