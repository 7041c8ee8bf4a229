"""What a data set is: samples, their task, and, where there is one, the distribution that they come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Registry

LARGEST = 1e100  # squares and sums of values stay finite
Task = Literal["regression", "classification"]
Target = Array | NDArray[np.int64]


@dataclass(frozen=True)
class Streams:
    """A run's own generators for its data: one for the inputs, one for the noise on the targets."""

    inputs: np.random.Generator
    noise: np.random.Generator


@dataclass(frozen=True)
class Samples:
    """A data set as its function returns it, before splitting and scaling.

    `X (n, d_in)`. `Y (n, d_out)` for a regression; class numbers `(n,)`, from 0, for a classification.
    `classes` names the classes; `levels` are the numbers that stand for "no" and "yes" in a target.
    `truth` maps inputs `(m, d_in)` to noise-free targets `(m, d_out)`; None where it is not known.
    `bayes` maps inputs to the class numbers `(m,)` that are right most often; None where that is not known.
    `domain` holds (low, high) of every input, for the grid that a regression may be tested on; empty where it has none.
    `draw` returns so many fresh samples; None where the data set is not a distribution.
    `digest` identifies contents that come from outside, such as a file; generated data has none.
    """

    X: Array
    Y: Target
    task: Task
    input_names: tuple[str, ...]
    target_name: str = "y"
    classes: tuple[str, ...] = ()
    levels: tuple[float, float] = (0.0, 1.0)
    truth: Callable[[Array], Array] | None = None
    bayes: Callable[[Array], NDArray[np.int64]] | None = None
    domain: tuple[tuple[float, float], ...] = ()
    draw: Callable[[Streams, int], tuple[Array, Target]] | None = None
    digest: str = ""


class DataError(ValueError):
    """The data cannot be used. `setting` names the setting of the data set that a person would change."""

    def __init__(self, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


DATASETS: Registry[Callable[..., Samples]] = Registry("data", reserved=("seed", "test_fraction", "standardize"))
