"""Sweeps that many tests look at; each is run once, by the real command line."""

import importlib.util
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.dask import Site, site_in
from tests.end_to_end.program import train
from tests.end_to_end.store import Store

collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]  # the extra that its tests need
SWEEP = ("-m", "activation=sigmoid,tanh", "data=xor,quadrants", "seed=range(5)", "training.epochs=30")


@dataclass(frozen=True)
class Trained:
    """A finished program: what it printed, and its store."""

    done: subprocess.CompletedProcess[str]
    store: Store


def trained(folder: Path, *arguments: str, from_nothing: bool = False) -> Trained:
    return Trained(train(*arguments, cwd=folder, from_nothing=from_nothing), Store(folder))


@pytest.fixture(scope="session")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """20 runs under one parent, trained by two processes."""
    return trained(tmp_path_factory.mktemp("sweep"), *SWEEP, "workers=2", from_nothing=True)


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One run of `sweep`, trained alone."""
    folder = tmp_path_factory.mktemp("classifier")
    return trained(folder, "activation=sigmoid", "data=quadrants", "seed=2", "training.epochs=30")


@pytest.fixture(scope="session")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One regression with few measurements: 100 steps, 11 points."""
    return trained(
        tmp_path_factory.mktemp("one run"), "data=sine", "activation=tanh", "network.hidden=[5,3]", "seed=7",
        "learning_rate=0.05", "training.epochs=20", "training.evaluations=10", from_nothing=True,
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
