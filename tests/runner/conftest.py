"""What several test files of the application share."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.end_to_end.program import make_store

# The same examples in every run, and no limit on their time: a red test is red for everybody.
settings.register_profile("runner", derandomize=True, deadline=None)
settings.load_profile("runner")


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Writes a table and returns the override that names it."""

    def write(contents: str | bytes) -> str:
        path = tmp_path / "table.csv"
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return f"data.path={path}"

    return write


@pytest.fixture
def store_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    make_store(tmp_path)
    # MLflow keeps one engine per address, so a relative one would be that of the test before.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as a terminal has it: a process in the background ignores it, and some packages take it over."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
