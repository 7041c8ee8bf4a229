"""Starting from another run's weights, named by its id in the store, by the real command line."""

from pathlib import Path

import numpy as np

from tests.end_to_end.program import run_runner, said, train
from tests.end_to_end.store import Store, nothing_was_trained

QUICK = (
    "data=xor",
    "training.epochs=3",
    "training.evaluations=3",
    "tracking.plots=none",
    "tracking.report=false",
    "tracking.models=none",
)


def test_a_run_starts_from_the_weights_of_the_run_with_an_id(tmp_path: Path) -> None:
    train(*QUICK, cwd=tmp_path)
    store = Store(tmp_path)
    first = store.only()
    train(*QUICK, f"network.start={first.info.run_id}", "learning_rate=1e-12", cwd=tmp_path)
    (second,) = [run for run in store.parents() if run.info.run_id != first.info.run_id]
    assert store.metric(second, "train/cost")[0][1] == store.metric(first, "train/cost")[-1][1]
    assert second.data.params["network.start"] == first.info.run_id
    before, after = (np.load(store.artifact(run, "weights.npz"))["parameters"] for run in (first, second))
    np.testing.assert_allclose(before, after, rtol=1e-9, atol=1e-9)


def test_an_id_that_no_run_has_is_refused_in_one_sentence(tmp_path: Path) -> None:
    unknown = "0123456789abcdef0123456789abcdef"
    done = run_runner(*QUICK, f"network.start={unknown}", cwd=tmp_path)
    assert done.returncode == 1
    assert f"network.start={unknown}: MLflow has no weights for this run id: " in done.stderr, said(done)
    assert "run id: there is no MLflow store sqlite:///mlflow.db here; " in done.stderr
    assert "Traceback" not in done.stderr
    assert nothing_was_trained(tmp_path)


def test_baselines_and_probes_are_metrics_beside_the_final_values(tmp_path: Path) -> None:
    train(
        "training.epochs=2",
        "tracking.plots=none",
        "tracking.report=false",
        "tracking.models=none",
        "test.probes=[3,-2]",
        cwd=tmp_path,
    )
    metrics = Store(tmp_path).only().data.metrics
    for name in ("baseline/constant_rmse", "baseline/linear_rmse", "probe/3", "probe/-2", "probe_error/3"):
        assert name in metrics
    assert {"final/test_max_error", "final/test_output_range", "final/test_rmse", "final/train_cost"} <= set(metrics)
    assert not [name for name in metrics if name.startswith("final/") and ("probe" in name or "baseline" in name)]


def test_a_probe_far_away_can_be_written_too(tmp_path: Path) -> None:
    train(
        "training.epochs=2",
        "tracking.plots=none",
        "tracking.report=false",
        "tracking.models=none",
        "test.probes=[1000000]",
        cwd=tmp_path,
    )
    assert [name for name in Store(tmp_path).only().data.metrics if name.startswith("probe/")]
