"""Data sets. One function per data set; see `samples.py` for what it returns."""

from runner.datasets import arrays, function, idx, images, plane, surface, synthetic
from runner.datasets.samples import DATASETS, Samples, Streams
from runner.datasets.tables import bundled, stored, table

__all__ = [
    "DATASETS",
    "Samples",
    "Streams",
    "arrays",
    "bundled",
    "function",
    "idx",
    "images",
    "plane",
    "stored",
    "surface",
    "synthetic",
    "table",
]
