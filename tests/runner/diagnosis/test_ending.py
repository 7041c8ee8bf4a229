"""What is said when a sweep ends: of few runs, in little time, and never what must not be said."""

import json
from dataclasses import replace

import numpy as np
import pytest

from runner.diagnosis.ending import MOST_OF_SETTING, MOST_SETTINGS, Look, account, file_of, look
from runner.diagnosis.judged import Judged, judge_all
from runner.findings.failures import failures
from runner.findings.findings import Findings
from runner.findings.terminal import print_run, say_account
from runner.runs.about import About
from runner.runs.account import Account, account_of, tags_in
from runner.runs.diagnosis import Overrides
from runner.runs.outcome import Outcome
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.diagnosis.corpus import ALTHOUGH, ILL, OWN, QUADRANTS, SINE, SQUARE, numbered, runs_of

REST = "python -m runner.diagnose s"
WITHIN_SAMPLING = (*QUADRANTS, "data.samples_per_cluster=20", "seed=1")  # worse on few test samples, as chance has it
RUNS = {
    "healthy": SINE,
    "too high": ILL["lr_high"],
    "another seed": (*SINE, "seed=1"),
    "fast": (*SQUARE, "learning_rate=0.5"),
    "linear": (*SINE, "network.hidden=[]"),
    "within sampling": WITHIN_SAMPLING,
    **{f"although {cause}": overrides for cause, overrides in ALTHOUGH.items()},
}


@pytest.fixture(scope="module")
def runs() -> dict[str, RunResult]:
    """A run of each kind, by what it is there for."""
    return runs_of(RUNS)


def looked(some: list[RunResult], seconds: float = 60.0) -> Look:
    return look(some, swept_keys([one.overrides for one in some]), seconds)


def command(result: RunResult, fix: Overrides) -> str:
    return " ".join(fix)


def said_of(*some: RunResult) -> Account:
    return account(looked(numbered(*some)), command, REST)


def test_a_cause_is_one_line_however_many_runs_have_it(runs: dict[str, RunResult]) -> None:
    said = said_of(runs["healthy"], runs["too high"], runs["too high"], runs["linear"])
    assert said.lines == [
        "3 of 4 runs do worse than the data allow:",
        "  2 runs: the learning rate is too high for this network and these data (likely, D506)",
        "  1 run: the network is linear, and the data are not (proved, D301)",
        f"all of them, with evidence and what to try: {REST}",
    ]
    assert (said.healthy, said.causes[0].runs) == (0, (1, 2))


def test_the_run_that_learns_beside_one_that_does_not_is_on_the_same_data(runs: dict[str, RunResult]) -> None:
    """Although one on other data has more settings in common, and comes first."""
    other = replace(runs["fast"], overrides=(*runs["too high"].overrides[1:], *runs["fast"].overrides[:1]))
    said = said_of(other, runs["healthy"], runs["too high"])
    assert runs["fast"].spec.data.name != runs["healthy"].spec.data.name == runs["too high"].spec.data.name
    assert said.healthy == 1


def test_runs_that_learn_are_left_alone(runs: dict[str, RunResult]) -> None:
    said = said_of(runs["healthy"], runs["fast"], runs["another seed"])
    assert said.lines == [] and said.causes == () and said.headline == ""
    assert said.summary == "3 of 3 runs looked at: each does as well as its data allow"


def test_three_runs_of_a_setting_are_judged_and_no_settings_are_told_of_those(runs: dict[str, RunResult]) -> None:
    seen = looked(numbered(*[runs["healthy"]] * 6, *[runs["too high"]] * 7))
    assert (len(seen.judged), len(seen.left), len(seen.learn), seen.asked) == (MOST_OF_SETTING, 4, 6, MOST_OF_SETTING)
    said = account(seen, command, REST)
    assert said.lines[0].startswith("7 of 13 runs do worse than the data allow (learning_rate")
    assert said.lines[0].endswith(": 7 of 7 runs; elsewhere 0 of 6); causes of the first 3:")
    assert said.causes[0].settings == "", "three of seven would pass for all of them"
    assert said.summary.endswith("; 4 runs not looked into")
    tags = {index: one["diagnosis"] for index, one in tags_in(file_of(seen, said)).items()}
    assert tags == {**dict.fromkeys(range(6, 9), "lr_high"), **dict.fromkeys(range(9, 13), "not looked into")}


