"""A user's own data set whose numbers of samples and classes differ from seed to seed."""

from pathlib import Path

from tests.end_to_end.conftest import trained
from tests.end_to_end.store import Bits

MODULE = '''
import numpy as np

from runner.datasets import DATASETS, Samples


@DATASETS.register
def changing(streams) -> Samples:
    """From 20 to 60 samples of two to four classes."""
    n, classes = 20 * int(streams.inputs.integers(1, 4)), int(streams.inputs.integers(2, 5))
    X = streams.inputs.uniform(-1, 1, (n, 2))
    names = tuple(f"class {number}" for number in range(classes))
    return Samples(X, np.arange(n) % classes, "classification", ("a", "b"), classes=names)
'''
SETTINGS = (
    "modules=[changing_parts]",
    "data=changing",
    "training.epochs=3",
    "tracking.plots=none",
    "tracking.report=false",
)


def bits_by_seed(folder: Path, *arguments: str) -> dict[str, tuple[str, tuple[str, ...], Bits]]:
    """Key, sizes and bits of the runs that a program leaves in a folder of its own, by their seeds."""
    folder.mkdir()
    (folder / "changing_parts.py").write_text(MODULE)
    store = trained(folder, *arguments, *SETTINGS).store
    runs = store.children(store.only()) or [store.only()]
    names = ("train_samples", "test_samples", "last_step")
    return {
        run.data.params["seed"]: (
            run.data.tags["run_key"],
            tuple(run.data.tags[name] for name in names),
            store.bits(run),
        )
        for run in runs
    }


def test_sizes_that_depend_on_the_seed_are_those_of_each_run_alone(tmp_path: Path) -> None:
    alone = bits_by_seed(tmp_path / "alone", "seed=1")
    swept = bits_by_seed(tmp_path / "swept", "-m", "seed=0,1,2")
    assert len({sizes for _, sizes, _ in swept.values()}) > 1, "the seeds of this test should have different sizes"
    assert swept["1"] == alone["1"]
    assert bits_by_seed(tmp_path / "in another order", "-m", "seed=1,0,2") == swept
