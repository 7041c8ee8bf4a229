"""How an error looks, on a terminal and in a pipe; and that what it says lists all names does so."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from nn.faults import FAULTS
from nn.metrics import METRICS
from runner.base.commands import LISTS_FAULTS, LISTS_SWEEPS, lists_settings
from runner.runs.spec import TrainingSpec
from tests.end_to_end.program import ROOT, command, environment, run_runner, said

RED, BOLD, PLAIN = "\x1b[1;31m", "\x1b[1m", "\x1b[0m"
MISTAKES = ("-m", "activation=tnah,relu", "seed=1,-1")
SAID = """\
error: 3 of 4 jobs cannot run, so nothing was trained:
  - activation is unknown: 'tnah' (did you mean tanh?); python -m runner --help lists all [jobs 0, 1]
  - seed must be >= 0, got -1 [jobs 1, 3]
"""


def on_a_terminal(*arguments: str, cwd: Path, env: dict[str, str]) -> str:
    """What a program writes to standard error where that is a terminal."""
    ours, theirs = os.openpty()
    env = environment({"TERM": "xterm-256color"} | env)
    with subprocess.Popen(command(*arguments), cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=theirs):
        os.close(theirs)
        seen = b""
        try:
            while more := os.read(ours, 4096):
                seen += more
        except OSError:  # Linux's word for a terminal that nobody writes to any more
            pass
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


def test_on_a_terminal_error_is_red_and_the_keys_are_bold(tmp_path: Path) -> None:
    seen = on_a_terminal(*MISTAKES, cwd=tmp_path, env={})
    assert seen.startswith(f"{RED}error:{PLAIN} 3 of 4 jobs")
    assert re.findall(r"\x1b\[1m([^\x1b]+)\x1b\[0m", seen) == ["activation", "seed"]
    assert re.sub(r"\x1b\[[\d;]*m", "", seen) == SAID
    seen = on_a_terminal("sweep=xor_bais", cwd=tmp_path, env={})
    assert seen.startswith(f"{RED}error:{PLAIN} {BOLD}sweep{PLAIN} is unknown: 'xor_bais' (did you mean xor_bias?); ")


def test_no_color_means_none(tmp_path: Path) -> None:
    assert on_a_terminal(*MISTAKES, cwd=tmp_path, env={"NO_COLOR": "1"}) == SAID


def test_a_pipe_gets_the_words_alone(tmp_path: Path) -> None:
    assert run_runner(*MISTAKES, cwd=tmp_path).stderr == SAID


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dry-run",), "--dry-run is not an option, and settings are typed as key=value "),
        (("--strct",), "--strct is not an option, and settings are typed as key=value (did you mean --strict?); "),
        (("--cfg", "jbo"), "argument --cfg/-c: invalid choice: 'jbo' "),
        (("hydra/foo=1",), "hydra/foo is not a setting; python -m runner --hydra-help lists all\n"),
    ],
)
def test_a_wrong_flag_is_one_error_like_any_other(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run_runner(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, ""), said(done)
    assert done.stderr.startswith(f"error: {words}") and done.stderr.count("\n") == 1, said(done)


def listed_by(lister: str, folder: Path) -> str:
    """What a command prints that an error has named."""
    module, *arguments = lister.removeprefix("python -m ").split()
    done = run_runner(*arguments, cwd=folder, module=module)
    assert done.returncode == 0, said(done)
    return done.stdout


def test_the_commands_that_errors_name_list_all(tmp_path: Path) -> None:
    assert {*TrainingSpec.model_fields} <= {*yaml.safe_load(listed_by(lists_settings("training"), tmp_path))}
    assert "split_seed" in yaml.safe_load(listed_by(lists_settings("data", "table"), tmp_path))
    assert "learning_rate" in yaml.safe_load(listed_by(lists_settings(""), tmp_path))
    assert "hydra/launcher" in listed_by(lists_settings("hydra.run"), tmp_path)
    assert [name for name in FAULTS if name not in listed_by(LISTS_FAULTS, tmp_path)] == []
    assert "xor_bias" in listed_by(LISTS_SWEEPS, tmp_path)


def test_the_sections_that_errors_name_list_all() -> None:
    _, *sections = re.split(r"^##+ ", (ROOT / "docs" / "reference.md").read_text(), flags=re.MULTILINE)
    by_name = {section.partition("\n")[0]: section for section in sections}
    cases = [path.stem for path in (ROOT / "conf" / "case").glob("*.yaml")]
    assert [name for name in METRICS if f"`{name}`" not in by_name["Metrics"]] == []
    assert [name for name in cases if f"`{name}`" not in by_name["Cases"]] == []
