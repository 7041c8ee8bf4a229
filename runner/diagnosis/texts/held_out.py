"""The words for runs that learn only their training samples."""

from runner.diagnosis.rules import held_out
from runner.diagnosis.rules.rule import AS_GOOD
from runner.diagnosis.texts.text import Text

TEXTS = {
    "extrapolation": Text(
        "the run is tested where it is not trained",
        "Test inputs lie outside the range of the training inputs.",
        "The training score is good; the fit departs from the truth at the ends.",
        f"More than {held_out.OUTSIDE:.0%} of the test inputs lie outside, and more than {held_out.GAPS:g} times as "
        "many as with evenly spaced training samples; the test score is more than "
        f"{AS_GOOD:g} below the training score.",
        "`test.margin=0`, or `test.set=held_out`; or training samples from that range.",
        shows=("python -m runner test.set=grid test.margin=3",),
    ),
    "too_few_samples": Text(
        "there are too few samples for this network",
        "It has more parameters than training samples. Of the many ways to fit these, few generalise.",
        "The training samples are learned nearly perfectly; the test score is bad from the first epoch to the last.",
        f"The training score is at least {held_out.BY_HEART:g}, the test score more than {held_out.BEYOND:g} below "
        f"it, and even the best test score during training is more than {held_out.BELOW:g} below what the samples "
        "allow, or no better than the last; or what they allow may be chance.",
        "More samples: `data.samples` of a synthetic data set. `training.l2=0.01` or fewer units help half of the "
        "time; early stopping does not (if it does, the cause is D602).",
        shows=("python -m runner data=surface data.samples=20 network.hidden=[40] optimizer=adam seed=4",),
    ),
    "overfit": Text(
        "the run has learned its training samples by heart",
        "The network is large for its samples, and was trained for too long.",
        "The training cost falls, but the cost on other samples rises again.",
        f"The test score is more than {held_out.FAR_BEYOND:g} below the training score, and the test cost above "
        f"{held_out.ROSE:g} times its minimum.",
        "`training.patience=20 training.restore_best=true`, `training.l2=0.01`, or more samples.",
        shows=(
            "python -m runner data=tanh data.samples=30 data.noise=1 network.hidden=[40] optimizer=adam "
            "training.epochs=2000",
        ),
    ),
    "imbalance": Text(
        "rare classes are answered too seldom",
        "Always predicting the most frequent class is nearly right, and the errors cost little.",
        "Accuracy looks good, but balanced accuracy is at chance level.",
        f"The most frequent class is more than {held_out.UNEQUAL:g} times as frequent as the rarest, and the "
        "balanced score is below what the data allow with equal class weights.",
        "`training.class_weights=balanced`.",
        shows=(
            "python -c \"print('x,y', *(f'{i % 40},{i % 40 > 37}' for i in range(800)), sep='\\n')\" > rare.csv",
            "python -m runner data=table data.path=rare.csv network.hidden=[4] training.epochs=20",
        ),
    ),
}
