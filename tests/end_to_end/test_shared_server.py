"""The server of deploy/ on a real PostgreSQL: what goes in comes back, for whom it may, and after a kill too."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.end_to_end.looking import check_whole, numbers
from tests.end_to_end.postgres import ask, postgres, programs
from tests.end_to_end.program import run_runner, said, started, train, wait_until
from tests.end_to_end.shared import Shared, replaced, shown
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

SWEEP = (
    "-m", "data=xor", "activation=tanh,relu", "seed=range(3)", "training.epochs=20", "tracking.plots=best", "workers=1",
)  # fmt: skip
RUNS = 6


@pytest.fixture(scope="module")
def database() -> Iterator[dict[str, str]]:
    """The variables of the superuser."""
    with postgres() as superuser:
        yield superuser


@pytest.fixture(scope="module")
def server(database: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A server on which ann has made an experiment `of-ann`, to which bob may not write."""
    shared = Shared(tmp_path_factory.mktemp("shared"))
    shared.set_up(database)
    with shared.running():
        shared.add("ann")
        shared.add("bob")
        yield shared


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same sweep in a default store: its address."""
    folder = tmp_path_factory.mktemp("local")
    train(*SWEEP, cwd=folder)
    return {"MLFLOW_TRACKING_URI": Store(folder).uri}


@pytest.fixture(scope="module")
def swept(server: Shared, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A sweep of ann's through the server: its folder, and what was printed."""
    folder = tmp_path_factory.mktemp("swept")
    return folder, train(*SWEEP, "tracking.experiment=of-ann", cwd=folder, env=server.login("ann"))


def secrets(server: Shared) -> list[str]:
    return [*server.passwords.values(), server.database["PGPASSWORD"]]


