"""`python -m runner.gradcheck` as a user starts it, in a folder of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import TIMEOUT, environment, run_runner, said

FAULTY = ("data=quadrants", "fault=derivative_of_activated", "network.hidden=[2]")
MODULE = '''
from nn.activations import ACTIVATIONS, Activation


@ACTIVATIONS.register
def cubic():
    """z^3, with a derivative that is half of what it should be."""
    return Activation(lambda z: z**3, lambda z, a: 1.5 * z**2)
'''


def gradcheck(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_runner(*arguments, cwd=cwd, module="runner.gradcheck")


def test_a_healthy_network_is_right_and_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "runner.gradcheck"],
        cwd=tmp_path, env=environment(), timeout=TIMEOUT, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, said(done)
    assert done.stdout.splitlines()[-1] == "all 4 arrays are right"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("option", "samples"), [((), "first batch of 32 samples"), (("--all",), "all 300 training")])
def test_a_fault_is_shown_as_a_table_with_the_arrays_that_are_wrong(
    tmp_path: Path, option: tuple[str, ...], samples: str
) -> None:
    done = gradcheck(*option, *FAULTY, cwd=tmp_path)
    assert done.returncode == 1, said(done)
    lines = done.stdout.splitlines()
    assert samples in lines[0]
    table = [line.split() for line in lines if line[:2] in ("W1", "b1", "W2", "b2")]
    assert [(row[0], row[1], row[6]) for row in table] == [
        ("W1", "2x2", "wrong"), ("b1", "2", "wrong"), ("W2", "2x1", "right"), ("b2", "1", "right"),
    ]  # fmt: skip
    assert lines[-2] == "2 of 4 arrays are wrong: W1, b1"
    assert lines[-1].startswith("fault=derivative_of_activated: f'(a) instead of f'(z)")
    assert done.stderr == ""


def test_a_named_case_is_checked_like_any_other_network(tmp_path: Path) -> None:
    done = gradcheck("case=c4", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert "3 of 3 arrays are wrong: W1, W2, W3" in done.stdout and done.stderr == ""
    assert gradcheck("case=c4", "fault=none", cwd=tmp_path).returncode == 0


def test_an_own_activation_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "my_parts.py").write_text(MODULE)
    done = gradcheck("modules=[my_parts]", "activation=cubic", "network.hidden=[3]", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert done.stdout.count("scaled by 0.5") == 2 and done.stderr == ""
    assert done.stdout.splitlines()[-1] == "2 of 4 arrays are wrong: W1, b1"


def test_wrong_input_ends_in_one_message_and_exit_code_1(tmp_path: Path) -> None:
    done = gradcheck("learning_rate=0.1,0.2", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: learning_rate=0.1,0.2 stands for several runs; a check looks at one network at a time\n"
    )
