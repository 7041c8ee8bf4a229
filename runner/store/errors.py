"""Errors of any kind of store: one exception, and one line that says why."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from runner.base.errors import UserError
from runner.store.mlflow_private import REFUSALS

MAX_REASON = 300


class StoreError(UserError):
    """A store cannot be used, or did not do what was requested."""


@contextmanager
def store_errors(told: str = "") -> Iterator[None]:
    """Raise StoreError for errors of a store inside this block; `told` begins the message.

    MLflow, drivers and cloud libraries have their own exceptions, and the system has OSError. Python's own exceptions
    are bugs of this program and pass through, except a driver that cannot be imported.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if type(error).__module__ == "builtins" and not isinstance(error, (OSError, ImportError)):
            raise
        raise StoreError(told + reason(error)) from error


def shown(uri: str) -> str:
    """A store, or a sentence that names one, without a password."""
    hidden = re.sub(r"(://[^/@:\s]*):\S*@", r"\1:***@", uri)
    return re.sub(r"([?&][\w.-]*password[\w.-]*=)[^&\s]*", r"\1***", hidden)


def reason(error: BaseException) -> str:
    """What went wrong in one line, from the long errors of a store."""
    for sign, sentence in REFUSALS.items():
        if sign in str(error):
            return sentence
    said = [line.strip() for line in shown(str(error)).splitlines()]
    lines = [line for line in said if line and not line.startswith("(raised as")]
    told = lines[0] if lines else type(error).__name__
    if len(told) <= MAX_REASON:
        return told
    deepest = error  # a client wraps what happened in one long sentence after another
    while deepest.__context__ is not None:
        deepest = deepest.__context__
    return f"{told[: MAX_REASON // 2]} ... {shown(str(deepest))[-MAX_REASON // 2 :]}"
