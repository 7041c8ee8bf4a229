"""The tables that the public questions are about, or stand-ins for those that were not published."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris


def write_tables(folder: Path) -> None:
    """Writes all tables into a folder, as CSV files: the same bytes each time."""
    for name, (head, rows) in {
        "bits.csv": bits(),
        "digits.csv": digits(),
        "flowers.csv": flowers(),
        "marks.csv": marks(),
        "powers.csv": powers(),
        "prices.csv": prices(),
    }.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])


Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def bits() -> Table:
    """A wave of a weighted sum of 16 bits, and the product of the first two."""
    X = np.random.default_rng(8).integers(0, 2, (2000, 16))
    y = np.sin(X @ np.arange(1, 17) / 4) + X[:, 0] * X[:, 1]
    return [*(f"b{place}" for place in range(16)), "y"], [[*x, float(wave)] for x, wave in zip(X, y, strict=True)]


def digits() -> Table:
    """8 x 8 pictures in place of MNIST: pixels from 0 to 1, without those that are always black."""
    X, y = load_digits(return_X_y=True)
    varies = np.flatnonzero(X.std(axis=0))
    rows = [[*np.round(x[varies] / 16, 4), int(digit)] for x, digit in zip(X, y, strict=True)]
    return [*(f"p{place}" for place in varies), "digit"], rows


def flowers() -> Table:
    """The iris data."""
    X, y = load_iris(return_X_y=True)
    names = ("setosa", "versicolor", "virginica")
    return ["sl", "sw", "pl", "pw", "species"], [[*x, names[kind]] for x, kind in zip(X, y, strict=True)]


def marks() -> Table:
    """Thirty students: hours of four kinds, and a mark up to 50 that they nearly decide."""
    draw = np.random.default_rng(5)
    X = np.stack([draw.uniform(*bounds, 30) for bounds in ((4, 10), (0, 8), (0, 6), (0, 4))], axis=1)
    mark = np.clip(np.round(18 + X @ (1.2, 3.2, -1.5, 0.4) + draw.normal(0, 2, 30)), 0, 50)
    return ["slept", "studied", "screens", "played", "mark"], np.column_stack([np.round(X, 1), mark]).tolist()


def powers() -> Table:
    """x to the power of 4, for whole x from -100 to 100."""
    return ["x", "y"], [[x, x**4] for x in range(-100, 101)]


def prices() -> Table:
    """Four hundred houses: area, rooms and age nearly decide the price."""
    draw, n = np.random.default_rng(2), 400
    area = draw.uniform(40, 220, n)
    rooms, age = np.round(area / 28 + draw.normal(0, 0.7, n)), draw.uniform(0, 80, n)
    straight = 1500 * area + 9000 * rooms - 900 * age + 60000
    price = np.round(straight + 1.4 * (area - 130) ** 2 + draw.normal(0, 12000, n), -2)
    return ["area", "rooms", "age", "price"], np.column_stack([area.round(1), rooms, age.round(), price]).tolist()
