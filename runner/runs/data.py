"""From a spec to the arrays a network sees: samples, split, encoding and scaling, each from the run's own seed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from nn.activations import ACTIVATIONS
from nn.classes import chosen, is_tie, tie_of
from nn.registry import Array
from runner.datasets import DATASETS, Samples, Streams
from runner.datasets.checked import checked, try_draw
from runner.datasets.handed import handed_in
from runner.datasets.samples import LARGEST, DataError, Target, Task
from runner.runs.disturbing import disturbed
from runner.runs.scaling import Scaling, check_logarithms, find_scaling
from runner.runs.spec import Component, DataCommon, Spec, TestSpec
from runner.runs.splitting import Split, split
from runner.runs.test_sets import test_set

PURPOSES = (
    "inputs", "noise", "split", "fresh inputs", "fresh noise", "init", "shuffle", "test inputs", "test noise",
    "pairing", "validation", "folds", "label noise", "outliers", "imbalance", "input noise", "fresh label noise",
    "fresh outliers", "fresh imbalance", "fresh input noise", "dropout",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What planning needs to know about a data set; for built-in ones it does not depend on the seed.

    Except `largest`, the largest absolute input or target in the units of the data, which is not compared. `target` is
    the name of the target; for a table, `names` are those of its inputs and classes, and `notes` say how it was read.
    """

    task: Task
    d_in: int
    n_train: int
    n_validation: int
    n_test: int
    n_classes: int
    n_targets: int
    levels: tuple[float, float]
    is_distribution: bool
    digest: str
    largest: float = field(compare=False)
    target: str = "y"
    is_table: bool = False
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    notes: tuple[str, ...] = ()

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The numbers of training, validation and test samples."""
        return self.n_train, self.n_validation, self.n_test

    @property
    def n_samples(self) -> int:
        """The number of samples in each part."""
        return sum(self.sizes)

    @property
    def kind(self) -> tuple[Task, int, int, int]:
        """What data sets that train the same network share."""
        return self.task, self.d_in, self.n_targets, self.n_classes

    def d_out(self, output: str) -> int:
        """The number of outputs: two classes share one output, except with softmax; more classes have one each."""
        if self.task == "regression":
            return self.n_targets
        return self.n_classes if chooses_class(output) or self.n_classes > 2 else 1


@dataclass(frozen=True)
class Prepared:
    """One run's data as the network sees it.

    In a classification, outputs above `threshold` mean "yes", and outputs within `tie` of it are tied. `split` holds
    rows of `samples`; a test set that is not held out of them has none. `test` holds the inputs and targets of the test
    set as the data set has them; `encoded` scales such targets.
    """

    samples: Samples
    split: Split
    test: tuple[Array, Target]
    X_train: Array
    Y_train: Array
    X_validation: Array
    Y_validation: Array
    X_test: Array
    Y_test: Array
    scaling: Scaling
    encoded: Callable[[Target], Array]
    threshold: float
    tie: float
    draw: Callable[[int], tuple[Array, Array]] | None

    @property
    def parts(self) -> dict[str, tuple[Array, Target]]:
        """Inputs `(n, d_in)` and targets, as in `Samples`, of each part that is not empty, by name."""
        chosen = {"train": self.split.train, "validation": self.split.validation}
        found = {name: (self.samples.X[rows], self.samples.Y[rows]) for name, rows in chosen.items() if len(rows)}
        return found | ({"test": self.test} if len(self.X_test) else {})

    @property
    def tested(self) -> tuple[Array, Target]:
        """The part whose scores are reported: the test set, or what replaces it."""
        parts = self.parts
        return next(parts[name] for name in ("test", "validation", "train") if name in parts)

    def classes_of(self, outputs: Array) -> NDArray[np.intp]:
        """The class numbers `(n,)` that outputs `(n, d_out)`, in the units of the targets, predict."""
        return np.asarray(chosen(self.scaling.targets(outputs).T[np.newaxis], self.threshold, self.tie)[0])

    def is_tie(self, outputs: Array) -> NDArray[np.bool_]:
        """Whether single outputs, in the units of the targets, are at the threshold up to rounding."""
        return is_tie(self.scaling.targets(outputs), self.threshold, self.tie)


def chooses_class(output: str) -> bool:
    """Whether an output activation has one unit per class, as softmax has."""
    return output in ACTIVATIONS and ACTIVATIONS[output]().derivative is None


def gives_probabilities(output: str, d_out: int) -> bool:
    """Whether outputs are class probabilities: of all classes, or of the second of two."""
    return chooses_class(output) or (d_out == 1 and ACTIVATIONS[output]().output_range == (0.0, 1.0))


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A run's own generator for one purpose; no purpose can affect the random numbers of another (law 4)."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose),)))


def make_samples(data: DataCommon, seed: int) -> Samples:
    """The data set's samples for a seed. Raises DataError if they cannot be used."""
    streams, settings = Streams(generator(seed, "inputs"), generator(seed, "noise")), data.settings()
    opened = DATASETS.digest(data.name, settings)  # before they are read: a later change is noticed
    samples = checked(handed_in() or DATASETS[data.name](streams, **settings))
    samples = replace(samples, digest=f"{opened}{samples.digest}")
    allowed = np.isnan(samples.X) if samples.encoding and samples.impute != "none" else np.zeros((), dtype=bool)
    if not ((np.isfinite(samples.X) | allowed).all() and np.isfinite(samples.Y).all()):
        raise DataError(f"made NaN or infinite values from the data set {data.name!r}")
    if data.standardize and np.nanmax(np.abs(samples.X)) > LARGEST:
        raise DataError(f"cannot be done with inputs beyond +-{LARGEST:g}: their spread is not finite", "standardize")
    return samples


