"""A call from Python is the command: the same plan, keys, bits and store."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import runner
from runner.runs.account import NOT_LOOKED_INTO, TAG
from tests.end_to_end.program import ONE_PROCESSOR, environment, make_store, run_runner, train
from tests.end_to_end.store import Store

ENDLESS: dict[str, Any] = {}
ENDLESS["start"] = ENDLESS
BRIEF = {"training.epochs": 20, "tracking.plots": "none", "tracking.report": False}
TYPED = ("training.epochs=20", "tracking.plots=none", "tracking.report=false")
VARYING = (
    "sweep_id",
    "git.",
    "mlflow.source",
    "seconds",
    "mlflow.log-model",
    "started",
    "mlflow.parentRunId",
    "mlflow.datasets",
)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a folder with an empty store, or a new one without, and works in it."""
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)
    for name, value in ONE_PROCESSOR.items():
        monkeypatch.setenv(name, value)

    def enter(name: str, is_new: bool = False) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        if not is_new:
            make_store(folder)  # which takes seconds to make
        monkeypatch.chdir(folder)
        return folder

    return enter


CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, Any], Callable[..., runner.Sweep]]] = {
    "a sweep": (
        ("-m", "data=xor", "activation=sigmoid,tanh", "network.hidden=[2],[4]", "seed=range(3)"),
        (),
        {"data": "xor", "activation": ["sigmoid", "tanh"], "network": {"hidden": [[2], [4]]}, "seed": range(3)},
        runner.sweep,
    ),
    "a run": (("data=xor", "learning_rate=0.5"), (), {"data": "xor", "learning_rate": 0.5}, runner.run),
    "a search": (
        ("-m", "learning_rate=interval(0.01,1)", "data=xor", "search=random", "search.runs=12", "seed=range(3)"),
        ("learning_rate=interval(0.01,1)",),
        {"data": "xor", "search": {"name": "random", "runs": 12}, "seed": range(3)},
        runner.sweep,
    ),
    "a zip": (
        ("-m", "fit=zip(learning_rate=[0.1,1],activation=[tanh,sigmoid])", "data=xor"),
        ("fit=zip(learning_rate=[0.1,1],activation=[tanh,sigmoid])",),
        {"data": "xor"},
        runner.sweep,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_call_has_the_keys_the_bits_and_the_store_of_the_command(name, in_folder) -> None:
    typed, texts, settings, call = CASES[name]
    by_command = in_folder("command")
    done = train(*typed, *TYPED, cwd=by_command)
    by_call = in_folder("call")
    found = call(*texts, **settings, **BRIEF)
    first, second = ({run.data.tags["run_key"]: run for run in Store(one).runs() if "run_key" in run.data.tags}
                     for one in (by_command, by_call))  # fmt: skip
    assert [one.key for one in found.results] and {one.key for one in found.results} <= set(second)
    assert first.keys() == second.keys()
    for key, run in first.items():
        other = second[key]
        assert other.data.params == run.data.params
        assert other.info.run_name == run.info.run_name
        assert numbers(other.data.metrics) == numbers(run.data.metrics)
        assert_same_tags(other.data.tags, run.data.tags)
    assert done.returncode == 0


def test_calls_with_either_engine_have_the_same_keys_and_bits(in_folder) -> None:
    in_folder("engines")
    engines = ("numpy", "compiled")
    found = [runner.sweep(data="xor", seed=range(3), engine=engine, **BRIEF).results for engine in engines]
    assert [(one.key, one.digests) for one in found[0]] == [(one.key, one.digests) for one in found[1]]
    told = [{one.provenance.engine.partition(" in ")[0] for one in results} for results in found]
    assert told == [{""}, {"compiled"}]


def numbers(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if "seconds" not in name}


def assert_same_tags(one: Mapping[str, str], other: Mapping[str, str]) -> None:
    """Whether a run of a sweep is diagnosed depends on the time that the others took; the cause does not."""
    is_timed = NOT_LOOKED_INTO in (one.get(TAG), other.get(TAG))
    varying = (*VARYING, TAG) if is_timed else VARYING
    mine, its = ({name: value for name, value in tags.items() if not name.startswith(varying)} for tags in (one, other))
    assert mine == its
    assert (TAG in one) == (TAG in other)


def test_what_a_call_started_is_found_by_commands_and_what_a_command_started_by_calls(in_folder) -> None:
    folder = in_folder("both")
    found = runner.sweep(data="xor", seed=range(3), **BRIEF)
    assert run_runner("--weights", module="runner.best", cwd=folder).returncode in (0, 1)
    reported = run_runner(found.id, module="runner.report", cwd=folder)
    assert (reported.returncode, reported.stderr) == (0, "")
    again = run_runner(found.best.id, module="runner.reproduce", cwd=folder)
    assert again.returncode == 0, again.stdout + again.stderr
    assert runner.load(found.id).runs.equals(found.runs)
    train("-m", "data=xor", "activation=relu,tanh", *TYPED, cwd=folder)
    assert [run.spec.activation.name for run in runner.load().results] == ["relu", "tanh"]


def test_each_folder_has_its_own_store_and_its_own_sweeps(in_folder) -> None:
    first = in_folder("one", is_new=True)
    one = runner.sweep(data="xor", seed=range(2), **BRIEF)
    in_folder("two")
    two = runner.sweep(data="xor", seed=range(3), **BRIEF)
    assert (len(runner.load()), runner.load().id) == (3, two.id)
    os.chdir(first)
    assert (len(runner.load()), runner.load().id) == (2, one.id)


def test_a_bad_call_is_one_sentence_and_trains_nothing(in_folder) -> None:
    folder = in_folder("bad", is_new=True)
    with pytest.raises(runner.UserError) as raised:
        runner.sweep(data="xr", lerning_rate=[0.1, 1])
    assert "data is unknown: 'xr' (did you mean xor?)" in str(raised.value)
    assert "lerning_rate is not a setting (did you mean learning_rate?)" in str(raised.value)
    assert raised.value.__suppress_context__
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"activation": ["tanh", "relu"]},
            "activation has several values, and runner.run trains one: use runner.sweep",
        ),
        ({"sweep": "xor_solvable"}, r"sweep=\.\.\. names a sweep: use runner\.sweep"),
        (
            {"hydra/launcher": "joblib"},
            "hydra/launcher is for the command line",
        ),
        ({"dry_run": True}, "dry_run=true is for the command line, which prints what it would do"),
        ({"modules": 5}, "modules names '5', which cannot be imported"),
        ({"network": ENDLESS}, "a value holds itself, or is nested too deeply"),
    ],
)
def test_what_a_call_cannot_do_is_said(settings, sentence, in_folder) -> None:
    in_folder("refused")
    with pytest.raises(runner.UserError, match=f"^{sentence}"):
        runner.run(**settings)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: runner.run(data="xor", activation=5), "activation needs the name of an option, got 5"),
        (lambda: runner.run(data="xor", loss={"name": None}), "loss needs the name of an option, got null"),
        (lambda: runner.run("data=[[xor]]"), "data needs the name of an option, got [[xor]]"),
        (lambda: runner.sweep("data=[[xor]],sine"), "data needs the name of an option, got [[xor]]"),
        (lambda: runner.run(5), "an argument without a keyword is text, such as 'seed=3', got a int"),
        (lambda: runner.run("--help"), "--help is an option of the command line"),
        (lambda: runner.load(5), "a sweep is named by text"),
        (lambda: runner.finish(Path("x")), "a sweep is named by text"),
    ],
)
def test_what_is_of_a_wrong_type_is_one_sentence(call, sentence, in_folder) -> None:
    in_folder("types")
    with pytest.raises(runner.UserError) as raised:
        call()
    assert sentence in str(raised.value)


