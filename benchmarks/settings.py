"""MLflow's lists of a large sweep: the settings beside all of its runs, asked of a server; and what settings cost."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.markdown import markdown
from benchmarks.programs import timed
from benchmarks.servers import mlflow_server

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

# 500 settings of 20 seeds.
SWEEP = (
    "activation=sigmoid,tanh,relu,elu,gelu", "network.hidden=[2],[3],[4],[5],[6],[7],[8],[9],[10],[12]",
    "learning_rate=0.02,0.05,0.1,0.2,0.3,0.5,0.7,1,1.5,2", "seed=range(20)",
)  # fmt: skip
SHORT = ("activation=sigmoid,tanh", "seed=range(3)")
KEPT = ("data=xor", "training.epochs=100", "tracking.plots=none", "tracking.report=false", "diagnose=off", "quiet=true")
PAGE, ROUNDS = 100, 5  # rows that MLflow's page asks for at first


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time."""
    from runner.store.surroundings import using_mlflow

    with tempfile.TemporaryDirectory() as place, ExitStack() as programs:
        folder = Path(place)
        timed(["-m", "runner", "-m", *(SHORT if quick else SWEEP), *KEPT], folder)
        programs.enter_context(using_mlflow())
        store = f"sqlite:///{folder}/mlflow.db"
        server = programs.enter_context(mlflow_server(folder, store))
        yield _lists(server.uri, rounds=1 if quick else ROUNDS)
        with chdir(folder):  # MLflow keeps files where it is started
            yield _cost(rounds=1 if quick else 3)


def _lists(uri: str, rounds: int) -> str:
    """How long the server takes for the first page of each list, in turns."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri)
    found = client.get_experiment_by_name("runner")
    assert found is not None
    (parent,) = client.search_runs([found.experiment_id], "tags.level = 'sweep'")
    sweep = parent.data.tags["sweep_id"]
    lists = {
        "the settings, best first": (f"tags.settings_of = '{sweep}'", "metrics.rank ASC"),
        "the runs, best first": (f"tags.sweep_id = '{sweep}'", "metrics.`final/train_accuracy` DESC"),
        "the runs, newest first": (f"tags.sweep_id = '{sweep}'", "attributes.start_time DESC"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in lists}
    for _ in range(rounds):
        for name, (query, order) in lists.items():
            began = time.perf_counter()
            client.search_runs([found.experiment_id], query, max_results=PAGE, order_by=[order])
            seconds[name].append(time.perf_counter() - began)
    middle = {name: statistics.median(some) for name, some in seconds.items()}
    first = next(iter(middle.values()))
    rows = [
        [name, f"{value:.3f}", f"{max(seconds[name]):.3f}", f"{value / first:.1f}"] for name, value in middle.items()
    ]
    runs, settings = (_count(client, found.experiment_id, level) for level in ("run", "setting"))
    told = f"\n\n{runs:,} runs in {settings} settings, SQLite behind MLflow's server; the first {PAGE} rows.\n"
    return markdown(["list", "seconds, median", "most", "times the settings"], rows) + told


def _count(client: "MlflowClient", experiment: str, level: str) -> int:
    total, token = 0, None
    while True:
        page = client.search_runs([experiment], f"tags.level = '{level}'", max_results=5000, page_token=token)
        total, token = total + len(page), page.token
        if not token:
            return total


def _cost(rounds: int) -> str:
    """Processor time of making and writing the settings, beside that of writing the same runs."""
    from runner.conduct.listing import write_settings
    from runner.findings.loading import load_sweep
    from runner.findings.setting_runs import listed
    from runner.store.records import record_of
    from runner.store.writer import Tracker

    sweep = load_sweep()
    written, settled = [], []
    for n in range(rounds):
        tracker = Tracker(f"again-{n}")
        began = time.process_time()
        for start in range(0, len(sweep.results), tracker.at_once):
            some = sweep.results[start : start + tracker.at_once]
            records = [record_of(one, sweep.name_of(one), {"sweep_id": "again"}, 17) for one in some]
            for _ in tracker.write_runs(records, sweep.parent_id):
                pass
        written.append(time.process_time() - began)
        began = time.process_time()
        write_settings(tracker, sweep, listed(sweep, 0, with_pictures=False), {})
        settled.append(time.process_time() - began)
    runs, settings = min(written), min(settled)
    rows = [["the runs", f"{runs:.2f}", "1.00"], ["their settings", f"{settings:.2f}", f"{settings / runs:.2f}"]]
    return markdown(["written", "seconds", "times the runs"], rows)