def test_a_sweep_through_the_server_is_whole_with_the_bits_of_the_default_store(
    server: Shared, swept: tuple[Path, object], local: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = check_whole(server.login("ann"), "of-ann", RUNS, monkeypatch)
    assert parent.info.artifact_uri.startswith("mlflow-artifacts:")
    assert next((server.folder / "artifacts").rglob(f"{parent.info.run_id}/artifacts/report.html")).is_file()
    through_it = numbers(server.login("ann"), monkeypatch)
    assert len(through_it) == RUNS and through_it == numbers(local, monkeypatch)


def test_who_may_only_look_makes_the_report_and_reproduces_the_runs(
    server: Shared, swept: tuple[Path, object], tmp_path: Path
) -> None:
    env = server.login("bob")
    done = run_runner(cwd=tmp_path, env=env, module="runner.report")
    assert done.returncode == 0 and len(list(tmp_path.glob("report-*.html"))) == 1, said(done)
    sweep = next((swept[0] / "outputs").iterdir()).name
    done = run_runner("--all", sweep, cwd=tmp_path, env=env, module="runner.reproduce")
    assert done.returncode == 0 and "IDENTICAL" in done.stdout, said(done)


def test_the_address_that_is_printed_is_the_server_s_and_has_the_sweep_s_view(
    server: Shared, swept: tuple[Path, subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, done = swept
    sweep = next((folder / "outputs").iterdir()).name
    (experiment,) = re.findall(
        rf"look at it: {server.uri}/#/experiments/(\d+)/runs\?.*viewStateShareKey={sweep}$", done.stdout, re.M
    )
    found = ask(server.database, f"SELECT key FROM experiment_tags WHERE experiment_id = {experiment}")
    assert (f"mlflow.sharedViewState.{sweep}",) in found
    assert done.stderr == "", said(done)


def test_no_password_is_printed_or_kept(
    server: Shared, swept: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    folder, done = swept
    with_it = server.uri.replace("://", f"://bob:{server.passwords['bob'].replace(' ', '%20')}@")
    told = run_runner(
        "data=xor",
        "training.epochs=2",
        "tracking.experiment=of-bob",
        cwd=tmp_path,
        env={"MLFLOW_TRACKING_URI": with_it},
    )
    assert told.returncode == 0 and f"look at it: {server.uri}/#/" in told.stdout, said(told)
    dump = server.run(f"source deploy/server.env; export PGHOST PGUSER PGDATABASE PGPASSWORD; {programs()}/pg_dump")
    assert "COPY public.runs" in dump
    plans = [path.read_text() for place in (folder, tmp_path) for path in place.rglob("plan.json")]
    assert len(plans) == 2
    log = "".join(path.read_text() for path in server.folder.glob("*.log"))
    for text in (said(done), said(told), dump, log, *plans):
        assert not [one for one in secrets(server) if one in text or one.replace(" ", "%20") in text]


def test_no_password_is_in_a_command_line(server: Shared) -> None:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(path.read_text(errors="replace").replace("\0", " "))
    (own,) = [line for line in lines if " mlflow server " in line and f" --port {server.port} " in line]
    assert "--app-name basic-auth --host 127.0.0.1" in own
    assert not [line for line in lines if any(one in line for one in secrets(server))]


def test_of_an_account_the_database_has_a_digest_with_a_salt_of_its_own(server: Shared) -> None:
    for name in ("one", "two"):
        server.add(name, "the same password")
    found = dict(ask(server.database, "SELECT username, password_hash FROM users"))
    assert found.keys() >= {"admin", "ann", "bob", "one", "two"}
    assert found["one"] != found["two"]
    assert not [one for one in server.passwords.values() for kept in found.values() if one in kept]


@pytest.mark.parametrize("path", ["/", "/api/2.0/mlflow/experiments/search", "/api/2.0/mlflow-artifacts/artifacts"])
def test_nobody_without_an_account_is_answered(server: Shared, path: str) -> None:
    with pytest.raises(HTTPError, match="401"):
        urlopen(f"{server.uri}{path}", timeout=30)


def test_a_backup_brings_back_runs_and_accounts(server: Shared, swept: object, database: dict[str, str]) -> None:
    path = f"PATH={programs()}:$PATH\n"
    server.run(path + shown("backup"))
    ask(database, "CREATE DATABASE restored OWNER mlflow")
    server.run(path + replaced(shown("restore"), {'"$PGDATABASE"': "restored"}))
    for query in (
        "SELECT run_uuid, status FROM runs ORDER BY 1",
        "SELECT username, password_hash FROM users ORDER BY 1",
    ):
        found = ask(server.database | {"PGDATABASE": "restored"}, query)
        assert len(found) >= 3 and found == ask(server.database, query)
    assert "weights.npz" in server.run("tar --list --file artifacts.tar.gz")


@pytest.mark.parametrize("module", ["runner", "runner.report"])
def test_a_wrong_password_is_one_sentence_and_nothing_is_trained(
    server: Shared, swept: object, tmp_path: Path, module: str
) -> None:
    arguments = (*SWEEP, "tracking.experiment=of-ann") if module == "runner" else ()
    done = run_runner(*arguments, cwd=tmp_path, env=server.login("ann", "not the password"), module=module)
    assert done.returncode == 1, said(done)
    assert len(done.stderr.splitlines()) == 1 and "not the password" not in said(done)
    assert (
        "does not accept this user name and password: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
        in done.stderr
    )
    assert not list(tmp_path.rglob("*.npz"))


@pytest.mark.parametrize("launcher", ["stacked", "basic"])
def test_without_permission_a_sweep_is_refused_before_it_trains_and_leaves_no_plan(
    server: Shared, launcher: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient

    for name, value in server.login("ann").items():
        monkeypatch.setenv(name, value)
    experiment = MlflowClient(server.uri).create_experiment(f"to-share-{launcher}")
    few = ["seed=0" if part.startswith("seed=") else part for part in SWEEP]
    arguments, env = (*few, f"tracking.experiment=to-share-{launcher}"), server.login("bob")
    done = run_runner(*arguments, f"hydra/launcher={launcher}", cwd=tmp_path, env=env)
    assert done.returncode == 1 and "Traceback" not in done.stderr, said(done)
    assert "the server does not permit this user to do that here" in done.stderr
    assert not list(tmp_path.rglob("*.npz")) and not list(tmp_path.rglob("plan.json"))
    server.permit("bob", experiment)
    assert run_runner(*arguments, cwd=tmp_path, env=env).returncode == 0
    statuses = ask(server.database, f"SELECT status FROM runs WHERE experiment_id = {experiment}")
    assert statuses == [("FINISHED",)] * 3


def test_a_sweep_into_the_database_itself_is_whole(
    server: Shared, database: dict[str, str], local: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(database, "CREATE DATABASE direct")
    uri = f"postgresql://{database['PGUSER']}:{database['PGPASSWORD']}@127.0.0.1:{database['PGPORT']}/direct"
    env = {"MLFLOW_TRACKING_URI": uri}
    done = train(*SWEEP, cwd=tmp_path, env=env)
    assert done.stderr == "" and database["PGPASSWORD"] not in done.stdout, said(done)
    assert 'look at it: mlflow ui --backend-store-uri "$MLFLOW_TRACKING_URI"' in done.stdout
    parent = check_whole(env, "runner", RUNS, monkeypatch)
    assert Path(parent.info.artifact_uri).is_relative_to(tmp_path / "mlruns")
    assert numbers(env, monkeypatch) == numbers(local, monkeypatch)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("of-the-superuser@", "wrong@", "password authentication failed"),
        ("/direct", "/nowhere", 'database "nowhere" does not exist'),
        ("postgresql://", "mysql://", "a driver is missing"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_in_seconds_without_its_password(
    database: dict[str, str], tmp_path: Path, old: str, new: str, told: str
) -> None:
    uri = f"postgresql://{database['PGUSER']}:{database['PGPASSWORD']}@127.0.0.1:{database['PGPORT']}/direct"
    began = time.monotonic()
    done = run_runner("data=xor", "training.epochs=2", cwd=tmp_path, env={"MLFLOW_TRACKING_URI": uri.replace(old, new)})
    assert time.monotonic() - began < 30
    assert done.returncode == 1 and told in done.stderr and len(done.stderr.splitlines()) == 1, said(done)
    assert "superuser" not in done.stderr and "wrong" not in done.stderr


@pytest.mark.slow  # test_all_at_once.py does it too
def test_a_server_that_is_killed_in_the_middle_and_started_again_gets_everything(
    server: Shared, local: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written() -> int:
        query = "SELECT count(*) FROM runs JOIN experiments e USING (experiment_id) WHERE e.name = 'killed'"
        return int(ask(server.database, f"{query} AND status = 'FINISHED'")[0][0])

    longer = ["seed=range(10)" if part.startswith("seed=") else part for part in SWEEP]
    env = server.login("ann")
    with started(*longer, "tracking.experiment=killed", cwd=tmp_path, env=env) as sweep:
        wait_until(lambda: written() >= 2 or sweep.poll() is not None, "two runs were written")
        server.kill()
        assert 2 <= written() < 20, "it was still writing"
        time.sleep(3)
        server.start()
        done = sweep.done()
    assert done.returncode == 0, said(done)
    check_whole(env, "killed", 20, monkeypatch)
    assert numbers(local, monkeypatch).items() <= numbers(env, monkeypatch).items()
