"""What Dask does not promise, in one place: tests say by name what a release has moved."""

from typing import Any


def submit_jobs(cluster: Any, jobs: int) -> None:
    """What `scale` does, but a refusal raises: Dask would log it and wait for ever."""
    for _ in range(jobs):
        cluster.worker_spec.update(cluster.new_worker_spec())
    cluster.sync(cluster._correct_state)
