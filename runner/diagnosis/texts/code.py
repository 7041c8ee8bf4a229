"""The words for mistakes in code."""

from runner.diagnosis.probes import CLEARLY
from runner.diagnosis.texts.text import Text

TEXTS = {
    "wrong_gradient": Text(
        "the gradient is not the derivative of the cost",
        "Back-propagation, or the derivative of an activation or a loss, has a mistake.",
        "Anything: from a cost that rises to a run that learns, only worse than it could.",
        f"The gradient is compared with central differences, array by array; a relative error above {CLEARLY:g} "
        "is a mistake.",
        "`python -m runner.gradcheck` shows each array; a planned mistake is removed by `fault=none`.",
        shows=("python -m runner fault=missing_derivative",),
    ),
    "wrong_update": Text(
        "the update of the weights has a mistake",
        "The gradient is right, and what the optimizer makes of it is not: a sign, a missing correction.",
        "The cost rises, or falls to something that is no minimum.",
        "The update is that of a `fault=`; it is compared with the right one.",
        "`fault=none`.",
        shows=("python -m runner fault=update_sign",),
    ),
    "wrong_pairs": Text(
        "inputs are trained with the targets of other samples",
        "Inputs and targets are put in another order, or a batch is not what it should be.",
        "The network learns the mean of the targets, as if they were noise.",
        "The batch is that of a `fault=`; it is compared with the right one.",
        "`fault=none`.",
        shows=("python -m runner fault=shuffled_inputs",),
    ),
    "mixed_units": Text(
        "the cost that is shown is not the one that is minimised",
        "The cost of training and that of other samples are in different units.",
        "Curves of training and test lie apart by a factor.",
        "The cost is that of a `fault=`; it is compared with the right one.",
        "`fault=none`.",
        shows=("python -m runner network.output=tanh fault=mixed_units",),
    ),
}
