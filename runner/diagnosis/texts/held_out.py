"""The words for runs that learn their training samples alone."""

from runner.diagnosis.rules import held_out
from runner.diagnosis.texts.text import Text

TEXTS = {
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
