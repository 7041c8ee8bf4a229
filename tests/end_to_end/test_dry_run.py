"""`dry_run=true` says what would be done, and does nothing."""

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.program import run_runner, said, train
from tests.end_to_end.test_command_line import into_a_closed_pipe

QUICK = ("data=xor", "training.epochs=2", "tracking.plots=none", "tracking.report=false", "workers=1")
DRY = "dry_run=true"


def dry(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A dry run, which leaves a folder as it was."""
    before = sorted(cwd.rglob("*"))
    done = run_runner(*arguments, DRY, cwd=cwd)
    assert sorted(cwd.rglob("*")) == before, said(done)
    return done


def test_a_dry_sweep_says_what_it_would_do(tmp_path: Path) -> None:
    done = dry("-m", "data=xor", "activation=tanh,relu", "seed=range(10)", "workers=2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), said(done)
    first, *lines = done.stdout.splitlines()
    assert first == "20 runs in 2 stacks, 2 workers; dry_run=true, so nothing is trained or written"
    assert "     1    10  2-6-1 tanh  4 of xor  500 steps of 4, sgd" in lines
    assert "     1    10  2-6-1 relu  4 of xor  500 steps of 4, sgd" in lines
    (about,) = (line for line in lines if line.startswith("about "))
    assert [part.split()[-1] for part in about.split(", ")] == ["s", "memory", "disk"]
    assert "  tanh seed=0" in lines and "  ... and 15 more" in lines
    assert "learning_rate=0.1" in done.stdout
    assert max(map(len, lines)) <= 80


def test_a_dry_single_run_leaves_no_folder_even_where_one_is_named(tmp_path: Path) -> None:
    done = dry("data=xor", "hydra.run.dir=mine", cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert done.stdout.startswith("1 run in 1 stack, 1 worker; dry_run=true, so nothing is trained or written\n")


def test_a_dry_named_sweep_does_not_make_the_store_that_it_looks_into(tmp_path: Path) -> None:
    done = dry("-m", "sweep=sine_modes", "skip_finished=true", cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert "none of them is in the store, which does not exist" in done.stdout


@pytest.mark.parametrize("how", [(), ("-m",)], ids=["run", "sweep"])
def test_a_bad_config_is_refused_with_all_problems(how: tuple[str, ...], tmp_path: Path) -> None:
    done = run_runner(*how, "learning_rate=-1", "training.epochs=-1", DRY, cwd=tmp_path)
    assert done.returncode == 1
    assert "learning_rate must be > 0" in done.stderr and "training.epochs" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_the_store_has_is_counted(tmp_path: Path) -> None:
    train("-m", *QUICK, "seed=0,1", cwd=tmp_path)
    done = run_runner("-m", *QUICK, "seed=range(5)", "skip_finished=true", DRY, cwd=tmp_path)
    assert "2 of 5 runs are in the store and would be reused" in done.stdout, said(done)
    assert len(list((tmp_path / "outputs").iterdir())) == 1


@pytest.mark.parametrize("other", ["hydra/launcher=basic", "hydra/sweeper=basic"])
def test_other_launchers_and_sweepers_refuse_it_in_a_sentence(other: str, tmp_path: Path) -> None:
    done = run_runner("-m", *QUICK, "seed=0,1", other, DRY, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: dry_run=true needs hydra/launcher=stacked"), said(done)
    assert not (tmp_path / "mlflow.db").exists()


def test_a_dry_run_into_a_closed_pipe_shows_no_traceback(tmp_path: Path) -> None:
    assert into_a_closed_pipe(tmp_path, *QUICK, DRY).stderr == ""


def test_a_part_that_raises_is_reported(tmp_path: Path) -> None:
    part = "from nn.schedules import SCHEDULES\n@SCHEDULES.register\ndef broken(steps, n_steps):\n    return 1 / 0\n"
    (tmp_path / "parts.py").write_text(part)
    done = run_runner(*QUICK, "modules=[parts]", "schedule=broken", DRY, cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert done.stderr == "runs would fail: ZeroDivisionError: division by zero\n"