def test_a_sweep_whose_runs_fail_is_given_back_with_them(tmp_path: Path) -> None:
    (tmp_path / "fragile_parts.py").write_text(FRAGILE)
    make_store(tmp_path)
    call = f"""runner.sweep(data="xor", modules=["fragile_parts"], schedule=["breaking", "constant"], **{BRIEF})"""
    script = f"import runner; print(list({call}.runs['outcome']))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment(ONE_PROCESSOR), capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "['failed', 'stopped']", done.stderr
    assert "1 of 2 runs failed" in done.stderr


FRAGILE = '''
import numpy as np
from nn.schedules import SCHEDULES

calls = []

@SCHEDULES.register
def breaking(steps, n_steps):
    """Raises once training has begun."""
    calls.append(1)
    if len(calls) > 12:
        raise ArithmeticError("a slip")
    return np.ones_like(steps)
'''


def test_a_run_alone_has_its_page(in_folder) -> None:
    in_folder("alone")
    first = runner.run(data="xor", seed=7, **BRIEF)
    runner.run(data="sine", **BRIEF)  # the newest of the store
    assert first.explore().title == first.name and first.name.startswith("xor")


def test_a_quiet_call_prints_nothing(in_folder, capfd) -> None:
    in_folder("quiet")
    runner.sweep(data="xor", seed=range(2), quiet=True, **BRIEF)
    assert "".join(capfd.readouterr()) == ""
