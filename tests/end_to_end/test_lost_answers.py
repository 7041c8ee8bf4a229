"""Many requests at a time to a real server: whatever answer is lost or process killed, each run is stored once."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from runner.store.writer import TO_SERVER
from tests.end_to_end.conftest import trained_once
from tests.end_to_end.looking import without_settings
from tests.end_to_end.program import ctrl_c, resume, said, started, train, wait_until
from tests.end_to_end.server import Door, door_to, mlflow_server
from tests.end_to_end.store import PARENT, Bits

pytestmark = pytest.mark.thorough

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel, Run
    from mlflow.tracking import MlflowClient

SWEEP = (
    "-m", "data=xor", "activation=tanh,relu", "seed=range(8)", "training.epochs=20",
    "tracking.plots=none", "tracking.report=false",
    "workers=1",
)  # fmt: skip
RUNS = 16
KINDS = {
    "POST experiments/create", "POST runs/create", "POST runs/log-batch", "POST runs/log-inputs",
    "PUT /mlflow-artifacts", "POST runs/update", "POST logged-models", "POST runs/outputs",
    "PATCH logged-models/m-", "POST experiments/set-experiment-tag", "POST runs/delete",
}  # fmt: skip

Rows = dict[str, list[tuple[int, float]]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with mlflow_server(tmp_path_factory.mktemp("server")) as port:
        yield port


@pytest.fixture
def door(server: int) -> Iterator[Door]:
    with door_to(server) as door:
        yield door


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, tuple[Bits, Rows]]":
    """What the sweep is in a store where no answer can be lost: bits and metric rows by run key."""
    return whole(trained_once(tmp_path_factory, "undisturbed", *SWEEP).store.client, "runner")


def tracked_at(uri: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": uri}


def client_of(server: int) -> "MlflowClient":
    """Past the door."""
    from mlflow.tracking import MlflowClient

    return MlflowClient(f"http://127.0.0.1:{server}")


def runs_of(client: "MlflowClient", experiment: str) -> "list[Run]":
    found = client.get_experiment_by_name(experiment)
    return client.search_runs([found.experiment_id], max_results=1000) if found else []


def models_of(server: int, experiment: str) -> "list[LoggedModel]":
    client = client_of(server)
    found = client.get_experiment_by_name(experiment)
    return list(client.search_logged_models([found.experiment_id])) if found else []


def whole(client: "MlflowClient", experiment: str) -> "dict[str, tuple[Bits, Rows]]":
    """Bits and metric rows by run key of a sweep that is in the store once, as a whole, and in which nothing runs."""
    runs = without_settings(runs_of(client, experiment))
    assert Counter(run.info.status for run in runs) == {"FINISHED": RUNS + 1}
    (parent,) = [run for run in runs if PARENT not in run.data.tags]
    assert {"comparison.csv", "plan.json"} <= {file.path for file in client.list_artifacts(parent.info.run_id)}
    children = [run for run in runs if run.data.tags.get(PARENT) == parent.info.run_id]
    assert sorted(int(run.data.tags["sweep_index"]) for run in children) == list(range(RUNS))
    assert {len(run.inputs.dataset_inputs) for run in children} == {1}
    return {run.data.tags["run_key"]: (bits_of(client, run), rows_of(client, run)) for run in children}


def bits_of(client: "MlflowClient", run: "Run") -> Bits:
    weights, *tables = (Path(client.download_artifacts(run.info.run_id, name)) for name in FILES)
    with np.load(weights, allow_pickle=False) as arrays:
        return Bits.of(arrays["parameters"], *(dict(pd.read_parquet(table).items()) for table in tables))


FILES = ("weights.npz", "history.parquet", "signals.parquet")


def rows_of(client: "MlflowClient", run: "Run") -> Rows:
    return {
        name: sorted((row.step, row.value) for row in client.get_metric_history(run.info.run_id, name))
        for name in run.data.metrics
    }


def test_a_sweep_through_a_door_that_loses_answers_of_every_kind_is_the_sweep_that_lost_none(
    door: Door, undisturbed: "dict[str, tuple[Bits, Rows]]", tmp_path: Path
) -> None:
    door.loses, door.delay = 7, 0.02
    train(*SWEEP, "tracking.experiment=losing", cwd=tmp_path, env=tracked_at(door.uri))
    lost = {kind for kind, times in door.lost.items() if times}
    assert lost >= KINDS, door.asked
    assert door.lost["POST runs/create"] > 2 and door.lost["POST runs/log-batch"] > 2
    assert 1 < door.most_in_flight <= TO_SERVER, "several runs are written at the same time, and never more"
    assert whole(client_of(door.server), "losing") == undisturbed
    (model,) = models_of(door.server, "losing")
    assert model.status == "READY"


def test_a_single_run_whose_answers_were_lost_is_stored_once(door: Door, tmp_path: Path) -> None:
    door.loses = 7
    train("data=xor", "training.epochs=2", "tracking.experiment=single", cwd=tmp_path, env=tracked_at(door.uri))
    assert door.lost["POST runs/create"] == 1
    assert [run.info.status for run in runs_of(client_of(door.server), "single")] == ["FINISHED"]
    assert len(models_of(door.server, "single")) == 1


@pytest.mark.parametrize("batches", [3, pytest.param(12, marks=pytest.mark.slow)])
def test_a_writer_that_is_killed_among_its_requests_and_resumed_leaves_each_run_once(
    door: Door, undisturbed: "dict[str, tuple[Bits, Rows]]", tmp_path: Path, batches: int
) -> None:
    name = f"killed after {batches}"
    door.delay, door.loses = 0.05, 7
    with started(*SWEEP, f"tracking.experiment={name}", cwd=tmp_path, env=tracked_at(door.uri)) as process:
        wait_until(lambda: door.batches >= batches or process.poll() is not None, f"{batches} batches were sent")
        process.kill()
    statuses = Counter(run.info.status for run in runs_of(client_of(door.server), name))
    assert statuses["RUNNING"] > 2, "the parent and several runs were not at their end"
    door.delay = 0.0
    resume(cwd=tmp_path, env=tracked_at(door.uri))
    assert whole(client_of(door.server), name) == undisturbed


@pytest.mark.slow  # test_interrupt.py presses it without a server
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_among_requests_leaves_each_run_once_and_a_resume_the_whole_sweep(
    door: Door, undisturbed: "dict[str, tuple[Bits, Rows]]", tmp_path: Path, times: int
) -> None:
    name = f"interrupted {times}"
    door.delay, door.loses = 0.05, 7
    with started(*SWEEP, f"tracking.experiment={name}", cwd=tmp_path, env=tracked_at(door.uri)) as process:
        wait_until(lambda: door.batches >= 3 or process.poll() is not None, "some batches were sent")
        for _ in range(times):
            ctrl_c(process)
            time.sleep(0.1)  # two signals at the same instant would be one
        done = process.done()
    assert done.returncode == 130, said(done)
    assert "Traceback" not in done.stderr, said(done)
    finished = [run for run in runs_of(client_of(door.server), name) if run.info.status == "FINISHED"]
    keys = [run.data.tags["run_key"] for run in finished if run.data.tags["level"] == "run"]
    assert keys and len(keys) == len(set(keys)), "no run is written twice"
    door.delay = 0.0
    resume(cwd=tmp_path, env=tracked_at(door.uri))
    assert whole(client_of(door.server), name) == undisturbed
    there = {run.info.run_id for run in runs_of(client_of(door.server), name)}
    assert {run.info.run_id for run in finished} <= there, "what is whole is kept"


@pytest.mark.slow  # test_servers.py has it with fewer requests
def test_a_server_that_is_killed_and_started_again_gets_everything_once(
    undisturbed: "dict[str, tuple[Bits, Rows]]", tmp_path: Path
) -> None:
    folder = tmp_path / "program"
    folder.mkdir()
    with ExitStack() as programs:
        with mlflow_server(tmp_path) as port:
            uri = tracked_at(f"http://127.0.0.1:{port}")
            process = programs.enter_context(started(*SWEEP, "tracking.experiment=again", cwd=folder, env=uri))
            wait_until(
                lambda: len(runs_of(client_of(port), "again")) > 3 or process.poll() is not None, "some runs were there"
            )
        assert process.poll() is None
        with mlflow_server(tmp_path, port=port):
            done = process.done()
            assert done.returncode == 0, said(done)
            assert done.stderr.count("the MLflow server does not answer; trying again for a while") == 1
            assert whole(client_of(port), "again") == undisturbed
