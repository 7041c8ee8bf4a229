"""The words for networks that cannot do it."""

from runner.diagnosis.rules import narrow, network
from runner.diagnosis.texts.text import Text

TEXTS = {
    "no_hidden": Text(
        "the network is linear, and the data are not",
        "Without a hidden layer, or with the identity as activation, only linear functions can be learned.",
        "The cost quickly converges to that of a linear model.",
        f"The score of a linear model is more than {network.LINEAR:g} below what the data allow.",
        "A hidden layer with a nonlinear activation: `network.hidden=[8] activation=tanh`.",
        shows=("python -m runner network.hidden=[]",),
    ),
    "too_small": Text(
        "a layer has too few units",
        "Everything that later layers see must pass through one number, or a few.",
        "The fit is a single step or slope.",
        "A hidden layer has one unit, and the run falls short of what its data allow; or it has "
        f"{narrow.NARROW} units or fewer, and none of {narrow.SEEDS} or more other seeds learns; or only more "
        "units help.",
        "More units: `network.hidden=[8]`.",
        shows=("python -m runner network.hidden=[1]",),
    ),
    "vanishing": Text(
        "the gradient hardly reaches the first layer",
        "Each layer makes it smaller, a sigmoid layer by a factor of at least four.",
        "The last layers learn a constant; the cost is flat for a long time.",
        f"With {network.DEEP} hidden layers or more, the first layer's gradient is below {network.VANISHED:g} of the "
        "last one's, before the first update.",
        "`activation=relu init=he`, or fewer layers.",
        shows=("python -m runner activation=sigmoid network.hidden=[8,8,8,8]",),
    ),
    "no_bias": Text(
        "the network has no bias",
        "The line at which a unit switches must pass through the origin.",
        "Boundaries away from the origin are missed, as in xor.",
        "`network.bias=false`, the run falls short of what its data allow, and no other cause was found.",
        "`network.bias=true`.",
        shows=("python -m runner data=xor network.bias=false learning_rate=0.5 training.epochs=1500",),
    ),
}
