"""Parts of one's own that raise, or end the program, while runs are judged: they cost what is said of their runs."""

import subprocess

import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import run_runner, said
from tests.end_to_end.store import Store

MODULE = '''
"""Parts that fail where the environment says so, as they do once their files have changed."""

import os
import sys

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from runner.datasets import DATASETS, Samples
from runner.diagnosis.rules import RULES, Rule


def fail(part):
    if os.environ.get("FAILS") == f"{part} raises":
        raise KeyError("column gone")
    if os.environ.get("FAILS") == f"{part} exits":
        sys.exit(4)


@DATASETS.register
def ramp(streams) -> Samples:
    """y = sin 3x."""
    fail("data")
    X = streams.inputs.uniform(-1, 1, (40, 1))
    return Samples(X, np.sin(3 * X), "regression", ("x",))


@ACTIVATIONS.register
def bent() -> Activation:
    """tanh."""

    def value(z):
        fail("activation")
        return np.tanh(z)

    def slope(z, a):
        fail("slope")
        return 1 - a * a

    return Activation(value, slope, (-1.0, 1.0))


def is_mine(subject):
    if subject.spec.data.name == "ramp":
        fail("rule")
    return False


RULES.register(Rule("X1", "mine", is_mine, lambda subject: []), before="D101")
'''
COMMON = ("learning_rate=1e-9", "tracking.plots=none", "tracking.report=false", "tracking.models=none", "modules=[own]")
SWEPT = ("-m", "data=ramp,sine", "activation=bent,tanh", "training.epochs=30")
GONE = "KeyError: 'column gone'"
WHY = {
    "data raises": f"the data cannot be used: {GONE}",
    "data exits": "the data cannot be used: SystemExit: 4",
    "activation raises": f"the network cannot be used: {GONE}",
    "slope exits": "the rule D101 wrong_gradient cannot be asked: SystemExit: 4",
    "rule raises": f"the rule X1 mine cannot be asked: {GONE}",
    "rule exits": "the rule X1 mine cannot be asked: SystemExit: 4",
}


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Four runs that have hardly moved: two with a data set, and two with an activation, of one's own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.py").write_text(MODULE)
    return trained(folder, *SWEPT, *COMMON)


def diagnose(sweep: Trained, *arguments: str, fails: str = "") -> subprocess.CompletedProcess[str]:
    given = (*arguments, "modules=[own]")
    return run_runner(*given, cwd=sweep.store.folder, module="runner.diagnose", env={"FAILS": fails})


@pytest.mark.parametrize("fails", WHY)
def test_a_part_that_fails_leaves_its_own_runs_unjudged_and_all_others_are_judged(sweep: Trained, fails: str) -> None:
    done = diagnose(sweep, fails=fails)
    assert done.returncode == 3 and done.stderr == "", said(done)
    assert done.stdout.startswith("4 runs: 2 do not learn, 2 cannot be judged\n")
    assert done.stdout.endswith(f"\n\n2 runs cannot be judged: {WHY[fails]}\n"), said(done)


def test_the_end_of_a_run_or_sweep_says_which_runs_cannot_be_judged_and_is_no_error(sweep: Trained) -> None:
    command = (*SWEPT, *COMMON, "training.epochs=31")
    done = run_runner(*command, cwd=sweep.store.folder, env={"FAILS": "rule exits"})
    assert done.returncode == 0 and "2 of 2 runs looked at (4 in all) do worse than the data allow:" in done.stdout
    (line,) = [line for line in done.stderr.splitlines() if "judged" in line]
    assert line.startswith(f"2 runs cannot be judged: {WHY['rule exits']}; to try again: python -m runner.diagnose 20")
    alone = run_runner("data=ramp", *COMMON, cwd=sweep.store.folder, env={"FAILS": "rule raises"})
    assert alone.returncode == 0 and "outcome: stopped" in alone.stdout, said(alone)
    assert f"1 run cannot be judged: {WHY['rule raises']}; to try again: " in alone.stderr
    done = diagnose(sweep, fails="rule raises")
    assert done.returncode == 1 and done.stdout == f"cannot be judged: {WHY['rule raises']}\n", said(done)


def test_a_run_that_failed_says_so_and_that_it_is_not_judged(sweep: Trained) -> None:
    folder = sweep.store.folder
    done = run_runner("data=sine", "activation=bent", *COMMON, cwd=folder, env={"FAILS": "slope raises"})
    assert done.returncode == 1, said(done)
    done = diagnose(sweep)
    assert (done.returncode, done.stdout) == (1, f"failed: {GONE} (not judged)\n"), said(done)
    run = next(one for one in Store(folder).runs() if one.info.status == "FAILED")
    done = diagnose(sweep, run.info.run_id, "--why", "0", "--json", "-")
    assert done.returncode == 1 and '"not_judged": {\n   "failed": 1' in done.stdout, said(done)


def test_a_wrong_rule_is_one_error_when_its_module_is_imported(sweep: Trained) -> None:
    (sweep.store.folder / "wrong.py").write_text(
        "from runner.diagnosis.rules import RULES, Rule\n"
        "RULES.register(Rule('X9', 'mine', lambda s: True, lambda s: [], [('learning_rate=1',)]))\n"
    )
    done = run_runner("modules=[own,wrong]", cwd=sweep.store.folder, module="runner.diagnose")
    assert done.returncode == 1 and done.stdout == "", said(done)
    assert done.stderr == (
        "error: modules names 'wrong', which cannot be imported: "
        "fixes of the rule X9 mine must be a function, got [('learning_rate=1',)]\n"
    )
