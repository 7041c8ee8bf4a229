"""Law 2 for tables: a run has the same bits alone and beside others, with all that is fitted to its rows."""

import numpy as np
import pytest

from runner.train.training import train_task
from tests.runner.building import plan_of

N = 70
VARIANTS = {
    "a regression": ("data.target=y",),
    "logarithms": ("data.target=y", "data.target_scale=log"),
    "a classification": ("data.target=kind",),
    "weighted classes": ("data.target=kind", "training.class_weights=balanced"),
    "folds": ("data.target=kind", "data.folds=4"),
    "single precision": ("data.target=y", "dtype=float32"),
    "no gaps filled in full batches": ("data.target=y", "data.drop=[size]", "training.mode=full"),
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    rows = [
        f"{'' if k % 11 == 0 else round(rng.normal(), 3)},{rng.choice(['red', 'blue', 'green'])},{rng.integers(1, 9)},"
        f"{'rare' if k % 9 == 0 else 'usual'},{round(float(rng.gamma(2)), 4) + 0.01}\n"
        for k in range(N)
    ]
    (tmp_path / "t.csv").write_text("size,colour,count,kind,y\n" + "".join(rows))


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_run_on_a_table_has_the_same_bits_alone_and_beside_others(variant, table):
    shared = "data=table", "data.path=t.csv", "network.hidden=[5]", "training.epochs=6", *variant
    axis = "data.fold" if "data.folds=4" in variant else "seed"
    jobs = [(f"{axis}={number}",) for number in range(3)]
    (task,) = plan_of(*jobs, first=(*shared, "workers=1")).tasks
    together = sorted(train_task(task), key=lambda one: one.index)
    for job, beside in zip(jobs, together, strict=True):
        ((alone,),) = [train_task(one) for one in plan_of(job, first=shared).tasks]
        assert alone.digests == beside.digests and alone.digests
        assert alone.measures == beside.measures
        assert alone.restored == beside.restored is not None
    assert len({one.digests["digest.weights"] for one in together}) == 3
