"""Pictures cost no result, whatever the environment says of them, and a report is the same for everybody."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import ROOT, run_runner, said, train
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

NOTEBOOK = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # what programs of a notebook inherit
NOT_INSTALLED = """
import importlib.metadata as metadata
found = metadata.entry_points
metadata.entry_points = lambda **chosen: [one for one in found(**chosen) if one.name != "inline"]
"""  # that package, as Python sees it when it starts
SWEEP = ("-m", "data=xor", "activation=tanh,relu", "training.epochs=3")


def before_all(folder: Path, name: str, content: str) -> dict[str, str]:
    """An environment in which a module of this name and content is imported instead of any other."""
    folder.mkdir()
    (folder / name).write_text(content)
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


@pytest.mark.parametrize("where", ["workers=2", pytest.param("executor=dask", marks=pytest.mark.slow)])
def test_a_sweep_that_a_notebook_starts_has_its_numbers_and_its_pictures(where: str, tmp_path: Path) -> None:
    env = NOTEBOOK | before_all(tmp_path / "first", "sitecustomize.py", NOT_INSTALLED)
    done = train(*SWEEP, where, cwd=tmp_path, env=env)
    assert not done.stderr, said(done)
    store = Store(tmp_path)
    parent = store.only()
    for run in store.children(parent):
        assert run.data.tags["outcome"] == "stopped"
        assert store.artifact(run, "plots/cost_and_fit.png").is_file()
    assert store.artifact(parent, "plots/curves.png").is_file()


def test_pictures_that_cannot_be_drawn_cost_no_number_and_are_said(tmp_path: Path) -> None:
    env = before_all(tmp_path / "first", "matplotlib.py", "raise OSError('no font is here')")
    done = train(*SWEEP, cwd=tmp_path, env=env)
    assert "2 runs with no picture: OSError: no font is here; the numbers are kept" in done.stderr
    assert "no scores.png, curves.png, fits.png, data.png: OSError: no font is here" in done.stderr
    store = Store(tmp_path)
    parent = store.only()
    for run in store.children(parent):
        assert (run.info.status, run.data.tags["outcome"]) == ("FINISHED", "stopped")
        assert "final/train_cost" in run.data.metrics and store.bits(run)
    assert "The best of 2 settings is" in store.artifact(parent, "report.html").read_text()
    alone = run_runner("data=xor", "training.epochs=3", "quiet=true", cwd=tmp_path, env=env)
    assert alone.returncode == 0, said(alone)
    assert alone.stderr.startswith("1 run with no picture: OSError") and not alone.stdout


def test_a_report_has_the_same_bytes_for_who_draws_with_other_colours_and_fonts(sweep: Trained, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("font.family: serif\naxes.facecolor: black\nsavefig.dpi: 30\nimage.lut: 4\n")
    done = run_runner(
        "--output", str(tmp_path), cwd=sweep.store.folder, module="runner.report", from_nothing=True,
        env={"MATPLOTLIBRC": str(tmp_path / "matplotlibrc")},
    )  # fmt: skip
    assert done.returncode == 0, said(done)
    (report,) = tmp_path.glob("*.html")
    assert report.read_bytes() == sweep.store.artifact(sweep.store.only(), "report.html").read_bytes()
