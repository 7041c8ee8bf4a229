"""docs/notebook.ipynb: it runs from an empty folder, and what it shows is what it prints."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

from tests.end_to_end.printed import RUN_ID, missing
from tests.end_to_end.program import make_store

pytestmark = pytest.mark.thorough

DOCS = Path(__file__).resolve().parents[2] / "docs"


@cache
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_notebook", DOCS / "notebook" / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(notebook: Any) -> list[dict[str, str]]:
    """What every cell shows, by kind; no cell may write to its error output."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert {output.output_type for cell in cells for output in cell.outputs} <= {"execute_result", "display_data"}
    return [dict(output.data) for cell in cells for output in cell.outputs]


def test_the_notebook_runs_from_an_empty_folder_and_shows_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://nowhere.invalid")
    make_store(tmp_path)
    shown, made = outputs(nbformat.read(run().NOTEBOOK, as_version=4)), outputs(run().executed(tmp_path))
    assert [set(one) for one in shown] == [set(one) for one in made]
    assert len([one for one in shown if "image/png" in one]) == 3
    for one, other in zip(shown, made, strict=True):
        assert missing(one["text/plain"].splitlines(), other["text/plain"]) == [], other["text/plain"]


def test_the_notebook_keeps_no_place_and_no_time_of_its_making() -> None:
    text = run().NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|tmp|Users)\b|\d{4}-\d\d-\d\d|\"execution\"", text)
    assert not RUN_ID.search(text)
