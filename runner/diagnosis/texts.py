"""What each cause is in words: for the terminal in a phrase, for docs/diagnoses.md in a few sentences."""

from dataclasses import dataclass

from runner.diagnosis.probes import CLEARLY
from runner.diagnosis.rules import data, held_out, network, start, steps


@dataclass(frozen=True)
class Text:
    """A cause: `words` complete "a run does not learn: ...", the others are sentences.

    `what` says what is wrong, `looks` how a person sees it, `found` what is measured, and `cure` what to do.
    """

    words: str
    what: str
    looks: str
    found: str
    cure: str


def words_of(cause: str) -> str:
    """A cause as a phrase; that of a rule of one's own is its name."""
    return TEXTS[cause].words if cause in TEXTS else cause.replace("_", " ")


TEXTS = {
    "wrong_gradient": Text(
        "the gradient is not the derivative of the cost",
        "Back-propagation, or the derivative of an activation or a loss, has a mistake.",
        "Anything: from a cost that rises to a run that learns, only worse than it could.",
        f"The gradient is compared with central differences, array by array; a relative error above {CLEARLY:g} "
        "is a mistake.",
        "`python -m runner.gradcheck` shows each array; a planned mistake is removed by `fault=none`.",
    ),
    "wrong_update": Text(
        "the update of the weights has a mistake",
        "The gradient is right, and what the optimizer makes of it is not: a sign, a missing correction.",
        "The cost rises, or falls to something that is no minimum.",
        "The update is that of a `fault=`; it is compared with the right one.",
        "`fault=none`.",
    ),
    "wrong_pairs": Text(
        "inputs are trained with the targets of other samples",
        "Inputs and targets are put in another order, or a batch is not what it should be.",
        "The network learns the mean of the targets, as if they were noise.",
        "The batch is that of a `fault=`; it is compared with the right one.",
        "`fault=none`.",
    ),
    "mixed_units": Text(
        "the cost that is shown is not the one that is minimised",
        "The cost of training and that of other samples are in different units.",
        "Curves of training and test lie apart by a factor.",
        "The cost is that of a `fault=`; it is compared with the right one.",
        "`fault=none`.",
    ),
    "output_range": Text(
        "targets lie outside the range of the output",
        "The output activation cannot reach them: a sigmoid never gives 2.",
        "The cost stays at what the nearest reachable values cost; outputs stick to an end of their range.",
        f"More than {data.OUTSIDE:.0%} of the targets, as they are trained, lie outside.",
        "`network.output=auto network.target_range=auto loss=auto`, which reach them.",
    ),
    "input_squash": Text(
        "the activation of the inputs makes them alike",
        "`network.input` is flat where the inputs are, so that different inputs look the same to the network.",
        "The cost stops early, at the same value whatever the rate.",
        f"More than {data.SQUASHED:.0%} of the inputs lie where its slope is below {data.FLAT:.0%} of the largest.",
        "`network.input=identity`.",
    ),
    "random_targets": Text(
        "the inputs say nothing about the targets that a model could find",
        "Targets are noise, were shuffled, or belong to other rows.",
        "No network, no rate and no seed is better than a constant on other samples.",
        f"Kernel regression, each sample left out once, reaches a score below {data.NOTHING:g}.",
        "Look at the table: are rows in the right order, is the right column the target? No setting helps.",
    ),
    "unscaled_inputs": Text(
        "the inputs are far from the scale that first weights are made for",
        "Inputs in the hundreds, far from 0, or all alike saturate the first layer, or leave it without a gradient.",
        "Hidden units are flat from the first step; the cost hardly moves, or jumps.",
        f"A column's root mean square is above {data.SCALE:g}, its mean above {data.SHIFTED:g} standard deviations, or "
        f"the widest column has a standard deviation below {data.NARROW:g}.",
        "`data.standardize=true`.",
    ),
    "unequal_inputs": Text(
        "the columns of the inputs have very different scales",
        "One learning rate is then too high for one column, and too low for another.",
        "Only what the widest column says is learned.",
        f"The widest column is more than {data.APART:g} times as wide as the narrowest.",
        "`data.standardize=true`.",
    ),
    "unscaled_targets": Text(
        "the targets are far from the scale that outputs begin with",
        "Errors in the hundreds make gradients that no usual rate suits.",
        "The run diverges, or spends its time in reaching the mean.",
        f"The mean of the targets, or their standard deviation, is above {data.TARGETS:g}.",
        "`data.target_scale=standardize`; scores stay in the units of the data.",
    ),
    "not_shuffled": Text(
        "samples that are alike are trained one after another",
        "In a given order that is sorted, each batch undoes what the one before it did.",
        "The cost swings within every epoch; the end depends on which samples came last.",
        f"More than {data.SORTED:.0%} of the targets' variance lies between batches.",
        "`training.order=shuffled`.",
    ),
    "no_hidden": Text(
        "the network is linear, and the data are not",
        "Without a hidden layer, or with identity as the activation, only straight lines can be learned.",
        "The cost converges at once to that of a linear model.",
        f"A linear model is more than {network.LINEAR:g} of the score below what the data allow.",
        "A hidden layer with an activation that bends: `network.hidden=[8] activation=tanh`.",
    ),
    "too_small": Text(
        "a layer has too few units",
        "All that the layers above learn must pass through one number.",
        "The fit is one step or one slope.",
        "A hidden layer has one unit, and the run misses what its data allow; or of all fixes only more units help.",
        "More units: `network.hidden=[8]`.",
    ),
    "vanishing": Text(
        "the gradient hardly reaches the first layer",
        "Each layer makes it smaller; sigmoid does so at least by four.",
        "The last layers learn a constant; the cost is flat for a long time.",
        f"With {network.DEEP} hidden layers or more, the first layer's gradient is below {network.VANISHED:g} of the "
        "last one's, before the first update.",
        "`activation=relu init=he`, or fewer layers.",
    ),
    "no_bias": Text(
        "the network has no bias",
        "Every unit's line must go through the origin.",
        "An answer is missed that lies off the origin, as in xor.",
        "`network.bias=false`, the run misses what its data allow, and no other cause was found.",
        "`network.bias=true`.",
    ),
    "symmetric_init": Text(
        "all units of a layer are the same unit",
        "They begin with equal weights, get equal gradients, and stay equal.",
        "A layer of any size is as good as one unit.",
        "The weights of a layer's units are equal before the first update and after the last.",
        "Random first weights: `init=glorot`, or `init=he` for relu.",
    ),
    "dead_relu": Text(
        "most units of a layer are dead from the start",
        "A relu that is 0 for every sample has no gradient.",
        "The cost is flat, or that of a network with few units.",
        f"At least {start.DEAD:.0%} of a layer's units have no slope for any sample, before the first update.",
        "`init=he network.bias_init=zero`, or `activation=leaky_relu`.",
    ),
    "init_large": Text(
        "the first weights are too large",
        "They saturate every unit, so that little gradient is left.",
        "The cost begins very high and falls slowly, or jumps.",
        f"The norm of a unit's first weights is above {start.LARGE:g}.",
        "`init=glorot`, or `init=he` for relu.",
    ),
    "init_small": Text(
        "the first weights are too small",
        "Products of tiny numbers have tiny gradients in every layer.",
        "The cost is flat at that of a constant.",
        f"The norm of a unit's first weights is below {start.SMALL:g} in every layer.",
        "`init=glorot`, or `init=he` for relu.",
    ),
    "bad_start": Text(
        "the run has ended in a trap, from which other first weights stay away",
        "A small network has minima that are not the best one.",
        "The cost is flat at a value that other seeds pass.",
        f"Other seeds alone learn, or a network of {start.NARROW} units or fewer has moved, and no step along the "
        f"gradient would save {start.TRAPPED:.0%} of the cost.",
        "Other seeds: `seed=range(10)`; more units make it rare.",
    ),
    "decay_fast": Text(
        "the schedule has taken the learning rate away before anything was learned",
        "It falls to nearly nothing in a small part of the steps.",
        "The cost falls at first, and then is exactly flat.",
        f"The last factor is below {steps.FADED:g}, and all are on average below {steps.WORTH:g}.",
        "`schedule=constant`, or a slower decay.",
    ),
    "clip_tight": Text(
        "gradients are cut to a small part of their size",
        "With plain steps that is a low learning rate.",
        "The cost falls in a straight line, far too slowly.",
        f"The limit is below {steps.CLIPPED:g} of the gradient's median norm.",
        "`training.clip_norm=null training.clip_value=null`.",
    ),
    "l2_strong": Text(
        "L2 pulls the weights to zero as strongly as the gradient drives them away",
        "The minimum of cost and penalty together is near a constant.",
        "The cost is flat, far from 0; weights are small at the end.",
        f"At the end the pull of L2 is above {steps.PULLED:g} of the gradient, or a unit's weights are below "
        f"{steps.SHRUNK:g}.",
        "`training.l2=0`, or a hundredth of it.",
    ),
    "momentum_high": Text(
        "momentum makes every step far longer than the learning rate says",
        "In the long run the rate is divided by 1 - momentum.",
        "The cost swings in long waves, or diverges.",
        f"`optimizer.momentum` is above {steps.HEAVY:g}, and the run misses what its data allow.",
        "`optimizer.momentum=0.9`.",
    ),
    "too_few_steps": Text(
        "training has ended too early",
        "There were too few updates to get anywhere.",
        "The cost still falls when training ends.",
        f"There are fewer than {steps.FEWEST:g} updates, or than {steps.FEW:g} with a cost that still falls.",
        "Ten times as many steps: `training.epochs` or `training.steps`.",
    ),
    "lr_high": Text(
        "the learning rate is too high for this network and these data",
        "An update goes beyond the minimum, and lands higher on the other side.",
        "The cost jumps, ends above its least, or the run diverges; units may die or saturate on the way.",
        f"The run diverged, one update moved a layer by more than {steps.LEAP:g} of its weights, the last cost is "
        f"above {steps.RISE:g} times the least, or the rate times the curvature is above {steps.STEEP:g}.",
        "A tenth of the rate, then a hundredth.",
    ),
    "lr_low": Text(
        "the learning rate is too low for this number of steps",
        "The cost would have fallen further with longer steps.",
        "The cost falls smoothly, and is far from flat at the end.",
        f"The weights have moved less than {steps.NEAR_START:g} of their size, the best step along the gradient is "
        f"{steps.SHORT:g} times as long as that taken, or the last fifth of training saved {steps.STEADILY:.0%}.",
        "Ten times the rate, then a hundred times.",
    ),
    "extrapolation": Text(
        "the run is tested where it was not trained",
        "Test inputs lie outside the range of the training inputs.",
        "The training score is good; the fit leaves the truth at the ends.",
        f"More than {held_out.OUTSIDE:.0%} of the test inputs lie outside, and the test score is more than "
        f"{held_out.BEYOND:g} below that of training.",
        "`test.margin=0`, or `test.set=held_out`; or training samples from there.",
    ),
    "overfit": Text(
        "the run has learned its training samples by heart",
        "The network is large for the samples, and was trained for long.",
        "The cost of training falls, that of other samples rises again.",
        f"The test score is more than {held_out.BEYOND:g} below that of training, and the test cost above "
        f"{held_out.ROSE:g} times its least.",
        "`training.patience=20 training.restore_best=true`, `training.l2=0.01`, or more samples.",
    ),
    "imbalance": Text(
        "rare classes are never answered",
        "Answering the commonest class is nearly right, and the rest costs little.",
        "Accuracy looks good, balanced accuracy is that of chance.",
        f"The commonest class is more than {held_out.UNEQUAL:g} times as frequent as the rarest, and one that the data "
        "tell apart is never chosen.",
        "`training.class_weights=balanced`.",
    ),
}
