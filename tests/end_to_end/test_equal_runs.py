"""Jobs that make the same run are one run: trained once, counted once, and said."""

import json
import re
from pathlib import Path

import pytest
from hydra.core.utils import JobStatus

from runner.app import launching
from runner.conduct import sweep
from runner.train.training import train_task
from tests.end_to_end.program import run_runner, said, train
from tests.end_to_end.store import Store
from tests.runner.building import keys_of, loader, master

SHORT = ("training.epochs=2", "tracking.plots=none", "tracking.report=false", "tracking.models=none")
SWEPT = ("optimizer=sgd,momentum", "optimizer.momentum=0.5,0.9", "seed=0,0")
RUNS = {
    "sgd": ("optimizer=sgd", "seed=0"),
    "momentum momentum=0.5": ("optimizer=momentum", "optimizer.momentum=0.5", "seed=0"),
    "momentum momentum=0.9": ("optimizer=momentum", "optimizer.momentum=0.9", "seed=0"),
}
LEFT_OUT = "optimizer.momentum is left out of 4 jobs: optimizer=sgd does not have it"
EQUAL = "5 of 8 jobs would repeat another; equal runs are trained and counted once"


@pytest.mark.parametrize("launcher", ["stacked", "basic"])
def test_a_setting_swept_with_its_group_gives_a_run_for_each_setting_that_there_is(
    launcher: str, tmp_path: Path
) -> None:
    done = train("-m", *SWEPT, *SHORT, f"hydra/launcher={launcher}", cwd=tmp_path)
    assert LEFT_OUT in done.stdout
    assert EQUAL in done.stdout
    store = Store(tmp_path)
    (parent,) = store.parents()
    assert parent.info.run_name == "optimizer x momentum (3 runs)"
    children = {run.info.run_name: run for run in store.children(parent)}
    assert children.keys() == RUNS.keys()
    keys = dict(zip(RUNS, keys_of(*((*run, *SHORT) for run in RUNS.values())), strict=True))
    assert {name: run.data.tags["run_key"] for name, run in children.items()} == keys
    (plan,) = (json.loads(path.read_bytes()) for path in (tmp_path / "outputs").glob("*/plan.json"))
    assert [(run["index"], run["key"]) for run in plan["runs"]] == list(enumerate(keys.values()))
    assert [tuple(run["overrides"][: len(own)]) for run, own in zip(plan["runs"], RUNS.values(), strict=True)] == list(
        RUNS.values()
    )
    if launcher == "stacked":
        again = run_runner("--all", plan["about"]["sweep_id"], cwd=tmp_path, module="runner.reproduce")
        assert "3 of 3 runs are IDENTICAL" in again.stdout, said(again)


def test_a_run_that_an_earlier_batch_has_is_not_trained_again(tmp_path: Path) -> None:
    done = train(
        "-m", "hydra/sweeper=basic", "hydra.sweeper.max_batch_size=2", "seed=0,1,0,2,1,1", *SHORT, cwd=tmp_path
    )  # fmt: skip
    assert re.findall(r"^(\d) of 2 jobs would repeat another", done.stdout, re.M) == ["1", "2"]
    store = Store(tmp_path)
    children = store.children(store.parents()[0])
    assert sorted(run.data.params["seed"] for run in children) == ["0", "1", "2"]
    assert re.findall(r"^network +(\d) +0", done.stdout, re.M) == ["2", "3", "3"], "each batch shows all so far"


def test_a_dry_run_counts_what_would_be_trained_and_quiet_says_nothing(tmp_path: Path) -> None:
    told = run_runner("-m", *SWEPT, *SHORT, "dry_run=true", cwd=tmp_path).stdout
    assert [line in told for line in (LEFT_OUT, EQUAL, "\n3 runs in ")] == [True] * 3
    assert train("-m", "seed=0,0", *SHORT, "quiet=true", cwd=tmp_path).stdout == ""


@pytest.mark.parametrize(
    ("overrides", "refused"),
    [
        (("optimizer=sgd", "optimizer.momentum=0.9"), "optimizer.momentum"),
        (("optimizer=sgd,momentum", "optimizer.momentun=0.9"), "optimizer.momentun"),
        (("optimizer=sgd,adam", "optimizer.momentum=0.9"), "optimizer.momentum"),
    ],
    ids=" ".join,
)
def test_what_no_option_of_the_sweep_has_is_refused(overrides: tuple[str, ...], refused: str, tmp_path: Path) -> None:
    done = run_runner("-m", *overrides, *SHORT, cwd=tmp_path)
    assert done.returncode == 1
    assert f"error: {refused} is not a setting" in done.stderr.replace("  - ", "error: ")
    assert not (tmp_path / "mlflow.db").exists()


def test_hydra_gets_a_result_for_each_of_its_jobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(delivery, plan):
        results = {result.index: result for task in plan.tasks for result in train_task(task)}
        delivery.save_plan(plan)
        return [results[index] for index in plan.of_jobs]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sweep, "run", run)
    jobs = [("seed=3", *SHORT), ("seed=4", *SHORT), ("seed=3", *SHORT)]
    delivery, returned = launching.launch(loader(), master(), jobs, 0, None)
    assert [one.overrides for one in returned] == [list(job) for job in jobs]
    assert [one.status for one in returned] == [JobStatus.COMPLETED] * 3
    assert returned[0].return_value == returned[2].return_value != returned[1].return_value
    assert len(delivery.planned) == 2
