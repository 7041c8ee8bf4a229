"""What a sweep costs besides its training, as measured on one machine; progress and dry runs count with it.

Seconds of one processor: `time.process_time` in the main process of `python -m runner -m data=xor 'seed=0,1' workers=1
tracking.plots=none`, read where what each line names ends. Of a run: the difference to `seed=range(200)`, by 198,
of a picture: what 100 more runs take with `tracking.plots=all`, less what they take without, by 100. Only ratios count,
as a dry run measures its own start; so all are measured together. Bytes are so that the memory and disk of `python -m
benchmarks dry-run` come out.
"""

import time
from functools import cache

from runner.base import progress
from runner.plan.task import Task

START_SECONDS = 1.1  # until the first plan is made: Hydra and the named sweeps
OPENING_SECONDS = 1.6  # MLflow's client and the store, while workers train already
TABLES_SECONDS = 0.9  # more where the store is a new file
WORKER_SECONDS = 0.35  # the start of a worker process: what workers=2 takes more than workers=1, by 2
IMPORT_SECONDS = 0.55  # more of a worker that draws: matplotlib
FINISH_SECONDS = 0.5  # the comparison, the best run's model, the end of the process
LOOKING_SECONDS, COMPARING_SECONDS = 0.3, 1.7  # of the end: for causes, and to draw and write comparison and settings
LOOKING_RUN_SECONDS, COMPARING_RUN_SECONDS = 0.0006, 0.0045  # more for each run
FINISH_RUN_SECONDS = 0.0008  # and of a comparison without pictures
FIXES_SECONDS = 3.0  # to try fixes, of which nobody knows before how many there are
COMPOSING_SECONDS = 0.00006  # of a run, planning included, and so on
PICTURE_SECONDS = 0.006
WRITING_SECONDS = 0.003
STEP_SECONDS, NUMBER_SECONDS = 1.8e-5, 2.6e-9  # of a stack: of a step, and of each number that a step computes with

MAIN_BYTES = 280 << 20
WORKER_BYTES = 80 << 20
COMPILER_BYTES = 70 << 20  # LLVM, which all processes share
RESULT_BYTES = 8_000
STORE_BYTES = 1 << 20
RUN_BYTES = 67_000
PICTURE_BYTES = 35_000


def of_training(task: Task, with_pictures: bool) -> float:
    """About how many seconds a stack takes; what matters is its size relative to other stacks."""
    runs = len(task.indices)
    seconds = runs * (WRITING_SECONDS + (PICTURE_SECONDS if with_pictures else 0))
    for shape in task.shapes:
        batch = task.specs[0]["training"]["batch_size"] or 1
        numbers = runs * (shape.n_parameters + batch * sum(shape.sizes))
        seconds += shape.n_steps * (STEP_SECONDS + numbers * NUMBER_SECONDS)
    return seconds


def of_planning(runs: int) -> float:
    """Seconds from the command to the plan."""
    return START_SECONDS + runs * COMPOSING_SECONDS


def slowness(runs: int) -> float:
    """How much slower this machine is than the one measured here, from the time it took to plan this many runs."""
    return _seconds_to_first_plan() / of_planning(runs)


@cache
def _seconds_to_first_plan() -> float:
    """Of this process, or by the clock where others use the machine too."""
    return max(time.process_time(), progress.seconds())
