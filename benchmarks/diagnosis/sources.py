"""The data sets of the corpus: those that the program makes, and tables that are written into a folder.

Of all of them the rule is known that made the targets, so whether a run is healthy is decided without the program.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.diagnosis.entries import Settings
from runner.datasets.samples import Samples

Array = NDArray[np.float64]
Rule = Callable[[Array], Array]
Change = Callable[[Array, Array], tuple[Array, Array]]
N = 240  # rows of a table

# A table's settings that leave it as it is: no scaling, no penalty, no early end.
PLAIN = ("data.target=y", "data.standardize=false", "data.target_scale=none", "data.validation_fraction=0",
         "training.l2=0", "training.patience=null", "training.restore_best=false")  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A data set: its overrides, and whether it is a `table`. `rates` is what its learning rates are multiplied by."""

    name: str
    overrides: tuple[str, ...]
    task: str
    is_table: bool = False
    rates: float = 1.0


@dataclass(frozen=True)
class Table:
    """Inputs `X (n, d_in)`, targets `y (n,)` and the rule without noise; class numbers in a classification.

    `settings` are those of its data set: a table of few samples, or of few of a class, keeps most of its rows for
    testing, so that chance does not decide what a run is.
    """

    X: Array
    y: Array
    rule: Rule
    is_classification: bool = False
    settings: Settings = ()


# Classes by their middles, their counts, and how wide the rare ones are.
RARE: Mapping[str, tuple[Sequence[Sequence[float]], Sequence[int], float]] = {
    "rare0": (((0, 0), (1.4, 1.4)), (1400, 96), 0.6),
    "rare1": (((0, 0), (1.8, 1.8)), (1520, 64), 0.5),
    "rare2": (((0, 0, 0), (1.3, 1.3, 1.3), (-1.3, -1.3, -1.3)), (1280, 80, 80), 0.6),
    "rare3": (((0, 0, 0, 0), (1, 1, 1, 1)), (1280, 128), 0.8),
    "rare4": (((0,), (1.8,)), (1440, 100), 0.5),
    "rare5": (((0, 0), (1.6, -1.6), (-1.6, 1)), (1280, 180, 64), 0.6),
}  # fmt: skip


def _regression(X: Array, rule: Rule, noise: float, rng: np.random.Generator) -> Table:
    """Targets with mean 0 and standard deviation 1."""
    y = rule(X) + rng.normal(0, noise, len(X))
    mean, std = y.mean(), y.std()
    return Table(X, (y - mean) / std, lambda Z: (rule(Z) - mean) / std)


def _nearest(X: Array, centers: Array) -> Array:
    return np.asarray(((X[:, np.newaxis] - centers) ** 2).sum(axis=2).argmin(axis=1), dtype=np.float64)


def _prices(X: Array) -> Array:
    area, rooms, age = X.T
    return np.asarray(1500 * area + 9000 * rooms - 900 * age + 4 * (area - 130) ** 2)


def _tables() -> dict[str, Table]:
    """All tables, from one generator in this order: each is the same whatever follows it."""
    rng = np.random.default_rng(1906)
    return {**_of_curves(rng), **_of_classes(rng), **_of_rare_classes(rng), **_of_few_samples(rng)}


def _of_curves(rng: np.random.Generator) -> dict[str, Table]:
    found = {
        "wave": _regression(rng.uniform(-1.7, 1.7, (N, 1)), lambda X: np.sin(3 * X[:, 0]), 0.1, rng),
        "mix": _regression(rng.normal(0, 1, (N, 3)), lambda X: np.tanh(X[:, 0] * X[:, 1]) + 0.5 * X[:, 2], 0.1, rng),
        "hills": _regression(rng.uniform(-1.5, 1.5, (N, 2)), lambda X: np.cos(2 * X[:, 0]) + X[:, 1] ** 2, 0.15, rng),
        "steps": _regression(
            rng.uniform(-2, 2, (N, 2)), lambda X: np.tanh(4 * X[:, 0]) * np.sign(X[:, 1]) + 0.3 * X[:, 1], 0.15, rng
        ),
        "five": _regression(
            rng.uniform(-1, 1, (N, 5)),
            lambda X: np.sin(3 * X[:, 0] * X[:, 1]) + 2 * X[:, 2] ** 2 + X[:, 3] + 0.5 * X[:, 4],
            0.15,
            rng,
        ),
        "noisy": _regression(rng.normal(0, 1, (N, 2)), lambda X: X[:, 0] + np.sin(2 * X[:, 1]), 0.9, rng),
    }
    area, age = rng.uniform(40, 220, N), rng.uniform(0, 80, N)
    houses = np.column_stack([area, np.round(area / 28 + rng.normal(0, 0.7, N)), age])
    return found | {"houses": Table(houses, _prices(houses) + rng.normal(0, 12000, N), _prices)}


