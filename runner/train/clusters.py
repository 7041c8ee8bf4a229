"""Dask clusters that train stacks: an existing scheduler, our own on this machine, or jobs of a queue."""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from runner.base.console import warn
from runner.base.interrupts import held_back
from runner.base.threads import in_daemon
from runner.runs.settings import DaskExecutor, QueueExecutor
from runner.train.certificates import certificate_folder
from runner.train.dask_private import submit_jobs
from runner.train.workers import NoWorkers

CONNECT_SECONDS, ANSWER_SECONDS, SILENT_SECONDS = 10, 5, 60
# A task whose worker died more often is given up by our own scheduler; a scheduler of others has its own number.
ALLOWED_DEATHS = 1
INSTALL = "pip install 'small-network-runner[dask]'"
IGNORE_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
QUEUES = {"slurm": "SLURMCluster", "pbs": "PBSCluster", "sge": "SGECluster", "lsf": "LSFCluster"}
ACCOUNTS = {"slurm": "account", "pbs": "account", "sge": "project", "lsf": "project"}


class DaskWorkers:
    """The workers of a Dask scheduler. They may join, leave and die; the scheduler gives their tasks to others.

    `scheduler` is its address or a cluster; `expected` workers will join, and `closing` is closed at the end. Raises
    NoWorkers if the scheduler does not answer.
    """

    is_apart, is_spread = True, True

    def __init__(self, scheduler: Any, expected: int = 1, closing: ExitStack | None = None) -> None:
        from distributed import KilledWorker

        self.deaths: tuple[type[BaseException], ...] = (KilledWorker,)
        self._expected, self._closing = expected, closing or ExitStack()
        try:  # what is no scheduler may accept a connection and say nothing, which Dask would listen to for ever
            self._client = in_daemon(_connect, scheduler).result(CONNECT_SECONDS + ANSWER_SECONDS)
        except Exception as error:
            told = f"no Dask scheduler answers at {scheduler}, which executor.address names"
            raise NoWorkers(f"{told} ({error})" if str(error) else told) from error
        self._executor = self._client.get_executor(pure=False)  # the same task may be sent twice
        self._threads, self._told, self._heard = 1, "", time.monotonic()
        self.look()

    @property
    def slots(self) -> int:
        return max(self._expected, self._threads)

    def look(self) -> None:
        told, before = "", self._threads
        try:
            info = self._client.scheduler_info(n_workers=0, callback_timeout=ANSWER_SECONDS)
            self._threads, self._heard = int(info["total_threads"]), time.monotonic()
            if self._threads < before:
                told = f"Dask workers are gone, {self._threads} of {before} are left; these take over the work"
        except Exception as error:
            told = "the Dask scheduler does not answer; waiting for it"
            if time.monotonic() - self._heard > SILENT_SECONDS:
                raise NoWorkers(f"the Dask scheduler has not answered for {SILENT_SECONDS} s") from error
        if not self._threads:
            told = "no Dask worker is there; waiting for one"
        if told and told != self._told:
            warn(told)
        self._told = told

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        try:
            future: Future[Any] = self._executor.submit(function, *arguments)
        except Exception:  # the client has given up its scheduler
            future = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
        return future

    def end(self) -> None:
        with suppress(Exception):  # a scheduler that is gone cannot be notified
            self._executor.shutdown(wait=False)
            self._client.close(timeout=2)
        self._closing.close()