def files_of(data: Component) -> list[str]:
    """The files that a data set reads, if declared: by a setting `path`, or at registration."""
    settings = data.settings()
    return list(dict.fromkeys([*filter(None, [settings.get("path")]), *DATASETS.files(data.name, settings)]))


def digest_of(samples: Samples) -> str:
    """A digest of what a run learns from: the samples themselves, in the units of their source."""
    contents = np.ascontiguousarray(samples.X).tobytes() + np.ascontiguousarray(samples.Y).tobytes()
    return hashlib.sha256(contents).hexdigest()


def find_facts(data: DataCommon, test: TestSpec, seed: int) -> Facts:
    """The facts of a data set. Raises DataError if the data cannot be used or a part of the split is empty."""
    samples, parts, tested = _learned_and_tested(data, test, seed)
    try_draw(samples)
    check_logarithms(data, samples)
    return Facts(
        task=samples.task,
        d_in=samples.X.shape[1],
        n_train=len(parts.train),
        n_validation=len(parts.validation),
        n_test=len(tested[0]),
        n_classes=len(samples.classes),
        n_targets=samples.Y.shape[1] if samples.Y.ndim > 1 else 1,
        levels=samples.levels,
        is_distribution=samples.draw is not None,
        digest=samples.digest,
        largest=float(max(np.nanmax(np.abs(samples.X)), np.abs(samples.Y).max())),
        target=samples.target_name,
        is_table=samples.encoding is not None,
        names=(samples.encoding.input_names, samples.classes) if samples.encoding else ((), ()),
        notes=samples.notes,
    )


def prepare(spec: Spec) -> Prepared:
    """All arrays of one run. Raises DataError if the data cannot be used."""
    data, seed = spec.data, spec.data_seed
    assert isinstance(data, DataCommon)
    samples, parts, (X_test, Y_test) = _learned_and_tested(data, spec.test, seed)
    encode = _encoder(samples, spec.network.output)
    X_train, Y_train = samples.X[parts.train], samples.Y[parts.train]
    X_validation, Y_validation = samples.X[parts.validation], samples.Y[parts.validation]
    scaling = find_scaling(spec, samples, X_train, encode(Y_train))
    output = ACTIVATIONS[spec.network.output]()
    inside = scaling.targets if samples.task == "classification" else np.asarray
    ends = output.output_range if output.is_bounded else inside(np.array(samples.levels))
    return Prepared(
        samples,
        parts,
        (X_test, Y_test),
        scaling.inputs(X_train),
        scaling.targets(encode(Y_train)),
        scaling.inputs(X_validation),
        scaling.targets(encode(Y_validation)),
        scaling.inputs(X_test),
        scaling.targets(encode(Y_test)),
        scaling,
        lambda Y: scaling.targets(encode(Y)),
        float(inside(np.array(sum(samples.levels) / 2))),
        tie_of(float(np.ptp(ends)), spec.dtype),
        _scaled_draw(samples, scaling, encode, seed),
    )


def _learned_and_tested(data: DataCommon, test: TestSpec, seed: int) -> tuple[Samples, Split, tuple[Array, Target]]:
    """The samples for a seed with what is wrong with them, their parts, and the test set, with nothing wrong in it."""
    samples, of_run = make_samples(data, seed), partial(generator, seed)
    test_seed = seed if data.split_seed is None else data.split_seed  # of the test rows, and those of every fold
    parts = split(data, test, samples, of_run, partial(generator, test_seed))
    tested = test_set(samples, parts.test, test, of_run)
    return *disturbed(data, samples, parts, of_run), tested


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
    if (fresh := samples.draw) is None:
        return None
    streams = Streams(generator(seed, "fresh inputs"), generator(seed, "fresh noise"))

    def draw(n: int) -> tuple[Array, Array]:
        X, Y = fresh(streams, n)
        return scaling.inputs(X), scaling.targets(encode(Y))

    return draw
