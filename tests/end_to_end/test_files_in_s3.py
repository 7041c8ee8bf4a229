"""Files of runs in storage that speaks S3, here moto's server: through MLflow's server, and written there directly."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.looking import check_whole, numbers
from tests.end_to_end.postgres import postgres
from tests.end_to_end.program import environment, make_store, run_runner, said, train
from tests.end_to_end.server import LOOPBACK, free_port, listening
from tests.end_to_end.shared import Shared, replaced, shown

pytestmark = pytest.mark.thorough

SWEEP = ("-m", "data=xor", "seed=range(3)", "training.epochs=20", "tracking.plots=best", "workers=1")
RUNS = 3


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Storage with an empty bucket `my-bucket`, and the variables that lead to it."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", LOOPBACK, "--port", str(port)]
    keys = {"AWS_ACCESS_KEY_ID": "key-of-the-tests", "AWS_SECRET_ACCESS_KEY": "its-secret"}
    env = {"MLFLOW_S3_ENDPOINT_URL": f"http://{LOOPBACK}:{port}", "AWS_DEFAULT_REGION": "us-east-1", **keys}
    with listening(command, port, tmp_path_factory.mktemp("moto"), {}, path="/moto-api/"):
        bucket(env).create()
        yield env


def bucket(env: dict[str, str]) -> Any:
    import boto3

    return boto3.resource(
        "s3", endpoint_url=env["MLFLOW_S3_ENDPOINT_URL"], region_name=env["AWS_DEFAULT_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    ).Bucket("my-bucket")  # fmt: skip


def names(env: dict[str, str], prefix: str) -> list[str]:
    return [one.key for one in bucket(env).objects.filter(Prefix=prefix)]


def check_read_back(env: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report, and all numbers, from the files there."""
    done = run_runner(cwd=folder, env=env, module="runner.report")
    assert done.returncode == 0 and len(list(folder.glob("report-*.html"))) == 1, said(done)
    assert len(numbers(env, monkeypatch)) == RUNS


@pytest.mark.slow  # test_shared_server.py has the server, the next test the storage
def test_files_go_through_the_server_and_only_the_server_has_the_keys(
    storage: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    with postgres() as superuser:
        shared = Shared(tmp_path)
        shared.set_up(superuser)
        with shared.running(storage | {"MLFLOW_ARTIFACTS_DESTINATION": "s3://my-bucket/runs"}):
            shared.add("ann")
            env = shared.login("ann")
            train(*SWEEP, cwd=folder, env=env)
            parent = check_whole(env, "runner", RUNS, monkeypatch)
            assert any(name.endswith(f"{parent.info.run_id}/artifacts/report.html") for name in names(storage, "runs/"))
            check_read_back(env, folder, monkeypatch)
    assert not (tmp_path / "artifacts").exists()


def test_files_go_there_directly_when_their_experiment_says_so(
    storage: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_experiment(tmp_path, storage, {})
    env = storage | {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db"}
    done = train(*SWEEP, "tracking.experiment=in-s3", cwd=tmp_path, env=env)
    assert done.stderr == "" and storage["AWS_SECRET_ACCESS_KEY"] not in done.stdout, said(done)
    parent = check_whole(env, "in-s3", RUNS, monkeypatch)
    assert parent.info.artifact_uri.startswith("s3://my-bucket/in-s3/")
    assert names(storage, f"in-s3/{parent.info.run_id}/artifacts/report.html")
    check_read_back(env, tmp_path, monkeypatch)
    assert not (tmp_path / "mlruns").exists()


def test_storage_that_refuses_costs_no_result(storage: dict[str, str], tmp_path: Path) -> None:
    make_experiment(tmp_path, storage, {"s3://my-bucket/": "s3://no-bucket/"})
    done = run_runner(*SWEEP, "tracking.experiment=in-s3", cwd=tmp_path, env=storage)
    assert done.returncode == 1 and "Traceback" not in done.stderr, said(done)
    assert "NoSuchBucket" in done.stderr and f"All {RUNS} results are kept" in done.stderr, said(done)


def make_experiment(folder: Path, storage: dict[str, str], changes: dict[str, str]) -> None:
    """By the commands that docs/servers.md shows before it runs a sweep."""
    make_store(folder)
    command, _ = replaced(shown("bucket"), changes).split("python -m runner", 1)
    path = f"{Path(sys.executable).parent}:{environment()['PATH']}"
    subprocess.run(["bash", "-ec", command], cwd=folder, env=environment(storage | {"PATH": path}), check=True)