def dask_workers(executor: DaskExecutor | QueueExecutor, workers: int) -> DaskWorkers:
    """The workers for an executor's settings; `workers` of them if the cluster is our own.

    Raises NoWorkers if there are none.
    """
    try:
        import dask
        import distributed  # noqa: F401  # whether it is there
    except ImportError as error:
        raise NoWorkers(f"executor={executor.name} needs Dask: {INSTALL} ({error})") from error
    hush()
    if isinstance(executor, DaskExecutor) and executor.address:
        if executor.address.startswith("tls:") and not dask.config.get("distributed.comm.tls.ca-file", None):
            raise NoWorkers("executor.address begins with tls: and Dask has no certificates (distributed.comm.tls)")
        return DaskWorkers(executor.address)
    with ExitStack() as closing, dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_DEATHS}):
        if isinstance(executor, DaskExecutor):
            expected = workers
            with _interrupts_ignored():
                cluster = _local_cluster(workers)
                closing.callback(_close, cluster)
        else:
            expected = executor.jobs * executor.cores
            cluster = queue_cluster(executor, closing.enter_context(certificate_folder()))
            closing.callback(_close, cluster)
            _submit(cluster, executor)
            cluster.adapt(minimum_jobs=executor.jobs, maximum_jobs=executor.jobs)  # another job for one that ends
        return DaskWorkers(cluster, expected, closing.pop_all())


def _connect(scheduler: Any) -> Any:
    from distributed import Client

    return Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C reaches all processes of a terminal, and the main process alone decides what it means.

    Processes that are started in here ignore it from their first moment, those that follow them by `IGNORE_INTERRUPTS`.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def hush() -> None:
    """Silence Dask's own logging: the code that waits for results reports problems once, in a sentence.

    A client's event loop logs, as tornado, what it had started when the cluster closed, for example after Ctrl-C. Dask
    gives some loggers below these a handler of their own.
    """
    families = ("distributed", "dask_jobqueue", "tornado")
    for name in (*families, "distributed.client", "distributed.gc", "tornado.application"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False


def _local_cluster(workers: int) -> Any:
    """Worker processes on the loopback interface; only those with the certificate of this cluster are let in."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", security=True,
        silence_logs=logging.CRITICAL, preload=[IGNORE_INTERRUPTS],
    )  # fmt: skip


def queue_cluster(executor: QueueExecutor, folder: str) -> Any:
    """A cluster whose workers are jobs of a batch system, before any job is submitted.

    Only those who can read the `folder`, which all machines must see, can connect to it. Raises NoWorkers without
    dask-jobqueue.
    """
    try:
        with held_back():  # its import takes over Ctrl-C
            import dask_jobqueue
    except ImportError as error:
        raise NoWorkers(f"executor={executor.name} needs dask-jobqueue: {INSTALL} ({error})") from error
    given = {"queue": executor.queue, ACCOUNTS[executor.name]: executor.account}
    return getattr(dask_jobqueue, QUEUES[executor.name])(
        cores=executor.cores, processes=executor.cores, memory=executor.memory, walltime=executor.walltime,
        protocol="tls://", security=_certificate_in(folder),
        scheduler_options={"dashboard": False, "dashboard_address": ":0"},
        **{key: value for key, value in given.items() if value is not None},
    )  # fmt: skip


def _certificate_in(folder: str) -> Any:
    """A certificate made for this cluster alone, as files: those that dask-jobqueue would write are never removed."""
    from distributed import Security

    made = Security.temporary()
    paths = {name: Path(folder) / f"{name}.pem" for name in ("ca", "cert", "key")}
    for name, content in (("ca", made.tls_ca_file), ("cert", made.tls_client_cert), ("key", made.tls_client_key)):
        paths[name].write_text(content)
    each = {
        f"tls_{who}_{part}": str(paths[part]) for who in ("client", "scheduler", "worker") for part in ("cert", "key")
    }
    return Security(require_encryption=True, tls_ca_file=str(paths["ca"]), **each)


def _submit(cluster: Any, executor: QueueExecutor) -> None:
    try:
        submit_jobs(cluster, executor.jobs)
    except FileNotFoundError as error:
        told = f"there is no {error.filename} here; start this where jobs of {executor.name} are submitted"
        raise NoWorkers(told) from error
    except Exception as error:  # what the system's command said, or that it could not be understood
        said = " ".join(str(error).rpartition("stderr:")[2].split())
        raise NoWorkers(f"{executor.name} has taken no job: {said}") from error


def _close(cluster: Any) -> None:
    with suppress(Exception):  # one that is half made cannot be closed
        cluster.close(timeout=5)
