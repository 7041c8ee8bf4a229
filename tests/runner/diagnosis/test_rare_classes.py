"""Runs that neglect a rare class: one measure for them alone, in a sweep, at its end and in experiments."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.diagnosis.ending import account, look
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.verdicts import summary
from runner.runs.diagnosis import Overrides
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.diagnosis.experimenting import trained, tried

FRESH = 20


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes, of which one has 5 % of 1,000 rows, as two of four columns together decide."""
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("tables") / "rare.csv"
    X = rng.normal(size=(1000, 4))
    s = X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.normal(size=1000)
    words = np.where(s > np.quantile(s, 0.95), "fraud", "ok")
    rows = [[*(f"{value:.6g}" for value in x), word] for x, word in zip(X, words, strict=True)]
    path.write_text("".join(",".join(row) + "\n" for row in [[*"abcd", "y"], *rows]), encoding="utf-8")
    return path


def given(table: Path) -> Overrides:
    return ("data=table", f"data.path={table}", "data.target=y", "optimizer=sgd", "training.epochs=30",
            "activation=relu", "learning_rate=0.1")  # fmt: skip


@pytest.fixture(scope="module")
def runs(table: Path) -> dict[str, RunResult]:
    """Runs on it with and without weights, on seeds of their own and on fresh ones."""
    plain = {f"plain {seed}": (*given(table), f"seed={seed}") for seed in range(3 + FRESH)}
    equal = (*given(table), "training.class_weights=balanced")
    weighted = {f"weighted {seed}": (*equal, f"seed={seed}") for seed in range(3)}
    return trained(plain | weighted)


def judged(*some: RunResult) -> list[Judged]:
    return [one for one in judge_all(some) if isinstance(one, Judged)]


def test_runs_with_weights_do_not_raise_what_the_data_allow_one_without(runs: dict[str, RunResult]) -> None:
    for name in ("plain 0", "plain 1", "plain 2", "weighted 0"):
        others = [one for other, one in runs.items() if other.split()[0] != name.split()[0]][-3:]
        alone, beside = judged(runs[name])[0], judged(runs[name], *others)[0]
        assert (beside.reference, beside.diagnosis.cause) == (alone.reference, alone.diagnosis.cause)


def test_fresh_seeds_that_neglect_a_rare_class_do_not_learn_in_experiments_either(runs: dict[str, RunResult]) -> None:
    """As many learn as are healthy when they are judged."""
    found, _ = tried(*(runs[f"plain {seed}"] for seed in range(3)))
    said = found[0].diagnosis
    assert (said.cause, said.certainty, said.fix) == ("imbalance", "confirmed", ("training.class_weights=balanced",))
    fresh = [judged(runs[f"plain {3 + seed}"])[0] for seed in range(FRESH)]
    learn = sum(one.diagnosis.verdict == "healthy" for one in fresh)
    assert said.experiment is not None and said.experiment.learn == learn < 5


def test_runs_that_neglect_a_rare_class_do_worse_at_the_end_of_a_sweep_too(runs: dict[str, RunResult]) -> None:
    some = [runs[name] for name in ("plain 0", "plain 1", "plain 2", "weighted 0", "weighted 1", "weighted 2")]
    said = account(look(some, swept_keys([one.overrides for one in some]), 60.0), lambda one, fix: "", "all")
    found = judged(*some)
    ill = {one.result.index for one in found if one.diagnosis.verdict != "healthy"}
    assert said.missed == len(ill) >= 3 and said.flaws == () and f"{6 - len(ill)} learn" in summary(found)
    assert {index for cause in said.causes for index in cause.runs} == ill


def test_a_mistake_that_is_no_reason_to_do_worse_is_still_what_is_said_of_such_a_run(
    table: Path, runs: dict[str, RunResult]
) -> None:
    faulty = replace(trained({"one": (*given(table), "seed=0", "fault=early_update")})["one"], index=1)
    some = [replace(runs["plain 0"], index=0), faulty]
    said = account(look(some, swept_keys([one.overrides for one in some]), 60.0), lambda one, fix: "", "all")
    healthy = [one.result.index for one in judged(*some) if one.diagnosis.verdict == "healthy"]
    assert healthy == [1] and (said.missed, [flaw.runs for flaw in said.flaws]) == (1, [(1,)])
    assert said.headline_of_others == "1 other run has a problem of another kind"
