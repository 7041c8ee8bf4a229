"""What the data of a run allow: the score of learners that need no training by gradients, on the run's own samples.

Without it noise and a network that does not learn look the same. Kernel ridge regression answers every training sample
from the others (leave-one-out), which needs one eigendecomposition for all of them and all penalties.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array
from runner.base.errors import RAISED
from runner.diagnosis.kernels import gaussian, left_out, linear, scaled
from runner.diagnosis.scores import counts_of, explained, judged_part, of_classes, standard_error
from runner.diagnosis.straight import straight
from runner.runs.data import Prepared
from runner.runs.splitting import Rows
from runner.train.blas import ONE_BLAS_THREAD

FEWEST_ROWS = 12  # fewer can be learned by heart, and leaving one out says little
MOST_ROWS = MOST_COLUMNS = 1000
FOLDS = 5
LOOSE = 900.0  # a C at which the penalty of logistic regression does not keep it from a line that separates
ERRORS_OF_OTHERS = 2.0  # of the best of many runs: it was lucky too
ERRORS_OF_LUCK = 3.5  # of 26 data sets of 12 to 342 samples, each shuffled 100 times: exceeded by 0 to 4 %
MOST_KEPT = 100


@dataclass(frozen=True)
class Reference:
    """What the data of a run allow, in the units of `scores`; from 0 to 1.

    `score` is what a healthy network reaches. It is at least what kernel regression, a linear model and other runs on
    the same data reach, `balanced` the same with each class taken as equally frequent: of an imbalanced classification
    more is possible than a network learns that counts every sample the same. `linear` is what a network without hidden
    layer reaches. `best` is what the rule reaches that made the targets, where the data set knows it: more samples
    would allow up to that.
    `luck` is what shuffled targets exceed in fewer than one of twenty data sets: below it the inputs may say nothing.
    `error` is the standard error of the difference between a healthy run's score and `score`, of both drawings of
    samples; `n` counts the training samples that were looked at. Without `is_known` a healthy run may reach more or
    less than `score`, for the reason `why_not`.
    """

    score: float
    balanced: float
    linear: float
    error: float
    luck: float
    n: int
    best: float | None = None
    is_known: bool = True
    why_not: str = ""


@dataclass(frozen=True)
class _Reached:
    """What kernel regression and a linear model reach, by the likeliest class and with classes equally frequent."""

    plain: tuple[float, float]
    balanced: tuple[float, float]


_known: dict[str, _Reached] = {}


def reference_of(data: Prepared, others: Sequence[float] = (), weighted: bool = False) -> Reference:
    """What the data of a run allow; `others` are scores that other runs reached on them.

    `weighted` says whether the run counts its samples by the weights of their classes. What is measured is kept in this
    process by the samples and their split, whatever they are scaled to.
    """
    rows, why_not, part = _drawn(data), _doubt(data), judged_part(data)
    reached = _kept(data, rows)
    lucky = [one - ERRORS_OF_OTHERS * standard_error(data, one, part) for one in others if np.isfinite(one)]
    score, balanced = (max(0.0, *one, *lucky) for one in (reached.plain, reached.balanced))
    score = balanced if weighted else score
    _, line = reached.balanced if weighted else reached.plain
    return Reference(
        score,
        balanced,
        max(0.0, line),
        _error(data, score, len(rows)),
        ERRORS_OF_LUCK * _of_rows(data, 0.0, len(rows)),
        len(rows),
        _best(data),
        not why_not,
        why_not,
    )


def counted_equally(data: Prepared, reference: Reference) -> Reference:
    """What the same data allow a run that counts each class the same; the same reference where there are no classes."""
    if reference.balanced <= reference.score:
        return reference
    return replace(reference, score=reference.balanced, error=_error(data, reference.balanced, reference.n))


def _error(data: Prepared, score: float, n: int) -> float:
    """The standard error of the difference between a healthy run's score and what `n` training samples allow."""
    part = judged_part(data)
    errors = {part: standard_error(data, score, part)} | {"train": _of_rows(data, score, n) if n >= FEWEST_ROWS else 0}
    return math.hypot(*errors.values())


def _of_rows(data: Prepared, score: float, n: int) -> float:
    return math.sqrt(len(data.X_train) / n) * standard_error(data, score, "train")


def _drawn(data: Prepared) -> Rows:
    """Which of the training samples are looked at: of many MOST_ROWS, of each class as many as of the others."""
    n = len(data.X_train)
    if n <= MOST_ROWS:
        return np.arange(n)
    shuffled = np.random.default_rng(0).permutation(n)
    if data.samples.task == "classification":
        classes = np.asarray(data.samples.Y)[data.split.train][shuffled]
        by_class = np.argsort(classes, kind="stable")
        counts = np.bincount(classes)
        turn = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
        shuffled = shuffled[by_class][np.argsort(turn, kind="stable")]
    return np.sort(shuffled[:MOST_ROWS])


def _doubt(data: Prepared) -> str:
    """Why what is measured may not be what the data allow, as a sentence; empty where nothing speaks against it."""
    n, d_in = data.X_train.shape
    is_classification = data.samples.task == "classification"
    counts = counts_of(data, "train") if is_classification else np.zeros(0)
    if np.count_nonzero(counts) == 1 or (not is_classification and not np.ptp(data.Y_train, axis=0).any()):
        return "All training targets are the same."
    if n < FEWEST_ROWS:
        return f"{n} training samples are too few to decide; a network can memorize them."
    if is_classification and np.count_nonzero(counts > 1) < 2:
        return "Only one class has more than one training sample."
    if d_in > MOST_COLUMNS:
        return f"There are {d_in:,} inputs, more than kernel regression is good at; a network may reach more."
    return ""


