"""The words for first weights."""

from runner.diagnosis.rules import narrow, start, steps
from runner.diagnosis.texts.text import Text

TEXTS = {
    "symmetric_init": Text(
        "all units of a layer are the same unit",
        "They start with equal weights, get equal gradients, and stay equal.",
        "A layer of any size does no more than one unit.",
        "The weights of a layer's units are equal before the first update and after the last.",
        "Random initial weights: `init=glorot`, or `init=he` for relu.",
        shows=("python -m runner init=constant",),
    ),
    "dead_relu": Text(
        "most units of a layer are dead from the start",
        "A relu unit that is 0 for every sample gets no gradient, and cannot recover.",
        "The cost is flat, or like that of a network with few units.",
        f"At least {start.DEAD:.0%} of a layer's units have slope 0 for every sample, before the first update.",
        "`init=he network.bias_init=zero`, or `activation=leaky_relu`.",
        shows=("python -m runner data=square activation=relu init=between init.low=-1 init.high=-0.5",),
    ),
    "init_large": Text(
        "the first weights are too large",
        "They saturate the units, which leaves little gradient.",
        "The cost starts very high, and falls slowly or jumps.",
        f"The norm of a unit's initial weights is above {start.LARGE:g}.",
        "`init=glorot`, or `init=he` for relu.",
        shows=("python -m runner init=gaussian init.std=50",),
    ),
    "init_small": Text(
        "the first weights are too small",
        "Products of tiny numbers have tiny gradients in every layer.",
        "The cost stays flat at that of a constant.",
        f"The norm of a unit's initial weights is below {start.SMALL:g} in every layer.",
        "`init=glorot`, or `init=he` for relu.",
        shows=("python -m runner init=gaussian init.std=1e-4",),
    ),
    "bad_start": Text(
        "training got stuck, which other first weights avoid",
        "A small network has local minima.",
        "The cost is flat at a value that other seeds get past.",
        f"In a network with a layer of {narrow.NARROW} units or fewer, more than {narrow.SOME:.0%} of the other seeds "
        f"learn; or the weights have moved, and the cost falls by less than {steps.STILL:.0%} in the last fifth "
        f"of training, or by less than {steps.STEADILY:.0%} if no step along the gradient would lower it by "
        f"{narrow.TRAPPED:.0%}.",
        "More units, which make it rare, or another seed: `seed=range(10)`.",
        shows=("python -m runner data=xor network.hidden=[2] optimizer=adam seed=4",),
    ),
}
