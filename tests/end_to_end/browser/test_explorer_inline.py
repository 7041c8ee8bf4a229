"""The page of a sweep inside a notebook: a cell shows it, and it moves there."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Browser

from tests.end_to_end.browser.chromium import Watched
from tests.end_to_end.program import ROOT, environment, train

pytestmark = pytest.mark.browser
SWEEP = (
    "-m", "data=xor", "activation=tanh,relu", "seed=0,1", "training.epochs=20", "tracking.plots=none",
    "tracking.report=false",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("inline")
    train(*SWEEP, cwd=made)
    return made


def test_a_cell_shows_the_page_in_a_frame_in_which_it_moves_without_a_request(folder: Path, browser: Browser) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import runner\n\nrunner.page()")])
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment())
    (output,) = notebook.cells[0].outputs
    assert output.data["text/plain"].startswith("Page(title='activation x seed (4 runs)'")
    (folder / "cell.html").write_text(f"<!doctype html><body>{output.data['text/html']}", encoding="utf-8")
    watched = Watched(browser.new_page())  # which looks for nothing that a sandbox refuses
    watched.page.goto((folder / "cell.html").as_uri())
    frame = watched.page.frame_locator("iframe")
    frame.locator("#wall .panel canvas").first.wait_for()
    before = frame.locator("#step").inner_text()
    frame.locator("#time").fill("3")
    assert frame.locator("#step").inner_text() != before
    frame.locator("#wall .panel").first.click()
    frame.locator("#dialog").wait_for()
    assert watched.complaints == []
    assert {request.partition(":")[0] for request in watched.requests} <= {"file", "about", "data", "blob"}


def test_python_gets_the_same_page_as_the_command(folder: Path) -> None:
    code = "import runner; open('python.html', 'w', encoding='utf-8').write(runner.page().html)"
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment(), check=True)
    command = [sys.executable, "-m", "runner.explore", "--out", "command.html"]
    subprocess.run(command, cwd=folder, env=environment() | {"PYTHONPATH": str(ROOT)}, check=True)
    assert (folder / "python.html").read_bytes() == (folder / "command.html").read_bytes()
