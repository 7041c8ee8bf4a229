"""The best run of a table: chosen without test rows, its metrics, errors and the columns that it needs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.base.texts import number
from runner.findings.best import best_run, columns
from runner.findings.findings import Findings
from runner.findings.numbers import importance
from runner.findings.numbers.answer import answer
from runner.findings.numbers.baselines import has_learned, shortfall_of
from runner.findings.numbers.importance import importances_of
from runner.findings.numbers.scores import best_result, columns_of
from runner.findings.numbers.tables import seed_table
from runner.findings.remedies import ways_out
from runner.findings.sections import reading
from runner.runs.about import About
from runner.runs.data import prepare
from runner.runs.outcome import Outcome
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all

SHORT = ("training.epochs=30", "training.evaluations=10", "tracking.plots=none", "network.hidden=[8]")


def table_of(path: Path, rows: range, shift: float = 0.0) -> str:
    """A target that is twice `a` and a bit of the kind, and has nothing of `noise`."""
    rng = np.random.default_rng(len(rows))
    lines = ["a,kind,noise,price"]
    for row in rows:
        a, kind = rng.uniform(0, 10), ("red", "blue", "green")[row % 3]
        price = 1000 * (7 + 2 * a + (kind == "red") + shift * rng.normal())
        lines.append(f"{a:.4f},{kind},{rng.normal():.4f},{price:.3f}")
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def sweep_on(*jobs: tuple[str, ...]) -> list[RunResult]:
    trained = trained_all(plan_of(*jobs, first=SHORT))
    return [replace(one, overrides=given) for one, given in zip(trained, jobs, strict=True)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    folder = tmp_path_factory.mktemp("tables")
    tests = [table_of(folder / f"test{n}.csv", range(20 + n), shift=50.0 * n) for n in range(2)]
    return table_of(folder / "train.csv", range(80)), tests


def results_on(files: tuple[str, list[str]], test: int) -> list[RunResult]:
    train, tests = files
    given = (f"data.path={train}", f"data.test_path={tests[test]}")
    rates = ("0.0001", "0.03")
    return sweep_on(
        *((*("data=table", *given), f"learning_rate={rate}", f"seed={s}") for rate in rates for s in (0, 1))
    )


@pytest.fixture(scope="module")
def results(files: tuple[str, list[str]]) -> list[RunResult]:
    return results_on(files, 0)


def test_nothing_that_chooses_has_seen_a_test_row(files, results):
    """With other test rows training, stopping, automatic settings, scaling, ranking and the best run are the same."""
    others = results_on(files, 1)
    for one, other in zip(results, others, strict=True):
        assert one.spec.model_copy(update={"data": other.spec.data}) == other.spec
        assert one.network and other.network
        assert one.network.parameters.tobytes() == other.network.parameters.tobytes()
        for name, value in vars(one.network.scaling).items():
            assert np.array_equal(value, vars(other.network.scaling)[name])
        assert (one.last_step, one.outcome, one.objective) == (other.last_step, other.outcome, other.objective)
        assert one.finals["test/rmse"] != other.finals["test/rmse"], "the test rows are other ones"
    keys = swept_keys([one.overrides for one in results])
    tables = [seed_table(some, keys) for some in (results, others)]
    assert tables[0]["learning_rate"].tolist() == tables[1]["learning_rate"].tolist()
    assert tables[0]["validation rmse"].tolist() == tables[1]["validation rmse"].tolist()
    best = [best_result(some) for some in (results, others)]
    assert best[0] and best[1] and best[0].index == best[1].index
    assert [importances_of(one, prepare(one.spec)) for one in best if one] == [
        importances_of(best[0], prepare(best[0].spec))
    ] * 2


def test_a_table_has_the_score_that_ranks_and_the_one_that_is_reported(results):
    names = [one.name for one in columns_of(results)]
    assert [name for name in names if "accuracy" not in name] == ["validation rmse", "test rmse", "validation cost"]
    keys = swept_keys([one.overrides for one in results])
    told, row = answer(results, keys), seed_table(results, keys).iloc[0]
    first = f"The best of 2 settings is lr=0.03: validation rmse {number(row['validation rmse'])}, the mean of 2 seeds."
    assert told[:2] == [first, f"On test samples it reaches rmse {number(row['test rmse'])}."]


def test_a_run_that_is_no_better_than_a_constant_or_a_line_says_so(results):
    def beside(constant: float, line: float) -> str:
        measures = {"baseline/constant": 7.98, "baseline/constant_rmse": constant, "baseline/linear_rmse": line}
        return shortfall_of([replace(one, measures=one.measures | measures) for one in results[:2]])

    reached = float(np.mean([one.finals["test/rmse"] for one in results[:2]]))
    assert beside(2 * reached, 3 * reached) == ""
    assert beside(0.5, 1e9) == beside(0.5, 0.1) == "learned nothing: no better than always answering 7.98 (rmse 0.5)"
    assert beside(1e9, 1e-3) == "is no better than a straight line (rmse 0.001)"
    assert shortfall_of([replace(one, outcome=Outcome.DIVERGED) for one in results[:2]]) == ""
    exact = results[0].measures | {"baseline/linear_rmse": results[0].finals["test/rmse"]}
    assert not has_learned(replace(results[0], measures=exact)), "as good as a line is no success"


def test_the_columns_that_a_target_is_made_of_matter_and_one_of_noise_does_not(results):
    best = best_result(results)
    assert best
    found = importances_of(best, prepare(best.spec))
    assert found and found.part == "validation" and found.n_rows == 16
    assert found.columns[0].column == "a" and found.columns[0].drop > 10 * abs(found.columns[-1].drop)
    assert {one.column for one in found.columns} == {"a", "kind", "noise"}, "inputs of a category are one column"


def test_of_many_rows_some_from_all_over_say_which_columns_matter(results, monkeypatch):
    """The first rows of a table that is sorted by a column have nearly one value of it, and it seemed not to matter."""
    best = best_result(results)
    assert best
    data = prepare(best.spec)
    order = np.argsort(data.samples.X[data.split.validation, 0])
    ascending = replace(data, split=replace(data.split, validation=data.split.validation[order]))
    every = importances_of(best, ascending)
    monkeypatch.setattr(importance, "MOST_ROWS", 4)
    some = importances_of(best, ascending)
    assert every and some and some.n_rows == 4
    assert every.columns[0].column == some.columns[0].column == "a"
    assert some.columns[0].drop > 0.5 * every.columns[0].drop


def test_the_best_run_has_all_metrics_and_pictures_of_its_errors_and_columns(results, files, tmp_path):
    sweep = Findings(About("s", "", "id"), results, {}, "parent", swept_keys([one.overrides for one in results]), {})
    (metrics,), (needed,) = best_run(sweep), columns(sweep)
    assert metrics.table and needed.table
    assert metrics.table.names == ["metric", "train", "validation", "test"]
    assert {"rmse", "mae", "r2"} <= {row[0] for row in metrics.table.rows}
    assert [one.name for one in (*metrics.pictures, *needed.pictures)] == ["errors.png", "columns.png"]
    (again,) = columns(sweep)
    assert again.table == needed.table
    assert [one.content for one in again.pictures] == [one.content for one in needed.pictures], "the same bytes"
    how = reading(sweep)
    assert how and how.table and how.table.rows[0][0] == "read as" and "target" in how.table.rows[0][1]
    content = Path(files[0]).read_text()
    try:
        Path(files[0]).write_text(content.replace("red", "bleu"))
        assert columns(sweep) == [], "the file has changed"
        assert reading(sweep) is None
    finally:
        Path(files[0]).write_text(content)


def test_runs_that_diverged_say_what_to_try(results):
    diverged = replace(results[0], outcome=Outcome.DIVERGED)
    assert ways_out(results) == []
    assert ways_out([diverged]) == [
        "what may help it: a lower learning rate (learning_rate=1e-05) or a limited gradient (training.clip_norm=1)"
    ]
    data = diverged.spec.data.model_copy(update={"standardize": False, "target_scale": "none"})
    bare = replace(diverged, spec=diverged.spec.model_copy(update={"data": data}))
    (told,) = ways_out([results[1], bare])
    assert "the runs that diverged" in told and "data.standardize=true" in told and "target_scale=standardize" in told
