"""A user's parts that raise or change while a sweep is unfinished: retrained, or trained as a sweep of their own."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.end_to_end.conftest import trained
from tests.end_to_end.program import make_store, resume, run_runner
from tests.end_to_end.resuming import QUICK, forget, refused, sweep_in
from tests.end_to_end.store import Store, statuses

pytestmark = pytest.mark.thorough

MODULE = '''
"""A user's own schedule, which breaks while a file is there."""

from pathlib import Path

from nn.schedules import SCHEDULES


@SCHEDULES.register
def fragile(steps, n_steps, *, final: float = 0.5):
    """A straight line from 1 to final."""
    if final == 0.25 and Path("broken").exists():
        raise RuntimeError("it is broken")
    return 1 + (final - 1) * steps / n_steps
'''
FRAGILE = (
    "-m", "modules=[fragile_parts]", *QUICK, "schedule=fragile", "schedule.final=0.1,0.25,0.9", "seed=0,1", "workers=1",
)  # fmt: skip


def test_runs_that_failed_are_trained_again_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "fragile_parts.py").write_text(MODULE)
    (tmp_path / "broken").touch()
    make_store(tmp_path)
    assert run_runner(*FRAGILE, cwd=tmp_path).returncode == 1
    assert statuses(tmp_path) == {"FINISHED": 5, "FAILED": 2}
    name = sweep_in(tmp_path)
    assert "2 failed" in run_runner(name, cwd=tmp_path, module="runner.resume").stdout
    assert statuses(tmp_path) == {"FINISHED": 5, "FAILED": 2}
    (tmp_path / "broken").unlink()
    resume(name, "--failed", cwd=tmp_path)
    store = Store(tmp_path)
    assert Counter(run.info.status for run in store.runs()) == {"FINISHED": 7}
    assert {key: value for key, value in store.only().data.metrics.items() if value and "runs/" in key} == {
        "runs/stopped": 6
    }
    assert store.only().data.tags["mlflow.source.name"].startswith("python -m runner -m 'modules=[fragile_parts]'")


def test_runs_that_failed_can_be_trained_apart_and_the_old_sweep_stays_as_it_is(tmp_path: Path) -> None:
    """The usual story of a user's own part: it raises, it is fixed, and so the code has changed."""
    (tmp_path / "fragile_parts.py").write_text(MODULE)
    (tmp_path / "broken").touch()
    make_store(tmp_path)
    assert run_runner(*FRAGILE, cwd=tmp_path).returncode == 1
    name, old = sweep_in(tmp_path), {run.info.run_id: run for run in Store(tmp_path).runs()}
    (tmp_path / "fragile_parts.py").write_text(MODULE.replace("RuntimeError", "ValueError").replace("broken", "gone"))
    assert f"{name} --apart --failed" in refused(name, "--failed", cwd=tmp_path)
    resume(name, "--failed", "--apart", cwd=tmp_path)
    store = Store(tmp_path)
    first, second = store.parents()
    for run in (first, *store.children(first)):
        before = old[run.info.run_id]
        assert (run.info.status, run.data.params) == (before.info.status, before.data.params)
    assert Counter(run.info.status for run in store.children(second)) == {"FINISHED": 2}
    assert f"{name}_rest" in refused(name, "--failed", "--apart", cwd=tmp_path)


def test_failed_runs_are_trained_apart_after_those_that_were_missing(tmp_path: Path) -> None:
    (tmp_path / "fragile_parts.py").write_text(MODULE)
    (tmp_path / "broken").touch()
    make_store(tmp_path)
    assert run_runner(*FRAGILE, "network.hidden=[2],[3]", cwd=tmp_path).returncode == 1
    name = sweep_in(tmp_path)
    lost = forget(tmp_path, name)
    (tmp_path / "fragile_parts.py").write_text(MODULE.replace("broken", "gone"))
    resume(name, "--apart", cwd=tmp_path)
    resume(name, "--apart", "--failed", cwd=tmp_path)
    store = Store(tmp_path)
    assert [len(store.children(parent)) for parent in store.parents()] == [12, lost, 2]
    runs = [run for parent in store.parents()[1:] for run in store.children(parent)]
    assert len({run.data.tags["run_key"] for run in runs}) == len(runs) == lost + 2


def test_a_sweep_that_is_killed_while_its_rest_is_made_has_one_rest(tmp_path: Path) -> None:
    (tmp_path / "fragile_parts.py").write_text(MODULE)
    jobs = ("-m", "modules=[fragile_parts]", *QUICK, "schedule=fragile", "network.hidden=[2],[3]", "seed=0,1")
    trained(tmp_path, *jobs)
    name = sweep_in(tmp_path)
    lost = forget(tmp_path, name)
    (tmp_path / "fragile_parts.py").write_text(MODULE.replace("n_steps\n", "n_steps * 1\n"))
    resume(name, "--apart", cwd=tmp_path)
    (tmp_path / "outputs" / name / "finished").unlink()  # which is written when the old sweep is settled
    assert f"python -m runner.resume {name}_rest" in refused(name, "--apart", cwd=tmp_path)
    store = Store(tmp_path)
    assert [len(store.children(parent)) for parent in store.parents()] == [4, lost]
    assert "nothing to resume" in resume(cwd=tmp_path).stdout


def test_a_change_of_code_is_named_and_the_missing_runs_can_be_a_sweep_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "fragile_parts.py").write_text(MODULE)
    jobs = ("-m", "modules=[fragile_parts]", *QUICK, "schedule=fragile", "network.hidden=[2],[3],[4]", "seed=0,1")
    old = trained(tmp_path, *jobs).store.only()
    name = sweep_in(tmp_path)
    assert forget(tmp_path, name) == 2
    (tmp_path / "fragile_parts.py").write_text(MODULE.replace("n_steps\n", "n_steps * 1\n"))
    message = refused(cwd=tmp_path)
    assert "fragile_parts" in message
    assert f"python -m runner.resume {name} --apart" in message
    assert "python -m runner -m 'modules=[fragile_parts]'" in message
    assert len(Store(tmp_path).runs()) == 5, "nothing was trained"
    resume(name, "--apart", cwd=tmp_path)
    store = Store(tmp_path)
    first, second = store.parents()
    assert first.info.run_id == old.info.run_id
    assert first.info.status == "KILLED"
    assert Counter(run.info.status for run in store.children(first)) == {"FINISHED": 4, "KILLED": 2}
    assert Counter(run.info.status for run in store.children(second)) == {"FINISHED": 2}
    assert "nothing to resume" in resume(cwd=tmp_path).stdout
    for again in ((name,), (name, "--apart")):
        assert f"are a sweep of their own: python -m runner.resume {name}_rest" in refused(*again, cwd=tmp_path)
    assert [len(store.children(parent)) for parent in store.parents()] == [6, 2]
    shutil.rmtree(tmp_path / "outputs" / f"{name}_rest")
    assert "--apart" in refused(name, cwd=tmp_path), "there is nobody else who has them"
