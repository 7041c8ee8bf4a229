"""From a spec to the arrays a network sees: samples, split, encoding and scaling, each from the run's own seed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nn.activations import ACTIVATIONS
from nn.classes import chosen, is_tie, tie_of
from nn.registry import Array
from runner.datasets import DATASETS, Samples, Streams
from runner.datasets.checked import checked, try_draw
from runner.datasets.samples import LARGEST, DataError, Target, Task
from runner.runs.scaling import Scaling, find_scaling
from runner.runs.spec import Component, DataCommon, Spec, TestSpec

PURPOSES = (
    "inputs", "noise", "split", "fresh inputs", "fresh noise", "init", "shuffle", "test inputs", "test noise",
    "pairing",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What planning needs to know of a data set; of those that are shipped it does not depend on the seed.

    But `largest` does, the size of the largest input or target in the units of the data; it is not compared.
    """

    task: Task
    d_in: int
    n_train: int
    n_test: int
    n_classes: int
    n_targets: int
    levels: tuple[float, float]
    is_distribution: bool
    digest: str
    largest: float = field(compare=False)

    @property
    def kind(self) -> tuple[Task, int, int, int]:
        """What data sets that train the same network have in common."""
        return self.task, self.d_in, self.n_targets, self.n_classes

    def d_out(self, output: str) -> int:
        """Two classes share one output, except for softmax; more classes have one each."""
        if self.task == "regression":
            return self.n_targets
        return self.n_classes if chooses_class(output) or self.n_classes > 2 else 1


@dataclass(frozen=True)
class Prepared:
    """One run's data as the network sees it.

    In a classification outputs above `threshold` mean "yes", and those no further from it than `tie`.
    `train_rows` and `test_rows` are rows of `samples`; a test set that is not held out of them has none. `tested` are
    the targets of the test set as the data set has them, those of the training set where there is no other.
    """

    samples: Samples
    train_rows: NDArray[np.intp]
    test_rows: NDArray[np.intp]
    X_train: Array
    Y_train: Array
    X_test: Array
    Y_test: Array
    tested: tuple[Array, Target]
    scaling: Scaling
    threshold: float
    tie: float
    draw: Callable[[int], tuple[Array, Array]] | None

    def classes_of(self, outputs: Array) -> NDArray[np.intp]:
        """The class numbers `(n,)` that outputs `(n, d_out)`, in the units of the targets, stand for."""
        return np.asarray(chosen(self.scaling.targets(outputs).T[np.newaxis], self.threshold, self.tie)[0])

    def is_tie(self, outputs: Array) -> NDArray[np.bool_]:
        """Whether single outputs, in the units of the targets, are on the threshold, as far as rounding can tell."""
        return is_tie(self.scaling.targets(outputs), self.threshold, self.tie)


def chooses_class(output: str) -> bool:
    """Whether an output activation has one unit for every class, as softmax has."""
    return output in ACTIVATIONS and ACTIVATIONS[output]().derivative is None


def gives_probabilities(output: str, d_out: int) -> bool:
    """Whether outputs are probabilities of the classes: of all of them, or of the second of two."""
    return chooses_class(output) or (d_out == 1 and ACTIVATIONS[output]().output_range == (0.0, 1.0))


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A run's own generator for one purpose; no purpose can disturb the numbers of another (law 4)."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose),)))


def make_samples(data: DataCommon, seed: int) -> Samples:
    """The data set's samples for a seed. Raises DataError when they cannot be used."""
    streams, settings = Streams(generator(seed, "inputs"), generator(seed, "noise")), data.settings()
    opened = DATASETS.digest(data.name, settings)  # before they are read: a later change is noticed
    samples = checked(DATASETS[data.name](streams, **settings))
    samples = replace(samples, digest=f"{opened}{samples.digest}")
    if not (np.isfinite(samples.X).all() and np.isfinite(samples.Y).all()):
        raise DataError(f"made NaN or infinite values from the data set {data.name!r}")
    if data.standardize and np.abs(samples.X).max() > LARGEST:
        raise DataError(f"cannot be done with inputs beyond +-{LARGEST:g}: their spread is no number", "standardize")
    return samples


def files_of(data: Component) -> list[str]:
    """The files that a data set reads, as far as it names them: by a setting `path`, or where it is registered."""
    settings = data.settings()
    return list(dict.fromkeys([*filter(None, [settings.get("path")]), *DATASETS.files(data.name, settings)]))


def digest_of(samples: Samples) -> str:
    """Identifies what a run learns from: the samples themselves, in the units of their source."""
    contents = np.ascontiguousarray(samples.X).tobytes() + np.ascontiguousarray(samples.Y).tobytes()
    return hashlib.sha256(contents).hexdigest()


