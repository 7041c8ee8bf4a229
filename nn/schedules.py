"""Schedules: functions from the step to a factor; the rate of a step is learning_rate * factor.

Each takes step numbers (0 is the first update) as a float64 array and the total number of steps of the run, and returns
an array of factors. Schedules have no state, except `plateau`, which `nn.rates` applies.
"""

import math
from collections.abc import Callable
from typing import Annotated

import numpy as np

from nn.registry import Array, Range, Registry

Schedule = Callable[..., Array]
SCHEDULES: Registry[Schedule] = Registry("schedule")


@SCHEDULES.register
def constant(steps: Array, n_steps: int) -> Array:
    """The same learning rate at every step."""
    return np.ones_like(steps)


@SCHEDULES.register
def step(
    steps: Array,
    n_steps: int,
    *,
    factor: Annotated[float, Range(gt=0, le=1)] = 0.5,
    every: Annotated[int, Range(ge=1)] = 1000,
) -> Array:
    """factor^floor(step / every): multiplied by `factor` after every `every` steps."""
    return factor ** np.floor(steps / every)


@SCHEDULES.register
def exponential(steps: Array, n_steps: int, *, decay: Annotated[float, Range(gt=0, le=1)] = 0.999) -> Array:
    """decay^step: multiplied by `decay` after every step."""
    return decay**steps


@SCHEDULES.register
def inverse_power(steps: Array, n_steps: int, *, power: Annotated[float, Range(ge=0)] = 0.5) -> Array:
    """1 / (1 + step)^power. Bottou (2012), Stochastic Gradient Descent Tricks, section 5.2."""
    return (1 + steps) ** -power


@SCHEDULES.register
def cosine(
    steps: Array,
    n_steps: int,
    *,
    warmup: Annotated[float, Range(ge=0, lt=1)] = 0.1,
    final: Annotated[float, Range(ge=0, le=1)] = 0.0,
) -> Array:
    """A linear warm-up over the first `warmup` share of the steps, then half a cosine from 1 down to `final`.

    Loshchilov and Hutter (2017), SGDR, equation 5, without restarts.
    """
    n_warmup = math.floor(warmup * n_steps)
    rise = (steps + 1) / max(n_warmup, 1)
    progress = (steps - n_warmup) / max(n_steps - n_warmup, 1)
    fall = final + (1 - final) * 0.5 * (1 + np.cos(np.pi * np.clip(progress, 0, 1)))
    return np.where(steps < n_warmup, rise, fall)


@SCHEDULES.register
def one_cycle(
    steps: Array,
    n_steps: int,
    *,
    pct_start: Annotated[float, Range(ge=0, le=1)] = 0.3,
    div_factor: Annotated[float, Range(ge=1)] = 25.0,
    final_div_factor: Annotated[float, Range(ge=1)] = 1e4,
) -> Array:
    """Half a cosine from 1 / div_factor up to 1, then half a cosine down to 1 / (div_factor final_div_factor).

    So `learning_rate` is the largest rate. Smith (2018), A Disciplined Approach to Neural Network Hyper-Parameters,
    section 4, in the form of PyTorch's OneCycleLR, except that momentum stays constant.
    """

    def between(start: float, end: float, first: float, last: float) -> Array:
        share = np.clip((steps - first) / (last - first or 1.0), 0, 1)
        return np.asarray(end + (start - end) / 2 * (1 + np.cos(np.pi * share)))

    low, top = 1 / div_factor, pct_start * n_steps - 1
    down = between(1, low / final_div_factor, top, n_steps - 1)
    return np.where(steps <= top, between(low, 1, 0, top), down)


@SCHEDULES.register
def plateau(
    steps: Array,
    n_steps: int,
    *,
    factor: Annotated[float, Range(gt=0, lt=1)] = 0.5,
    patience: Annotated[int, Range(ge=1)] = 12,
    threshold: Annotated[float, Range(ge=0, lt=1)] = 1e-4,
    least: Annotated[float, Range(ge=0, le=1)] = 0.0,
) -> Array:
    """Multiplied by `factor` after `patience` epochs in which the cost has not improved by the share `threshold`.

    The cost is that of the validation samples, or the score if one is named; without validation samples, the training
    cost. Test samples are never used. Checked at every evaluation; the factor never falls below `least`. This function
    returns the initial factor; `nn.rates` lowers it. As PyTorch's ReduceLROnPlateau.
    """
    return np.ones_like(steps)
