"""The words for mistakes in code."""

from runner.diagnosis.probes import CLEARLY
from runner.diagnosis.texts.text import Text

TEXTS = {
    "wrong_gradient": Text(
        "the gradient is not the derivative of the cost",
        "Back-propagation, or the derivative of an activation or a loss, has a bug.",
        "Anything from a rising cost to a run that learns, only worse than it could.",
        f"The gradient is compared with central differences, array by array; a relative error above {CLEARLY:g} "
        "is a bug.",
        "`python -m runner.gradcheck` shows each array; `fault=none` removes an injected one.",
        shows=("python -m runner fault=missing_derivative",),
    ),
    "wrong_update": Text(
        "the update of the weights has a mistake",
        "The gradient is right, but the update made from it is not: a wrong sign, a missing correction.",
        "The cost rises, or falls to a point that is not a minimum.",
        "A `fault=` changes the update, which is compared with the right one.",
        "`fault=none`.",
        shows=("python -m runner fault=update_sign",),
    ),
    "wrong_pairs": Text(
        "inputs are trained with the targets of other samples",
        "Inputs and targets are in different orders, or the batch is wrong.",
        "The network learns the mean of the targets, as if they were noise.",
        "A `fault=` changes the batch, which is compared with the right one.",
        "`fault=none`.",
        shows=("python -m runner fault=shuffled_inputs",),
    ),
    "mixed_units": Text(
        "the cost that is shown is not the one that is minimised",
        "The training cost and the cost on other samples are in different units.",
        "The training and test curves differ by a constant factor.",
        "A `fault=` changes the cost, which is compared with the right one.",
        "`fault=none`.",
        shows=("python -m runner network.output=tanh fault=mixed_units",),
    ),
}
