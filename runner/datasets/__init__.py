"""Data sets: what there is to learn. One function per data set; see `samples.py` for what it returns."""

from runner.datasets import csv, images, surface, synthetic
from runner.datasets.samples import DATASETS, Samples, Streams

__all__ = ["DATASETS", "Samples", "Streams", "csv", "images", "surface", "synthetic"]
