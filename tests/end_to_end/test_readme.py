"""README.md's examples: every command with `$` is run, and prints what is shown."""

import shlex
from pathlib import Path

from sklearn.datasets import load_diabetes

from tests.end_to_end.printed import missing, steps
from tests.end_to_end.program import ROOT, make_store, run_runner, said

QUICK = ("workers=1", "tracking.plots=none", "tracking.report=false")  # of sweeps: they change no number


def test_every_output_that_readme_shows_is_what_its_command_prints(tmp_path: Path) -> None:
    make_store(tmp_path)
    shown = steps((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 8
    load_diabetes(as_frame=True).frame.to_csv(tmp_path / "diabetes.csv", index=False)
    for step in shown:
        python, flag, module, *arguments = shlex.split(step.command)
        assert (python, flag) == ("python", "-m"), step.command
        quick = QUICK if module == "runner" and "-m" in arguments else ()
        done = run_runner(*arguments, *quick, module=module, cwd=tmp_path)
        code = {"runner.gradcheck": 1, "runner.diagnose": 3}.get(module, 0)
        assert done.returncode == code, said(done)
        assert step.shown and missing(step.shown, done.stdout) == [], said(done)
