"""The same runs into SQLite, PostgreSQL and MLflow's server: runs a second, requests, and who spends the time."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.markdown import markdown
from benchmarks.servers import Program, mlflow_server, postgres, postgres_programs

if TYPE_CHECKING:
    from runner.store.records import RunRecord
    from runner.store.writer import Tracker

RUN = ("data=quadrants", "training.mode=full", "training.epochs=500")
SEEDS = 8  # results that are trained; more records are these again
MANY, FEW, FLUENT = 240, 60, 3
TIMES = 40  # each request
WARM = 1  # run before the clock starts: it opens the store and connections

Write = Callable[["Sequence[RunRecord]"], object]


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time."""
    from runner.store.surroundings import using_mlflow

    many, few, fluent, times = (2, 2, 1, 1) if quick else (MANY, FEW, FLUENT, TIMES)
    with tempfile.TemporaryDirectory() as place, ExitStack() as programs:
        programs.enter_context(using_mlflow())
        folder, servers = Path(place), {}
        found = postgres_programs()
        if found is None:
            yield (
                "PostgreSQL is not measured: it, or its driver, is not installed (apt-get install postgresql; "
                "pip install 'psycopg[binary]'). MLflow's server is on SQLite.\n"
            )
        else:
            servers["PostgreSQL"] = programs.enter_context(postgres(found, folder / "postgres"))
        store = f"{servers['PostgreSQL'].uri}/served" if found else f"sqlite:///{folder}/served.db"
        server = servers["server"] = programs.enter_context(mlflow_server(folder, store))
        all_records = _records(many)
        ways = [("SQLite, 200 runs in a transaction", _through(f"sqlite:///{folder}/mlflow.db"), many)]
        if found:
            ways.append(("PostgreSQL, directly", _through(f"{servers['PostgreSQL'].uri}/direct"), many))
        ways += [
            ("server, several runs at a time", _through(server.uri), many),
            ("server, one run at a time", _through(server.uri, at_a_time=1), few),
            ("server, MLflow's fluent calls", _fluent(server.uri), fluent),
        ]
        rows = [[name, *_measured(write, all_records[:runs], servers)] for name, write, runs in ways]
        fastest = float(rows[-3][1])
        rows = [[*row, f"{float(row[1]) / fastest:.3f}"] for row in rows]
        header = [
            "way",
            "runs/s",
            "requests a run",
            "ms CPU, writer",
            *(f"ms CPU, {name}" for name in servers),
            "ratio",
        ]
        yield f"{_what(all_records[0])}:\n\n{markdown(header, rows)}\n"
        rows = [[name, *_measured_requests(ask, times, servers)] for name, ask in _requests(server.uri, times)]
        header = ["request", "ms", *(f"ms CPU, {name}" for name in servers)]
        yield f"One request after the other to the server:\n\n{markdown(header, rows)}\n"


def _records(number: int) -> "list[RunRecord]":
    """Records of real results, with pictures."""
    from dataclasses import replace

    from runner.app.setup import composing
    from runner.findings.pictures import drawing
    from runner.plan.plan import make_plan
    from runner.store.records import record_of
    from runner.train.training import train_task

    with composing() as composer:
        plan = make_plan([composer.compose(seed, (*RUN, f"seed={seed}")) for seed in range(min(number, SEEDS))])
    results = [
        result for task in plan.tasks for result in train_task(task, draw=drawing(plan.settings, len(plan.runs)))
    ]
    again = [replace(results[place % len(results)], index=place, key=str(place)) for place in range(number)]
    return [record_of(result, f"run {result.index}", {"sweep_id": "benchmark"}, 17) for result in again]


def _what(record: "RunRecord") -> str:
    params, rows, files = len(record.params), len(record.metrics), len(record.files)
    size = sum(map(len, record.files.values())) / 2**10
    return f"Runs of {params} params, {rows} metric rows and {files} files ({size:.0f} KiB)"


