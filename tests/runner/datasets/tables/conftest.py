"""Small tables that tests write."""

import pytest


@pytest.fixture
def file(tmp_path):
    """Writes a table, and returns its path."""

    def write(contents: str):
        path = tmp_path / "t.csv"
        path.write_bytes(contents.encode())
        return path

    return write