def test_the_first_samples_are_looked_at_and_not_those_of_the_worst_runs() -> None:
    plan = plan_of(*(("data=sine", f"seed={seed}", "training.epochs=300") for seed in range(5)))
    seeds = sorted(trained_all(plan), key=lambda one: one.index)
    bad = [replace(one, outcome=Outcome.DIVERGED) if one.index > 2 else one for one in seeds]
    seen = looked(bad)
    assert (seen.trained, len(seen.learn), len(seen.judged)) == (5, MOST_OF_SETTING, 0)
    assert account(seen, command, REST).summary == "3 of 5 runs looked at: each does as well as its data allow"


def test_of_a_single_run_that_is_interrupted_no_number_of_runs_is_said(
    runs: dict[str, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    say_account(said_of(runs["linear"]), is_sweep=False)
    first, to_try = capsys.readouterr().out.splitlines()
    assert first == "does not learn: the network is linear, and the data are not (proved, D301)"
    assert to_try == "to try: network.hidden=[8] activation=tanh"


@pytest.mark.parametrize("seeds", [1, 3, 4])
def test_the_end_has_the_same_neighbours_as_the_command_and_a_run_is_none_of_its_own(seeds: int) -> None:
    """Of three runs each has two others, which are too few to say that no seed learns."""
    given = {one.split("=", 1)[0]: one for one in ILL["bad_start"] if not one.startswith("seed=")}
    done = trained_all(plan_of(*((*given.values(), f"seed={seed}") for seed in (2, 3, 4, 7)[:seeds])))
    some = numbered(*sorted(done, key=lambda one: one.spec.seed))
    command_says = {one.result.index: one.diagnosis for one in judge_all(some) if isinstance(one, Judged)}
    seen = looked(some)
    assert {one.result.index: one.diagnosis for one in seen.judged} == {
        one.result.index: command_says[one.result.index] for one in seen.judged
    }
    assert seen.judged


@pytest.fixture(scope="module")
def unequal(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A run that is right for 94 % of the samples, and never answers the third class."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("tables") / "rare.csv"
    spots = {"left": (250, 0.7, [-2, 0]), "right": (250, 0.7, [2, 0]), "rare": (30, 0.4, [2, 0.8])}
    rows = [(*x, name) for name, (n, spread, at) in spots.items() for x in rng.normal(0, spread, (n, 2)) + at]
    path.write_text("".join(f"{a},{b},{name}\n" for a, b, name in [("a", "b", "y"), *rows]), encoding="utf-8")
    given = {"data.path": path, "network.hidden": "[4]", "training.epochs": 20, "learning_rate": 0.02}
    kept = [one for one in OWN if one.partition("=")[0] not in given]
    (found,) = trained_all(plan_of((*kept, *(f"{key}={value}" for key, value in given.items()))))
    return found


def test_the_end_names_the_runs_that_the_command_names_also_where_they_do_as_well_as_their_data_allow(
    runs: dict[str, RunResult], unequal: RunResult
) -> None:
    some = numbered(*runs.values(), unequal)
    judged = [one for one in judge_all(some) if isinstance(one, Judged) and one.diagnosis.code]
    command_says = {one.result.index: one.diagnosis.code for one in judged}
    said = account(looked(some), command, REST)
    named = {index: one.text[-5:-1] for one in (*said.causes, *said.flaws) for index in one.runs}
    assert named == command_says
    assert {text for _, text in sorted(named.items())} >= {"D101", "D104", "D506", "D301", "D603"}
    assert {index for flaw in said.flaws for index in flaw.runs} == {6, 7}


def test_what_is_wrong_with_runs_that_learn_is_a_part_of_its_own(runs: dict[str, RunResult]) -> None:
    flawed = [one for name, one in runs.items() if name.startswith("although")]
    assert said_of(runs["linear"], runs["healthy"], *flawed).lines == [
        "1 of 4 runs does worse than the data allow:",
        "  1 run: the network is linear, and the data are not (proved, D301)",
        "2 other runs have a problem of another kind:",
        "  1 run: learns, although the gradient is not the derivative of the cost (proved, D101)",
        "  1 run: learns, although the cost that is shown is not the one that is minimised (proved, D104)",
        f"all of them, with evidence and what to try: {REST}",
    ]
    seen = looked(numbered(runs["healthy"], *flawed))
    said = account(seen, command, REST)
    assert said.lines[0] == "2 of 3 runs have a problem:" and said.summary.startswith(said.lines[0][:-1])
    assert account_of(file_of(seen, said)) == said and tags_in(file_of(seen, said)) == {}


@pytest.mark.parametrize(
    ("names", "title", "note"),
    [
        (("linear", "although mixed_units"), "Why runs do not learn",
         "1 of 2 runs does worse than the data allow. 1 other run has a problem of another kind."),
        (("healthy", "although mixed_units"), "What is wrong with runs that learn",
         "1 of 2 runs has a problem."),
        (("although mixed_units",), "What is wrong with it", ""),
        (("linear",), "Why it does not learn", ""),
    ],
)  # fmt: skip
def test_the_report_has_a_section_that_says_what_it_is_about(
    runs: dict[str, RunResult], names: tuple[str, ...], title: str, note: str
) -> None:
    some = numbered(*(runs[name] for name in names))
    said = account(looked(some), command, REST)
    section = failures(Findings(About("s", "", "s"), some, {}, "", [], {}, account=said))
    assert section is not None and section.title == title
    assert section.note == (f"{note} The command judges all of them." if note else "")
    assert len(section.blocks) == len(said.causes) + len(said.flaws)


def test_runs_with_a_planned_mistake_are_asked_before_others_that_learn(runs: dict[str, RunResult]) -> None:
    """Of settings that are no more than what is looked into."""
    some = [replace(runs["healthy"], overrides=(f"learning_rate=0.{one}",)) for one in range(10, 10 + MOST_SETTINGS)]
    faulty = replace(runs["although mixed_units"], overrides=("learning_rate=1",))
    said = said_of(*some, faulty)
    assert said.lines[0] == f"1 of {MOST_SETTINGS} runs looked into ({MOST_SETTINGS + 1} in all) has a problem:"


def test_how_many_do_worse_does_not_depend_on_how_many_are_looked_into(runs: dict[str, RunResult]) -> None:
    """Of seven runs that sampling alone sets back no more than three are judged."""
    said = said_of(*[runs["within sampling"]] * 7, runs["too high"])
    assert said.lines[0] == "1 of 8 runs does worse than the data allow:"


def test_without_time_nothing_is_looked_at_but_a_run_alone(runs: dict[str, RunResult]) -> None:
    some = numbered(runs["healthy"], runs["too high"])
    assert looked(some, seconds=0.0) == Look(2, [], [], [])
    assert account(looked(some, seconds=0.0), command, REST).summary == "0 of 2 runs looked at"
    (one,) = looked([runs["too high"]], seconds=0.0).judged
    assert one.diagnosis.cause == "lr_high"


def test_what_must_never_be_said_is_not_said_at_the_end_either(runs: dict[str, RunResult]) -> None:
    failed = RunResult(8, "key", runs["healthy"].spec, Outcome.FAILED, error="ZeroDivisionError")
    killed = RunResult(9, "key", runs["healthy"].spec, Outcome.KILLED, error="Killed")
    said = said_of(*runs.values(), failed, killed)
    text = json.dumps(said.plain()) + "\n".join(said.lines)
    assert said.trained == len(runs) and "ailed" not in text and "illed" not in text, "nothing of a run that failed"
    assert "softmax" not in text and "dead" not in text
    assert "confirmed" not in text and "tried" not in text.replace('"tried": []', "")
    assert sorted(index for cause in said.causes for index in cause.runs) == [1, 4], "none that reaches what it can"
    (high,) = (cause for cause in said.causes if "D506" in cause.text)
    assert all("learning_rate" not in one for one in high.evidence), "a rate is not too high by its number"
    assert not [cause for cause in said.causes if " or " in cause.text], "one cause for a run"


def test_a_run_alone_gets_its_cause_and_a_command_in_two_lines(
    runs: dict[str, RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    one = runs["too high"]
    print_run(one, "where", account(looked([one]), command, REST))
    *_, cause, way, where = capsys.readouterr().out.splitlines()
    assert cause == "does not learn: the learning rate is too high for this network and these data (likely, D506)"
    assert (way, where) == ("to try: learning_rate=0.3", "where")