def _through(uri: str, at_a_time: int | None = None) -> Write:
    """The writer of this project, into a store."""

    @cache
    def tracker() -> "Tracker":
        from runner.store.writer import Tracker

        os.environ["MLFLOW_TRACKING_URI"] = uri
        return Tracker("benchmark")

    def write(records: "Sequence[RunRecord]") -> None:
        from runner.store import writer

        default = writer.TO_SERVER
        writer.TO_SERVER = at_a_time or default
        try:
            for start in range(0, len(records), tracker().at_once):
                list(tracker().write_runs(records[start : start + tracker().at_once]))
        finally:
            writer.TO_SERVER = default

    return write


def _fluent(uri: str) -> Write:
    """As people write it: every value by itself, as it comes."""

    def write(records: "Sequence[RunRecord]") -> None:
        import mlflow

        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("fluent")
        for record in records:
            with mlflow.start_run(run_name=record.name), tempfile.TemporaryDirectory() as folder:
                mlflow.log_params(dict(record.params))
                mlflow.set_tags(dict(record.tags))
                for name, value, _, step in record.metrics:
                    mlflow.log_metric(name, value, step=step)
                for name, content in record.files.items():
                    path = Path(folder) / Path(name).name
                    path.write_bytes(content)
                    mlflow.log_artifact(str(path))

    return write


def _measured(write: Write, records: "Sequence[RunRecord]", servers: dict[str, Program]) -> list[str]:
    """Runs a second, requests a run, and processor time of the writer and of the servers, in ms a run."""
    from requests import Session

    write(records[:WARM])
    sent, send = [0], Session.send

    def counted(*arguments: Any, **more: Any) -> Any:
        sent[0] += 1
        return send(*arguments, **more)

    Session.send = counted  # type: ignore[method-assign]  # every request of every client passes here
    cpu, began, before = time.process_time(), time.perf_counter(), _cpu(servers)
    try:
        write(records)
    finally:
        Session.send = send  # type: ignore[method-assign]  # as it was
    runs, seconds, own = len(records), time.perf_counter() - began, time.process_time() - cpu
    spent = [own, *(now - then for now, then in zip(_cpu(servers), before, strict=True))]
    return [f"{runs / seconds:.2f}", f"{sent[0] / runs:.1f}", *(f"{1000 * one / runs:.1f}" for one in spent)]


def _requests(uri: str, times: int) -> Iterator[tuple[str, Callable[[int], object]]]:
    """The requests of a run, each for the `place`-th of some runs."""
    import mlflow
    from mlflow.entities import Dataset, DatasetInput, Metric, Param
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    client = mlflow.MlflowClient(uri)
    experiment = client.create_experiment("requests")
    runs = [client.create_run(experiment).info for _ in range(times)]
    params = [Param(f"param {number}", "1") for number in range(46)]
    yield "GET /health", lambda _: _health(uri)
    yield "create a run", lambda _: client.create_run(experiment, tags={f"tag {number}": "1" for number in range(16)})
    yield "46 params", lambda place: client.log_batch(runs[place].run_id, params=params)
    for count in (1, 100, 1000):
        rows = [Metric(f"metric {number % 5}", number, 0, number + 10 * count) for number in range(count)]
        yield f"{count:,} metric rows", lambda place, rows=rows: client.log_batch(runs[place].run_id, metrics=rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        file.write_bytes(bytes(8 << 10))
        yield "a file of 8 KiB", lambda place: get_artifact_repository(runs[place].artifact_uri, uri).log_artifact(file)
    data = [DatasetInput(Dataset("data", "digest", "code", "{}"))]
    yield "a data set", lambda place: client.log_inputs(runs[place].run_id, data)
    yield "end a run", lambda place: client.set_terminated(runs[place].run_id)


def _health(uri: str) -> None:
    import requests

    requests.get(f"{uri}/health", timeout=10)


def _measured_requests(ask: Callable[[int], object], times: int, servers: dict[str, Program]) -> list[str]:
    began, before = time.perf_counter(), _cpu(servers)
    for place in range(times):
        ask(place)
    spent = [time.perf_counter() - began, *(now - then for now, then in zip(_cpu(servers), before, strict=True))]
    return [f"{1000 * one / times:.1f}" for one in spent]


def _cpu(servers: dict[str, Program]) -> list[float]:
    return [program.cpu_seconds() for program in servers.values()]
