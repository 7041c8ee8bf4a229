"""One sweep, its report, and MLflow's own server over its store, for all tests with a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser.chromium import open_browser
from tests.end_to_end.program import train
from tests.end_to_end.server import LOOPBACK, mlflow_server
from tests.end_to_end.store import Store

SWEEP = (
    "-m", "activation=sigmoid,tanh", "network.hidden=[2],[4]", "data=quadrants", "seed=range(6)", "training.epochs=60",
    "data.samples_per_cluster=20",
)  # fmt: skip
PLAIN = ("-m", "data=xor", "activation=tanh,relu", "training.epochs=20", "tracking.experiment=plain")
MANY = (
    "-m", "data=xor", "activation=sigmoid,tanh,relu,elu", "seed=range(30)", "training.epochs=5",
    "tracking.plots=none", "tracking.report=false",
    "diagnose=off", "tracking.experiment=many",
)  # fmt: skip
ALONE = ("data=xor", "training.epochs=5", "tracking.experiment=alone")


@dataclass(frozen=True)
class Swept:
    """A folder with a single run, a sweep, one without seeds and one with many, what these have printed, by experiment,
    and the report of the sweep.
    """

    folder: Path
    store: Store
    report: Path
    printed: dict[str, str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as started:
        yield started


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder = tmp_path_factory.mktemp("swept")
    sweeps = {"alone": ALONE, "runner": SWEEP, "plain": PLAIN, "many": MANY}
    printed = {name: train(*arguments, cwd=folder).stdout for name, arguments in sweeps.items()}
    store = Store(folder)
    return Swept(folder, store, store.artifact(store.only(), "report.html"), printed)


@pytest.fixture(scope="session")
def mlflow(swept: Swept) -> Iterator[str]:
    """The address of MLflow's pages."""
    with mlflow_server(swept.folder, "--backend-store-uri", "sqlite:///mlflow.db") as port:
        yield f"http://{LOOPBACK}:{port}"