def _of_classes(rng: np.random.Generator) -> dict[str, Table]:
    angle, turn = rng.uniform(0, 2 * np.pi, N), rng.integers(0, 2, N)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * (1 + 1.2 * turn)[:, np.newaxis]
    found = {
        "ring": Table(
            ring + rng.normal(0, 0.22, (N, 2)), turn.astype(float),
            lambda X: (np.hypot(*X.T) > 1.65).astype(float), is_classification=True,
        )
    }  # fmt: skip
    centers = np.array([[0, 1.6], [1.4, -0.8], [-1.4, -0.8]])
    group = rng.integers(0, 3, N)
    found["blobs"] = Table(
        centers[group] + rng.normal(0, 0.75, (N, 2)), group.astype(float),
        lambda X: _nearest(X, centers), is_classification=True,
    )  # fmt: skip
    corners = rng.normal(0, 1, (N, 4))
    return found | {"corners": Table(corners, _corner(corners), _corner, is_classification=True)}


def _of_rare_classes(rng: np.random.Generator) -> dict[str, Table]:
    found = {}
    for name, (centers, sizes, spread) in RARE.items():
        d_in = len(centers[0])
        X = np.concatenate([
            np.array(center) + rng.normal(0, 1.0 if size == max(sizes) else spread, (size, d_in))
            for center, size in zip(centers, sizes, strict=True)
        ])  # fmt: skip
        y = np.repeat(np.arange(len(sizes)), sizes).astype(float)
        spreads = np.where(np.array(sizes) == max(sizes), 1.0, spread)
        found[name] = Table(
            X, y, lambda X, centers=centers, spreads=spreads: _densest(X, np.array(centers), spreads),
            is_classification=True, settings=("data.test_fraction=0.6",),
        )  # fmt: skip
    return found


def _of_few_samples(rng: np.random.Generator) -> dict[str, Table]:
    found = {}
    for place, d_in in enumerate((3, 5, 8)):
        one = _regression(rng.normal(0, 1, (230, d_in)), lambda X: X[:, 0] + 0.5 * X[:, 1], 0.8, rng)
        found[f"few{place}"] = replace(one, settings=("data.test_fraction=0.83",))
    for place, d_in in enumerate((6, 8, 10)):
        X = rng.normal(0, 1, (280, d_in))
        y = (X[:, 0] + X[:, 1] + rng.normal(0, 0.8, len(X)) > 0).astype(float)
        found[f"wide{place}"] = Table(X, y, _sum_of_two, is_classification=True, settings=("data.test_fraction=0.82",))
    group = np.repeat([0.0, 1.0], [220, 28])
    X = rng.normal(0, 0.8, (248, 2)) + 4 * group[:, np.newaxis]
    found["apart"] = Table(X, group, lambda Z: (Z.sum(axis=1) > 4).astype(float), is_classification=True)
    return found


def _corner(X: Array) -> Array:
    """Four classes, by the signs of two products."""
    return np.asarray(2.0 * (X[:, 0] * X[:, 1] > 0) + (X[:, 2] + 0.5 * X[:, 3] > 0))


def _sum_of_two(X: Array) -> Array:
    return np.asarray(X[:, 0] + X[:, 1] > 0, dtype=np.float64)


