"""Warnings that the user, or the user's module, turned into errors: a library's warning ends no run."""

import warnings
from pathlib import Path

import pytest

from runner.runs.components import load_modules
from tests.end_to_end.program import make_store, run_runner, said
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

SHORT = ("data=xor", "training.epochs=1", "tracking.plots=none", "tracking.report=false")


def test_warnings_that_python_was_started_to_take_for_errors_cost_no_run(tmp_path: Path) -> None:
    env = {"PYTHONWARNINGS": "error"}
    make_store(tmp_path)
    done = run_runner("-m", "seed=0,1", "workers=2", *SHORT, cwd=tmp_path, env=env, from_nothing=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr, said(done)
    assert {run.info.status for run in Store(tmp_path).runs()} == {"FINISHED"}


def test_a_module_that_turns_warnings_into_errors_costs_no_run(tmp_path: Path) -> None:
    (tmp_path / "strict_parts.py").write_text("import warnings\nwarnings.simplefilter('error')\n")
    make_store(tmp_path)
    done = run_runner("modules=[strict_parts]", *SHORT, cwd=tmp_path)
    assert done.returncode == 0 and "Traceback" not in done.stderr, said(done)
    assert Store(tmp_path).only().info.status == "FINISHED"


def test_other_filters_of_a_module_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "calm_parts.py").write_text("import warnings\nwarnings.filterwarnings('ignore', 'calm')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        before = list(warnings.filters)
        load_modules(["calm_parts"])
        assert warnings.filters[1:] == before
        assert warnings.filters[0][0] == "ignore"
