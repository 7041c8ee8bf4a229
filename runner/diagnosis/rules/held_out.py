"""Runs that learn their training samples, but fail on others."""

from collections.abc import Sequence

import numpy as np

from runner.diagnosis.rules.rule import AS_GOOD, Rule
from runner.diagnosis.scores import counts_of, judged_part, rescaled, standard_error
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence, Overrides

BEYOND = 0.2  # of the score: healthy runs lose 0.05 at most, beyond sampling error
FAR_BEYOND = 0.25  # the same of a run with samples enough
OUTSIDE = 0.1  # of the inputs of a grid; healthy most: 0.02
ROSE = 1.1  # the cost of the test samples by its least; healthy 99 %: 1.1
APART = 1.5  # that cost by the cost of the training samples
LOST = 0.2  # of the score that it had on the way; healthy 99 % and most: 0.12, 0.16
UNEQUAL = 4.0  # the commonest class by the rarest
SELDOM = 0.25  # of the samples that have a class
TEACHABLE = 0.3  # the score that data with rare classes must allow with their classes weighted
# On 10 data sets ten times the samples help 86 of 90 runs whose best score on the way is BELOW what the samples allow,
# beyond sampling error, and patience brings 8 of them there; they help 31 of 40 others that were never better than at
# the end by AS_GOOD, patience none; of the 107 that are left patience helps 82: these overfit.
BELOW = 0.2  # of the score
BY_HEART = 0.8  # the training score
GAPS = 3.0  # by the share of a grid that as many even samples leave outside in the mean


def _costs(subject: Subject) -> tuple[float, float, float]:
    """The last and the least cost of the part that is judged, and the last training cost; NaN where not recorded."""
    history, part = subject.history, judged_part(subject.data)
    tested, trained = (np.array([*history.get(f"{of}/cost", ())] or [np.nan]) for of in (part, "train"))
    return float(tested[-1]), float(tested.min()), float(trained[-1])


def _overfits(subject: Subject) -> bool:
    last, least, trained = _costs(subject)
    return (
        judged_part(subject.data) != "train"
        and subject.spec.training.order != "fresh"  # which sees no sample twice
        and subject.st - subject.s > FAR_BEYOND + subject.reference.error
        and subject.st >= subject.reference.score - 0.05
        and last > ROSE * least
        and last > APART * trained
    )


def _on_the_way(subject: Subject) -> float:
    """The score where the cost of the part that is judged was least, which patience would keep; inf if not known."""
    history, part = subject.history, judged_part(subject.data)
    if subject.data.samples.task == "regression":
        errors, last = history.get(f"{part}/rmse", []), subject.result.finals.get(f"{part}/rmse", 0.0)
        return 1 - (1 - subject.s) * (min(errors) / last) ** 2 if errors and last > 0 else np.inf
    shares, costs = history.get(f"{part}/accuracy", []), history.get(f"{part}/cost", [])
    if not shares or not costs:
        return np.inf
    k = int(np.count_nonzero(counts_of(subject.data, part)))
    last = subject.result.finals.get(f"{part}/accuracy", shares[-1])
    # Accuracy counts classes by their shares, and the score does not: only what is lost of it can be compared.
    return subject.s + max(0.0, rescaled(shares[int(np.argmin(costs))], k) - rescaled(last, k))


def has_been_better(subject: Subject) -> bool:
    """Whether the run has lost far more on the samples that say how good it is than chance takes on the way."""
    lost = _on_the_way(subject) - subject.s
    return LOST < lost < np.inf


def _could_be(subject: Subject) -> float:
    """What the training samples allow; where that is nothing, what their rule would, if it is known."""
    given = subject.reference
    return given.score if given.score >= TEACHABLE else max(given.score, given.best or 0.0)


def _floor(subject: Subject) -> float:
    return _could_be(subject) - BELOW - subject.reference.error


def _luck_of_test(subject: Subject) -> float:
    """The standard error of the score on the samples that say how good the run is: how few are trained is no part."""
    return standard_error(subject.data, subject.s, judged_part(subject.data))


def _say_little(subject: Subject) -> bool:
    """Whether what the training samples allow is no more than luck."""
    return subject.reference.is_known and subject.reference.score < subject.reference.luck


def _are_too_few(subject: Subject) -> bool:
    """Whether a network with more parameters than samples knows these by heart, and never knew much of others."""
    could_be = _could_be(subject)
    knows_no_more = (
        judged_part(subject.data) != "train"
        and subject.network.n_parameters > len(subject.data.X_train)
        and subject.spec.training.order != "fresh"
        and subject.st - subject.s > BEYOND + _luck_of_test(subject)
        and subject.st >= max(BY_HEART, subject.reference.score - 0.05)
    )
    misses = subject.s < could_be - AS_GOOD - subject.reference.error and could_be >= TEACHABLE
    return knows_no_more and (
        _say_little(subject) or (misses and _on_the_way(subject) < max(_floor(subject), subject.s + AS_GOOD))
    )


