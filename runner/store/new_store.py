"""Creating a SQLite store."""

import glob
import uuid
from pathlib import Path

from mlflow.tracking import MlflowClient

from runner.store.address import sqlite_file


def make_tables(uri: str) -> None:
    """Create a new SQLite store under another name first, because a half-made one could never be used again.

    Opening a client creates the tables. Raises OSError if no file can be created: the client would try for minutes.
    """
    file = sqlite_file(uri)
    if file is None or (Path(file).exists() and Path(file).stat().st_size):
        return
    for left in Path(file).parent.glob(f"{glob.escape(Path(file).name)}.*.partial"):
        left.unlink()
    # Never the same name twice: MLflow keeps what it opened by its address, which in another folder is another file.
    partial = Path(f"{file}.{uuid.uuid4().hex[:8]}.partial")
    partial.touch()
    MlflowClient(f"sqlite:///{partial}").get_experiment("0")
    partial.replace(file)
