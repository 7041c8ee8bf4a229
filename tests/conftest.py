"""What tests everywhere may ask for: the real program as a subprocess, and the store that it leaves."""

import subprocess
from collections.abc import Callable

import pytest

from tests.end_to_end import program
from tests.end_to_end.store import Store


@pytest.fixture(scope="session")
def run_runner() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_runner(*arguments, cwd, env=None, timeout=...)` runs `python -m runner` to its end."""
    return program.run_runner


@pytest.fixture(scope="session")
def open_store() -> type[Store]:
    """`open_store(folder)` opens the MLflow store that a run left in a folder."""
    return Store
