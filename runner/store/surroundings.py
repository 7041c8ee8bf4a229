"""How MLflow behaves while this program uses it: environment variables and loggers, as they were before afterwards."""

import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # one of its own for each file, where tqdm is installed
    # A server that starts again is waited for: 0, 4, 8, 16 and 32 s, each up to a second more, as several threads wait.
    # One that is gone would keep MLflow's client busy for four minutes otherwise.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "PGCONNECT_TIMEOUT": "10",
}
LEVELS = {
    "mlflow.store.db.utils": logging.WARNING,
    "mlflow.tracking.fluent": logging.WARNING,
    "alembic": logging.WARNING,
    "psycopg": logging.ERROR,  # it warns of what MLflow tries, a row that is there already
}
RETRIES = "urllib3.connectionpool"


@contextmanager
def using_mlflow() -> Iterator[None]:
    """Have MLflow, which is to be imported in here, give up early, say little and send nothing to its developers.

    A variable that the user has set stays as it is.
    """
    ours = {name: value for name, value in VARIABLES.items() if name not in os.environ}
    levels = {name: logging.getLogger(name).level for name in LEVELS}
    told_once = ToldOnce("the MLflow server does not answer; trying again for a while")
    os.environ.update(ours)
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger(RETRIES).addFilter(told_once)
    try:
        with warnings.catch_warnings():  # in a notebook, of a bar that is never shown
            warnings.filterwarnings("ignore", message="IProgress not found")
            yield
    finally:
        logging.getLogger(RETRIES).removeFilter(told_once)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for name in ours:
            os.environ.pop(name, None)


class ToldOnce(logging.Filter):
    """In place of a warning for every attempt to reach a server, one sentence for whoever waits."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence, self._lock = sentence, threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if not str(record.msg).startswith("Retrying"):
            return True
        from runner.base.console import warn

        with self._lock:  # all that wait for the server notice at the same time
            sentence, self._sentence = self._sentence, ""
        if sentence:
            warn(sentence)
        return False
