"""`python -m runner.report --open`: the page in a browser, where there is one."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import run_runner, said


@pytest.mark.parametrize("browser", ["touch opened; true", "false"], ids=["a browser", "no browser"])
def test_open_shows_the_page_in_a_browser_or_says_that_there_is_none(
    sweep: Trained, tmp_path: Path, browser: str
) -> None:
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n{browser}\n')
    script.chmod(0o755)
    env = {"BROWSER": f"{script} %s", "DISPLAY": "", "WAYLAND_DISPLAY": "", "PATH": "/nowhere"}
    env["MLFLOW_TRACKING_URI"] = sweep.store.uri
    done = run_runner("--open", cwd=tmp_path, env=env, module="runner.report")
    assert done.returncode == 0, said(done)
    (page,) = tmp_path.glob("*.html")
    assert f"the report: {page.name}\n" in done.stdout
    assert (tmp_path / "opened").read_text() == f"{page.as_uri()}\n"
    assert ("no browser could be opened here; open the file in one" in done.stdout) is (browser == "false")
