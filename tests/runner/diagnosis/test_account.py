"""What is kept, shown and said of runs that were looked at when they ended, in lines, tags and a section."""

from dataclasses import replace

import pytest

from runner.diagnosis.ending import Look, account, file_of, look
from runner.findings.failures import failures
from runner.findings.findings import Findings
from runner.findings.terminal import print_run
from runner.runs.about import About
from runner.runs.account import Account, tags_in
from runner.runs.diagnosis import Experiment, Overrides
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.diagnosis.corpus import SINE

REST = "python -m runner.diagnose s"
RUNS = {
    "healthy": SINE,
    "linear": tuple({one.split("=", 1)[0]: one for one in (*SINE, "network.hidden=[]")}.values()),
    "noise": ("data=sine", "data.noise=20", "training.epochs=50"),
}


@pytest.fixture(scope="module")
def runs() -> dict[str, RunResult]:
    """A run of each kind, each the first of its own."""
    plan = plan_of(*RUNS.values(), first=("tracking.plots=none",))
    done = {result.index: result for result in trained_all(plan)}
    return {name: replace(done[place], index=0) for name, place in zip(RUNS, plan.of_jobs, strict=True)}


def looked(one: RunResult) -> Look:
    return look([one], [], 60.0)


def command(result: RunResult, fix: Overrides) -> str:
    return " ".join(fix)


def said_of(one: RunResult) -> Account:
    return account(looked(one), command, REST)


def test_a_run_alone_is_no_sweep_of_one_where_lines_are_said_of_it(runs: dict[str, RunResult]) -> None:
    """As after Ctrl-C."""
    assert said_of(runs["linear"]).lines == [
        "does not learn: the network is linear, and the data are not (proved, D301)",
        f"the evidence, and what to try: {REST}",
    ]
    assert said_of(runs["healthy"]).lines == []


def test_where_no_command_would_help_there_is_what_to_look_at(
    capsys: pytest.CaptureFixture[str], runs: dict[str, RunResult]
) -> None:
    noise, said = runs["noise"], said_of(runs["noise"])
    print_run(noise, "where", said)
    advice = "Look at the table: are rows in the right order, is the target the right column, "
    assert f"(likely, D203)\nto do: {advice}" in capsys.readouterr().out
    section = failures(Findings(About("s", "", "s"), [noise], {}, "", [], {}, account=said))
    assert section is not None and dict(section.blocks[0].facts)["to do"].startswith(advice)
    assert not said_of(runs["linear"]).causes[0].to_do


def test_a_tag_says_the_numbers_as_the_terminal_does(runs: dict[str, RunResult]) -> None:
    """Which side of a limit is bad, that a run without a fix diverged, and on which seeds a fix was trained."""
    (one,) = looked(runs["linear"]).judged
    fix = Experiment(("learning_rate=1",), "rmse", (7, 8), None, 0.08, 2, has_helped=True, is_fresh=True)
    said = replace(one.diagnosis, fixes=(fix.overrides,), tried=(fix,))
    seen = Look(1, [], [replace(one, diagnosis=said)], [])
    tags = tags_in(file_of(seen, account(seen, command, REST)))[one.result.index]
    assert tags["diagnosis.effect"] == "median diverged -> rmse 0.08, better in 2 of 2 fresh seeds"
    *_, line = tags["diagnosis.evidence"].split("; ")
    assert line.startswith("score of a linear model: ") and " (below " in line
    shown = account(seen, command, REST)
    assert shown.causes[0].tried[0].startswith("fix: learning_rate=1 ")
    section = failures(Findings(About("s", "", "s"), [runs["linear"]], {}, "", [], {}, account=shown))
    assert section is not None and dict(section.blocks[0].facts)["fix"].startswith("learning_rate=1 ")
