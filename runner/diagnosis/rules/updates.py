"""Too few updates although the samples are seen often: batches so large that an epoch has few steps."""

from runner.diagnosis.rules.rule import Rule
from runner.diagnosis.rules.steps import FEW, TOO_FEW_STEPS, few_updates
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence

# Of 271 ill runs on 5 data sets within these limits batches of SMALL cure 265; of 159 that had too few of these as well
# they cure 115.
LARGE = 256  # samples an update
OFTEN = 10  # epochs
SMALL = 32


def _samples(subject: Subject) -> int:
    """The training samples of an update."""
    n, batch = len(subject.data.X_train), subject.spec.training.batch_size
    return n if subject.spec.training.mode == "full" else min(n, batch or 1)


def _could_be(subject: Subject) -> float:
    """The updates at the full rate that the same epochs have in batches of SMALL."""
    return float(subject.factors.sum()) * _samples(subject) / SMALL


BATCH_LARGE = Rule(
    "D508",
    "batch_large",
    when=lambda subject: (
        subject.spec.training.steps is None  # which no batch changes
        and (subject.spec.training.epochs or 0) >= OFTEN
        and _samples(subject) >= LARGE
        and _could_be(subject) >= FEW
        and TOO_FEW_STEPS.when(subject)
    ),
    evidence=lambda subject: [
        Evidence("samples an update", float(_samples(subject)), float(LARGE)),
        few_updates(subject),
        Evidence(f"updates of the same epochs in batches of {SMALL}", _could_be(subject), FEW),
    ],
    fixes=lambda subject: [("training.mode=minibatch", f"training.batch_size={SMALL}")],
)
