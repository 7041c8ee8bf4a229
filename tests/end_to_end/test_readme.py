"""README.md's examples: every command with `$` is run, and prints what is shown."""

import shlex
from pathlib import Path

from sklearn.datasets import load_diabetes

from tests.end_to_end.printed import missing, steps
from tests.end_to_end.program import ROOT, make_store, run_runner, said

QUICK = ("workers=1", "tracking.plots=none")  # they change no number


def test_every_output_that_readme_shows_is_what_its_command_prints(tmp_path: Path) -> None:
    make_store(tmp_path)
    shown = steps((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 4
    load_diabetes(as_frame=True).frame.to_csv(tmp_path / "diabetes.csv", index=False)
    for step in shown:
        python, flag, module, *arguments = shlex.split(step.command)
        assert (python, flag) == ("python", "-m"), step.command
        done = run_runner(*arguments, *(QUICK if module == "runner" else ()), module=module, cwd=tmp_path)
        assert done.returncode == (1 if "fault=derivative_of_activated" in arguments else 0), said(done)
        assert step.shown and missing(step.shown, done.stdout) == [], said(done)
