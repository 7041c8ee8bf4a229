"""What a data set is: samples, their task and, if there is one, the distribution that they come from."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array, Registry
from runner.base.files import contents_below
from runner.datasets.tables.encoding import Encoding

LARGEST = 1e100  # squares and sums of values stay finite
Task = Literal["regression", "classification"]
Impute = Literal["median", "mean", "most_frequent", "none"]
Target = Array | NDArray[np.int64]


@dataclass(frozen=True)
class Streams:
    """A run's own random generators for its data: one for the inputs, one for the noise on the targets."""

    inputs: np.random.Generator
    noise: np.random.Generator


@dataclass(frozen=True)
class Samples:
    """A data set as its function returns it, before splitting and scaling.

    `X (n, d_in)`. `Y (n, d_out)` for a regression; class numbers `(n,)`, from 0, for a classification. `classes` names
    the classes; `levels` are the numbers that encode "no" and "yes" in a target. `truth` maps inputs `(m, d_in)` to
    noise-free targets `(m, d_out)`; None if unknown. `bayes` maps inputs to the class numbers `(m,)` of the optimal
    classifier; None if unknown. `domain` holds (low, high) of every input, for the grid that a regression may be tested
    on; empty without one. `draw` maps a number n to n fresh samples; None if the data set is not a distribution.
    `digest` identifies contents from outside, such as a file; generated data has none. `encoding` says how the columns
    of a table became the inputs, which may then contain NaN for missing values; `impute` is what replaces these. The
    last `n_test` samples are a separate test set. `notes` are lines for the user: how the data was read, and what was
    left out.
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
    encoding: Encoding | None = None
    impute: Impute = "none"
    n_test: int = 0
    notes: tuple[str, ...] = ()


class DataError(ValueError):
    """The data cannot be used. `setting` names the setting of the data set to change.

    `ways` are changes of its settings that would work, such as `{"drop": ["id"]}`, by their meaning in a few words.
    """

    def __init__(self, message: str, setting: str = "", ways: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.setting, self.ways = setting, dict(ways or {})


DataSet = Callable[..., Samples]
D = TypeVar("D", bound=DataSet)
# Settings of every data set, which no function can have: fields of `DataCommon`.
COMMON = (
    "seed", "split_seed", "test_fraction", "validation_fraction", "folds", "fold", "standardize", "target_scale",
    "label_noise", "outliers", "imbalance", "input_noise",
)  # fmt: skip


class DataSets(Registry[DataSet]):
    """Data sets by name, and the files that each of them reads."""

    def __init__(self) -> None:
        super().__init__("data", reserved=COMMON)
        self._files: dict[str, Sequence[str]] = {}

    @overload
    def register(self, component: D) -> D: ...

    @overload
    def register(self, *, files: Sequence[str]) -> Callable[[D], D]: ...

    def register(self, component: Any = None, *, files: Sequence[str] = ()) -> Any:
        """Add a function as `Registry.register` does; `files` are the files or folders that it reads.

        Their contents become part of the run key. `{path}` in a name is replaced by the setting `path`, and so on; if
        the setting is None, nothing is read. Raises ValueError for a name in braces that is not a setting.
        """
        if component is None:
            return lambda one: self._add(one, files)
        return self._add(component, files)

    def _add(self, component: D, files: Sequence[str]) -> D:
        name = component.__name__
        if isinstance(files, str):
            raise ValueError(f"data {name!r} has files={files!r}; a list of names is needed: files=[{files!r}]")
        super().register(component)
        known = [setting.name for setting in self.settings(name)]
        for named in (key for file in files for key in _settings_in(file)):
            if named not in known:
                raise ValueError(
                    f"a file of data {name!r} has {{{named}}} in its name, which is not one of its settings"
                )
        self._files[name] = tuple(files)
        return component

    def files(self, name: str, settings: Mapping[str, Any]) -> list[str]:
        """The files and folders that a data set reads with these settings."""
        opened = [file for file in self._files[name] if all(settings[key] is not None for key in _settings_in(file))]
        return [file.format(**settings) for file in opened]

    def digest(self, name: str, settings: Mapping[str, Any]) -> str:
        """A digest of the contents of these files, and of all files in these folders; empty without any.

        Raises DataError if one cannot be read.
        """
        found = []
        for file in self.files(name, settings):
            try:
                found += [
                    (inside, hashlib.sha256(content).hexdigest()) for inside, content in contents_below(Path(file))
                ]
            except OSError as error:
                raise DataError(f"reads {file!r}, which cannot be read: {error.strerror or error}") from error
        return hashlib.sha256(json.dumps(found).encode()).hexdigest() if found else ""


def _settings_in(file: str) -> list[str]:
    """The names in braces."""
    return [name for _, name, _, _ in Formatter().parse(file) if name is not None]


DATASETS = DataSets()
