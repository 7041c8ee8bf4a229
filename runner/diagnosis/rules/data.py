"""What data and config prove: targets out of reach, uninformative inputs, scales, the order of the samples."""

from collections.abc import Callable

import numpy as np

from nn.activations import ACTIVATIONS
from nn.registry import Array
from runner.diagnosis.rules.network import is_linear
from runner.diagnosis.rules.rule import NEAR_START, Rule
from runner.diagnosis.rules.steps import too_far
from runner.diagnosis.subject import Subject
from runner.runs.diagnosis import Evidence

OUTSIDE = 0.02  # of the targets; healthy: 0
SQUASHED = 0.1  # of the inputs, where the slope is below FLAT of its largest
FLAT = 0.15
HIDDEN = 0.3  # of the targets' spread, among inputs that are made alike; healthy most: 0.1
NOTHING = 0.15  # the score that data must allow for a network to be asked for more
OUTLYING, SOME = 4.0, 0.05  # standard deviations from the mean; the share of the targets up to which these are a few
FEWEST = 12  # samples from which the reference says something
SCALE = 6.5  # root mean square of an input column; healthy 99 %: 3.2, and flowers as they are measured 5.9
FAR = 8.0  # the same before training, and where steps are too long
NARROW = 0.03  # standard deviation of the widest input column; healthy 1 %: 0.25
SHIFTED = 8.0  # mean / standard deviation of an input column; healthy 99 %: 1.8
APART = 50.0  # the widest input column by the narrowest; healthy 99 %: 4
CONSTANT = 0.9  # of the samples have one value
TARGETS = 8.0  # standard deviation or mean of the targets; healthy 99 %: 1.7
SORTED = 0.3  # of the targets' variance that lies between blocks of neighbours; healthy 99 %: 0.17
PASSES = 20  # over sorted samples, of which many more may do; healthy least: 50
BLOCK, BLOCKS = 8, 10  # a block has at least this many samples; at most this many blocks


def _outside(subject: Subject) -> float:
    """The share of the targets, as they are trained, that no output can come near."""
    low, high = ACTIVATIONS[subject.spec.network.output]().output_range
    targets = subject.seen[1]
    slack = 1e-6 * max(1.0, float(np.ptp(targets)))
    return float(((targets < low - slack) | (targets > high + slack)).mean())


OUTPUT_RANGE = Rule(
    "D201",
    "output_range",
    when=lambda subject: _outside(subject) > OUTSIDE,
    evidence=lambda subject: [Evidence("targets outside the range of the output", _outside(subject), OUTSIDE)],
    fixes=lambda subject: [("network.output=auto", "network.target_range=auto", "loss=auto")],
    proves=True,
    before=True,
)


def _is_flat(subject: Subject) -> Array:
    """For which inputs `(d_in, n)` the input layer's activation is flat."""
    activation = ACTIVATIONS[subject.spec.network.input]()
    x, grid = subject.seen[0][0], np.linspace(-10, 10, 2001)
    if subject.spec.network.input == "identity" or activation.derivative is None:
        return np.zeros(x.shape, dtype=bool)
    largest = np.abs(activation.derivative(grid, activation.value(grid))).max()
    return np.asarray(np.abs(activation.derivative(x, activation.value(x))) < FLAT * largest)


def _squashed(subject: Subject) -> list[Evidence]:
    share = float(_is_flat(subject).mean())
    return [Evidence("inputs that network.input makes alike", share, SQUASHED)] if share > SQUASHED else []


def _hidden(subject: Subject) -> float:
    """The share of the targets' spread that lies among samples that are all flat, on the same sides."""
    x, t = subject.seen[0][0], subject.seen[1][0]
    flat = _is_flat(subject).all(axis=0)
    sides = np.unique(x[:, flat] > 0, axis=1, return_inverse=True)[1].ravel()
    found = [t[:, flat][:, sides == side] for side in np.unique(sides)]
    return float(sum(np.var(one, axis=1).sum() * one.shape[1] for one in found)) / (
        float(np.var(t, axis=1).sum()) * t.shape[1] or 1.0
    )


INPUT_SQUASH = Rule(
    "D202",
    "input_squash",
    when=lambda subject: bool(_squashed(subject)),
    evidence=_squashed,
    fixes=lambda subject: [("network.input=identity",)],
    proves=True,
    before=lambda subject: _squashed(subject) if _hidden(subject) > HIDDEN else [],
)


def _outliers(subject: Subject) -> list[Evidence]:
    """A few targets so far out that they hide what the inputs say about the others."""
    if not _may_be_scaled(subject):
        return []
    deviations = subject.data.Y_train - subject.data.Y_train.mean(axis=0)
    are_out = (np.abs(deviations) > OUTLYING * deviations.std(axis=0)).any(axis=1)
    if not 0 < are_out.mean() <= SOME:
        return []
    name = f"targets more than {OUTLYING:g} standard deviations from the mean, which may be the reason"
    return [Evidence(name, float(are_out.sum()))]


