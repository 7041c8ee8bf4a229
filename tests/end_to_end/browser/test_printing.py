"""Reports as PDF: printed by a browser, and the same bytes every time."""

import time
from pathlib import Path

import pytest

from tests.end_to_end.browser.conftest import Swept
from tests.end_to_end.program import run_runner, said

pytestmark = pytest.mark.browser


def test_a_report_printed_twice_is_the_same_bytes_on_another_second(swept: Swept, tmp_path: Path) -> None:
    contents = []
    for name in ("one", "other"):
        done = run_runner(
            "--format", "pdf", "--output", str(tmp_path / name), cwd=swept.folder, module="runner.report", timeout=120
        )
        assert done.returncode == 0, said(done)
        (path,) = (tmp_path / name).iterdir()
        contents.append(path.read_bytes())
        time.sleep(1.1)  # a PDF has the second in which it was made
    assert contents[0] == contents[1]
    assert contents[0].startswith(b"%PDF") and contents[0].rstrip().endswith(b"%%EOF")
    assert contents[0].count(b"/Type /Page\n") >= 2
