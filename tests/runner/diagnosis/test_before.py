"""What shows before training: each mistake is seen, and its nearest look-alike is not."""

import json
from pathlib import Path

import pytest

from runner.diagnose import main
from runner.diagnosis.before import MOST, foresee
from runner.plan.plan import Plan
from tests.runner.building import plan_of
from tests.runner.diagnosis.corpus import HEALTHY, ILL, OWN, SINE, XOR, write_tables

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
    "large numbers": ("D204", (*SINE, "data.domain=[-30,30]"), HEALTHY["unscaled_targets"]),
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
    "large first weights": (
        "D403",
        (*SINE, "init=gaussian", "init.std=50"),
        (*SINE, "init=gaussian", "init.std=3", "learning_rate=0.01"),
    ),
    "a schedule that ends at once": (
        "D501",
        (*SINE, "schedule=exponential", "schedule.decay=0.9"),
        (*SINE, "schedule=exponential", "schedule.decay=0.995"),
    ),
    "a schedule that ends at once, with a border to learn": (
        "D501",
        (*SINE, "schedule=exponential", "schedule.decay=0.9"),
        (*OWN, "data.path=rare.csv", "schedule=exponential", "schedule.decay=0.9"),
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


def test_a_command_line_that_is_only_looked_at(capsys):
    sweep = ("-m", "network.hidden=[],[8]", "data=xor", "seed=range(3)")
    assert main(["--config", *sweep]) == 3
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(
        "warning: the network is linear, and the data are not (D301) [network.hidden=[], 3 of 6 runs]: "
    )
    assert main(["--config", *sweep, "--json", "-"]) == 3
    found = json.loads(capsys.readouterr().out)["foreseen"]
    assert (found["version"], found["runs"], found["looked_at"]) == (1, 6, 6)
    (sign,) = found["foreseen"]
    assert (sign["kind"], sign["cause"], sign["certainty"]) == ("warning", "no_hidden", "proved")
    assert len(sign["run_keys"]) == 3 and sign["fix"] == ["network.hidden=[8]", "activation=tanh"]
    assert main(["--config", "sweep=initializers"]) == 0
    assert "(D401) [init=constant, 10 of 40 runs]" in capsys.readouterr().out
    assert main(["--config"]) == 0
    assert capsys.readouterr().out == "1 run: nothing shows before training that would keep one from learning\n"
    for wrong in ("data=xorr", "data=xor,sine", "--strict"):
        assert main(["--config", wrong]) == 1
        assert wrong.rpartition("=")[2] in capsys.readouterr().err


def test_of_many_settings_some_are_looked_at_and_the_line_says_so():
    plan = plan_of(*[(f"learning_rate={rate}", f"init={init}") for rate in range(1, 31) for init in ("he", "constant")])
    seen = foresee(plan)
    assert len(seen.looked_at.runs) == MOST < len(plan.runs) and not seen.is_whole
    (line,) = seen.notes
    ill = len(seen.signs[0].runs)
    assert f"(D401) [init=constant, {ill} of {MOST} settings looked at]" in line and 0 < ill < MOST


def test_a_setting_is_said_to_be_ill_where_its_other_seeds_are_too():
    jobs = [(*SINE, *RELU, "network.hidden=[4]", "data.domain=[1,3]", f"seed={seed}") for seed in range(12)]
    alone = [bool(codes(plan_of(job))) for job in jobs]
    assert any(alone) and not all(alone)
    assert codes(plan_of(jobs[alone.index(True)], jobs[alone.index(False)])) == []


def test_switched_off_it_is_not_looked_at():
    assert codes(plan_of((*SINE, "init=constant", "diagnose=off"))) == []


@pytest.mark.parametrize("name", HEALTHY)
def test_a_run_that_learns_is_not_warned(name):  # that these learn `test_judging` trains them for
    assert codes(plan_of(HEALTHY[name])) == []


def test_a_run_with_another_mistake_is_not_warned_of_this_one():
    others = {cause: foresee(plan_of(run), is_thorough=True).signs for cause, run in ILL.items()}
    assert {
        (cause, one.rule.cause) for cause, signs in others.items() for one in signs if one.rule.cause != cause
    } == set()
