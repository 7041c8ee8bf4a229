"""What shows before training: each mistake is seen, and its nearest look-alike is not."""

from pathlib import Path

import pytest

from runner.diagnosis.before import foresee
from runner.plan.plan import Plan
from tests.runner.building import plan_of
from tests.runner.diagnosis.corpus import OWN, SINE, XOR, write_tables

RELU = ("activation=relu", "init=he", "network.bias_init=zero")
# Code, a run that gets it, and the nearest one that does not.
FAR, WIDE, UNEQUAL = ((*OWN, f"data.path={name}.csv") for name in ("far", "wide", "unequal"))
SORTED = (*OWN, "training.mode=online", "training.order=given", "training.epochs=10", "data.path=sorted.csv")
PAIRS = {
    "targets beyond a sigmoid": (
        "D201",
        (*SINE, "network.output=sigmoid", "network.target_range=null", "loss=half_mse"),
        (*SINE, "network.output=sigmoid"),
    ),
    "inputs beyond a tanh": (
        "D202",
        (*SINE, "network.input=tanh", "data.domain=[-8,8]"),
        (*SINE, "network.input=tanh", "data.domain=[-0.5,0.5]"),
    ),
    "inputs that differ beyond a tanh": (
        "D202",
        (*SINE, "network.input=tanh", "data.domain=[-8,8]"),
        ("data=quadrants", "network.input=tanh"),
    ),
    "targets that are noise": ("D203", (*OWN, "data.path=shuffled.csv"), (*OWN, "data.path=noisy.csv")),
    "inputs far away": ("D204", FAR, (*FAR, "data.standardize=true")),
    "inputs of unequal size": ("D205", UNEQUAL, (*OWN, "data.path=spots.csv")),
    "large targets": ("D206", WIDE, (*WIDE, "data.target_scale=standardize")),
    "sorted samples": ("D207", SORTED, (*SORTED, "data.path=wave.csv")),
    "sorted samples, not often": ("D207", SORTED, (*SORTED, "training.epochs=100")),
    "a line for a curve": ("D301", (*SINE, "network.hidden=[]"), ("data=identity", "network.hidden=[]")),
    "a line for a curve that only rises": (
        "D301",
        (*SINE, "network.hidden=[]", "network.output=tanh"),
        ("data=tanh", "network.hidden=[]", "network.output=tanh"),
    ),
    "a line for xor": ("D301", (*XOR, "network.hidden=[]"), (*XOR, "network.hidden=[2]")),
    "one unit": ("D302", (*SINE, "network.hidden=[1]"), ("data=square", "network.hidden=[1]")),
    "one unit at first": ("D302", (*SINE, "network.hidden=[1,4]"), (*SINE, "network.hidden=[4,1]")),
    "dead units": (
        "D402",
        (*SINE, *RELU, "init=between", "init.low=-2", "init.high=-1", "network.bias_init=init", "data.domain=[0,3]"),
        (*SINE, *RELU),
    ),
    "a schedule that ends at once": (
        "D501",
        (*SINE, "schedule=exponential", "schedule.decay=0.9"),
        (*SINE, "schedule=exponential", "schedule.decay=0.995"),
    ),
    "momentum": (
        "D504",
        (*SINE, "learning_rate=1", "optimizer=momentum", "optimizer.momentum=0.999"),
        (*SINE, "learning_rate=1", "optimizer=momentum", "optimizer.momentum=0.97"),
    ),
    "a step beyond the valley": ("D506", (*SINE, "learning_rate=100"), (*SINE, "learning_rate=1")),
    "a grid beyond normal samples": (
        "D601",
        ("data=sine", "data.sampling=normal", "test.set=grid"),
        ("data=sine", "test.set=grid"),
    ),
}
NOTES = {
    "D101": (*SINE, "fault=weights_subtracted"),
    "D102": (*SINE, "fault=update_sign"),
    "D103": (*SINE, "fault=shuffled_inputs"),
    "D104": (*SINE, "fault=mixed_units", "network.output=tanh"),
    "D401": (*SINE, "init=constant"),
    "D601": (*SINE, "test.set=grid", "test.margin=3"),
}


@pytest.fixture(autouse=True)
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(tmp_path)
    monkeypatch.chdir(tmp_path)


def codes(plan: Plan) -> list[tuple[str, bool]]:
    return [(one.rule.code, one.is_note) for one in foresee(plan, is_thorough=True).signs]


@pytest.mark.parametrize(("code", "run", "look_alike"), PAIRS.values(), ids=PAIRS)
def test_a_mistake_is_warned_of_and_its_look_alike_is_not(code, run, look_alike):
    assert codes(plan_of(run)) == [(code, False)]
    assert codes(plan_of(look_alike)) == []


@pytest.mark.parametrize(("code", "run"), NOTES.items(), ids=NOTES)
def test_what_may_be_intended_is_a_note(code, run):
    assert codes(plan_of(run)) == [(code, True)]
