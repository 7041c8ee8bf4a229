"""Mistakes on the command line: one clear message, and nothing is trained."""

import re
from pathlib import Path

import pytest

from tests.end_to_end.program import run_runner, said
from tests.end_to_end.store import nothing_was_trained
from tests.runner.building import refusal

HOLES = "a,b,y\n1,2,3\n2,,4\n3,1,5\n4,7,6\n5,2,9\n6,1,2\n"

# What is typed, and what the message must name: the key, the value, what is allowed, and the override that says more.
MISTAKES = {
    "an unknown key": (["learning_rat=1"], ["learning_rat is", "did you mean learning_rate?", "--cfg job lists all"]),
    "an unknown key in a group": (
        ["network.hiden=[3]"],
        ["network.hiden", "mean hidden?", "known are hidden, activations, output"],
    ),
    "an unknown setting of a component": (
        ["optimizer.momentum=0.5"],
        ["optimizer.momentum is not a setting of optimizer=auto, but of optimizer=momentum or optimizer=nesterov"],
    ),
    "an added key": (["+optimizer.momentum=0.5"], ["optimizer.momentum is not a setting of optimizer=sgd, but of"]),
    "a key added that is there": (["+seed=1"], ["seed is in the config already; leave out the +"]),
    "an unknown data set": (["data=sin"], ["data", "'sin'", "did you mean sine or sinc?", "--help lists all"]),
    "an unknown activation": (["activation=tahn"], ["activation", "tahn", "did you mean tanh?", "--help lists all"]),
    "nothing for an activation": (["activation=null"], ["activation", "null"]),
    "an unknown output": (["network.output=soft"], ["network.output", "soft", "did you mean softmax or softplus?"]),
    "a text for a number": (["learning_rate=fast"], ["learning_rate", "fast", "number"]),
    "a fraction of an epoch": (
        ["training.epochs=1.5"],
        ["training.epochs", "1.5", "whole number"],
    ),
    "a number for a yes or no": (["network.bias=7"], ["network.bias", "7", "true or false"]),
    "a rate below zero": (["learning_rate=-1"], ["learning_rate", "-1", "> 0"]),
    "a rate of nan": (["learning_rate=nan"], ["learning_rate", "nan", "finite"]),
    "a share above one": (["data.test_fraction=2"], ["data.test_fraction", "got 2", "< 1"]),
    "a momentum of one": (
        ["optimizer=momentum", "optimizer.momentum=1"],
        ["optimizer.momentum", "got 1", "< 1"],
    ),
    "a seed below zero": (["seed=-3"], ["seed", "-3", ">= 0"]),
    "an unknown mode": (
        ["training.mode=batch"],
        ["training.mode", "batch", "online", "minibatch", "full"],
    ),
    "softmax for a regression": (["network.output=softmax"], ["network.output", "softmax", "sine", "regression"]),
    "cross-entropy for a regression": (
        ["loss=softmax_cross_entropy"],
        ["loss", "softmax_cross_entropy", "classification", "sine"],
    ),
    "cross-entropy of a line": (
        ["loss=binary_cross_entropy"],
        ["loss", "binary_cross_entropy", "network.output=sigmoid"],
    ),
    "a loss without its output": (
        ["data=xor", "loss=softmax_cross_entropy", "network.output=sigmoid"],
        ["loss", "softmax_cross_entropy", "network.output=softmax"],
    ),
    "a batch size for full batches": (
        ["training.mode=full", "training.batch_size=8"],
        ["training.batch_size", "8", "minibatch"],
    ),
    "a layer of no units": (["network.hidden=[0]"], ["network.hidden", "0", "> 0", "override network.hidden=[0]"]),
    "a layer of fewer than no units": (["network.hidden=[4,-1]"], ["network.hidden[1]", "-1", "> 0"]),
    "a batch larger than the data": (
        ["training.batch_size=1000"],
        ["training.batch_size", "1000", "150"],
    ),
    "no file named": (["data=table"], ["data.path", "data.path=FILE", "override data=table"]),
    "a file that is not there": (
        ["data=table", "data.path=nothing.csv"],
        ["data.path", "nothing.csv", "does not exist"],
    ),
    "a folder for a file": (["data=table", "data.path=."], ["data.path", "a folder"]),
    "a hole in the features": (
        ["data=table", "data.path=holes.csv", "data.impute=none"],
        ["data.features", "'b'", "1 missing", "row 2", "data.impute=median"],
    ),
    "no workers": (["workers=0"], ["workers", "0", ">= 1"]),
    "an unknown amount of pictures": (
        ["tracking.plots=some"],
        ["tracking.plots", "some", "all", "none"],
    ),
    "a module that is not there": (["modules=[no_such_module]"], ["modules", "no_such_module"]),
    "a sweep without -m": (["activation=tanh,relu"], ["activation", "tanh,relu", "-m"]),
}  # fmt: skip

