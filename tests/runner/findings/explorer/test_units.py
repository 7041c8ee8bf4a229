"""What a page computes from weights, scores and units, is what was measured while the runs were trained."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runner.runs.result import RunResult
from runner.train.training import train_task
from tests.runner.building import plan_of
from tests.runner.findings.explorer.conftest import InPage
from tests.runner.findings.explorer.swept import FIRST, jobs_of, opening, trained, written

pytestmark = pytest.mark.browser
JOBS = jobs_of(("0.3", "30", "1e30"), 3)
SCORES = """() => runs().flatMap(run => part().frames.filter(at => at <= runAt(run).last).map(at => {
  const {input, split, scale, net} = runAt(run);
  const {n, d, at: from} = meta.inputs[input];
  const rows = [...Array(n).keys()].filter(i => samples[meta.splits[split].at + i] === 2);
  const X = scale.x.map((low, k) => Float64Array.from(rows, i => (samples[from + i * d + k] - low) / scale.c[k]));
  const [output] = forward(meta.nets[net], weights, weightsAt(run, at), X).at(-1);
  const right = rows.filter((row, i) => Number(output[i] > 0.5) === samples[from + n * d + row]).length;
  return [right / rows.length, score(run, at)];
}))"""


@pytest.fixture(scope="module")
def results() -> list[RunResult]:
    return trained(JOBS)


@pytest.fixture(scope="module")
def opened(results: list[RunResult], in_page: InPage, tmp_path_factory: pytest.TempPathFactory) -> InPage:
    return opening(written(results, tmp_path_factory.mktemp("units")), in_page)


def runs_of(*values: str) -> list[int]:
    return [i for i, job in enumerate(JOBS) if set(values) <= set(job)]


def test_scores_from_the_weights_are_those_of_the_history(opened: InPage):
    """It finds a wrong order of weights, a wrong scale, run or data set at once."""
    computed, stored = np.array(opened(lambda page: page.evaluate(SCORES))).T
    assert len(computed) > 10 * len(JOBS) and np.abs(computed - stored).max() < 1e-6


DEAD = """all => all.map(([run, at]) =>
  statesOf(run, weightsAt(run, at)).slice(1, -1).map(units => units.filter(one => one === 'dead').length)
)"""


def dead_units(results: list[RunResult], runs: list[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Runs and steps at which their weights are known, and how many units of each hidden layer are dead there."""
    asked, expected = [], []
    for run in runs:
        result = results[run]
        known = set(result.snapshots["step"].tolist()) if result.snapshots is not None else set()
        for step, shares in zip(result.signals["step"].tolist(), result.signals["dead"], strict=True):
            if step in known and step <= result.last_step:
                asked.append([run, step])
                expected.append(
                    [round(float(one) * n) for one, n in zip(shares, result.spec.network.hidden, strict=True)]
                )
    return asked, expected


def test_dead_units_are_those_of_the_signals(opened: InPage, results: list[RunResult]):
    asked, expected = dead_units(results, runs_of("learning_rate=0.3") + runs_of("learning_rate=30"))
    assert opened(lambda page: page.evaluate(DEAD, asked)) == expected
    assert max(expected) > [0]


def test_dead_units_are_those_of_the_activation_of_their_layer(in_page: InPage, tmp_path: Path):
    jobs = [
        ("network.hidden=[6,5]", f"network.activations={own}", "learning_rate=10")
        for own in ("[relu,tanh]", "[tanh,relu]")
    ]
    mixed = trained(jobs)
    asked, expected = dead_units(mixed, [0, 1])
    assert opening(written(mixed, tmp_path), in_page)(lambda page: page.evaluate(DEAD, asked)) == expected
    assert max(map(sum, expected)) > 0


def test_saturation_is_that_of_a_full_recording(opened: InPage, results: list[RunResult]):
    (run,) = runs_of("learning_rate=30", "activation=tanh")[:1]
    (task,) = plan_of(JOBS[run], first=FIRST).tasks
    ((again,), steps) = train_task(replace(task, all_signals=True)), results[run].snapshots["step"].tolist()
    expected = dict(zip(again.signals["step"].tolist(), again.signals["saturated"][:, 0].tolist(), strict=True))
    (shares,) = opened(lambda page: page.evaluate("run => saturationOf(run).map(layer => Array.from(layer))", run))
    both = [(share, expected[step]) for step, share in zip(steps, shares, strict=True) if step in expected]
    assert len(both) > 2 and max(share for share, _ in both) > 0
    np.testing.assert_allclose(*zip(*both, strict=True), atol=1e-6)
