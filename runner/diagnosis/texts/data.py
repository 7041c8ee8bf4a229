"""The words for what data and config prove."""

from runner.diagnosis.rules import data
from runner.diagnosis.texts.text import Text

TEXTS = {
    "output_range": Text(
        "targets lie outside the range of the output",
        "The output activation cannot reach them: a sigmoid never gives 2.",
        "The cost stays at what the nearest reachable values cost; outputs stay at one end of their range.",
        f"More than {data.OUTSIDE:.0%} of the scaled targets lie outside.",
        "`network.output=auto network.target_range=auto loss=auto`, which can reach them.",
        shows=("python -m runner network.output=sigmoid network.target_range=null loss=half_mse",),
    ),
    "input_squash": Text(
        "the activation of the inputs makes them alike",
        "`network.input` is flat where the inputs are, so that different inputs look the same to the network.",
        "The cost stops falling early, at the same value whatever the rate.",
        f"More than {data.SQUASHED:.0%} of the inputs lie where the slope is below {data.FLAT:.0%} of the largest.",
        "`network.input=identity`.",
        shows=("python -m runner network.input=tanh",),
    ),
    "random_targets": Text(
        "the inputs say nothing about the targets that a model could find",
        "Targets are noise, were shuffled, or belong to other rows; or a few are so large that they hide the rest.",
        "No network, no rate and no seed is better than a constant on other samples.",
        f"Kernel regression with leave-one-out reaches a score below {data.NOTHING:g}.",
        "Look at the table: are rows in the right order, is the target the right column, are a few targets far off? No "
        "setting helps.",
        shows=("python -m runner data.noise=20",),
    ),
    "unscaled_inputs": Text(
        "the inputs are far from the scale that first weights are made for",
        "Inputs in the hundreds, far from 0, or all alike saturate the first layer, or leave it without a gradient.",
        "Hidden units are flat from the first step; the cost hardly moves, or jumps.",
        f"A column's root mean square is above {data.SCALE:g}, its mean above {data.SHIFTED:g} standard deviations, or "
        f"the widest column has a standard deviation below {data.NARROW:g}.",
        "`data.standardize=true`.",
        shows=("python -m runner data.domain=[100,110]",),
    ),
    "unequal_inputs": Text(
        "the columns of the inputs have very different scales",
        "One learning rate is then too high for one column, and too low for another.",
        "Only the widest column is used.",
        f"The widest column is more than {data.APART:g} times as wide as the narrowest.",
        "`data.standardize=true`.",
        shows=(
            "python -c \"print('a,b,y', *(f'{i % 20 * 100},{i % 7},{(i % 20 - 9) * (i % 7 - 3) / 9}' "
            "for i in range(280)), sep='\\n')\" > unequal.csv",
            "python -m runner data=table data.path=unequal.csv data.standardize=false",
        ),
    ),
    "unscaled_targets": Text(
        "the targets are far from the scale that outputs begin with",
        "Errors in the hundreds make gradients that no usual rate suits.",
        "The run diverges, or spends its time reaching the mean.",
        f"The mean of the targets, or their standard deviation, is above {data.TARGETS:g}.",
        "`data.target_scale=standardize`; scores stay in the units of the data.",
        shows=("python -m runner data=square data.domain=[-10,10] data.standardize=true",),
    ),
    "not_shuffled": Text(
        "samples that are alike are trained one after another",
        "If the given order is sorted, each batch undoes what the one before it did.",
        "The cost oscillates within every epoch; the result depends on which samples came last.",
        f"More than {data.SORTED:.0%} of the targets' variance lies between batches.",
        "`training.order=shuffled`.",
        shows=("python -m runner data.sampling=grid training.order=given training.mode=online training.epochs=50",),
    ),
}
