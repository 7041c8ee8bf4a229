"""`python -m runner.reproduce`: stored runs trained again, bit by bit; and what it says when bits differ."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import copy_program, make_store, run_runner, said
from tests.end_to_end.store import Store

OTHER_KERNELS = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Nehalem"}
MODULE = '''
"""A user's own schedule."""

from nn.schedules import SCHEDULES


@SCHEDULES.register
def slower(steps, n_steps):
    """A straight line."""
    return 1 - 0.5 * steps / n_steps
'''


def reproduce(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    done = run_runner(*arguments, cwd=cwd, env=env, module="runner.reproduce")
    assert "Traceback" not in done.stderr, said(done)
    return done


def test_a_run_is_identical_when_it_is_trained_again(one_run: Trained) -> None:
    done = reproduce(one_run.store.only().info.run_id, cwd=one_run.store.folder)
    assert done.returncode == 0, said(done)
    assert re.search(r"^IDENTICAL: \d+ series of 11 values, and 32 weights, have the same bits$", done.stdout, re.M)
    assert "different here" not in done.stdout


@pytest.mark.parametrize("by", ["parent", "folder"])
def test_a_sweep_is_identical_run_by_run(sweep: Trained, by: str) -> None:
    parent = sweep.store.only()
    name = parent.info.run_id if by == "parent" else parent.data.tags["sweep_id"]
    done = reproduce("--all", name, cwd=sweep.store.folder)
    assert done.returncode == 0, said(done)
    assert "20 of 20 runs are IDENTICAL" in done.stdout
    assert len(re.findall(r"^(?:sigmoid|tanh) .*stopped +IDENTICAL", done.stdout, re.M)) == 20


def test_a_sweep_among_other_processor_features_differs_in_its_last_bits_and_names_them(sweep: Trained) -> None:
    """NumPy and OpenBLAS can be made to do without parts of the processor, as if it were an older one."""
    run = sweep.store.children(sweep.store.only())[0]
    if "X86_V3" not in run.data.tags["cpu"]:
        pytest.skip("this processor has no features of x86-64-v3 that could be left out")
    name = sweep.store.only().data.tags["sweep_id"]
    done = reproduce("--all", name, cwd=sweep.store.folder, env=OTHER_KERNELS)
    assert done.returncode == 1, said(done)
    assert re.search(r"[1-9]\d* differ in the last bits", done.stdout), said(done)
    assert "DIFFERENT" not in done.stdout
    assert re.search(r"cpu: .*X86_V3.* there, X86_V2 here", done.stdout)
    assert re.search(r"blas: openblas .* there, openblas .* Nehalem here", done.stdout)


def test_other_numbers_in_the_store_are_found_with_step_and_series(tmp_path: Path) -> None:

    store = trained(tmp_path, "data=xor", "training.epochs=20", "tracking.plots=none", "tracking.report=false").store
    run = store.only()
    history = store.history(run)
    history.loc[7, "train/cost"] *= 1 + 1e-4
    history.to_parquet(store.artifact(run, "history.parquet"), index=False)
    done = reproduce(run.info.run_id, cwd=tmp_path)
    assert done.returncode == 1
    assert "DIFFERENT by more than the last bits" in done.stdout
    assert "from step 7 on: train/cost, by up to 1.0e-04" in done.stdout
    assert "weights at the end: equal" in done.stdout
    assert "have changed since they were written: digest.history" in done.stdout


def test_other_weights_in_the_store_are_found_by_array(tmp_path: Path) -> None:
    store = trained(
        tmp_path, "data=xor", "network.hidden=[2]", "training.epochs=20", "tracking.plots=none", "tracking.report=false"
    ).store
    run = store.only()
    file = store.artifact(run, "weights.npz")
    with np.load(file) as arrays:
        contents = dict(arrays)
    contents["parameters"][-1] = np.nextafter(contents["parameters"][-1], np.inf)
    np.savez(file, **contents)
    done = reproduce(run.info.run_id, cwd=tmp_path)
    assert done.returncode == 1
    assert "from step 20 on: b2, by up to" in done.stdout
    assert "units in the last place: 1" in done.stdout
    assert "have changed since they were written: digest.weights" in done.stdout


def test_own_components_are_imported_only_when_the_user_names_them(tmp_path: Path) -> None:
    (tmp_path / "my_parts.py").write_text(MODULE)
    store = trained(
        tmp_path, "modules=[my_parts]", "data=xor", "schedule=slower", "tracking.plots=none", "tracking.report=false"
    ).store
    run_id = store.only().info.run_id
    refused = reproduce(run_id, cwd=tmp_path)
    assert refused.returncode == 1
    assert "add modules=[my_parts]" in refused.stderr
    assert reproduce(run_id, "modules=[my_parts]", cwd=tmp_path).stdout.startswith("IDENTICAL")
    (tmp_path / "my_parts.py").write_text(MODULE.replace("0.5", "0.25"))
    done = reproduce(run_id, "modules=[my_parts]", cwd=tmp_path)
    assert done.returncode == 1
    assert "the numeric code, or the weights to start from, has changed since 1 run trained" in done.stdout
    assert "please report it" not in done.stdout
    assert "DIFFERENT by more than the last bits" in done.stdout


def test_data_that_has_changed_is_named(tmp_path: Path) -> None:
    table = "a,y\n" + "".join(f"{k},{k * k % 7}.5\n" for k in range(20))
    (tmp_path / "table.csv").write_text(table)
    csv = (
        "data=csv",
        "data.path=table.csv",
        "data.target=y",
        "training.epochs=3",
        "tracking.plots=none",
        "tracking.report=false",
    )
    run_id = trained(tmp_path, *csv).store.only().info.run_id
    (tmp_path / "table.csv").write_text(table + "20,3.5\n")
    done = reproduce(run_id, cwd=tmp_path)
    assert done.returncode == 1
    assert "the data table.csv has changed since" in done.stdout
    assert "numeric code" not in done.stdout
    assert "please report it" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "MLflow has no run nonsense; of the 32 letters of an id the first 8 are enough\n"),
        (("0" * 8,), "MLflow has no run whose id begins with 00000000\n"),
        (("0" * 32,), f"MLflow has no run {'0' * 32}: "),
        (("--all", "nonsense"), "MLflow has no run nonsense"),
        ((), "one name is needed, got 0"),
        (("--al",), "did you mean --all?"),
    ],
)
def test_what_cannot_be_reproduced_is_refused(sweep: Trained, arguments: tuple[str, ...], words: str) -> None:
    done = reproduce(*arguments, cwd=sweep.store.folder)
    assert done.returncode == 1
    assert words in done.stderr


def test_a_parent_is_not_a_run_and_a_failed_run_has_no_numbers(sweep: Trained, tmp_path: Path) -> None:
    parent = sweep.store.only().info.run_id
    assert f"--all {parent}" in reproduce(parent, cwd=sweep.store.folder).stderr
    assert "there is no MLflow store" in reproduce(parent, cwd=tmp_path).stderr
    assert not list(tmp_path.iterdir())


def test_a_source_with_changes_leaves_them_with_the_sweep(tmp_path: Path) -> None:
    """A copy of this repository as a git repository of its own, with one changed line."""

    copy_program(tmp_path)
    (tmp_path / ".gitignore").write_text("__pycache__\nmlflow.db*\nmlruns\noutputs\n")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    metrics = tmp_path / "nn" / "metrics.py"
    metrics.write_text(metrics.read_text() + "# changed\n")
    (tmp_path / "new.py").write_text("")
    jobs = ("-m", "data=xor", "training.epochs=2", "seed=0,1", "tracking.plots=none", "tracking.report=false")
    make_store(tmp_path)
    done = run_runner(*jobs, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, said(done)
    store = Store(tmp_path)
    parent = store.only()
    assert {run.data.tags["git.dirty"] for run in store.runs()} == {"true"}
    assert all(len(run.data.tags["git.commit"]) == 40 for run in store.runs())
    patch = store.artifact(parent, "source.patch")
    assert "# new file: new.py" in patch.read_text()
    subprocess.run(["git", "checkout", "-q", "nn"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", str(patch)], cwd=tmp_path, check=True)
    assert metrics.read_text().endswith("# changed\n")
