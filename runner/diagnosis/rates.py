"""What a schedule has made of the learning rate of a run."""

import numpy as np

from nn.registry import Array
from nn.stack import Descent
from runner.runs.result import RunResult


def factors_of(result: RunResult, descent: Descent, n_steps: int) -> Array:
    """The factor of every update that was made, `(steps,)`; of all `n_steps` that are planned where none was."""
    if descent.plateaus is not None and result.last_step:  # what was measured on the way has decided it
        rates = np.array(result.history["learning_rate"]) / result.spec.learning_rate
        return np.repeat(rates[:-1], np.diff(result.history["step"]).astype(np.intp))
    (schedule,) = descent.schedules
    return np.asarray(schedule(np.arange(result.last_step or n_steps, dtype=np.float64)))