def _densest(X: Array, centers: Array, spreads: Array) -> Array:
    """The class whose normal density is largest, as if all were equally frequent, which a balanced score asks for."""
    squares = ((X[:, np.newaxis] - centers) ** 2).sum(axis=2) / spreads**2
    return np.asarray((squares / 2 + X.shape[1] * np.log(spreads)).argmin(axis=1), dtype=np.float64)


TABLES = _tables()
INPUTS: Mapping[str, Change] = {
    **{f"in{times}": lambda X, y, times=times: (X * times, y) for times in (10, 30, 100, 1000)},
    **{f"thin{times}": lambda X, y, times=times: (X / times, y) for times in (100, 1000)},
    **{f"far{by}": lambda X, y, by=by: (X + by, y) for by in (10, 30)},
    **{
        f"uneven{times}": lambda X, y, times=times: (X * np.r_[times, np.ones(X.shape[1] - 1)], y)
        for times in (60, 300)
    },
    "positive": lambda X, y: (X - X.min(axis=0), y),
    "shuffled": lambda X, y: (X, np.random.default_rng(7).permutation(y)),
    "sorted": lambda X, y: (X[np.argsort(y, kind="stable")], np.sort(y)),
}
TARGETS: Mapping[str, Change] = {
    **{f"out{times}": lambda X, y, times=times: (X, y * times) for times in (8, 15, 50)},
    **{f"high{by}": lambda X, y, by=by: (X, y + by) for by in (10, 100)},
    "out300": lambda X, y: (X, 300 * y + 1000),
}


def _same(X: Array, y: Array) -> tuple[Array, Array]:
    return X, y


def _file(name: str, change: str) -> str:
    return f"{name}_{change}.csv" if change else f"{name}.csv"


def _made(name: str, task: str, *overrides: str, rates: float = 1.0) -> Source:
    return Source(name, (f"data={name}", *overrides), task, rates=rates)


def table(name: str, change: str = "", *overrides: str) -> Source:
    """A written table as it is, or one of its changed copies."""
    task = "classification" if TABLES[name].is_classification else "regression"
    own = TABLES[name].settings
    settings = ("data=table", f"data.path={_file(name, change)}", *PLAIN, *own, "training.epochs=250", *overrides)
    return Source(name, settings, task, is_table=True)


SOURCES = {
    source.name: source
    for source in (
        _made("sine", "regression"),
        _made("square", "regression", "data.noise=0.02"),
        _made("surface", "regression", "data.function=waves", "data.noise=0.05", "data.samples=160"),
        _made("tanh_sine", "regression", "training.epochs=400"),
        _made("xor", "classification", "training.mode=full", "training.epochs=3000", rates=3.0),
        _made("quadrants", "classification", "training.epochs=150", "data.center=1.5"),
        *(table(name) for name in ("wave", "mix", "hills", "steps", "five", "ring", "blobs", "corners")),
    )
}  # fmt: skip


def write(folder: Path) -> None:
    """Every table and each of its changed copies as a CSV file; classes are words."""
    for name, one in TABLES.items():
        changes = {"": _same, **INPUTS} | ({} if one.is_classification else TARGETS)
        for change, changed in changes.items():
            X, y = changed(one.X, one.y)
            answers = [f"c{value:.0f}" if one.is_classification else f"{value:.8g}" for value in y]
            rows = [[*(f"{value:.8g}" for value in row), answer] for row, answer in zip(X, answers, strict=True)]
            lines = [[*(f"x{place}" for place in range(X.shape[1])), "y"], *rows]
            (folder / _file(name, change)).write_text(
                "".join(",".join(line) + "\n" for line in lines), encoding="utf-8"
            )


def right_answers(samples: Samples, name: str, change: str, X: Array) -> Array | None:
    """What the rule that made the targets of a data set answers to inputs `X (n, d_in)`; None where it is not known."""
    if name in TABLES:
        if change not in ("", "sorted", "positive"):
            return None
        return TABLES[name].rule(X + TABLES[name].X.min(axis=0) if change == "positive" else X)
    if samples.bayes is not None:
        return samples.bayes(X).astype(np.float64)
    return None if samples.truth is None else np.asarray(samples.truth(X)[:, 0])
