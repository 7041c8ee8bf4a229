"""Laws 2 and 3: a run's numbers depend on its own config alone, whoever trains it and in whatever company."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
import yaml

from runner.plan.phases import Checked
from runner.plan.stacks import plan
from runner.plan.task import Task
from runner.plan.validation import SpecBuilder
from runner.runs.result import RunResult
from runner.runs.signals import columns_of
from runner.runs.spec import from_plain
from runner.train.training import train_task
from tests.end_to_end.conftest import SWEEP, Trained, trained
from tests.end_to_end.program import train
from tests.end_to_end.store import Bits, Store

FEW = ("-m", "activation=sigmoid,tanh", "data=xor", "seed=0,3", SWEEP[4])
LAUNCHERS = {"basic": "hydra", "joblib": "hydra_plugins.hydra_joblib_launcher"}
LAUNCHERS |= {"submitit_local": "hydra_plugins.hydra_submitit_launcher"}
SLOW = {"submitit_local": pytest.mark.slow}  # it waits for files of its jobs


@pytest.fixture(scope="module", params=[pytest.param(name, marks=SLOW.get(name, ())) for name in LAUNCHERS])
def by_hydras_launcher(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Four of the twenty runs, trained job by job by one of Hydra's own launchers."""
    if find_spec(LAUNCHERS[request.param]) is None:
        pytest.skip(f"{LAUNCHERS[request.param]} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    return trained(folder, *FEW, f"hydra/launcher={request.param}")


def tasks_like(sweep: Trained, workers: int) -> list[Task]:
    """The runs of a sweep once more, from nothing but what each of them recorded."""
    runs = sweep.store.children(sweep.store.only())
    keys = [run.data.tags["run_key"] for run in runs]
    configs = [yaml.safe_load(sweep.store.artifact(run, "config.yaml").read_text()) for run in runs]
    builder = SpecBuilder()
    checked = [builder.look_at(from_plain(config)) for config in configs]
    known = [one for one in checked if isinstance(one, Checked)]
    return [
        Task(
            indices=tuple(stack),
            keys=tuple(keys[index] for index in stack),
            specs=tuple(configs[index] for index in stack),
            shapes=tuple(phase.shape for phase in known[stack[0]].phases),
        )
        for stack in plan(known, workers)
    ]


def bits_of(results: Sequence[RunResult]) -> dict[str, Bits]:
    return {
        result.key: Bits.of(result.network.parameters, result.history, columns_of(result.signals)) for result in results
    }


def test_a_run_alone_equals_the_same_run_inside_the_sweep(sweep: Trained, classifier: Trained) -> None:
    check_alone(sweep, classifier.store)


def test_a_run_on_other_data_equals_the_same_run_inside_the_sweep(sweep: Trained, tmp_path: Path) -> None:
    train("activation=tanh", "data=xor", "seed=3", "training.epochs=30", cwd=tmp_path)
    check_alone(sweep, Store(tmp_path))


def check_alone(sweep: Trained, alone: Store) -> None:
    run = alone.only()
    inside = sweep.store.bits_by_key(sweep.store.only())
    assert run.data.tags["run_key"] in inside
    assert alone.bits(run) == inside[run.data.tags["run_key"]]


@pytest.mark.quick(law=3)
def test_one_process_gives_the_bits_of_two(sweep: Trained, tmp_path: Path) -> None:
    train(*SWEEP, "workers=1", "tracking.plots=none", "tracking.report=false", cwd=tmp_path)
    store = Store(tmp_path)
    assert store.bits_by_key(store.only()) == sweep.store.bits_by_key(sweep.store.only())


def test_launchers_of_hydra_give_the_bits_of_the_stacked_one(sweep: Trained, by_hydras_launcher: Trained) -> None:
    stacked = sweep.store.bits_by_key(sweep.store.only())
    one_by_one = by_hydras_launcher.store.bits_by_key(by_hydras_launcher.store.only())
    assert len(one_by_one) == 4
    assert one_by_one == {key: stacked[key] for key in one_by_one}


def test_launchers_of_hydra_leave_all_children_and_the_comparison(by_hydras_launcher: Trained) -> None:
    store = by_hydras_launcher.store
    parent = store.only()
    assert {run.info.status for run in store.runs()} == {"FINISHED"}
    names = {run.info.run_name for run in store.children(parent)}
    assert names == {f"{activation} seed={seed}" for activation in ("sigmoid", "tanh") for seed in (0, 3)}
    comparison = pd.read_csv(store.artifact(parent, "comparison.csv"))
    assert list(comparison["runs"]) == [2] * 2
    assert {path.stem for path in store.artifact(parent, "plots").iterdir()} >= {"curves", "scores", "fits"}
    for run in store.children(parent):
        assert list(store.artifact(run, "plots").glob("*.png"))


def test_launchers_of_hydra_end_with_the_same_table(by_hydras_launcher: Trained) -> None:
    printed = by_hydras_launcher.done.stdout
    assert "best first" in printed or "mean ± standard deviation over seeds" in printed
    assert "mlflow ui" in printed


def test_what_a_run_recorded_is_enough_to_train_it_again(sweep: Trained) -> None:
    again = bits_of([result for task in tasks_like(sweep, workers=1) for result in train_task(task)])
    assert again == sweep.store.bits_by_key(sweep.store.only())
