"""TAB in bash: the script is what README.md evaluates, and bash calls it as it does when the key is pressed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import environment, run_runner, said

PRESS = r"""
COMP_LINE=$1 COMP_POINT=${#1}
read -ra COMP_WORDS <<< "${1//=/ = }"
[[ $1 == *[=\ ] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_runner_completion "$2" 2>&1
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("install")
    done = run_runner("-sc", "install=bash", cwd=folder)
    assert done.returncode == 0, said(done)
    assert list(folder.iterdir()) == []
    return done.stdout


def test_a_reader_of_the_script_that_has_gone_gets_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "runner", "-sc", "install=bash"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("python -m runner -m data=xor learn", ["learning_rate="]),
        ("python -m runner activation=sig", ["sigmoid"]),
        ("python -m runner -m data=xor 'seed=range(3)' optimizer=adam,mom", ["adam,momentum"]),
        ("python -m runner sweep=xor_", ["xor_bias", "xor_linear_output", "xor_width"]),
        ("python -m runner training.clip_", ["training.clip_norm=", "training.clip_value="]),
        ("python -m runners activation=si", [""]),
    ],
)
def test_tab_completes(line: str, proposed: list[str], script: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{PRESS}", "bash", line, sys.executable],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == proposed, said(done)
    assert list(tmp_path.iterdir()) == []


def test_what_was_installed_can_be_taken_back(script: str, tmp_path: Path) -> None:
    undo = run_runner("-sc", "uninstall=bash", cwd=tmp_path).stdout
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{undo}\ncomplete -p; declare -F"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
