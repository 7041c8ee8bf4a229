"""Where the stacks of a plan train, by its settings: worker processes here, a cluster, or this process."""

from collections.abc import Container

from runner.base.machine import default_workers
from runner.plan.plan import Plan
from runner.runs.here import check_here, defined_here
from runner.runs.settings import DaskExecutor, ProcessExecutor
from runner.train.certificates import remove_leftovers
from runner.train.execution import Training
from runner.train.training import Draw
from runner.train.workers import ProcessPool, ThisProcess, Workers

# Stacks for each worker of a cluster, so that one that dies holds up little; more where they would be large, as what is
# in flight comes back into this process's memory.
STACKS_EACH, RUNS_TOGETHER = 4, 500


def training_of(
    plan: Plan, done: Container[int] = (), draw: Draw | None = None, lent: Workers | None = None
) -> Training:
    """The training of all runs of a plan that are not done, where its settings say; `draw` makes each run's picture.

    `lent` workers are used if given. Raises NoWorkers if there are none.
    """
    if all(run.index in done for run in plan.runs):
        return Training([], ThisProcess())
    if lent is not None and lent.is_apart:
        pieces = pieces_for(plan, lent.slots) if lent.is_spread else lent.slots
        return Training(plan.tasks_without(done, pieces), lent, draw, plan.name_of_run, are_lent=True)
    remove_leftovers()
    if parts := defined_here(plan.specs):
        check_here(parts, plan.settings)
        return Training(plan.tasks_without(done), ThisProcess(), draw, plan.name_of_run)
    executor, wanted = plan.settings.executor, plan.settings.workers or default_workers()
    if isinstance(executor, ProcessExecutor):
        tasks = plan.tasks_without(done)
        fitting = plan.workers_for(tasks)
        workers: Workers = ProcessPool(min(fitting, len(tasks))) if fitting > 1 else ThisProcess()
        return Training(tasks, workers, draw, plan.name_of_run)
    from runner.train.clusters import dask_workers

    if isinstance(executor, DaskExecutor) and executor.address is None:  # of this machine, so they must fit into it
        tasks = plan.tasks_without(done, pieces_for(plan, wanted))
        return Training(tasks, dask_workers(executor, min(plan.workers_for(tasks), len(tasks))), draw)
    cluster = dask_workers(executor, wanted)
    try:
        return Training(plan.tasks_without(done, pieces_for(plan, cluster.slots)), cluster, draw)
    except BaseException:
        cluster.end()
        raise


def pieces_for(plan: Plan, workers: int) -> int:
    """Into how many stacks the runs are split for a cluster."""
    return max(STACKS_EACH * workers, len(plan.runs) // RUNS_TOGETHER)
