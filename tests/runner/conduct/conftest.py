"""What tests of this folder share."""

from pathlib import Path

import pytest

from tests.end_to_end.program import make_store


@pytest.fixture
def store_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in a working folder of its own."""
    monkeypatch.chdir(tmp_path)
    make_store(tmp_path)
    # MLflow keeps one engine per address, so a relative one would be that of the test before.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
