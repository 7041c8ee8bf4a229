"""Four programs started at the same moment in one folder, with no store there yet."""

import sqlite3
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end_to_end.program import said, started
from tests.end_to_end.store import Store, statuses

pytestmark = pytest.mark.thorough

SHARED = ("-m", "data=xor", "seed=range(4)", "training.epochs=20", "tracking.plots=none", "tracking.report=false")
ACTIVATIONS = (("tanh", "relu"), ("sigmoid", "gelu"), ("softplus", "identity"), ("leaky_relu", "floored_relu"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("together")
    with ExitStack() as all_of_them:
        processes = [
            all_of_them.enter_context(started(*SHARED, f"activation={','.join(names)}", cwd=folder))
            for names in ACTIVATIONS
        ]
        for done in [process.done() for process in processes]:
            assert done.returncode == 0, said(done)
    return Store(folder)


def test_all_sweeps_are_complete(store: Store) -> None:
    assert statuses(store.folder) == {"FINISHED": 36}
    assert [len(store.children(parent)) for parent in store.parents()] == [8] * 4


def test_nothing_is_mixed(store: Store) -> None:
    found = {frozenset(run.data.params["activation"] for run in store.children(one)) for one in store.parents()}
    assert found == {frozenset(names) for names in ACTIVATIONS}
    for parent in store.parents():
        assert {run.data.tags["sweep_id"] for run in store.children(parent)} == {parent.data.tags["sweep_id"]}


def test_each_has_a_folder_of_its_own(store: Store) -> None:
    folders = {path.name for path in (store.folder / "outputs").iterdir()}
    assert folders == {parent.data.tags["sweep_id"] for parent in store.parents()}


def test_the_database_is_whole(store: Store) -> None:
    connection = sqlite3.connect(store.database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()


def test_all_write_into_one_experiment(store: Store) -> None:
    experiments: list[str] = [one.name for one in store.client.search_experiments()]
    assert experiments.count("runner") == 1
    assert Path(store.folder / "mlruns").is_dir()
