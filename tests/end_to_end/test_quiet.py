"""`quiet=true`, as cron jobs and scripts want it: nothing is printed but what went wrong, and nothing else differs."""

from pathlib import Path

import pytest

from tests.end_to_end.program import make_store, resume, run_runner, said, train
from tests.end_to_end.store import Store

QUICK = ("data=xor", "training.epochs=2", "tracking.plots=none", "tracking.report=false", "workers=1")


def test_a_quiet_sweep_prints_nothing_and_has_the_keys_and_params_of_a_loud_one(tmp_path: Path) -> None:
    stores = []
    for name, extra in (("quiet", ("quiet=true",)), ("loud", ("diagnose=off",))):
        folder = tmp_path / name
        folder.mkdir()
        done = train("-m", *QUICK, "seed=0,1", *extra, cwd=folder)
        assert (done.stdout + done.stderr == "") is (name == "quiet"), said(done)
        assert "worse than the data allow" not in done.stdout
        assert bool(list(folder.glob("outputs/*/diagnosis.json"))) is (name == "quiet"), "it stands in its report"
        stores.append(Store(folder))
    children = [store.children(store.only()) for store in stores]
    identities = [{run.data.tags["run_key"]: run.data.params for run in runs} for runs in children]
    assert identities[0] == identities[1]
    assert not any("quiet" in param or "dry_run" in param for one in identities[0].values() for param in one)


def test_a_quiet_single_run_prints_nothing(tmp_path: Path) -> None:
    done = train(*QUICK, "quiet=true", cwd=tmp_path)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("launcher", ["stacked", "basic"])
def test_a_quiet_sweep_still_says_what_is_wrong(tmp_path: Path, launcher: str) -> None:
    make_store(tmp_path)
    expect = "expect={so it is:'lowest(accuracy) > 2',and so:'mean(cost, seed=9) > 0'}"
    given = (*QUICK, "seed=0,1", expect, "quiet=true", f"hydra/launcher={launcher}", "--strict")
    done = run_runner("-m", *given, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == "", said(done)
    assert done.stderr.endswith("error: 2 of 2 expectations do not hold, or cannot be judged (--strict)\n"), said(done)
    assert ("it is not judged" in done.stderr) is (launcher == "stacked")
    assert "cannot run" in run_runner("-m", *given, "seed=-1,0", cwd=tmp_path).stderr


def test_who_resumes_a_quiet_sweep_sees_it(tmp_path: Path) -> None:
    train("-m", *QUICK, "seed=0,1", "quiet=true", cwd=tmp_path)
    (folder,) = (tmp_path / "outputs").iterdir()
    (folder / "finished").unlink()
    seen = resume(cwd=tmp_path).stdout
    assert "2 runs, 2 finished" in seen and "2 of 2 runs do worse than the data allow:\n" in seen
    assert (folder / "diagnosis.json").exists()
