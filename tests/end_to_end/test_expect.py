"""What is expected of a sweep, by the real command line: judged, recorded, and with --strict decisive."""

from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import make_store, run_runner, said
from tests.end_to_end.store import Store, nothing_was_trained

QUICK = (
    "training.epochs=2",
    "training.evaluations=1",
    "tracking.plots=none",
    "tracking.report=false",
    "tracking.models=none",
    "workers=1",
)
SWEEP = ("-m", "data=xor", "activation=tanh,relu", "seed=range(2)", *QUICK)
GOOD, BAD = "costs are never negative", "everything is right at once"
EXPECT = f"expect={{{GOOD}:'lowest(cost) >= 0',{BAD}:'median(accuracy, activation=tanh) > 2'}}"


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("judged")
    make_store(folder)
    return Trained(run_runner(*SWEEP, EXPECT, cwd=folder), Store(folder))


def test_a_sweep_that_is_not_as_expected_still_exits_with_0(judged: Trained) -> None:
    assert judged.done.returncode == 0, said(judged.done)
    assert len(judged.store.children(judged.store.only())) == 4


def test_every_expectation_is_printed_with_its_numbers_and_its_verdict(judged: Trained) -> None:
    lines = [line.rstrip() for line in judged.done.stdout.splitlines()]
    (good,) = [line for line in lines if line.startswith(GOOD)]
    (bad,) = [line for line in lines if line.startswith(BAD)]
    assert good.endswith(" yes") and ">= 0" in good
    assert bad.endswith(" NO") and "> 2" in bad
    assert lines.index(good) < lines.index(bad)


def test_verdicts_are_kept_on_the_parent(judged: Trained) -> None:
    parent = judged.store.only()
    table = pd.read_csv(judged.store.artifact(parent, "verdict.csv"))
    assert table.columns.tolist() == ["holds", "numbers", "expected", "inequality"]
    assert table["holds"].tolist() == [True, False]
    assert table["expected"].tolist() == [GOOD, BAD]
    assert table["inequality"].tolist() == ["lowest(cost) >= 0", "median(accuracy, activation=tanh) > 2"]
    metrics = {name: value for name, value in parent.data.metrics.items() if name.startswith("expect/")}
    assert metrics == {"expect/held": 1.0, "expect/failed": 1.0, "expect/not_judged": 0.0}
    assert parent.data.tags["verdict"] == "1 of 2 expectations hold"
    note = parent.data.tags["mlflow.note.content"]
    assert f"- {GOOD}: " in note and f"- {BAD}: " in note and note.count(" **no**") == 1
    assert parent.info.status == "FINISHED"


def test_a_sweep_without_expectations_has_no_verdict(tmp_path: Path) -> None:
    make_store(tmp_path)
    done, store = run_runner(*SWEEP, "--strict", cwd=tmp_path), Store(tmp_path)
    assert done.returncode == 0, said(done)
    assert not store.artifact(store.only(), "verdict.csv").exists()
    assert "verdict" not in store.only().data.tags
    assert not [name for name in store.only().data.metrics if name.startswith("expect/")]


@pytest.mark.parametrize("strict", ["--strict", "strict=true"])
def test_a_strict_sweep_that_is_not_as_expected_fails_after_everything_is_kept(tmp_path: Path, strict: str) -> None:
    make_store(tmp_path)
    done = run_runner(*SWEEP, EXPECT, strict, cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert done.stderr == "error: 1 of 2 expectations do not hold, or cannot be judged (--strict)\n"
    store = Store(tmp_path)
    assert len(store.children(store.only())) == 4
    assert store.artifact(store.only(), "verdict.csv").exists()


def test_a_strict_sweep_that_is_as_expected_succeeds(tmp_path: Path) -> None:
    make_store(tmp_path)
    done = run_runner(*SWEEP, f"expect={{{GOOD}:'lowest(cost) >= 0'}}", "--strict", cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert Store(tmp_path).only().data.tags["verdict"] == "1 of 1 expectations hold"


def test_what_a_narrowed_sweep_has_no_runs_for_is_reported_before_and_not_judged_after(tmp_path: Path) -> None:
    about_gelu = "expect={so it is:'median(cost, activation=gelu) > 0'}"
    make_store(tmp_path)
    done = run_runner(*SWEEP, about_gelu, cwd=tmp_path)
    assert done.returncode == 0, said(done)
    told = "expect 'so it is': no run of the sweep has activation=gelu"
    assert done.stderr.startswith(told) and done.stderr.endswith("; it is not judged\n")
    assert " not judged" in done.stdout.split("expected", 1)[1]
    parent = Store(tmp_path).only()
    assert (parent.data.metrics["expect/not_judged"], parent.data.metrics["expect/failed"]) == (1.0, 0.0)
    assert run_runner(*SWEEP, about_gelu, "--strict", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("median(cost) >", "cannot be read: invalid syntax; it should look like "),
        ("median(cost, activatoin=tanh) > 0", "'activatoin'"),
        ("middle(cost) > 0", "middle"),
    ],
)
def test_an_expectation_that_cannot_be_meant_is_refused_before_anything_is_trained(
    tmp_path: Path, text: str, part: str
) -> None:
    done = run_runner(*SWEEP, f"expect={{so it is:'{text}'}}", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert done.stderr.startswith("error: This sweep cannot start:\n  - expect 'so it is': ")
    assert part in done.stderr and "Traceback" not in done.stderr
    assert nothing_was_trained(tmp_path)


def test_a_single_run_is_judged_as_a_sweep_is(tmp_path: Path) -> None:
    make_store(tmp_path)
    one = ("data=xor", "seed=1", *QUICK)
    done = run_runner(*one, EXPECT.replace(", activation=tanh", ""), "--strict", cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert done.stderr == "error: 1 of 2 expectations do not hold, or cannot be judged (--strict)\n"
    (bad,) = [line.rstrip() for line in done.stdout.splitlines() if line.startswith(BAD)]
    assert bad.endswith(" NO") and "> 2" in bad
    done = run_runner(*one, "expect={so it is:'median(cost) >'}", cwd=tmp_path)
    assert done.stderr.startswith("error: This run cannot start:\n  - expect 'so it is': cannot be read"), said(done)
    assert len(Store(tmp_path).runs()) == 1
