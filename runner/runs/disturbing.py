"""Errors added to training and validation rows on request; test rows stay correct.

So a test score says how well the truth was learned. Validation rows are changed too, because whoever collects such data
has no others.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.datasets.samples import DataError, Samples, Streams, Target
from runner.runs.spec import DataCommon
from runner.runs.splitting import Split

DISTANCE = 5.0  # of an outlier from its target, in standard deviations of the training targets
Generator = Callable[[str], np.random.Generator]
Draw = Callable[[Streams, int], tuple[Array, Target]]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Spread:
    """Standard deviations over the training rows: of each input `(d_in,)` and of each target `(d_out,)`."""

    X: Array
    Y: Array


def check_disturbance(data: DataCommon, samples: Samples) -> None:
    """Raise DataError for settings that make no sense for a task."""
    only = {"label_noise": "classification", "imbalance": "classification", "outliers": "regression"}
    for setting, task in only.items():
        value, none = getattr(data, setting), type(data).model_fields[setting].default
        if value != none and samples.task != task:
            told = f"={value:g} is for a {task}, and this is a {samples.task}"
            raise DataError(told, setting, {"without it": {setting: none}})
    if data.outliers and data.target_scale == "log":
        told = f"={data.outliers:g} moves targets below 0, where data.target_scale=log has no logarithm"
        raise DataError(told, "outliers", {"with targets on one scale": {"target_scale": "standardize"}})


def disturbed(data: DataCommon, samples: Samples, parts: Split, of_run: Generator) -> tuple[Samples, Split]:
    """A run's samples, with errors in its training and validation rows; and where the parts are.

    The generators make the random numbers of a purpose. Rows that belong to no part are left out, and `draw` makes
    fresh samples with the same errors.
    """
    check_disturbance(data, samples)
    of_run = cache(of_run)  # fresh samples begin where the last ones ended
    used = np.sort(parts.named[0])
    if len(used) < len(samples.X):
        samples = replace(samples, X=samples.X[used], Y=samples.Y[used])
        parts = Split(*(np.searchsorted(used, rows) for rows in (parts.train, parts.validation, parts.test)))
    draw = samples.draw
    if draw and data.imbalance > 1:
        draw = _rarer(draw, data.imbalance, len(samples.classes) - 1, of_run("fresh imbalance"))
    if not (data.label_noise or data.outliers or data.input_noise):
        return replace(samples, draw=draw), parts
    spread = _spread_of(samples, parts)
    rows = np.sort(np.concatenate([parts.train, parts.validation]))
    change = partial(_changed, data, len(samples.classes), spread, of_run)
    X, Y = samples.X.copy(), samples.Y.copy()
    X[rows], Y[rows] = change("", X[rows], Y[rows])
    clean = draw
    fresh = clean and (lambda streams, n: change("fresh ", *clean(streams, n)))
    return replace(samples, X=X, Y=Y, draw=fresh), parts


def _spread_of(samples: Samples, parts: Split) -> _Spread:
    """Inputs that a table lacks are left out."""
    X, Y = samples.X[parts.train], np.asarray(samples.Y[parts.train], dtype=np.float64)
    known = ~np.isnan(X)
    n = np.maximum(known.sum(axis=0), 1)
    away = np.where(known, X - np.where(known, X, 0.0).sum(axis=0) / n, 0.0)
    return _Spread(np.sqrt((away**2).sum(axis=0) / n), Y.std(axis=0))


def _rarer(draw: Draw, factor: float, rare: int, rng: np.random.Generator) -> Draw:
    """Fresh samples of which those of the rare class are left out, but for one in `factor`."""
    held = list[tuple[Array, Target]]()

    def fewer(streams: Streams, n: int) -> tuple[Array, Target]:
        while sum(len(Y) for _, Y in held) < n:
            X, Y = draw(streams, n)
            is_kept = (rare != Y) | (rng.random(n) < 1 / factor)
            held.append((X[is_kept], Y[is_kept]))
        X, Y = (np.concatenate(part) for part in zip(*held, strict=True))
        held[:] = [(X[n:], Y[n:])]
        return X[:n], Y[:n]

    return fewer


def _changed(
    data: DataCommon, n_classes: int, spread: _Spread, of_run: Generator, prefix: str, X: Array, Y: Target
) -> tuple[Array, Target]:
    """Inputs `(n, d_in)` and targets with what is wrong with them; `prefix` is that of the purposes of their numbers.

    Of fresh samples each is changed with its own chance; of others exactly the share that is asked for, and the same
    ones and some more where it is larger.
    """

    def drawn(purpose: str, share: float) -> tuple[Mask, Array]:
        first, second = of_run(f"{prefix}{purpose}").random((len(X), 2)).T
        if prefix:
            return first < share, second
        chosen = np.zeros(len(X), dtype=bool)
        chosen[np.argsort(first, kind="stable")[: round(share * len(X))]] = True
        return chosen, second

    if data.input_noise:
        X = X + data.input_noise * spread.X * of_run(f"{prefix}input noise").standard_normal(X.shape)
    if data.label_noise:
        chosen, chance = drawn("label noise", data.label_noise)
        other = (Y + 1 + np.floor(chance * (n_classes - 1)).astype(np.int64)) % n_classes
        Y = np.where(chosen, other, Y)
    if data.outliers:
        chosen, chance = drawn("outliers", data.outliers)
        side = np.where(chosen, np.where(chance < 0.5, -DISTANCE, DISTANCE), 0.0)
        Y = Y + side[:, np.newaxis] * spread.Y
    return X, Y
