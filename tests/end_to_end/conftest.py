"""Sweeps that many tests look at; each is run once, by the real command line."""

import importlib.util
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from runner.findings.findings import Findings
from runner.findings.loading import load_sweep
from tests.end_to_end.dask import Site, site_in
from tests.end_to_end.program import train
from tests.end_to_end.store import Store

collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]  # the extra that its tests need
SWEEP = ("-m", "activation=sigmoid,tanh", "data=xor,quadrants", "seed=range(5)", "training.epochs=30")
FEWER = (*SWEEP[:3], "seed=0,3", SWEEP[4])  # eight of its runs


@dataclass(frozen=True)
class Trained:
    """A finished program: what it printed, and its store."""

    done: subprocess.CompletedProcess[str]
    store: Store


def trained(folder: Path, *arguments: str, from_nothing: bool = False) -> Trained:
    return Trained(train(*arguments, cwd=folder, from_nothing=from_nothing), Store(folder))


def trained_once(factory: pytest.TempPathFactory, name: str, *arguments: str, from_nothing: bool = False) -> Trained:
    """The same for all processes that run tests side by side; tests only look at it."""
    place = factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    folder, done = place / name, place / f"{name}.json"
    with FileLock(place / f"{name}.lock"):
        if not done.exists():
            folder.mkdir()
            done.write_text(json.dumps(vars(train(*arguments, cwd=folder, from_nothing=from_nothing))))
    return Trained(subprocess.CompletedProcess(**json.loads(done.read_text())), Store(folder))


@pytest.fixture(scope="session")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """20 runs under one parent, trained by two processes."""
    return trained_once(tmp_path_factory, "sweep", *SWEEP, "workers=2", from_nothing=True)


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One run of `sweep`, trained alone."""
    alone = ("activation=sigmoid", "data=quadrants", "seed=2", "training.epochs=30")
    return trained_once(tmp_path_factory, "classifier", *alone)


@pytest.fixture(scope="session")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One regression with few measurements: 100 steps, 11 points."""
    return trained_once(
        tmp_path_factory, "one run", "data=sine", "activation=tanh", "network.hidden=[5,3]", "seed=7",
        "learning_rate=0.05", "training.epochs=20", "training.evaluations=10",
    )  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A Dask scheduler of this test's own, without workers."""
    (tmp_path / "site").mkdir()
    with site_in(tmp_path / "site") as site:
        yield site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Warnings are errors, but not those inside MLflow and Dask, which these tests run and nobody here can fix."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for module in ("mlflow", "sqlalchemy", "distributed", "tornado"):
                item.add_marker(pytest.mark.filterwarnings(rf"ignore:::{module}(\..*)?"))


@pytest.fixture
def loaded(sweep: Trained, monkeypatch: pytest.MonkeyPatch) -> Findings:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", sweep.store.uri)
    return load_sweep()
