"""Everything past one machine together: a Dask cluster, a server with accounts on PostgreSQL, and both are killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.dask import Site, kill, site_in
from tests.end_to_end.looking import check_whole, numbers
from tests.end_to_end.postgres import ask, postgres
from tests.end_to_end.program import run_runner, said, started, wait_until
from tests.end_to_end.shared import Shared
from tests.end_to_end.store import Store

pytest.importorskip("distributed", reason="distributed is not installed")
AXES = ("-m", "data=xor,quadrants", "activation=tanh,relu", "training.epochs=60")
EXPERIMENT = "all-at-once"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Shared]:
    """A server that ann has an account on."""
    (tmp_path / "server").mkdir()
    with postgres() as superuser:
        shared = Shared(tmp_path / "server")
        shared.set_up(superuser)
        with shared.running():
            shared.add("ann")
            yield shared


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "site").mkdir()
    with site_in(tmp_path / "site") as site:
        yield site


def finished(server: Shared) -> int:
    """Runs that the database has whole."""
    return int(ask(server.database, "SELECT count(*) FROM runs WHERE status = 'FINISHED'")[0][0])


@pytest.mark.slow  # test_kills.py, test_dask.py and test_servers.py have one of them at a time
@pytest.mark.parametrize(("seeds", "plots"), [(10, "best"), (500, "all")], ids=["40 runs", "2,000 runs"])
def test_a_sweep_whose_worker_and_server_are_killed_ends_complete_with_equal_bits(
    server: Shared, site: Site, seeds: int, plots: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = 4 * seeds
    sweep = (*AXES, f"seed=range({seeds})", f"tracking.plots={plots}")
    first, _ = site.worker(), site.worker()
    with started(
        *sweep, "executor=dask", f"executor.address={site.address}", f"tracking.experiment={EXPERIMENT}",
        cwd=tmp_path, env=server.login("ann"), timeout=1200,
    ) as process:  # fmt: skip
        wait_until(lambda: finished(server) >= runs // 10 or process.poll() is not None, "a tenth was there", 600)
        kill(first)
        site.worker()
        wait_until(lambda: finished(server) >= runs // 3 or process.poll() is not None, "a third was there", 600)
        assert process.poll() is None, "there was nothing left to disturb"
        server.kill()
        server.start()
        done = process.done()
    assert done.returncode == 0, said(done)
    assert "Traceback" not in done.stderr, said(done)
    check_whole(server.login("ann"), EXPERIMENT, runs, monkeypatch)
    (tmp_path / "local").mkdir()
    done = run_runner(*sweep, cwd=tmp_path / "local", timeout=1200)
    assert done.returncode == 0, said(done)
    undisturbed = numbers({"MLFLOW_TRACKING_URI": Store(tmp_path / "local").uri}, monkeypatch)
    assert len(undisturbed) == runs
    assert numbers(server.login("ann"), monkeypatch) == undisturbed
