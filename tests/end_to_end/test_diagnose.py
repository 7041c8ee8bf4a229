"""`python -m runner.diagnose`: why runs of a sweep do not learn, for people and for programs."""

import json
import shlex
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import make_store, resume, run_runner, said, train
from tests.end_to_end.store import Store

COMMON = (
    "data=sine",
    "optimizer=sgd",
    "training.epochs=300",
    "tracking.plots=none",
    "tracking.report=false",
    "tracking.models=none",
)
SWEPT = ("network.hidden=[8],[]", "fault=none,update_sign", "learning_rate=0.1,100")
HEALTHY, TOO_HIGH, LINEAR = 0, 1, (4, 5)
FAULTY = (2, 3, 6, 7)
OWN = """
from runner.diagnosis.rules import RULES, Rule
from runner.runs.diagnosis import Evidence

evidence = [Evidence("hour", 3.0)]
night = Rule("X1", "night_run", lambda subject: True, lambda subject: evidence, asked="every", spares=True)
RULES.register(night, before="D101")
"""
NAMED = {"wrong_update": FAULTY, "no_hidden": LINEAR, "lr_high": (TOO_HIGH,)}


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Eight runs: one learns, one has too high a rate, two are linear, four have a planned mistake."""
    return trained(tmp_path_factory.mktemp("diagnosed"), "-m", *SWEPT, *COMMON)


def diagnose(sweep: Trained, *arguments: str, code: int = 3) -> subprocess.CompletedProcess[str]:
    done = run_runner(*arguments, cwd=sweep.store.folder, module="runner.diagnose")
    assert done.returncode == code, said(done)
    return done


def test_each_cause_is_a_block_with_evidence_and_a_command_that_cures_it(sweep: Trained, tmp_path: Path) -> None:
    head, *rest = diagnose(sweep).stdout.split("\n\n")
    assert head == "8 runs: 1 learns, 7 do not learn"
    faulty, linear, high, healthy = rest
    assert faulty.startswith("4 runs: the update of the weights has a mistake (proved, D102)\n   runs      2 (")
    assert "planned mistake in the update: fault=update_sign" in faulty
    assert linear.startswith("2 runs: the network is linear, and the data are not (proved, D301)\n")
    assert "score of a linear model: " in linear and "more      docs/diagnoses.md, D301" in linear
    assert high.startswith("1 run: the learning rate is too high for this network and these data (likely, D506)\n")
    assert "evidence  outcome: diverged, step " in high and "no rmse (diverged); the data allow about" in high
    assert healthy.startswith("1 run learns: rmse ") and "(R2 0.9" in healthy
    (command,) = (line.split("to try")[1].strip() for line in linear.splitlines() if "to try" in line)
    program, *overrides = shlex.split(command)[2:]
    cured = trained(tmp_path, *overrides)
    assert program == "runner" and "learns: " in diagnose(cured, code=0).stdout
    run_id = cured.store.only().info.run_id
    cured.store.client.set_tag(run_id, "mlflow.source.name", "another program's")
    assert "learns: " in diagnose(cured, run_id, code=0).stdout


def test_a_sweep_says_at_its_end_why_runs_do_not_learn_and_its_store_keeps_it(sweep: Trained) -> None:
    parent = sweep.store.only()
    head, *causes, rest = sweep.done.stdout.partition("data allow:\n")[2].partition("\nthe report: ")[0].splitlines()
    assert "7 of 8 runs do worse than the data allow:\n" in sweep.done.stdout
    assert head == "  4 runs: the update of the weights has a mistake (proved, D102)"
    assert [line.split("; ")[0].partition(" (")[2] for line in causes] == ["proved, D301)", "likely, D506)"]
    assert rest.endswith(f": python -m runner.diagnose {parent.data.tags['sweep_id']}")
    assert "what may help" not in sweep.done.stdout
    tags = {int(one.data.tags["sweep_index"]): one.data.tags for one in sweep.store.children(parent)}
    named = {index: cause for cause, runs in NAMED.items() for index in runs}
    assert {index: found["diagnosis"] for index, found in tags.items() if "diagnosis" in found} == named
    assert {name for name in tags[HEALTHY] if name.startswith("diagnosis")} == set()
    high = tags[TOO_HIGH]
    assert (high["diagnosis.code"], high["diagnosis.certainty"]) == ("D506", "likely")
    assert (high["diagnosis.fix"], high["diagnosis.evidence"]) == ("learning_rate=0.1", "outcome: diverged, step 1")
    assert parent.data.tags["diagnosis.summary"].startswith("7 of 8 runs do worse than the data allow; 4 runs: ")
    kept = sweep.store.artifact(parent, "diagnosis.json").read_bytes()
    (file,) = sweep.store.folder.glob("outputs/*/diagnosis.json")
    assert kept == file.read_bytes()
    shown = run_runner("--format", "markdown", cwd=sweep.store.folder, module="runner.report")
    assert shown.returncode == 0, said(shown)
    (page,) = sweep.store.folder.glob("report-*.md")
    assert "### 2 runs: the network is linear, and the data are not (proved, D301)\n" in page.read_text()


def test_a_store_that_takes_no_tags_of_causes_is_a_line_and_no_error(tmp_path: Path) -> None:
    make_store(tmp_path)
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as store, store:
        store.execute(
            "CREATE TRIGGER refused BEFORE INSERT ON tags WHEN NEW.key LIKE 'diagnosis%' "
            "BEGIN SELECT RAISE(ABORT, 'no such tag'); END"
        )
    done = run_runner("-m", "network.hidden=[],[8]", *COMMON, cwd=tmp_path)
    assert done.returncode == 0 and "(proved, D301)" in done.stdout, said(done)
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    assert line == "MLflow does not take why runs do not learn: no such tag"
    assert {run.info.status for run in Store(tmp_path).runs()} == {"FINISHED"}


def test_what_will_not_learn_is_said_before_it_is_trained(sweep: Trained) -> None:
    warned = [line for line in sweep.done.stderr.splitlines() if line.startswith("warning: ")]
    assert len(warned) == 2, said(sweep.done)
    assert warned[0].startswith("warning: the learning rate is too high for this network and these data (D506) [")
    assert "(D301) [network.hidden=[], 4 of 8 runs]: score that the data allow: " in warned[1]
    assert warned[1].endswith("; try network.hidden=[8] activation=tanh")
    (noted,) = [line for line in sweep.done.stdout.splitlines() if line.startswith("note: ")]
    assert "(D102) [fault=update_sign, 4 of 8 runs]: planned mistake in the update: fault=update_sign; try" in noted


def test_programs_get_every_run_with_its_cause_and_the_overrides_to_try(sweep: Trained, tmp_path: Path) -> None:
    done = diagnose(sweep, "--json", "-")
    document = json.loads(done.stdout)
    found = document["diagnosis"]
    assert (found["version"], found["not_judged"]) == (1, {})
    assert [run["index"] for run in found["runs"]] == list(range(8))
    causes = {run["index"]: run["cause"] for run in found["runs"] if run["verdict"] == "ill"}
    assert causes == {index: cause for cause, runs in NAMED.items() for index in runs}
    assert {run["verdict"] for run in found["runs"]} == {"healthy", "ill"}
    linear = found["runs"][LINEAR[0]]
    assert (linear["code"], linear["certainty"], linear["experiment"]) == ("D301", "proved", None)
    assert linear["fix"] == ["network.hidden=[8]", "activation=tanh"]
    assert all(set(one) == {"signal", "value", "threshold", "side", "where"} for one in linear["evidence"])
    assert linear["evidence"][1]["side"] == "below" and linear["shortfall"] == "does not learn"
    assert found["runs"][TOO_HIGH]["score"] == "-inf"  # JSON has no infinite numbers
    run_key = sweep.store.client.get_run(sweep.store.children(sweep.store.only())[0].info.run_id).data.tags["run_key"]
    assert run_key in {run["run_key"] for run in found["runs"]}
    assert diagnose(sweep, "--json", str(tmp_path / "found.json")).stdout.startswith("8 runs: ")
    assert json.loads((tmp_path / "found.json").read_text()) == document
    assert (document["exit_code"], document["sweep"]["outcomes"]["diverged"]) == (3, 6)


def test_a_fix_is_confirmed_on_fresh_seeds_with_the_numbers_that_its_command_gives(
    sweep: Trained, tmp_path: Path
) -> None:
    runs = sweep.store.children(sweep.store.only())
    before = diagnose(sweep, "--why", str(TOO_HIGH)).stdout
    assert "likely" in before and "tried" not in before
    done = diagnose(sweep, "--confirm", "--why", str(TOO_HIGH), "--json", str(tmp_path / "found.json"))
    (found,) = json.loads((tmp_path / "found.json").read_text())["diagnosis"]["runs"]
    assert (found["cause"], found["certainty"], found["fix"]) == ("lr_high", "confirmed", ["learning_rate=0.1"])
    assert found["experiment"]["helped"] >= 7 and len(found["experiment"]["seeds"]) == 10
    assert done.stdout.startswith("fixes are tried for 1 setting: ")
    command = next(line for line in done.stdout.splitlines() if line.startswith("   to try"))
    cured = trained(tmp_path, *shlex.split(command.removeprefix("   to try"))[3:])
    own = next(one for one in found["tried"] if one["overrides"] == found["fix"] and not one["fresh"])
    assert own["seeds"] == [0] and own["metric"] == "rmse"
    assert cured.store.only().data.metrics["test/rmse"] == pytest.approx(own["after"], rel=1e-12)
    assert len(sweep.store.children(sweep.store.only())) == len(runs) == 8


def test_one_run_is_explained_in_full_and_is_no_error_where_it_learns(sweep: Trained) -> None:
    high = diagnose(sweep, "--why", str(TOO_HIGH)).stdout
    assert high.startswith("run 1: hidden=[8] fault=none lr=100\n")
    assert high.count("python -m runner ") == 2 and "learning_rate=0.1\n" in high
    assert "   what      An update overshoots the minimum" in high
    (sweep.store.folder / "our_rules.py").write_text(OWN)
    healthy = diagnose(sweep, "--why", str(HEALTHY), "--without", "D506,no_bias", "modules=[our_rules]", code=0).stdout
    assert "learns: rmse " in healthy and "\nalthough night run (likely, X1)\n   evidence  hour: 3\n" in healthy
    done = diagnose(sweep, "--why", "8", code=1)
    assert done.stderr.endswith("has no run 8; its runs are 0 to 7\n") and done.stdout == ""


def test_a_run_without_signals_is_trained_again_for_them_beside_the_others_of_its_sweep(sweep: Trained) -> None:
    run = next(one for one in sweep.store.children(sweep.store.only()) if one.data.tags["sweep_index"] == str(TOO_HIGH))
    before = diagnose(sweep, run.info.run_id)
    sweep.store.artifact(run, "signals.parquet").unlink()
    after = diagnose(sweep, run.info.run_id, "--json", "-")
    assert after.stderr.startswith("1 run without signals trained again for them\n")
    assert [one["cause"] for one in json.loads(after.stdout)["diagnosis"]["runs"]] == ["lr_high"]
    assert before.stdout in diagnose(sweep, run.info.run_id).stdout


def test_a_run_is_compared_with_one_that_learns_by_their_ids_and_a_sweep_is_not(sweep: Trained) -> None:
    ids = {one.data.tags["sweep_index"]: one.info.run_id for one in sweep.store.children(sweep.store.only())}
    said_of_both = diagnose(sweep, ids[str(TOO_HIGH)], "--against", ids[str(HEALTHY)]).stdout.splitlines()
    assert "  learning_rate               100                     0.1" in said_of_both
    assert said_of_both[-1] == "Only learning_rate differs: it is the reason."
    done = diagnose(sweep, "--against", "3", code=1)
    assert done.stderr.startswith("error: --against compares two runs: ") and done.stdout == ""


def test_one_of_two_runs_that_does_not_learn_decides_the_exit_code_whichever_is_named_first(sweep: Trained) -> None:
    for first, second in ((TOO_HIGH, HEALTHY), (HEALTHY, TOO_HIGH)):
        done = diagnose(sweep, "--why", str(first), "--against", str(second))
        assert done.stdout.splitlines()[-1] == "Only learning_rate differs: it is the reason."
    (parent,) = [run for run in sweep.store.runs() if "sweep_index" not in run.data.tags]
    name = parent.data.tags["sweep_id"]
    (high,) = [one for one in sweep.store.children(parent) if one.data.tags["sweep_index"] == str(TOO_HIGH)]
    refused = {
        ("--why", "0", "--against", "77"): "has no run 77; its runs are 0 to 7",
        ("--why", "2", "--against", "2"): f"--against compares two runs, and both are run 2 of {parent.info.run_name}",
        (high.info.run_id, "--why", "3"): f"{high.info.run_id} is run 1 of its sweep, and --why asks about run 3",
    }
    for arguments, why in refused.items():
        done = diagnose(sweep, *arguments, code=1)
        assert done.stderr.endswith(f"{why}\n") and done.stdout == "", said(done)
    assert "run 1: hidden=" in diagnose(sweep, f"outputs/{name}/", "--why", "1").stdout


def test_a_file_that_cannot_be_written_is_said_before_anything_is_trained(sweep: Trained, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for where, why in ((str(tmp_path), "Is a directory"), (str(tmp_path / "file" / "x.json"), "Not a directory")):
        done = diagnose(sweep, "--confirm", "--json", where, code=1)
        assert done.stdout == "" and done.stderr.startswith(f"error: {tmp_path}") and why in done.stderr, said(done)
    done = diagnose(sweep, "--config", "data=xor", "--json", str(tmp_path), code=1)
    assert done.stdout == "" and "Is a directory" in done.stderr, said(done)


def test_a_resume_with_little_to_do_keeps_the_diagnosis_that_looked_into_more_runs(tmp_path: Path) -> None:
    train(
        "-m",
        "data=xor",
        "network.hidden=[]",
        "seed=range(3)",
        "tracking.plots=none",
        "tracking.report=false",
        cwd=tmp_path,
    )
    (file,) = (tmp_path / "outputs").glob("*/diagnosis.json")
    document = json.loads(file.read_text())
    document["account"]["judged"] += 1  # as if there had been time for one run more
    file.write_text(json.dumps(document))
    resume(file.parent.name, cwd=tmp_path)
    assert json.loads(file.read_text()) == document
