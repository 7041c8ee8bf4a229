"""The words for steps too short, too long or too few."""

from runner.diagnosis.rules import penalties, steps, updates
from runner.diagnosis.rules.rule import NEAR_START
from runner.diagnosis.texts.text import Text

TEXTS = {
    "decay_fast": Text(
        "the schedule takes the learning rate away before anything is learned",
        "It falls to almost zero within a small part of the steps.",
        "The cost falls at first, then stays exactly flat.",
        f"The last factor is below {steps.FADED:g}, and the mean factor below {steps.WORTH:g}.",
        "`schedule=constant`, or a slower decay.",
        shows=("python -m runner schedule=exponential schedule.decay=0.9",),
    ),
    "clip_tight": Text(
        "gradients are cut to a small part of their size",
        "With plain gradient descent this acts like a low learning rate.",
        "The cost falls in a straight line, far too slowly.",
        f"The limit is below {steps.CLIPPED:g} of the gradient's median norm.",
        "`training.clip_norm=null training.clip_value=null`.",
        shows=("python -m runner training.clip_norm=0.001",),
    ),
    "l2_strong": Text(
        "regularisation pulls the weights to zero as strongly as the gradient drives them away",
        "The minimum of cost and penalty together is near a constant.",
        "The cost is flat, far from 0; the final weights are small.",
        f"At the end, the pull of L1 and L2 is above {penalties.PULLED:g} of the gradient, or the norm of a unit's "
        f"weights is below {penalties.SHRUNK:g}.",
        "`training.l2=0` or `training.l1=0`, or a hundredth of it.",
        shows=("python -m runner training.l2=0.3",),
    ),
    "dropout_strong": Text(
        "dropout leaves the network too few units to learn with",
        "Each update trains a different small part of the network, and no part is large enough.",
        "The fit is flatter than the data; a network without dropout has a far lower cost.",
        "`training.dropout` is above 0, the run falls short of what its data allow, and no other cause was found.",
        "`training.dropout=0`, or more units.",
        shows=("python -m runner training.dropout=0.5 training.epochs=1500",),
    ),
    "momentum_high": Text(
        "momentum makes every step far longer than the learning rate says",
        "In the long run, it divides the rate by 1 - momentum.",
        "The cost oscillates in long waves, or diverges.",
        f"`optimizer.momentum` is above {steps.HEAVY:g}, and the run falls short of what its data allow.",
        "`optimizer.momentum=0.9`.",
        shows=("python -m runner optimizer=momentum optimizer.momentum=0.999",),
    ),
    "batch_large": Text(
        "the batches are so large that there are few updates",
        "An update averages many samples: the data are seen often, but the weights change seldom.",
        "The cost falls smoothly, and is still falling when training ends.",
        f"There are at least {updates.OFTEN} epochs and {updates.LARGE} samples per update, too few updates (D505), "
        f"and there would be {steps.FEW:g} or more with batches of {updates.SMALL}.",
        f"`training.mode=minibatch training.batch_size={updates.SMALL}`, or more epochs.",
        shows=("python -m runner data.samples=2000 training.mode=full training.epochs=20",),
    ),
    "too_few_steps": Text(
        "training has ended too early",
        "There were too few updates to learn from.",
        "The cost is still falling when training ends.",
        f"There are fewer than {steps.FEWEST:g} updates, or fewer than {steps.FEW:g} and the cost is still falling.",
        f"Ten times as many steps, or enough for {steps.FEW:g} updates: `training.epochs` or `training.steps`.",
        shows=("python -m runner training.epochs=5",),
    ),
    "lr_high": Text(
        "the learning rate is too high for this network and these data",
        "An update overshoots the minimum, and lands higher on the other side.",
        "The cost jumps or ends above its minimum, or the run diverges; units may die or saturate.",
        f"The run diverged, one update moved a layer by more than {steps.LEAP:g} times its weights, the last cost is "
        f"above {steps.RISE:g} times the lowest, or the rate times the curvature is above {steps.STEEP:g}.",
        "A tenth of the rate, then a hundredth.",
        shows=("python -m runner learning_rate=3",),
    ),
    "lr_low": Text(
        "the learning rate is too low for this number of steps",
        "The cost would have fallen further with longer steps.",
        "The cost falls smoothly, and is far from flat at the end.",
        f"The weights have moved less than {NEAR_START:g} of their size, and the cost is still falling; or the best "
        f"step along the gradient is {steps.SHORT:g} times as long as the one taken, and the cost fell by "
        f"{steps.STEADILY:.0%} in the last fifth of training, or by {steps.FALLS:.1%} if that step would lower it by "
        f"{steps.WORTHWHILE:.0%}.",
        "Ten times the rate, or the power of ten that the curvature at the initial weights allows, up to 0.1.",
        shows=("python -m runner learning_rate=0.001",),
    ),
}