def _more(subject: Subject) -> Sequence[Overrides]:
    """Ten times the samples, of a data set that is made; of a table weights that are held back."""
    settings = subject.spec.data.settings()
    counts = [key for key in ("samples", "samples_per_cluster") if key in settings]
    return [*((f"data.{key}={10 * settings[key]}",) for key in counts), ("training.l2=0.01",)]


def _far(subject: Subject) -> float:
    """The share of a grid's inputs that lie outside the least and the largest training inputs."""
    X, tested = subject.data.X_train, subject.data.X_test
    if subject.spec.test.set != "grid" or not len(tested):
        return 0.0
    return float(((tested < X.min(axis=0)) | (tested > X.max(axis=0))).any(axis=1).mean())


def _gaps(subject: Subject) -> float:
    """The share that even as many samples leave outside as there are, where there are few: no reason by itself."""
    n, d_in = subject.data.X_train.shape
    return float(GAPS * (1 - (1 - 2 / (n + 1)) ** d_in))


def _outside(subject: Subject) -> list[Evidence]:
    limit = max(OUTSIDE, _gaps(subject))
    found = Evidence("test inputs outside the range of the training inputs", _far(subject), limit)
    return [found] if _far(subject) > limit else []


EXTRAPOLATION = Rule(
    "D601",
    "extrapolation",
    when=lambda subject: bool(_outside(subject)) and subject.st - subject.s > AS_GOOD,
    evidence=lambda subject: [
        *_outside(subject),
        Evidence("training score beyond test score", subject.st - subject.s, AS_GOOD),
    ],
    fixes=lambda subject: [
        *[("data.sampling=uniform",)] * (subject.spec.data.settings().get("sampling") == "normal"),
        ("test.margin=0",) if subject.spec.test.margin > 0 else ("test.set=held_out",),
    ],
    proves=True,
    asked="missing",
    before=_outside,
)
TOO_FEW_SAMPLES = Rule(
    "D604",
    "too_few_samples",
    when=_are_too_few,
    evidence=lambda subject: [
        Evidence("parameters / training samples", subject.network.n_parameters / len(subject.data.X_train), 1.0),
        Evidence("training score beyond test score", subject.st - subject.s, BEYOND + subject.reference.error),
        Evidence("score that the data allow", subject.reference.score, subject.reference.luck, side="below")
        if _say_little(subject)
        else Evidence("best score on other samples on the way", _on_the_way(subject), _floor(subject), side="below"),
    ],
    fixes=_more,
    asked="every",
)
OVERFIT = Rule(
    "D602",
    "overfit",
    when=_overfits,
    evidence=lambda subject: [
        Evidence("training score beyond test score", subject.st - subject.s, FAR_BEYOND + subject.reference.error),
        Evidence("test cost", _costs(subject)[0], ROSE * _costs(subject)[1]),
    ],
    fixes=lambda subject: [("training.patience=20", "training.restore_best=true"), ("training.l2=0.01",)],
    asked="worsened",
)


def _unequal(subject: Subject) -> float:
    """The commonest class by the rarest that there is; 1 for a regression."""
    if subject.data.samples.task != "classification":
        return 1.0
    counts = counts_of(subject.data, "train")
    counts = counts[counts > 0]
    return float(counts.max() / counts.min()) if len(counts) > 1 else 1.0


def _rarest_judged(subject: Subject) -> float:
    """How many samples of the rarest class say how good the run is: of few, one more or less is much of the score."""
    counts = counts_of(subject.data, judged_part(subject.data))
    return float(counts[counts > 0].min())


def _ignored(subject: Subject) -> list[str]:
    """The classes that the network chooses for few of its training samples, by how many have them."""
    data, last = subject.data, subject.last
    if last is None or data.samples.task != "classification":
        return []
    outputs = subject.trace(last).a[-1][0].T
    counts = counts_of(data, "train")
    chosen = np.bincount(data.classes_of(outputs).astype(np.int64), minlength=len(counts))
    return [data.samples.classes[one] for one in np.flatnonzero(chosen < SELDOM * counts)]


IMBALANCE = Rule(
    "D603",
    "imbalance",
    when=lambda subject: (
        _unequal(subject) > UNEQUAL
        and subject.spec.training.class_weights == "none"
        and subject.reference.balanced > TEACHABLE
        and (max(subject.s, subject.st) >= subject.reference.score - AS_GOOD or bool(_ignored(subject)))
    ),
    evidence=lambda subject: [
        Evidence("commonest class / rarest", _unequal(subject), UNEQUAL),
        Evidence("score that the data allow with each class counted the same", subject.reference.balanced),
        Evidence(f"{judged_part(subject.data)} samples of the rarest class", _rarest_judged(subject)),
        *[Evidence("answered far too seldom", ", ".join(names)) for names in [_ignored(subject)] if names],
    ],
    fixes=lambda subject: [("training.class_weights=balanced",)],
    asked="neglecting",
)
