"""The words for runs that learn only their training samples."""

from runner.diagnosis.rules import held_out
from runner.diagnosis.rules.rule import AS_GOOD
from runner.diagnosis.texts.text import Text

TEXTS = {
    "extrapolation": Text(
        "the run is tested where it is not trained",
        "Test inputs lie outside the range of the training inputs.",
        "The training score is good; the fit departs from the truth at the ends.",
        f"More than {held_out.OUTSIDE:.0%} of the test inputs lie outside, and more than {held_out.GAPS:g} times what "
        "as many even samples would leave there; the test score is more than "
        f"{AS_GOOD:g} below that of training.",
        "`test.margin=0`, or `test.set=held_out`; or training samples from there.",
        shows=("python -m runner test.set=grid test.margin=3",),
    ),
    "too_few_samples": Text(
        "there are too few samples for this network",
        "It has more parameters than there are training samples, and many ways to fit these; few of them suit others.",
        "Training samples are learned nearly perfectly; the test score is bad from the first epoch to the last.",
        f"The training score is at least {held_out.BY_HEART:g}, that of the test more than {held_out.BEYOND:g} below "
        f"it, and even the best on the way is more than {held_out.BELOW:g} below what the samples allow, or no better "
        "than the end; or what they allow is no more than luck.",
        "More samples: `data.samples` of a data set that is made. `training.l2=0.01` or fewer units help half of the "
        "time; stopping earlier does not (where it does, the cause is D602).",
        shows=("python -m runner data=surface data.samples=20 network.hidden=[40] optimizer=adam seed=4",),
    ),
    "overfit": Text(
        "the run has learned its training samples by heart",
        "The network is large for its samples, and was trained for too long.",
        "The training cost falls, that of other samples rises again.",
        f"The test score is more than {held_out.FAR_BEYOND:g} below that of training, and the test cost above "
        f"{held_out.ROSE:g} times its least.",
        "`training.patience=20 training.restore_best=true`, `training.l2=0.01`, or more samples.",
        shows=(
            "python -m runner data=tanh data.samples=30 data.noise=1 network.hidden=[40] optimizer=adam "
            "training.epochs=2000",
        ),
    ),
    "imbalance": Text(
        "rare classes are answered too seldom",
        "Always answering the commonest class is nearly right, and the rest costs little.",
        "Accuracy looks good, balanced accuracy is that of chance.",
        f"The commonest class is more than {held_out.UNEQUAL:g} times as frequent as the rarest, and the balanced "
        "score is below what the same data allow when each class counts the same.",
        "`training.class_weights=balanced`.",
        shows=(
            "python -c \"print('x,y', *(f'{i % 40},{i % 40 > 37}' for i in range(800)), sep='\\n')\" > rare.csv",
            "python -m runner data=table data.path=rare.csv network.hidden=[4] training.epochs=20",
        ),
    ),
}
