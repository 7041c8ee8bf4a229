"""Schedules: stateless makers of step -> factor; the rate of a step is learning_rate * factor.

Each takes the step numbers (0 is the first update) as a float64 array and the number of steps of the whole run.
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
    """The learning rate as given, all along."""
    return np.ones_like(steps)


@SCHEDULES.register
def step(
    steps: Array,
    n_steps: int,
    *,
    factor: Annotated[float, Range(gt=0, le=1)] = 0.5,
    every: Annotated[int, Range(ge=1)] = 1000,
) -> Array:
    """factor^floor(step / every): a drop once every `every` steps."""
    return factor ** np.floor(steps / every)


@SCHEDULES.register
def exponential(steps: Array, n_steps: int, *, decay: Annotated[float, Range(gt=0, le=1)] = 0.999) -> Array:
    """decay^step: the rate is multiplied by decay after every step."""
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
    """A linear rise over the first `warmup` share of the steps, then half a cosine from 1 down to `final`.

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
    """Half a cosine from 1 / div_factor up to 1, then one down to 1 / (div_factor final_div_factor).

    So `learning_rate` is the largest rate. Smith (2018), A Disciplined Approach to Neural Network Hyper-Parameters,
    section 4, as PyTorch's OneCycleLR has it, whose momentum stays here as it is.
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
    """Times `factor` whenever `patience` epochs have not made the cost better by the share `threshold`.

    Of validation samples the cost, or the score if one is named; where there are none, the training cost; never test
    samples. It is looked at in every evaluation, and the rate stays at or above `least` of `learning_rate`. This is
    the factor at the start; `nn.rates` lowers it. PyTorch's ReduceLROnPlateau.
    """
    return np.ones_like(steps)
