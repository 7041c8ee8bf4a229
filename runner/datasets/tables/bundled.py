"""The tables that come with scikit-learn, each by its name, read and encoded like a user's table."""

import hashlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from nn.registry import Array
from runner.datasets.samples import DATASETS, Samples, Streams, Task
from runner.datasets.tables.choosing import Name
from runner.datasets.tables.examined import Asked
from runner.datasets.tables.reading import Reading, ReadingOptions
from runner.datasets.tables.table import Source, samples_of

if TYPE_CHECKING:
    import pandas as pd

Names = tuple[Name, ...]


@DATASETS.register
def iris(streams: Streams, *, features: Names | None = None, drop: Names = ()) -> Samples:
    """150 flowers: the species of iris from the lengths and widths of sepals and petals. Fisher (1936)."""
    return _bundled("iris", "species", "classification", features, drop)


@DATASETS.register
def wine(streams: Streams, *, features: Names | None = None, drop: Names = ()) -> Samples:
    """178 wines: which of three cultivars, from 13 chemical measurements. Forina et al. (1988)."""
    return _bundled("wine", "grower", "classification", features, drop)


@DATASETS.register
def breast_cancer(streams: Streams, *, features: Names | None = None, drop: Names = ()) -> Samples:
    """569 tumours: benign or malignant, from 30 measurements of cell nuclei. Street, Wolberg and Mangasarian (1993)."""
    return _bundled("breast_cancer", "tumour", "classification", features, drop)


@DATASETS.register
def digits(streams: Streams, *, features: Names | None = None, drop: Names = ()) -> Samples:
    """1797 handwritten digits as images of 8 x 8 pixels with values from 0 to 16. Alpaydin and Kaynak (1998).

    Three pixels are 0 in every image and are left out.
    """
    return _bundled("digits", "digit", "classification", features, drop)


@DATASETS.register
def diabetes(streams: Streams, *, features: Names | None = None, drop: Names = ()) -> Samples:
    """442 patients: the progression of diabetes after a year, from age, sex and 8 measurements. Efron et al. (2004)."""
    return _bundled("diabetes", "progression", "regression", features, drop)


def _bundled(name: str, target: str, task: Task, features: Names | None, drop: Names) -> Samples:
    asked = Asked(features, drop, target, task, missing=(), impute="median")
    samples = samples_of(_source(name, target), asked, None)
    return replace(samples, notes=tuple(note for note in samples.notes if not note.startswith(f"target {target}: ")))


@cache
def _source(name: str, target: str) -> Source:
    """The table with its target as the last column; classes appear by name."""
    frame = _frame(name, target)
    contents = b"".join(frame[column].to_numpy().astype(str).tobytes() for column in frame)
    digest, words = hashlib.sha256(contents).hexdigest(), f"{len(frame):,} rows; a table of scikit-learn"
    return Source(digest, ReadingOptions(), Reading(frame, ".", "", words, (), (), digest))


def _frame(name: str, target: str) -> "pd.DataFrame":
    import pandas as pd
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    found = getattr(datasets, f"load_{name}")(**options)
    values: Array = found.target
    goal = pd.Series(values) if name == "diabetes" else pd.Series(found.target_names.astype(str)[values])
    return pd.DataFrame(found.data, columns=[str(one) for one in found.feature_names]).assign(**{target: goal})
