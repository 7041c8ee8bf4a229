"""docs/tutorial.md, done as it is written: every command in one folder, in order, with what it prints."""

import html
import re
import shlex
import subprocess
from pathlib import Path

from tests.end_to_end.printed import RUN_ID, missing, steps
from tests.end_to_end.program import make_store, run_runner, said

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
NOT_RUN = ["mlflow ui"]  # a server, which does not end
QUICK = (
    "workers=1",
    "tracking.plots=none",
    "tracking.report=false",
)  # they change no number; a single run is typed again by what explains it
FILE = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_lines_are_compared_with_what_is_printed_by_their_words_and_two_digits() -> None:
    printed = "tanh  xor   5  0.9561 ± 0.043\nrun id 0123456789abcdef0123456789abcdef\n"
    assert missing(["tanh xor 5 0.955 ± 0.043", "run id " + "f" * 32], printed) == []
    assert missing(["tanh xor 5 0.90 ± 0.043"], printed) == ["tanh xor 5 0.90 ± 0.043"]
    assert missing(["run id " + "f" * 32, "tanh xor 5 0.956 ± 0.043"], printed) == ["tanh xor 5 0.956 ± 0.043"]
    assert missing(["relu xor 5 0.956 ± 0.043"], printed) == ["relu xor 5 0.956 ± 0.043"]


def run(command: str, run_id: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE ...` or `python FILE.py`."""
    python, *arguments = shlex.split(command.replace("RUN_ID", run_id))
    assert python == "python", command
    if arguments[0] == "-m":
        module, more = arguments[1], QUICK if arguments[1] == "runner" and "-m" in arguments[2:] else ()
        return run_runner(*arguments[2:], *more, module=module, cwd=folder)
    (file,) = arguments
    return run_runner(module=file.removesuffix(".py"), cwd=folder)


def test_every_command_of_the_tutorial_works_and_prints_what_the_tutorial_shows(tmp_path: Path) -> None:
    make_store(tmp_path)
    page = PAGE.read_text(encoding="utf-8")
    for name, text in FILE.findall(page):
        (tmp_path / name).write_text(text, encoding="utf-8")
    printed = ""
    ran = [step for step in steps(page) if step.command not in NOT_RUN]
    assert len(ran) > 5
    for step in ran:
        done = run(step.command, next(reversed(RUN_ID.findall(printed)), ""), tmp_path)
        is_ill = "runner.diagnose" in step.command and "does not learn" in " ".join(step.shown)
        assert done.returncode == (3 if is_ill else 0), said(done)
        assert missing(step.shown, done.stdout) == [], said(done)
        printed += done.stdout
    (report,) = tmp_path.glob("report-*.html")
    sentences = html.unescape(re.sub(r"<[^>]+>", "", report.read_text(encoding="utf-8"))).replace(" ↓", "")
    quoted = re.findall(r"^> (.+)$", page, re.MULTILINE)
    assert quoted and missing(quoted, sentences) == []
