"""docs/own-table.md: every command with `$` is run, and prints what is shown."""

import re
import shlex
from pathlib import Path

from sklearn.datasets import load_diabetes

from tests.end_to_end.printed import missing, steps
from tests.end_to_end.program import ROOT, make_store, run_runner, said

QUICK = ("workers=1", "tracking.plots=none", "tracking.report=false")  # they change no number
BLOCK = re.compile(r"^```csv (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_output_that_the_page_shows_is_what_its_command_prints(tmp_path: Path) -> None:
    make_store(tmp_path)
    page = (ROOT / "docs" / "own-table.md").read_text(encoding="utf-8")
    load_diabetes(as_frame=True).frame.to_csv(tmp_path / "diabetes.csv", index=False)
    for name, text in BLOCK.findall(page):
        (tmp_path / name).write_text(text, encoding="utf-8")
    shown = steps(page)
    assert len(shown) == 6
    for step in shown:
        _, _, module, *arguments = shlex.split(step.command)
        quick = QUICK if "-m" in arguments else ()
        done = run_runner(*arguments, *quick, module=module, cwd=tmp_path)
        assert done.returncode == step.shown[0].startswith("error: "), said(done)
        assert missing(step.shown, done.stdout + done.stderr) == [], said(done)
