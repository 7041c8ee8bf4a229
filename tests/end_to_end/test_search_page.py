"""docs/search.md: every command with `$` is run, and prints what is shown."""

import shlex
from pathlib import Path

import pytest
from sklearn.datasets import load_diabetes

from tests.end_to_end.printed import missing, steps
from tests.end_to_end.program import ROOT, make_store, run_runner, said

pytestmark = pytest.mark.thorough

QUICK = ("workers=1", "tracking.plots=none", "tracking.report=false", "diagnose=off")  # they change no number


def test_every_output_that_the_page_shows_is_what_its_command_prints(tmp_path: Path) -> None:
    make_store(tmp_path)
    load_diabetes(as_frame=True).frame.to_csv(tmp_path / "diabetes.csv", index=False)
    shown = steps((ROOT / "docs" / "search.md").read_text(encoding="utf-8"))
    assert len(shown) == 5
    for step in shown:
        _, _, module, *arguments = shlex.split(step.command)
        done = run_runner(*arguments, *(QUICK if module == "runner" else ()), module=module, cwd=tmp_path)
        assert done.returncode == 0, said(done)
        printed = done.stdout.replace(" workers=1 tracking.plots=none tracking.report=False", "")
        assert missing(step.shown, printed) == [], said(done)