RANDOM_TARGETS = Rule(
    "D203",
    "random_targets",
    when=lambda subject: (
        subject.reference.is_known
        and subject.reference.n >= FEWEST
        and max(subject.reference.score, subject.reference.balanced, subject.reference.best or 0.0) < NOTHING
    ),
    evidence=lambda subject: [
        Evidence("score that the data allow", subject.reference.score, NOTHING, side="below"),
        *_outliers(subject),
    ],
    asked="missing",
    before=True,
)


def _moments(subject: Subject) -> tuple[Array, Array]:
    """Mean and standard deviation of every input column that varies, as the network sees it."""
    x = subject.trace(np.zeros(subject.network.n_parameters)).a[0][0]
    varies = np.ptp(x, axis=1) > 0
    return x[varies].mean(axis=1), x[varies].std(axis=1)


def _off_scale(subject: Subject, scale: float) -> list[Evidence]:
    means, deviations = _moments(subject)
    if not len(means):
        return []
    found = [
        ("root mean square of an input", float(np.hypot(means, deviations).max()), scale),
        ("mean / standard deviation of an input", float((np.abs(means) / deviations).max()), SHIFTED),
    ]
    evidence = [Evidence(name, value, threshold) for name, value, threshold in found if value > threshold]
    widest = float(deviations.max())
    alike = [Evidence("standard deviation of the inputs", widest, NARROW, side="below")] if widest < NARROW else []
    return [*evidence, *alike]


def _off_scale_at_last(subject: Subject) -> list[Evidence]:
    return _off_scale(subject, FAR if too_far(subject) else SCALE)


def _unequal(subject: Subject) -> list[Evidence]:
    """Of the columns that nearly always have one value, such as pixels at an edge, little is seen at any scale."""
    x = subject.trace(np.zeros(subject.network.n_parameters)).a[0][0]
    deviations = x[np.mean(x == np.median(x, axis=1, keepdims=True), axis=1) < CONSTANT].std(axis=1)
    times = float(deviations.max() / deviations.min()) if len(deviations) > 1 else 1.0
    return [Evidence("widest input / narrowest", times, APART)] if times > APART else []


def _far_off_scale(subject: Subject) -> list[Evidence]:
    """Before training: the published runs of c0_a1 and c0_a2, with inputs of 7.3, learn at a fitting rate, and a linear
    network has no units that large inputs saturate.
    """
    return [] if subject.standardizes or is_linear(subject.spec) else _off_scale(subject, FAR)


def _of_scales(
    code: str,
    cause: str,
    found: Callable[[Subject], list[Evidence]],
    before: bool | Callable[[Subject], list[Evidence]] = True,
) -> Rule:
    """A rule about inputs as they are, which standardizing them would end."""
    return Rule(
        code,
        cause,
        when=lambda subject: not subject.standardizes and bool(found(subject)),
        evidence=found,
        fixes=lambda subject: [("data.standardize=true",)],
        before=before,
    )


UNSCALED_INPUTS = _of_scales("D204", "unscaled_inputs", _off_scale_at_last, _far_off_scale)
UNEQUAL_INPUTS = _of_scales("D205", "unequal_inputs", _unequal)


def _may_be_scaled(subject: Subject) -> bool:
    return subject.data.samples.task == "regression"


def _target_scale(subject: Subject) -> list[Evidence]:
    targets = subject.seen[1][0]
    found = {"mean": float(np.abs(targets.mean(axis=1)).max()), "standard deviation": float(targets.std(axis=1).max())}
    return [Evidence(f"{name} of the targets", value, TARGETS) for name, value in found.items() if value > TARGETS]


UNSCALED_TARGETS = Rule(
    "D206",
    "unscaled_targets",
    when=lambda subject: _may_be_scaled(subject) and bool(_target_scale(subject)),
    evidence=_target_scale,
    fixes=lambda subject: [("data.target_scale=standardize",)],
    before=lambda subject: _target_scale(subject) if _may_be_scaled(subject) and not is_linear(subject.spec) else [],
)


def _between(subject: Subject) -> float:
    """The share of the targets' variance that lies between blocks of samples that are trained one after another."""
    training, Y = subject.spec.training, subject.data.Y_train
    if training.mode == "full" or training.order not in ("given", "cyclic"):
        return 0.0
    size = max(training.batch_size or 1, BLOCK, -(-len(Y) // BLOCKS))
    n = len(Y) // size
    if n < 3:
        return 0.0
    blocks = Y[: n * size].reshape(n, size, -1)
    whole = blocks.reshape(n * size, -1).var(axis=0)
    return float(blocks.mean(axis=1).var(axis=0)[whole > 0].sum() / whole[whole > 0].sum()) if whole.any() else 0.0


def _sorted(subject: Subject) -> list[Evidence]:
    between = Evidence("share of the targets' variance between batches", _between(subject), SORTED)
    return [Evidence("training.order", subject.spec.training.order), between] if _between(subject) > SORTED else []


NOT_SHUFFLED = Rule(
    "D207",
    "not_shuffled",
    when=lambda subject: bool(_sorted(subject)) and subject.way > NEAR_START,  # or no order would matter
    evidence=_sorted,
    fixes=lambda subject: [("training.order=shuffled",)],
    before=lambda subject: _sorted(subject) if subject.shape.n_steps <= PASSES * subject.shape.steps_of_epoch else [],
)
