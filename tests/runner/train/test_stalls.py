"""Stacks that hang, or just take long, in workers of this machine: said once with what is waited for, never ended."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from nn.schedules import SCHEDULES
from runner.runs.components import load_modules
from runner.train import execution
from runner.train.stalls import Watch
from runner.train.starting import training_of
from tests.runner.building import plan_of

HANGING = """
import os, time
from pathlib import Path

import numpy as np

from nn.schedules import SCHEDULES


@SCHEDULES.register
def {name}(steps, n_steps, *, hangs: bool = False, dies: bool = False):
    if n_steps > 12 and dies and not Path("died").exists():
        Path("died").touch()
        os._exit(1)
    while n_steps > 12 and hangs and not Path("go").exists():
        time.sleep(0.01)
    return np.ones_like(steps)
"""


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module, and of the schedule in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    name = f"hanging_in_{tmp_path.name}"
    Path(f"{name}.py").write_text(HANGING.format(name=name))
    load_modules([name])
    yield name
    del SCHEDULES._components[name]


@pytest.mark.parametrize("how", ["++schedule.hangs=true", "++schedule.hangs=true ++schedule.dies=true"])
def test_what_hangs_is_named_and_waited_for(
    how: str, hanging: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(execution, "SECONDS_BETWEEN_LOOKS", 0.1)
    monkeypatch.setattr(execution, "SHORTEST", 0.0)
    first = ("data=xor", f"schedule.name={hanging}", "training.epochs=20", "tracking.plots=none", "workers=2")
    plan = plan_of((*how.split(), "seed=7"), ("activation=relu",), first=first)
    plan = replace(plan, settings=plan.settings.model_copy(update={"modules": (hanging,)}))
    release = Timer(4, Path("go").absolute().touch)
    with training_of(plan) as training:
        release.start()
        outcomes = {result.index: result.outcome for results in training for result in results}
    assert outcomes == {0: "stopped", 1: "stopped"}
    told = [line for line in capsys.readouterr().err.splitlines() if "nothing has been heard" in line]
    assert told and f"{how} seed=7" in told[-1] and "Ctrl-C keeps what is finished" in told[-1]


def test_a_stall_is_told_once_until_something_moves(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    for patience, share, lines in ((60, 0.0, 0), (0, 0.0, 1), (0, 0.0, 0), (0, 0.5, 0), (0, 0.5, 1)):
        watch.look(share, ["seed=1", "seed=2"], patience)
        assert capsys.readouterr().err.count("of 2 stacks with seed=1; seed=2") == lines
