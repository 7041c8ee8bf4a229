"""Tables asked for as a command does it, and refusals whose commands are tried."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples
from runner.datasets.samples import DataError, Streams
from runner.runs.spec import component_model


def samples_of(path: Path | str, **settings: Any) -> Samples:
    """The samples of a file, with settings of a command line."""
    data = component_model("data", "table").model_validate({"name": "table", "path": str(path), **settings})
    streams = Streams(np.random.default_rng(0), np.random.default_rng(0))
    return DATASETS["table"](streams, **data.settings())


def refusal_of(path: Path | str, **settings: Any) -> DataError:
    """The refusal of a file, each of whose ways must work."""
    with pytest.raises(DataError) as caught:
        samples_of(path, **settings)
    for words, way in caught.value.ways.items():
        try:
            samples_of(
                way.get("path", path), **{key: value for key, value in {**settings, **way}.items() if key != "path"}
            )
        except DataError as error:
            raise AssertionError(f"the way {words!r} {way} does not work: {error}") from error
    return caught.value
