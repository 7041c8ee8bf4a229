"""What keeps a sweep from a Dask cluster is reported in one message, and a sweep can be resumed on other workers."""

import socket
from pathlib import Path

import pytest

from tests.end_to_end.dask import Site
from tests.end_to_end.program import copy_program, make_store, resume, run_runner, said, train

pytestmark = pytest.mark.thorough

pytest.importorskip("distributed", reason="distributed is not installed")


def test_a_worker_with_other_code_is_refused(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other"
    copy_program(other)
    with (other / "nn" / "losses.py").open("a") as file:
        file.write("\n# another version\n")
    site.worker(env={"PYTHONPATH": str(other)})
    make_store(tmp_path)
    done = run_runner("data=xor", "training.epochs=5", *site.overrides, cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert "has other code than this sweep was planned with" in done.stderr, said(done)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mode", [pytest.param((), marks=pytest.mark.slow), ("-m", "seed=0,1")], ids=["run", "sweep"])
def test_without_a_scheduler_there_is_one_message_and_no_plan_to_resume(mode: tuple[str, ...], tmp_path: Path) -> None:
    make_store(tmp_path)
    done = run_runner(*mode, "data=xor", "executor=dask", "executor.address=tcp://127.0.0.1:9", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert done.stderr.endswith("; nothing was trained\n") and done.stderr.count("\n") == 1, said(done)
    assert not list(tmp_path.rglob("plan.json"))
    assert "nothing to resume" in resume(cwd=tmp_path).stdout


def test_where_a_sweep_trains_is_the_only_thing_that_resume_can_change(tmp_path: Path) -> None:
    make_store(tmp_path)
    train("data=xor", "training.epochs=5", cwd=tmp_path)
    (path,) = (tmp_path / "outputs").iterdir()
    (path / "finished").unlink()
    for override, told in (
        ("seed=3", "only executor, its settings, workers and engine can be changed"),
        ("executor=dusk", "executor is unknown: 'dusk'"),
        ("executor.address=x", "executor.address is not a setting"),
        ("executor=dask executor.address=x", "executor.address must be the address of a Dask scheduler"),
        ("executor.queue=[", "cannot be read"),
        ("workers=0", "workers must be >= 1"),
    ):
        done = run_runner(*override.split(), cwd=tmp_path, module="runner.resume")
        assert done.returncode == 1 and told in done.stderr, said(done)


@pytest.mark.slow
def test_what_is_no_scheduler_is_reported_in_seconds(tmp_path: Path) -> None:
    make_store(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        done = run_runner("data=xor", "executor=dask", f"executor.address={address}", cwd=tmp_path)
    assert done.returncode == 1 and f"no Dask scheduler answers at {address}" in done.stderr, said(done)
    assert "Traceback" not in done.stderr, said(done)
