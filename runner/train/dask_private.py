"""Uses of Dask's private parts, in one place: tests name what a release has moved."""

from typing import Any


def submit_jobs(cluster: Any, jobs: int) -> None:
    """Like `scale`, except that a rejected submission raises: Dask would log it and wait forever."""
    for _ in range(jobs):
        cluster.worker_spec.update(cluster.new_worker_spec())
    cluster.sync(cluster._correct_state)