# Of each kind one by the command line; the others are read where that gets its messages from.
TYPED = (
    "an unknown key", "an added key", "an unknown data set", "a text for a number", "softmax for a regression",
    "a file that is not there", "a hole in the features", "no workers", "an unknown amount of pictures",
    "a module that is not there", "a sweep without -m",
)  # fmt: skip

CHECKING = "checking all runs before training\n"  # of a sweep, before anything is known of it
CENTURY = ["constant"] * 37 + ["constnat"] + ["cosine"] * 62


def check(folder: Path, arguments: list[str], named: list[str]) -> str:
    """Run what cannot run; returns its message."""
    done = run_runner(*arguments, cwd=folder)
    assert done.returncode not in (0, None), said(done)
    assert "Traceback" not in done.stderr + done.stdout, said(done)
    assert done.stderr.startswith("error: "), said(done)
    assert len(re.findall(r"^error: ", done.stderr, re.MULTILINE)) == 1, said(done)
    assert [part for part in named if part not in done.stderr] == [], said(done)
    is_sweep = "-m" in arguments or "--multirun" in arguments
    assert done.stdout == (CHECKING if is_sweep else "")
    assert nothing_was_trained(folder)
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "holes.csv").write_text(HOLES)
    return tmp_path


@pytest.mark.parametrize("mistake", TYPED)
def test_a_mistake_ends_in_one_clear_message_before_anything_is_trained(folder: Path, mistake: str) -> None:
    check(folder, *MISTAKES[mistake])


@pytest.mark.parametrize("mistake", [one for one in MISTAKES if one not in TYPED])
def test_a_mistake_is_named_with_what_is_allowed(folder: Path, mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    arguments, named = MISTAKES[mistake]
    message = refusal(*arguments)
    assert [part for part in named if part not in message] == [], message


def test_an_unknown_schedule_in_job_37_of_100_costs_nothing(folder: Path) -> None:
    message = check(
        folder,
        ["-m", "data=xor", f"schedule={','.join(CENTURY)}"],
        ["1 of 100 jobs", "job 37", "schedule", "constnat", "constant, cosine"],
    )
    assert len(message) < 1000


def test_a_bad_number_in_job_37_of_100_costs_nothing(folder: Path) -> None:
    rates = [f"0.{number + 1:03d}" for number in range(100)]
    rates[37] = "-0.5"
    check(
        folder,
        ["-m", "data=xor", f"learning_rate={','.join(rates)}"],
        ["1 of 100 jobs", "job 37", "learning_rate", "-0.5", "> 0"],
    )


def test_all_problems_of_all_jobs_are_reported_at_once(folder: Path) -> None:
    check(
        folder,
        ["-m", "learning_rate=0.1,-1", "network.hidden=[4],[0]", "data=sine,sin", "seed=-1"],
        ["8 of 8 jobs", "learning_rate must be > 0", "override network.hidden=[0]", "data is unknown", "seed must be"],
    )


@pytest.mark.parametrize("launcher", ["basic", "stacked"])
def test_no_launcher_trains_the_good_jobs_of_a_bad_sweep(folder: Path, launcher: str) -> None:
    check(
        folder,
        ["-m", "learning_rate=0.1,-1", f"hydra/launcher={launcher}"],
        ["1 of 2 jobs", "learning_rate", "-1", "> 0", "job 1"],
    )


def test_all_that_is_wrong_with_one_command_is_reported_at_once(folder: Path) -> None:
    given = ["learning_rat=1", "network.hiden=[3]", "seed=-1", "data.noise=${nowhere}", "activation=tahn"]
    message = check(folder, given, [f"  - {one.partition('=')[0]} " for one in given])
    assert len(message.splitlines()) == 1 + len(given)


def test_problems_of_every_job_of_a_sweep_are_reported_once_with_those_of_single_jobs(folder: Path) -> None:
    given = ["epochs=3", "seed=range(3", "learning_rate=0.1,-1", "network.bias=true,false"]
    message = check(folder, ["-m", *given], ["4 of 4 jobs", "training.epochs", "a parenthesis is not closed"])
    assert message.count("[all 4 jobs]") == 2
    assert "learning_rate must be > 0, got -1 [jobs 2, 3]" in message
