"""No room for the store, the results or the artifacts: one clear message, what was kept is intact, and resume works."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import trained
from tests.end_to_end.program import resume, run_runner, said
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

QUICK = ("data=xor", "training.epochs=5", "tracking.plots=none", "tracking.report=false")
SMALL = 4 << 20  # bytes of a disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root may mount a small file system here; the tests with a limited file size say the same")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def check_told(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    for word in (*words, "python -m runner.resume"):
        assert word in done.stderr, said(done)


def check_whole(folder: Path, runs: int, undisturbed: Path, *jobs: str) -> None:
    store = Store(folder)
    parent = store.only()
    assert Counter(run.info.status for run in store.runs()) == {"FINISHED": runs + 1}
    undisturbed.mkdir()
    other = trained(undisturbed, *jobs).store
    assert store.bits_by_key(parent) == other.bits_by_key(other.only())


def test_results_that_do_not_fit_are_trained_when_there_is_room(tmp_path: Path) -> None:
    trained(tmp_path, "data=xor", "training.epochs=1")  # so that the store is there
    jobs = ("-m", *QUICK, "network.hidden=[2],[600,500]", "seed=0,1", "workers=2")
    store = (tmp_path / "mlflow.db").stat().st_size
    done = run_runner(*jobs, cwd=tmp_path, file_size=store + (1000 << 10))
    check_told(done, "results cannot be kept in outputs/", "File too large")
    resume(cwd=tmp_path)
    assert Counter(run.info.status for run in Store(tmp_path).runs()) == {"FINISHED": 6}


def test_a_store_that_cannot_grow_gets_everything_when_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "limited"
    folder.mkdir()
    trained(folder, "data=xor", "training.epochs=1", "tracking.experiment=before")
    jobs = ("-m", *QUICK, "activation=tanh,relu", "seed=range(25)")
    done = run_runner(*jobs, cwd=folder, file_size=(folder / "mlflow.db").stat().st_size + (50 << 10))
    check_told(done, "not everything could be written to MLflow", "All 50 results are kept")
    resume(cwd=folder)
    check_whole(folder, 50, tmp_path / "undisturbed", *jobs)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_that_was_kept(small_disk: Path, tmp_path: Path) -> None:
    """The store, results and artifacts share a disk that fills up while the sweep runs."""
    trained(
        small_disk,
        "data=xor",
        "training.epochs=1",
        "tracking.experiment=before",
        "tracking.plots=none",
        "tracking.report=false",
    )
    jobs = ("-m", *QUICK, "activation=tanh,relu", "seed=range(200)", "workers=2")
    done = run_runner(*jobs, cwd=small_disk)
    check_told(done)
    assert "No space left on device" in done.stderr or "full" in done.stderr, said(done)
    subprocess.run(["mount", "-o", f"remount,size={16 * SMALL}", str(small_disk)], check=True)
    resume(cwd=small_disk)
    check_whole(small_disk, 400, tmp_path / "undisturbed", *jobs)


def test_a_disk_that_is_full_from_the_start_is_named(small_disk: Path) -> None:
    with (small_disk / "filler").open("wb") as file:
        file.write(b"\0" * (SMALL - (64 << 10)))
    done = run_runner("-m", *QUICK, "activation=tanh,relu", cwd=small_disk)
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert "database or disk is full" in done.stderr, said(done)
