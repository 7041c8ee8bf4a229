"""What a person reads of runs that NumPy trained although compiled code was asked for, or would have saved time."""

from collections.abc import Mapping

import pytest

from runner.conduct.engines import UNEQUAL, say_engines
from runner.runs.origin import Provenance
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.settings import keeping_nothing
from tests.runner.building import spec_of

SPEC = spec_of("data=xor")
PLANNED = [
    PlannedRun(index, f"key{index}", (f"activation={name}", f"seed={seed}"), SPEC)
    for index, (name, seed) in enumerate((name, seed) for name in ("tanh", "relu", "mine") for seed in range(2))
]


def said(engines: Mapping[int, str], capsys: pytest.CaptureFixture[str], **more: object) -> tuple[str, str]:
    """On standard output, and on standard error."""
    results = [
        RunResult(run.index, run.key, SPEC, Outcome.STOPPED, provenance=Provenance(engine=engines.get(run.index, "")))
        for run in PLANNED
    ]
    say_engines(results, PLANNED, keeping_nothing((), 1).model_copy(update=more))
    printed = capsys.readouterr()
    return printed.out, printed.err


@pytest.mark.parametrize("engine", ["auto", "numpy", "compiled"])
def test_nothing_is_said_of_runs_that_are_as_they_should_be(engine, capsys):
    assert said({0: "compiled in 0.06 s", 3: "compiled in 0.10 s"}, capsys, engine=engine) == ("", "")


def test_a_reason_is_said_once_with_the_settings_that_have_it(capsys):
    why = "trained by NumPy: calls argsort"
    of_two, of_six = (
        f"{runs} runs trained by NumPy instead of compiled code, same numbers (calls argsort)\n" for runs in (2, 6)
    )
    line = f"activation=mine: {of_two}"
    assert said({4: why, 5: why, 0: "compiled in 0.06 s"}, capsys) == (line, "")
    assert said({4: why, 5: why}, capsys, engine="compiled") == ("", line)
    assert said({4: why, 5: why}, capsys, quiet=True) == ("", "")
    assert said(dict.fromkeys(range(6), why), capsys) == (of_six, "")


def test_a_compiler_that_is_not_installed_is_named_with_what_installs_it(capsys):
    why = dict.fromkeys(range(6), "trained by NumPy: llvmlite is not installed")
    line = "6 runs trained by NumPy, same numbers, but slower (pip install 'llvmlite>=0.50,<0.51')"
    assert said(why, capsys) == (f"llvmlite is not installed: {line}\n", "")


def test_compiled_code_that_would_give_other_numbers_is_always_a_warning(capsys):
    out, err = said({2: f"trained by NumPy: {UNEQUAL}, please report it"}, capsys, quiet=True)
    assert (out, err.count(UNEQUAL)) == ("", 1)


def test_many_reasons_are_cut_the_most_frequent_first(capsys):
    why = {index: f"trained by NumPy: reason {max(1, index)}" for index in range(5)}
    lines = said(why, capsys)[0].splitlines()
    assert len(lines) == 4 and "2 runs" in lines[0] and "(reason 1)" in lines[0]
    assert lines[-1] == "... and runs trained by NumPy for 1 more reason"


def test_runs_that_are_reused_or_were_not_trained_are_not_counted(capsys):
    origin = Provenance(engine="trained by NumPy: calls argsort", reused_from="a")
    reused = RunResult(0, "key0", SPEC, Outcome.STOPPED, provenance=origin)
    say_engines([reused, RunResult(1, "key1", SPEC, Outcome.KILLED)], PLANNED, keeping_nothing((), 1))
    assert capsys.readouterr() == ("", "")