def find_facts(data: DataCommon, test: TestSpec, seed: int) -> Facts:
    """Raises DataError when the data cannot be used or the split leaves one side empty."""
    samples = make_samples(data, seed)
    try_draw(samples)
    train_rows, test_rows = _split(data, test, len(samples.X), seed)
    return Facts(
        task=samples.task,
        d_in=samples.X.shape[1],
        n_train=len(train_rows),
        n_test=len(_test_set(samples, test_rows, test, seed)[0]),
        n_classes=len(samples.classes),
        n_targets=samples.Y.shape[1] if samples.Y.ndim > 1 else 1,
        levels=samples.levels,
        is_distribution=samples.draw is not None,
        digest=samples.digest,
        largest=float(max(np.abs(samples.X).max(), np.abs(samples.Y).max())),
    )


def prepare(spec: Spec) -> Prepared:
    """All arrays of one run. Raises DataError when the data cannot be used."""
    data, seed = spec.data, spec.data_seed
    assert isinstance(data, DataCommon)
    samples = make_samples(data, seed)
    train_rows, test_rows = _split(data, spec.test, len(samples.X), seed)
    X_test, Y_test = _test_set(samples, test_rows, spec.test, seed)
    encode = _encoder(samples, spec.network.output)
    X_train, Y_train = samples.X[train_rows], samples.Y[train_rows]
    scaling = find_scaling(spec, samples, X_train, encode(Y_train))
    output = ACTIVATIONS[spec.network.output]()
    ends = output.output_range if output.is_bounded else scaling.targets(np.array(samples.levels))
    return Prepared(
        samples,
        train_rows,
        test_rows,
        scaling.inputs(X_train),
        scaling.targets(encode(Y_train)),
        scaling.inputs(X_test),
        scaling.targets(encode(Y_test)),
        (X_test, Y_test) if len(X_test) else (X_train, Y_train),
        scaling,
        float(scaling.targets(np.array(sum(samples.levels) / 2))),
        tie_of(float(np.ptp(ends)), spec.dtype),
        _scaled_draw(samples, scaling, encode, seed),
    )


def _split(data: DataCommon, test: TestSpec, n: int, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the training set and of a held-out test set, each in the data's own order."""
    if test.set != "held_out":
        return np.arange(n), np.arange(0)
    n_test = round(data.test_fraction * n)
    if data.test_fraction > 0 and n_test == 0:
        raise DataError(f"of {data.test_fraction:g} leaves no test sample out of {n}; give 0 for none", "test_fraction")
    if n_test >= n:
        raise DataError(f"of {data.test_fraction:g} leaves no training sample out of {n}", "test_fraction")
    shuffled = generator(seed, "split").permutation(n)
    return np.sort(shuffled[n_test:]), np.sort(shuffled[:n_test])


def _test_set(samples: Samples, rows: NDArray[np.intp], test: TestSpec, seed: int) -> tuple[Array, Target]:
    """Inputs and targets, in the data's own units, that a run is tested on; none of them where it is not tested."""
    if test.set == "fresh":
        if samples.draw is None:
            raise DataError("has a fixed set of samples; test.set=fresh needs a distribution to draw from")
        return samples.draw(Streams(generator(seed, "test inputs"), generator(seed, "test noise")), test.points)
    if test.set == "grid":
        if samples.truth is None or not samples.domain:
            raise DataError("has no formula to compute a grid from; test.set=grid needs one")
        X = _grid(samples.domain, test.points, test.margin)
        return X, samples.truth(X)
    return samples.X[rows], samples.Y[rows]


def _grid(domain: tuple[tuple[float, float], ...], points: int, margin: float) -> Array:
    """An even grid `(n, d_in)` over the domain, widened by `margin` at every side.

    One input: `points` points, both ends among them. Several: the middles of about `points` equal cells, because the
    mean over them is that over the domain (midpoint rule). Points on the border would stand for less than a cell and
    weigh as much as the others: with 51 x 51 points a bowl's deviation would be 4 % too high, and the error of a
    network that is worst in the corners a fifth.
    """
    if len(domain) == 1:
        ((low, high),) = domain
        return np.linspace(low - margin, high + margin, points)[:, np.newaxis]
    along = max(2, round(points ** (1 / len(domain))))
    middles = (np.arange(along) + 0.5) / along
    axes = [low - margin + (high - low + 2 * margin) * middles for low, high in domain]
    return np.column_stack([part.ravel() for part in np.meshgrid(*axes)])


def _encoder(samples: Samples, output: str) -> Callable[[Target], Array]:
    """Class numbers to target columns; targets of a regression stay as they are."""
    if samples.task == "regression":
        return lambda Y: np.asarray(Y, dtype=np.float64)
    no, yes = samples.levels
    n_classes = len(samples.classes)
    classes = np.array([1]) if not chooses_class(output) and n_classes == 2 else np.arange(n_classes)
    return lambda Y: np.where(np.asarray(Y)[:, np.newaxis] == classes, yes, no).astype(np.float64)


def _scaled_draw(
    samples: Samples, scaling: Scaling, encode: Callable[[Target], Array], seed: int
) -> Callable[[int], tuple[Array, Array]] | None:
    if samples.draw is None:
        return None
    fresh = samples.draw
    streams = Streams(generator(seed, "fresh inputs"), generator(seed, "fresh noise"))

    def draw(n: int) -> tuple[Array, Array]:
        X, Y = fresh(streams, n)
        return scaling.inputs(X), scaling.targets(encode(Y))

    return draw
