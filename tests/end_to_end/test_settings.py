"""Settings as runs of MLflow: what a sweep with seeds leaves there, by the real command line."""

import re
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from runner import load
from tests.end_to_end.program import ctrl_c, make_store, resume, run_runner, said, started, train, wait_until
from tests.end_to_end.resuming import forget, sweep_in
from tests.end_to_end.store import Store, statuses

pytestmark = pytest.mark.thorough

SWEEP = (
    "-m",
    "data=xor",
    "activation=sigmoid,tanh,relu",
    "seed=range(4)",
    "training.epochs=20",
    "tracking.plots=none",
    "tracking.report=false",
)
LABELS = {"sigmoid", "tanh", "relu"}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A sweep that tests only look at."""
    folder = tmp_path_factory.mktemp("swept")
    train(*SWEEP, cwd=folder)
    return Store(folder)


def settings_of(store: Store) -> dict[str, object]:
    return {str(run.info.run_name): run for run in store.settings(store.only())}


def comparison(store: Store) -> pd.DataFrame:
    return pd.read_csv(store.artifact(store.only(), "comparison.csv"))


def test_a_sweep_with_seeds_has_a_run_for_each_setting_with_the_numbers_of_its_comparison(swept: Store) -> None:
    store = swept
    settings, rows = settings_of(store), comparison(store).set_index("activation")
    assert set(settings) == LABELS
    for label, run in settings.items():
        row = rows.loc[label].drop("no_better_than").astype(float).dropna()
        assert {name: run.data.metrics[name] for name in row.index} == row.to_dict()
        assert run.data.params == {"activation": label} and run.info.status == "FINISHED"
    newest = max(settings.values(), key=lambda run: run.info.start_time)
    assert newest.info.run_name == rows.index[0] and newest.data.metrics["rank"] == 1
    labels = [run.data.tags["setting"] for run in store.children(store.only())]
    assert {label: labels.count(label) for label in LABELS} == dict.fromkeys(LABELS, 4)
    banded = [run for run in store.children(store.only()) if run.data.tags.get("band") == "1"]
    assert len(banded) == 12, "all three settings are few enough for MLflow's means"
    parent = store.only()
    assert parent.data.tags["level"] == "sweep" and parent.data.params["data"] == "xor"
    assert "activation" not in parent.data.params and "seed" not in parent.data.params


def test_means_over_seeds_by_search_runs_are_of_runs_alone_where_the_level_is_asked_for(swept: Store) -> None:
    """As docs/how-to.md says."""
    experiment = swept.only().info.experiment_id
    found = {
        level: swept.client.search_runs([experiment], f"tags.level = '{level}'")
        for level in ("run", "setting", "sweep")
    }
    assert {level: len(runs) for level, runs in found.items()} == {"run": 12, "setting": 3, "sweep": 1}


def test_a_killed_sweep_and_its_resume_end_with_as_many_setting_runs_as_settings(tmp_path: Path) -> None:
    train(*SWEEP, "workers=1", cwd=tmp_path)
    store, sweep = Store(tmp_path), sweep_in(tmp_path)
    before = {label: run.data.metrics for label, run in settings_of(store).items()}
    assert forget(tmp_path, sweep) > 0
    resume(sweep, cwd=tmp_path)
    after = settings_of(store)
    assert {label: run.data.metrics for label, run in after.items()} == before and len(after) == 3
    assert len(store.settings(store.only())) == 3


def test_runs_of_settings_that_later_batches_beat_lose_their_band(tmp_path: Path) -> None:
    """Or more runs than MLflow loads would have one, and its means would be over the best of them."""
    rates = "learning_rate=0.001,0.002,0.005,0.01,0.1,0.2,0.5,1"
    batches = ("hydra/sweeper=basic", "hydra.sweeper.max_batch_size=4")
    train(
        "-m",
        "data=xor",
        rates,
        "seed=0,1",
        "training.epochs=100",
        "tracking.plots=none",
        "tracking.report=false",
        *batches,
        cwd=tmp_path,
    )
    store = Store(tmp_path)
    ranks = {str(run.info.run_name): run.data.metrics["rank"] for run in store.settings(store.only())}
    assert len(ranks) == 8 and store.only().data.params == {}
    banded = [run.data.tags["setting"] for run in store.children(store.only()) if run.data.tags.get("band") == "1"]
    assert sorted(ranks[label] for label in banded) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_an_interrupted_sweep_has_no_settings_until_it_is_resumed(tmp_path: Path) -> None:
    make_store(tmp_path)
    some = (
        "-m",
        "data=sine",
        "tracking.plots=none",
        "tracking.report=false",
        "training.epochs=range(3000,3008)",
        "engine=numpy",
        "seed=0,1",
        "workers=1",
    )
    with started(*some, cwd=tmp_path) as process:
        wait_until(lambda: statuses(tmp_path).get("FINISHED", 0) >= 2 or process.poll() is not None, "a setting")
        ctrl_c(process)
        assert process.done().returncode == 130
    store = Store(tmp_path)
    assert store.settings(store.only()) == []
    resume(sweep_in(tmp_path), cwd=tmp_path)
    assert len(store.settings(store.only())) == 8


def test_the_settings_of_an_old_sweep_are_made_from_its_runs_and_are_the_same(tmp_path: Path) -> None:
    train(*SWEEP, cwd=tmp_path)
    store = Store(tmp_path)
    known = settings_of(store)
    for run in known.values():  # as an earlier version has left it
        store.client.delete_run(run.info.run_id)
    for run in store.children(store.only()):
        for tag in ("setting", "band"):
            store.client.delete_tag(run.info.run_id, tag)
    store.client.delete_experiment_tag(store.only().info.experiment_id, f"mlflow.sharedViewState.{sweep_in(tmp_path)}")
    for _ in range(2):  # also beside those that are there
        done = run_runner(cwd=tmp_path, module="runner.settings")
        assert done.returncode == 0 and "3 settings of activation x seed (12 runs), best first" in done.stdout, said(
            done
        )
        again = settings_of(store)
        assert {label: run.data.metrics for label, run in again.items()} == {
            label: run.data.metrics for label, run in known.items()
        }
    assert {run.data.tags["setting"] for run in store.children(store.only())} == LABELS
    tags = store.client.get_experiment(store.only().info.experiment_id).tags
    assert {f"mlflow.sharedViewState.{sweep_in(tmp_path)}{end}" for end in ("", ".bands")} <= set(tags)


def test_the_id_of_a_setting_or_the_letters_that_it_begins_with_stand_for_its_sweep(
    swept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = settings_of(swept)["tanh"].info.run_id
    monkeypatch.setenv("MLFLOW_TRACKING_URI", swept.uri)
    assert len(load(run_id).runs) == len(load(run_id[:8]).runs) == 12
    refused = run_runner(run_id, cwd=swept.folder, module="runner.reproduce")
    assert refused.returncode == 1
    command = f"python -m runner.reproduce --all {run_id}"
    assert f"is not a single run; to reproduce all of its runs: {command}" in refused.stderr
    done = run_runner("--all", run_id, cwd=swept.folder, module="runner.reproduce")
    assert done.returncode == 0 and "4 of 4 runs are IDENTICAL" in done.stdout, said(done)


def test_settings_are_not_listed_while_another_process_works_on_the_sweep(swept: Store) -> None:
    sweep = sweep_in(swept.folder)
    with FileLock(swept.folder / "outputs" / sweep / "lock"):
        done = run_runner(sweep, cwd=swept.folder, module="runner.settings")
    assert done.returncode == 1 and f"another process is working on outputs/{sweep}" in done.stderr, said(done)


def test_a_sweep_without_seeds_is_as_it_was(tmp_path: Path) -> None:
    train(
        "-m",
        "data=xor",
        "activation=tanh,relu",
        "training.epochs=20",
        "tracking.plots=none",
        "tracking.report=false",
        cwd=tmp_path,
    )
    store = Store(tmp_path)
    assert store.settings(store.only()) == []
    assert all("setting" not in run.data.tags for run in store.children(store.only()))
    done = run_runner(cwd=tmp_path, module="runner.settings")
    assert done.returncode == 0 and "has no setting with several runs, so MLflow lists its runs" in done.stdout, said(
        done
    )


def test_the_first_sweep_of_a_store_says_what_to_click_once(tmp_path: Path) -> None:
    told = [train(*SWEEP, cwd=tmp_path).stdout for _ in range(2)]
    assert re.search(
        r"^and click Model training once, at the top left of http://127.0.0.1:5000/#/experiments$", told[0], re.M
    )
    assert "click Model training" not in told[1]
