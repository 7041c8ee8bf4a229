"""Runs docs/notebook.ipynb from an empty folder and keeps what it prints and draws: `make notebook`."""

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def executed(folder: Path) -> nbformat.NotebookNode:
    """The notebook with the results of its cells, which find the runner and an MLflow store in the folder.

    Raises nbclient's CellExecutionError when a cell does. No time and no version of anything is kept, no progress, and
    not the page, which is large.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=120, record_timing=False, resources={"metadata": {"path": str(folder)}})
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    client.execute(env=environment | {"PYTHONPATH": str(ROOT)})
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_kept(one) for one in cell.outputs if one.output_type == "execute_result"]
    return notebook


def _kept(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    if "<iframe" in output.data.get("text/html", ""):
        del output.data["text/html"]
    return output


def main() -> None:
    """Write the notebook with its outputs."""
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(executed(Path(folder)), NOTEBOOK)
    print(f"written: {NOTEBOOK}")


if __name__ == "__main__":
    main()
