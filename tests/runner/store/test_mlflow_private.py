"""What MLflow does not promise may go: results are written without it, or what is said is MLflow's own reason."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from runner.store.errors import reason
from runner.store.mlflow_private import upload
from runner.store.records import ParentRecord
from runner.store.writer import Tracker
from tests.end_to_end.program import make_store

pytestmark = pytest.mark.filterwarnings("default")  # MLflow's own are not errors of ours
REGISTRY = "mlflow.store.artifact.artifact_repository_registry"
NAME = "get_artifact_repository"


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tracker:
    make_store(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return Tracker("experiment")


@pytest.mark.parametrize("is_gone", [False, True], ids=["there", "gone"])
def test_files_are_uploaded_with_and_without_the_function_that_saves_a_request(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_gone: bool
) -> None:
    registry, asked = importlib.import_module(REGISTRY), list[str]()
    original, public = registry.get_artifact_repository, MlflowClient.log_artifacts

    def noted(*arguments: Any) -> None:
        monkeypatch.setattr(registry, NAME, original, raising=False)  # MLflow itself would know where it is now
        asked.append("log_artifacts")
        public(*arguments)

    monkeypatch.setattr(MlflowClient, "log_artifacts", noted)
    if is_gone:
        monkeypatch.delattr(registry, NAME)
    (tmp_path / "files" / "plots").mkdir(parents=True)
    (tmp_path / "files" / "plots" / "run.png").write_bytes(b"a picture")
    client = MlflowClient(tracker.uri)
    run = client.get_run(tracker.start_sweep("sweep", {}))
    upload(client, tracker.uri, run.info.run_id, str(run.info.artifact_uri), str(tmp_path / "files"))
    assert asked == (["log_artifacts"] if is_gone else [])
    stored = client.download_artifacts(run.info.run_id, "plots/run.png", str(tmp_path))
    assert Path(stored).read_bytes() == b"a picture"


def test_a_sweep_is_finished_without_the_view_that_mlflow_does_not_take(tracker: Tracker) -> None:
    client, view = MlflowClient(tracker.uri), ("no name of a tag?", "{}")
    with pytest.raises(MlflowException, match="no name of a tag"):
        client.set_experiment_tag(tracker.experiment_id, *view)
    run_id = tracker.start_sweep("sweep", {})
    record = ParentRecord({"report.html": b"a page"}, {"best": 0.5}, {"a": "tag"}, dict([view]), {"shared": "1"})
    tracker.finish_sweep(run_id, "FINISHED", record)
    run = client.get_run(run_id)
    assert (run.info.status, run.data.metrics["best"], run.data.tags["a"]) == ("FINISHED", 0.5, "tag")
    assert run.data.params == {"shared": "1"}
    assert [one.path for one in client.list_artifacts(run_id)] == ["report.html"]


def test_a_refusal_in_other_words_is_said_as_mlflow_says_it() -> None:
    known = "API request to endpoint /api failed with error code 401 != 200. Response body: 'x'"
    assert "MLFLOW_TRACKING_USERNAME" in reason(MlflowException(known))
    assert reason(MlflowException("who are you?\nmore")) == "who are you?"
