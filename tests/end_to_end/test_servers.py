"""A tracking server that is slow, refuses, goes down for a while or for good: no result is lost, and all arrive."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.looking import without_settings
from tests.end_to_end.program import resume, run_runner, said, started, train, wait_until
from tests.end_to_end.server import Door, door_to, mlflow_server

pytestmark = pytest.mark.thorough

SWEEP = (
    "-m", "data=xor", "activation=tanh,relu", "seed=range(3)", "training.epochs=20", "tracking.plots=none",
    "tracking.report=false",
    "tracking.models=none", "workers=1",
)  # fmt: skip
QUICKLY = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1"}
RUNS = 6


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with mlflow_server(tmp_path_factory.mktemp("server")) as port:
        yield port


@pytest.fixture
def door(server: int) -> Iterator[Door]:
    with door_to(server) as door:
        yield door


def environment_of(door: Door) -> dict[str, str]:
    return QUICKLY | {"MLFLOW_TRACKING_URI": door.uri}


def check_whole(door: Door, experiment: str) -> None:
    """The sweep is in the store once, as a whole, with its files, and nothing is running."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"http://127.0.0.1:{door.server}")
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    runs = without_settings(client.search_runs([found.experiment_id]))
    assert Counter(run.info.status for run in runs) == {"FINISHED": RUNS + 1}
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    assert sorted(int(run.data.tags["sweep_index"]) for run in children) == list(range(RUNS))
    for run in children:
        assert "final/train_cost" in run.data.metrics
        files = {file.path for file in client.list_artifacts(run.info.run_id)}
        assert files >= {"weights.npz", "history.parquet", "signals.parquet"}
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    assert "comparison.csv" in {file.path for file in client.list_artifacts(parent.info.run_id)}


def finished(door: Door, experiment: str) -> set[str]:
    """The ids of runs that are at their end."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"http://127.0.0.1:{door.server}")
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    runs = client.search_runs([found.experiment_id], "attributes.status = 'FINISHED'")
    return {run.info.run_id for run in runs}


def fails_and_keeps(door: Door, experiment: str, folder: Path) -> str:
    """Run a sweep whose server fails; returns what is said."""
    done = run_runner(*SWEEP, f"tracking.experiment={experiment}", cwd=folder, env=environment_of(door))
    assert done.returncode == 1, said(done)
    assert "Traceback" not in done.stderr, said(done)
    assert "not everything could be written to MLflow" in done.stderr, said(done)
    assert f"All {RUNS} results are kept" in done.stderr
    assert "python -m runner.resume" in done.stderr
    return done.stderr


def test_a_server_that_refuses_a_batch_gets_everything_later(door: Door, tmp_path: Path) -> None:
    door.refuse_after = 2
    assert "this server refuses batches" in fails_and_keeps(door, "refusing", tmp_path)
    written = finished(door, "refusing")
    assert written, "what was written beside a run that was refused"
    door.refuse_after = float("inf")
    done = resume(cwd=tmp_path, env=environment_of(door))
    assert "6 finished, 0 failed, 0 missing" in done.stdout
    assert written < finished(door, "refusing"), "is not written again"
    check_whole(door, "refusing")


def test_a_server_that_is_slow_and_busy_is_asked_again(door: Door, tmp_path: Path) -> None:
    door.busy, door.delay = [408, 429, 500, 502, 503, 504], 0.05
    train(*SWEEP, "tracking.experiment=busy", cwd=tmp_path, env=environment_of(door))
    assert not door.busy
    check_whole(door, "busy")


def test_a_server_that_goes_down_in_the_middle_gets_everything_when_it_is_back(door: Door, tmp_path: Path) -> None:
    door.shut_after = 3
    told = fails_and_keeps(door, "going", tmp_path)
    assert "Retry" not in told and "[HYDRA]" not in told
    assert "Connection refused" in told or "closed connection" in told or "Connection aborted" in told, told
    done = run_runner(cwd=tmp_path, env=environment_of(door), module="runner.resume")
    assert done.returncode == 1, "it is still away"
    assert f"no MLflow server answers at {door.uri}" in done.stderr
    door.shut_after, door.is_open = float("inf"), True
    resume(cwd=tmp_path, env=environment_of(door))
    check_whole(door, "going")


def test_a_sweep_waits_for_a_server_that_is_away_for_a_moment(door: Door, tmp_path: Path) -> None:
    name = "tracking.experiment=away"
    with started(
        *SWEEP, name, cwd=tmp_path, env=environment_of(door) | {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "6"}
    ) as process:
        wait_until(lambda: door.batches >= 2 or process.poll() is not None, "two runs were written")
        door.is_open = False
        time.sleep(3)
        door.is_open = True
        done = process.done()
    assert done.returncode == 0, said(done)
    assert done.stderr.count("the MLflow server does not answer; trying again for a while") == 1, (
        "whoever waits reads it once"
    )
    check_whole(door, "away")