def _best(data: Prepared) -> float | None:
    """What the rule reaches on the training samples that made them; None where that is not known."""
    samples, rows = data.samples, data.split.train
    if samples.bayes is None and samples.truth is None:
        return None
    X, Y = samples.X[rows], samples.Y[rows]
    try:
        if samples.bayes is not None:
            return _number(of_classes(samples.bayes(X), np.asarray(Y, dtype=np.int64)))
        assert samples.truth is not None
        with np.errstate(all="ignore"):  # logarithms of a rule whose targets have noise
            errors = data.encoded(samples.truth(X)) - data.Y_train
    except RAISED:  # the rule may be a person's own
        return None
    return _number(explained(errors, data.Y_train.mean(axis=0) - data.Y_train))


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _kept(data: Prepared, rows: Rows) -> _Reached:
    """What is measured on these rows of the training samples, once for all runs that have them."""
    taken = data.split.train[rows]
    X, Y = data.scaling.filled(data.samples.X[taken]), np.asarray(data.samples.Y[taken], dtype=np.float64)
    if X.shape[1] > MOST_COLUMNS:
        X = X[:, np.linspace(0, X.shape[1] - 1, MOST_COLUMNS).astype(int)]
    Y = np.log(Y) if data.scaling.y_log else Y
    shares = counts_of(data, "train") / len(data.X_train) if data.samples.task == "classification" else np.zeros(0)
    given = [np.ascontiguousarray(one) for one in (X, Y, shares)]
    key = hashlib.sha256(b"".join(one.tobytes() for one in given)).hexdigest()
    if (found := _known.get(key)) is None:
        with ONE_BLAS_THREAD:
            found = _measured(*given)
        if len(_known) >= MOST_KEPT:
            _known.clear()
        _known[key] = found
    return found


def _measured(X: Array, Y: Array, shares: Array) -> _Reached:
    """On inputs `X (n, d_in)` and targets, or class numbers, in an order that does not depend on the given one."""
    order = np.lexsort((*X.T, *np.atleast_2d(Y.T)))
    X, Y = X[order], Y[order]
    return _of_classes(X, Y.astype(np.int64), shares) if len(shares) else _of_numbers(X, Y)


def _of_numbers(X: Array, Y: Array) -> _Reached:
    """Of a regression with targets `Y (n, d_out)`."""
    Z, n = scaled(X), len(X)
    deviations = Y - Y.mean(axis=0)
    if not deviations.any():
        return _Reached((1.0, 0.0), (1.0, 0.0))
    if n < FEWEST_ROWS:
        plane = np.column_stack([np.ones(n), Z])
        line = explained(plane @ np.linalg.lstsq(plane, deviations, rcond=None)[0] - deviations, deviations)
        return _Reached((1.0, line), (1.0, line))
    kernel, line = (
        max(explained(Y - F, deviations * n / (n - 1)) for K in kernels for F in left_out(K, Y))
        for kernels in (gaussian(Z), linear(Z))
    )
    return _Reached((kernel, line), (kernel, line))


def _of_classes(X: Array, classes: NDArray[np.int64], shares: Array) -> _Reached:
    """Of a classification with classes `(n,)`, whose shares among all training samples are `(n_classes,)`.

    The outputs are regressed on, one for each class. They stand for probabilities: divided by the shares of the classes
    they choose as if these were equally frequent. A class with one sample cannot be answered from the others and does
    not count. Widths and penalties are chosen by squared errors, since the best of many balanced accuracies is lucky,
    and what is no better than a constant by them is none.
    """
    Z, n, counts = scaled(X), len(X), np.bincount(classes, minlength=len(shares))
    if n < FEWEST_ROWS or np.count_nonzero(counts > 1) < 2:
        line = _separated(Z, classes, len(shares))
        return _Reached((1.0, line), (1.0, line))
    is_it = np.eye(len(shares))[classes]
    rest = (counts - is_it) / (n - 1)  # the shares among the others
    kernel = max((F for K in gaussian(Z) for F in left_out(K, is_it)), key=lambda F: explained(F - is_it, rest - is_it))
    lines = np.empty_like(is_it)
    fold = np.empty(n, dtype=int)
    fold[np.argsort(classes, kind="stable")] = np.arange(n) % FOLDS
    for one in range(FOLDS):
        given = fold != one
        lines[~given] = straight(Z[given], classes[given], Z[~given], len(shares)).T
    counted = counts[classes] > 1

    def reached(probabilities: Array, odds: Array) -> float:
        """By the largest odds; the constant, and so 0, where its squared errors are no larger."""
        is_better = explained(probabilities - is_it, rest - is_it) > 0
        return of_classes(odds.argmax(axis=1)[counted], classes[counted]) if is_better else 0.0

    here = counts / n + (counts == 0)  # the folds have these shares, and the others of a sample have `rest`
    line_odds, odds = lines / here, kernel * np.where(rest > 0, 1 / (rest + (rest <= 0)), 0)
    plain = reached(kernel, kernel / here * shares), reached(lines, line_odds * shares)
    return _Reached(plain, (reached(kernel, odds), reached(lines, line_odds)))


def _separated(Z: Array, classes: NDArray[np.int64], n_classes: int) -> float:
    """What a linear model makes of few samples by heart."""
    if len(np.unique(classes)) < 2:
        return 0.0
    found = straight(Z, classes, Z, n_classes, LOOSE)
    return max(0.0, of_classes(found.round(6).argmax(axis=0), classes))
