"""`python -m runner.explore`: the page that shows a sweep learning, written at its end, again, or after retraining."""

from pathlib import Path

import pytest

from tests.end_to_end.program import run_runner, said, train
from tests.end_to_end.store import Store
from tests.runner.findings.explorer.reading import meta_in

SWEEP = ("-m", "data=xor", "activation=tanh,relu", "seed=0,1", "training.epochs=20", "tracking.plots=none")
FILE = "explorer.html"
PART = """\
import numpy as np
from nn.activations import ACTIVATIONS, Activation

@ACTIVATIONS.register
def line():
    return Activation(lambda z: z, lambda z, a: np.ones_like(z))
"""


def explore(*arguments: str, cwd: Path, code: int = 0) -> str:
    done = run_runner(*arguments, cwd=cwd, module="runner.explore")
    assert done.returncode == code and "Traceback" not in done.stderr, said(done)
    return done.stderr if code else done.stdout + done.stderr


def test_a_sweep_has_the_page_and_its_terminal_report_and_note_lead_to_it(tmp_path: Path) -> None:
    printed = train(*SWEEP, cwd=tmp_path).stdout
    store = Store(tmp_path)
    parent = store.only()
    page = store.artifact(parent, FILE)
    assert "see it learn: open " in printed and FILE in printed
    assert f"/artifacts/{FILE}" in parent.data.tags["mlflow.note.content"]
    report = store.artifact(parent, "report.html").read_text()
    assert f"/artifacts/{FILE}" in report and "python -m runner.explore" in report
    (part,) = meta_in(page.read_text())["parts"]
    assert len(part["runs"]) == 4 and all(run["snapshots"] for run in part["runs"])
    assert explore("--out", "again.html", cwd=tmp_path) == "the page: again.html\n"
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()
    assert f"explore-{parent.data.tags['sweep_id']}.html" in explore(cwd=tmp_path)


@pytest.mark.parametrize("setting", ["tracking.snapshots=none", "tracking.report=false", "seed=range(151)"])
def test_no_page_is_written_unasked_without_weights_or_report_or_for_more_than_300_runs(
    setting: str, tmp_path: Path
) -> None:
    given = [one for one in SWEEP if not setting.startswith(one.partition("=")[0])]
    printed = train(*given, setting, "diagnose=off", cwd=tmp_path).stdout
    store = Store(tmp_path)
    assert "see it learn" not in printed
    assert not store.artifact(store.only(), FILE).exists()
    assert explore("--out", "page.html", cwd=tmp_path).startswith("the page: page.html\n")


def test_runs_without_weights_are_trained_again_for_them_with_the_same_bits(tmp_path: Path) -> None:
    train(*SWEEP, "tracking.snapshots=none", cwd=tmp_path)
    assert "No run has stored weights, so there are no pictures" in explore("--out", "without.html", cwd=tmp_path)
    printed = explore("--out", "with.html", "--retrain", cwd=tmp_path)
    without, again = (meta_in((tmp_path / f"{name}.html").read_text()) for name in ("without", "with"))
    assert "4 runs without weights along the way trained again" in printed and "the same bits" not in printed
    page = tmp_path / f"explore-{Store(tmp_path).only().data.tags['sweep_id']}.html"
    page.mkdir()
    refused = explore("--retrain", cwd=tmp_path, code=1)
    assert f"{page.name}: Is a directory" in refused and "again" not in refused, "before anything is trained"
    assert without["notes"][0].endswith("--retrain") and again["notes"] == []
    assert all(run["snapshots"] for run in again["parts"][0]["runs"])
    assert explore("--out", "none.html", "--retrain", cwd=tmp_path).count("\n") > 1, "nothing of it is stored"


def test_a_single_run_has_a_page_when_asked_for(tmp_path: Path) -> None:
    train("data=xor", "training.epochs=20", cwd=tmp_path)
    explore("--out", "page.html", cwd=tmp_path)
    (part,) = meta_in((tmp_path / "page.html").read_text())["parts"]
    assert len(part["runs"]) == 1 and part["keys"] == []


def test_wrong_input_is_one_clear_error(tmp_path: Path) -> None:
    assert "there is no MLflow store" in explore(cwd=tmp_path, code=1)
    train("data=xor", "training.epochs=5", cwd=tmp_path)
    (tmp_path / "folder").mkdir()
    assert "outputs/ no sweep of this name" in explore("nothing", cwd=tmp_path, code=1)
    assert "Is a directory" in explore("--out", "folder", cwd=tmp_path, code=1)
    assert "No such file or directory" in explore("--out", "none/page.html", cwd=tmp_path, code=1)
    assert "did you mean --open?" in explore("--opne", cwd=tmp_path, code=1)
    (tmp_path / "mlruns").rename(tmp_path / "gone")
    assert "cannot be read" in explore(cwd=tmp_path, code=1) or "has no" in explore(cwd=tmp_path, code=1)


def test_a_file_of_weights_that_is_damaged_is_named_and_counts_as_lost(tmp_path: Path) -> None:
    train(*SWEEP, "tracking.report=false", cwd=tmp_path)
    file, *_ = sorted(tmp_path.rglob("snapshots.npy"))
    file.write_bytes(file.read_bytes()[:40])
    printed = explore("--out", "page.html", cwd=tmp_path)
    assert "snapshots.npy is not a complete array" in printed and "1 run kept no weights" in printed
    explore("--out", "again.html", "--retrain", cwd=tmp_path)
    (part,) = meta_in((tmp_path / "again.html").read_text())["parts"]
    assert all(run["snapshots"] for run in part["runs"])


def test_runs_that_get_other_bits_or_fail_when_trained_again_are_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text(PART)
    given = ("-m", "modules=[part]", "activation=tanh,line", "data=xor", "training.epochs=5", "tracking.plots=none")
    train(*given, "tracking.snapshots=none", cwd=tmp_path)
    again = ("modules=[part]", "--out", "page.html", "--retrain")
    (tmp_path / "part.py").write_text(PART.replace("lambda z: z", "lambda z: 0.5 * z"))
    printed = explore(*again, cwd=tmp_path)
    assert "1 run did not reproduce the same bits" in printed and "code or data have changed since" in printed
    (tmp_path / "part.py").write_text(PART.replace("lambda z: z", "lambda z: 1 / 0"))
    printed = explore(*again, cwd=tmp_path)
    assert "1 run could not be trained again" in printed and "division by zero" in printed
    assert "the same bits" not in printed
