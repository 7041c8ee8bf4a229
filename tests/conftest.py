"""What tests everywhere may ask for: the real program as a subprocess, and the store that it leaves."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from runner.store.surroundings import using_mlflow
from tests.end_to_end import program
from tests.end_to_end.store import Store

KEEPS_NO_BYTECODE, sys.dont_write_bytecode = sys.dont_write_bytecode, False


def pytest_configure(config: pytest.Config) -> None:
    """Tests that open a store by themselves give up as early as the program, and send no usage data to MLflow.

    A million objects, of imports and of tests, stay to the end: garbage is looked for among others, as in the program.
    """
    gc.set_threshold(200_000, 50, 50)
    with ExitStack() as stack:
        stack.enter_context(using_mlflow())
        if not hasattr(config, "workerinput"):
            os.environ[program.SHARED] = stack.enter_context(TemporaryDirectory())
        config.add_cleanup(stack.pop_all().close)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where one marker is asked for (`-m quick`), files without it are left out: importing all takes half the time."""
    marker = config.getoption("markexpr")
    if marker.isidentifier() and collection_path.match("test_*.py"):
        return f"mark.{marker}" not in collection_path.read_text(encoding="utf-8") or None
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start programs begin, those of `nn` end: processes that run whole files then end together."""
    folders = {"tests": 0, "end_to_end": 0, "nn": 2}
    items.sort(key=lambda item: folders.get(item.path.parent.name, 1))


def pytest_collection_finish() -> None:
    """Bytecode of tests and program was kept, whatever Python was asked to do; that of what tests write is not."""
    sys.dont_write_bytecode = KEEPS_NO_BYTECODE
    gc.freeze()


@pytest.fixture(scope="session")
def run_runner() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_runner(*arguments, cwd, env=None, timeout=...)` runs `python -m runner` to its end."""
    return program.run_runner


@pytest.fixture(scope="session")
def open_store() -> type[Store]:
    """`open_store(folder)` opens the MLflow store that a run left in a folder."""
    return Store
