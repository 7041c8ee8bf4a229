"""`--json`: one document of every command, whatever becomes of it, and the exit codes of them all."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from runner.base.exit_codes import ExitCode
from runner.runs.documents.whole import SCHEMA, Document
from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import command, environment, make_store, run_runner, said, started, wait_until
from tests.end_to_end.store import statuses
from tests.end_to_end.test_diagnose_own_parts import MODULE

GOOD, BAD = (
    "tanh reaches a cost: 'lowest(cost, activation=tanh) >= 0'",
    "it is negative: 'lowest(cost, activation=tanh) < 0'",
)
SWEPT = ("-m", "data=xor", "activation=sigmoid,tanh", "seed=range(3)", "training.epochs=60", "tracking.plots=none")
COMMANDS = {
    "report": "sweep written",
    "report --table runs.csv": "sweep written",
    "explore": "sweep written",
    "best": "sweep best",
    "settings": "sweep listed",
    "diagnose": "sweep diagnosis",
    "diagnose --why 3 --against 4": "sweep diagnosis",
    "diagnose --config data=xor network.hidden=[]": "foreseen",
    "picture": "pictures",
    "resume": "",
    "sweeps xor": "named_sweeps",
    "gradcheck data=xor": "gradient",
    "gradcheck --faults": "",
}
ALWAYS = {"schema", "version", "command", "exit_code", "error"}


def no_number(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def document_in(text: str) -> dict[str, Any]:
    """A document that keeps to its schema, and has nothing beside it."""
    found: dict[str, Any] = json.loads(text, parse_constant=no_number)
    assert set(found) == {"schema", *Document.model_fields} - {"schema_"}
    Document.model_validate(found)
    return found


def asked(*arguments: str, cwd: Path, module: str = "runner", code: int = 0, **more: Any) -> dict[str, Any]:
    """What a command says with `--json -`."""
    done = run_runner(*arguments, "--json", "-", cwd=cwd, module=module, **more)
    assert done.returncode == code, said(done)
    found = document_in(done.stdout)
    assert (found["schema"], found["exit_code"]) == (SCHEMA, code) and "--json" not in found["command"]
    return found


def parts(found: dict[str, Any]) -> set[str]:
    return {name for name, part in found.items() if part is not None} - ALWAYS


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("json")
    return trained(folder, *SWEPT, f"expect={{{GOOD},{BAD}}}", "--json", "found.json")


def test_a_sweep_leaves_its_settings_with_every_digit_beside_what_it_prints(sweep: Trained) -> None:
    folder = sweep.store.folder
    found = document_in((folder / "found.json").read_text())
    assert "best run: " in sweep.done.stdout and parts(found) == {"sweep", "paths", "diagnosis"}
    (on,), parent = found["sweep"]["on"], sweep.store.only()
    table = pd.read_csv(sweep.store.artifact(parent, "comparison.csv"))
    assert [one["values"]["activation"] for one in on["settings"]] == list(table["activation"])
    for name in ("accuracy", "cost"):
        for end in ("mean", "std", "median", "low", "high"):
            column = table[name if end == "mean" else f"{name}_{end}"]
            assert [one["scores"][name][end] for one in on["settings"]] == list(column)
    assert [one["seeds"] for one in on["settings"]] == [[0, 1, 2]] * 2 and list(on["settings"][0]["scores"]) == [
        "accuracy", "cost",
    ]  # fmt: skip
    assert (on["score"], on["better"], on["baselines"][0]["value"]) == ("accuracy", "higher", 0.5)
    assert [one["holds"] for one in found["sweep"]["verdicts"]] == [True, False]
    assert found["sweep"]["mlflow_id"] == parent.info.run_id and parent.info.run_id in found["paths"]["page"]
    assert all((folder / found["paths"][name]).exists() for name in ("folder", "report", "explorer"))
    assert {one["run_id"] for one in found["sweep"]["runs"]} == {
        one.info.run_id for one in sweep.store.children(parent)
    }
    assert found["command"] == parent.data.tags["mlflow.source.name"] == found["sweep"]["command"]
    assert on["best"]["run_id"] == parent.data.tags["best_run"]
    assert found["sweep"]["causes"] and found["diagnosis"]["runs"]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_has_its_parts_and_prints_nothing_else(line: str, sweep: Trained) -> None:
    module, *arguments = line.split()
    code = ExitCode.ILL if module == "diagnose" and "--config" in line else ExitCode.SUCCESS
    done = run_runner(*arguments, "--json", "-", cwd=sweep.store.folder, module=f"runner.{module}")
    found = document_in(done.stdout)
    assert found["exit_code"] == done.returncode and done.returncode in (code, ExitCode.ILL), said(done)
    assert (parts(found), found["error"]) == (set(COMMANDS[line].split()), None)
    assert found["command"].startswith(f"python -m runner.{module}") and done.stderr
    for path in found["written"] or ():
        assert (sweep.store.folder / path).exists()


@pytest.mark.parametrize("module", ["runner", *sorted({f"runner.{line.split()[0]}" for line in COMMANDS})])
def test_help_says_so(module: str, tmp_path: Path) -> None:
    done = run_runner("--help", "--json", "x.json", cwd=tmp_path, module=module)
    assert "--json FILE" in done.stdout and not list(tmp_path.iterdir())


def test_a_search_a_confirmation_a_run_that_is_reproduced_and_what_is_deleted(tmp_path: Path) -> None:
    make_store(tmp_path)
    short = ("data=xor", "training.epochs=20", "tracking.plots=none", "tracking.report=false", "diagnose=off")
    found = asked("-m", *short, "learning_rate=0.1,1", "seed=range(2)", cwd=tmp_path)
    assert found["sweep"]["on"][0]["confirmed"] is None and parts(found) == {"sweep", "paths"}
    confirmed = asked(cwd=tmp_path, module="runner.confirm")["sweep"]["on"][0]["confirmed"]
    assert len(confirmed["seeds"]) == 12 and confirmed["low"] <= confirmed["value"] <= confirmed["high"]
    assert asked(cwd=tmp_path, module="runner.confirm")["sweep"]["on"][0]["confirmed"] == confirmed
    run_id = found["sweep"]["runs"][0]["run_id"]
    again = asked(run_id, cwd=tmp_path, module="runner.reproduce")["reproduction"]
    assert [(one["run_id"], one["identical"]) for one in again["runs"]] == [(run_id, True)]
    for option, is_gone in (("--dry-run", False), ("--yes", True)):
        gone = asked(found["sweep"]["id"], option, cwd=tmp_path, module="runner.forget")["deletion"]
        assert (gone["sweep"], gone["deleted"]) == (found["sweep"]["id"], is_gone) and run_id in gone["run_ids"]
    planned = asked("-m", *short, "seed=range(4)", "dry_run=true", cwd=tmp_path)
    assert planned["planned"]["runs"] == 4 and planned["planned"]["disk"] > 0


def test_predictions_of_a_table(tmp_path: Path) -> None:
    make_store(tmp_path)
    rows = [(x / 7, x % 3) for x in range(60)]
    pd.DataFrame(rows, columns=["x", "y"]).to_csv(tmp_path / "t.csv", index=False)
    found = asked("data=table", "data.path=t.csv", "data.target=y", "training.epochs=3", "quiet=true", cwd=tmp_path)
    assert [one["name"] for one in found["sweep"]["on"][0]["baselines"]] == ["constant", "logistic"]
    told = asked("t.csv", cwd=tmp_path, module="runner.predict")
    assert (told["prediction"]["target"], told["prediction"]["rows"]) == ("y", 60)
    assert told["prediction"]["score"].startswith("accuracy ") and told["written"] == ["t_predicted.csv"]
    both = run_runner("t.csv", "--out", "-", "--json", "-", cwd=tmp_path, module="runner.predict")
    assert document_in(both.stdout)["prediction"] and both.stderr.startswith("x,y,y_predicted\n")


def test_runs_that_failed_or_diverged_are_in_it(tmp_path: Path) -> None:
    make_store(tmp_path)
    (tmp_path / "own.py").write_text(MODULE)
    given = ("-m", "modules=[own]", "data=sine", "activation=bent,tanh", "training.epochs=3", "tracking.report=false")
    found = asked(*given, cwd=tmp_path, code=1, env={"FAILS": "slope raises"})
    assert found["error"].startswith("1 of 2 runs failed: KeyError: 'column gone'")
    assert [one["outcome"] for one in found["sweep"]["runs"]] == ["failed", "stopped"]
    assert found["sweep"]["runs"][0]["error"] == "KeyError: 'column gone'" and found["resume"] is None
    wild = asked("data=sine", "learning_rate=1e30", "training.epochs=3", "tracking.report=false", cwd=tmp_path)
    (setting,) = wild["sweep"]["on"][0]["settings"]
    assert wild["sweep"]["outcomes"] == {"diverged": 1} and setting["finished"] == 0 and setting["scores"] == {}


def test_a_mistake_is_in_it_as_the_sentence_that_is_printed(tmp_path: Path) -> None:
    done = run_runner("data=xorr", "--json=-", cwd=tmp_path)
    found = document_in(done.stdout)
    assert done.returncode == found["exit_code"] == 1 and done.stderr == f"error: {found['error']}\n"
    assert "'xorr'" in found["error"] and parts(found) == set()
    found = asked("nothing", cwd=tmp_path, module="runner.report", code=1)
    assert found["error"] and found["sweep"] is None


def test_other_launchers_print_nothing_beside_it(tmp_path: Path) -> None:
    make_store(tmp_path)
    given = ("-m", "data=xor", "seed=0,1", "training.epochs=2", "hydra/launcher=joblib", "tracking.report=false")
    assert asked(*given, cwd=tmp_path)["sweep"]["outcomes"] == {"stopped": 2}


REFUSED = {
    "folder": "Is a directory",
    "nowhere/found.json": "No such file or directory",
    "/dev/null": "Not a regular file",
    "/proc/1/found.json": "",
}


@pytest.mark.parametrize("where", REFUSED)
def test_what_cannot_be_written_is_said_before_anything_is_trained(where: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = run_runner("data=xor", "--json", where, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == "", said(done)
    assert done.stderr.startswith("error: ") and done.stderr.endswith(f"{REFUSED[where]}\n")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_document_that_does_not_fit_is_one_error_and_no_file(tmp_path: Path) -> None:
    printed = run_runner(cwd=tmp_path, module="runner.sweeps").stdout
    limit = len(printed.encode())  # the document says more
    done = run_runner("--json", "found.json", cwd=tmp_path, module="runner.sweeps", file_size=limit)
    assert done.returncode == 1 and done.stderr == "error: found.json: File too large\n", said(done)
    assert done.stdout == printed and not list(tmp_path.iterdir())
    with Path("/dev/full").open("w") as full:
        lost = subprocess.run(
            command("--json", "-", module="runner.sweeps"), cwd=tmp_path, env=environment(), stdout=full,
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert lost.returncode == 1 and lost.stderr.splitlines()[-1].startswith("error: "), lost.stderr


@pytest.mark.parametrize("options", [["--json"], ["--json", "--strict"], ["--json="], ["--json", "a", "--json=b"]])
def test_it_names_one_file(options: list[str], tmp_path: Path) -> None:
    done = run_runner(*options, cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.startswith("error: --json n"), said(done)


def ended_by(number: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """A sweep that a signal ends in order, when two of its runs are finished."""
    make_store(folder)
    given = ("-m", "data=sine", "training.epochs=range(3000,3006)", "tracking.plots=none", "tracking.report=false")
    with started(*given, "engine=numpy", "workers=1", "--json", "found.json", cwd=folder) as process:
        wait_until(lambda: statuses(folder).get("FINISHED", 0) >= 2, "two runs were finished")
        os.killpg(process.pid, number)
        return process.done()


@pytest.mark.parametrize("code", ExitCode)
def test_each_exit_code_is_that_of_a_command_and_of_its_document(code: ExitCode, tmp_path: Path) -> None:
    ways = {
        ExitCode.SUCCESS: ("sweeps", "xor"),
        ExitCode.FAILURE: ("gradcheck", "fault=missing_factor", "network.output=sigmoid"),
        ExitCode.ILL: ("diagnose", "--config", "data=xor", "network.hidden=[]"),
    }
    if code in ways:
        module, *arguments = ways[code]
        asked(*arguments, cwd=tmp_path, module=f"runner.{module}", code=code)
        return
    done = ended_by({ExitCode.INTERRUPTED: signal.SIGINT, ExitCode.TERMINATED: signal.SIGTERM}[code], tmp_path)
    found = document_in((tmp_path / "found.json").read_text())
    assert done.returncode == found["exit_code"] == code and found["error"] == "interrupted", said(done)
    assert found["sweep"]["outcomes"]["killed"] >= 1 and found["resume"].startswith("python -m runner.resume ")
    assert asked(found["sweep"]["id"], cwd=tmp_path, module="runner.resume")["sweep"]["outcomes"] == {"stopped": 6}
