"""Runs that learn their training samples, and fail on others."""

import numpy as np

from runner.diagnosis.rules.rule import Rule
from runner.diagnosis.scores import counts_of, judged_part
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence

BEYOND = 0.2  # of the score: healthy runs lose 0.05 at most, beyond sampling error
OUTSIDE = 0.1  # of the inputs of a grid; healthy most: 0.02
ROSE = 1.1  # the cost of the test samples by its least; healthy 99 %: 1.1
APART = 1.5  # that cost by the cost of the training samples
UNEQUAL = 4.0  # the commonest class by the rarest
TEACHABLE = 0.3  # the score that data with rare classes must allow with their classes weighted


def _costs(subject: Subject) -> tuple[float, float, float]:
    """The last and the least cost of the part that is judged, and the last training cost; NaN where not recorded."""
    history, part = subject.history, judged_part(subject.data)
    tested = np.array(history.get(f"{part}/cost", [np.nan]))
    return float(tested[-1]), float(tested.min()), float(history["train/cost"][-1])


def _overfits(subject: Subject) -> bool:
    last, least, trained = _costs(subject)
    return (
        judged_part(subject.data) != "train"
        and subject.spec.training.order != "fresh"  # which sees no sample twice
        and subject.st - subject.s > BEYOND + subject.reference.error
        and subject.st >= subject.reference.score - 0.05
        and last > ROSE * least
        and last > APART * trained
    )


def _far(subject: Subject) -> float:
    """The share of a grid's inputs that lie outside the least and the largest training inputs."""
    X, tested = subject.data.X_train, subject.data.X_test
    if subject.spec.test.set != "grid" or not len(tested):
        return 0.0
    return float(((tested < X.min(axis=0)) | (tested > X.max(axis=0))).any(axis=1).mean())


EXTRAPOLATION = Rule(
    "D601",
    "extrapolation",
    when=lambda subject: _far(subject) > OUTSIDE and subject.st - subject.s > BEYOND,
    evidence=lambda subject: [
        Evidence("test inputs outside the range of the training inputs", _far(subject), OUTSIDE),
        Evidence("training score beyond test score", subject.st - subject.s, BEYOND),
    ],
    fixes=lambda subject: [("test.margin=0",)] if subject.spec.test.margin > 0 else [("test.set=held_out",)],
    proves=True,
    asked="missed",
)
OVERFIT = Rule(
    "D602",
    "overfit",
    when=_overfits,
    evidence=lambda subject: [
        Evidence("training score beyond test score", subject.st - subject.s, BEYOND + subject.reference.error),
        Evidence("test cost", _costs(subject)[0], ROSE * _costs(subject)[1]),
    ],
    fixes=lambda subject: [("training.patience=20", "training.restore_best=true"), ("training.l2=0.01",)],
    asked="missed",
)


def _unequal(subject: Subject) -> float:
    """The commonest class by the rarest that there is; 1 for a regression."""
    if subject.data.samples.task != "classification":
        return 1.0
    counts = counts_of(subject.data, "train")
    counts = counts[counts > 0]
    return float(counts.max() / counts.min()) if len(counts) > 1 else 1.0


def _ignored(subject: Subject) -> list[str]:
    """The classes that the network never chooses for its training samples."""
    data, last = subject.data, subject.last
    if last is None or data.samples.task != "classification":
        return []
    outputs = subject.trace(last).a[-1][0].T
    chosen = set(data.classes_of(outputs).tolist())
    there = np.flatnonzero(counts_of(data, "train"))
    return [data.samples.classes[one] for one in there if one not in chosen]


IMBALANCE = Rule(
    "D603",
    "imbalance",
    when=lambda subject: (
        _unequal(subject) > UNEQUAL
        and subject.spec.training.class_weights == "none"
        and subject.reference.balanced > TEACHABLE
        and bool(_ignored(subject))
    ),
    evidence=lambda subject: [
        Evidence("commonest class by rarest", _unequal(subject), UNEQUAL),
        Evidence("never answered", ", ".join(_ignored(subject))),
    ],
    fixes=lambda subject: [("training.class_weights=balanced",)],
    asked="missed",
)
