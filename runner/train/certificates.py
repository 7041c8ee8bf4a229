"""Folders with the certificates of clusters, one per sweep; those of killed processes are removed later."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from runner.base.paths import OUTPUTS

NAME = ".certificates-"


@contextmanager
def certificate_folder() -> Iterator[str]:
    """A new folder that all machines of a cluster see and only this user can read; it stays locked until the end."""
    OUTPUTS.mkdir(exist_ok=True)
    folder = OUTPUTS.resolve() / f"{NAME}{uuid.uuid4().hex}"
    with _lock_of(folder):  # before the folder is there, so that one without a holder is a leftover
        try:
            folder.mkdir(mode=0o700)
            yield str(folder)
        finally:
            _remove(folder)


def remove_leftovers() -> None:
    """Remove the folders of killed processes, whose locks the system has released."""
    for folder in OUTPUTS.glob(f"{NAME}*/"):
        try:
            with _lock_of(folder):
                _remove(folder)
        except (Timeout, OSError):  # at work, or somebody else's
            continue


def _lock_of(folder: Path) -> FileLock:
    return FileLock(folder.with_name(f"{folder.name}.lock"), timeout=0)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)
