"""The signals of a run as columns of files, one per layer: `gradient_norm/2` belongs to the second layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.registry import Array

Signals = dict[str, Array]  # step (points,), and of each signal (points, layers) in float32; see nn.signals


def signals_of_run(recorded: Mapping[str, Array]) -> Signals:
    """The signals of one run from `nn`, with a run axis of length 1, at the steps at which it was finite.

    Without hidden layers, signals of units are absent.
    """
    if not recorded:
        return {}
    measured = np.isfinite(recorded["gradient_norm"][0, :, 0])
    steps = recorded["step"] if measured.all() else recorded["step"][measured]  # most runs of a stack share one array
    layers = {name: values[0, measured] for name, values in recorded.items() if name != "step" and values.size}
    return {"step": steps} | layers


def columns_of(signals: Mapping[str, Array]) -> dict[str, Array]:
    """All signals as columns `(points,)`, `step` first."""
    columns = {name: values for name, values in signals.items() if name == "step"}
    for name, values in signals.items():
        if name != "step":
            columns |= {f"{name}/{layer}": column for layer, column in enumerate(values.T, start=1)}
    return columns


def signals_of(columns: Mapping[str, Sequence[float] | Array]) -> Signals:
    """The inverse of `columns_of`. Raises ValueError for other columns."""
    if not columns:
        return {}
    if "step" not in columns:
        raise ValueError("signals have no step")
    layers: dict[str, list[Array]] = {}
    for column, values in columns.items():
        name, _, layer = column.rpartition("/")
        if column == "step":
            continue
        if not name or layer != str(len(layers.setdefault(name, [])) + 1):
            raise ValueError(f"{column!r} is not a column of signals, or is in the wrong place")
        layers[name].append(np.asarray(values, dtype=np.float32))
    steps: Any = np.asarray(columns["step"], dtype=np.int64)
    return {"step": steps} | {name: np.stack(values, axis=1) for name, values in layers.items()}
