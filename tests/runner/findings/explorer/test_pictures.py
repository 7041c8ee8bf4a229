"""The pictures of a page show what its networks say, and its goals are those of the runs."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner.findings.explorer.writing import page_of
from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.findings.explorer.conftest import InPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def of_xor() -> list[RunResult]:
    """Networks with outputs from -1 to 1 and from 0 to 1 for the same two classes."""
    jobs = [(f"network.output={output}", f"seed={seed}") for output in ("tanh", "sigmoid") for seed in range(3)]
    first = (
        "data=xor",
        "network.hidden=[3]",
        "loss=half_mse",
        "learning_rate=0.5",
        "training.steps=60",
        "tracking.plots=none",
    )
    return [replace(one, overrides=jobs[one.index]) for one in trained_all(plan_of(*jobs, first=first))]


def page_with(results: list[RunResult], in_page: InPage, folder: Path, code: str) -> Any:
    """What JavaScript gives in the page of these runs."""
    file = folder / "page.html"
    sweep = Findings(About("a sweep", "", "2026_a"), results, {}, "parent", ["network.output", "seed"], {})
    file.write_text(page_of(sweep), encoding="utf-8")

    def on_page(page: "Page") -> Any:
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]")
        return page.evaluate(code)

    return in_page(on_page)


RIGHT = """() => runs().map(run => {
  openRun(run, part().frames.at(-1));
  const canvas = by("picture");
  drawPicture(canvas, run, step(), 160, true);
  const context = canvas.getContext("2d");
  const {n, d, at} = meta.inputs[runAt(run).input];
  const [[left, right], [bottom, top]] = part().domain;
  return [...Array(n).keys()].filter(i => {
    const across = (samples[at + i * d] - left) / (right - left);
    const down = 1 - (samples[at + i * d + 1] - bottom) / (top - bottom);
    const [red, , blue] = context.getImageData(across * canvas.width, down * canvas.height, 1, 1).data;
    return Number(red - blue > colours.mid[0] - colours.mid[2]) === samples[at + n * d + i];
  }).length / n;
})"""


def test_a_sample_is_on_the_side_of_its_class_in_the_picture_of_a_network_that_is_right(of_xor, in_page, tmp_path):
    """Also where 0 is between the classes, not 0.5."""
    found = page_with(of_xor, in_page, tmp_path, RIGHT)
    assert found == [result.finals["train/accuracy"] for result in of_xor]
    assert 1 in found[:3]


def test_a_score_that_is_the_goal_to_the_bit_solves_the_task(of_xor, in_page, tmp_path):
    """0.96 in single precision is a little less than 0.96."""
    goals = (0.96, 0.95, 0.91, 0.7)
    results = [
        replace(
            one,
            measures=one.measures | {"baseline/bayes_accuracy": goal + 0.02},
            history=one.history | {"train/accuracy": [goal] * len(one.history["step"])},
        )
        for one, goal in zip(of_xor, goals, strict=False)
    ]
    assert page_with(results, in_page, tmp_path, "() => runs().map(run => isSolved(run, 500))") == [True] * 4


def test_a_picture_of_earlier_weights_says_so(in_page, tmp_path):
    """A network of 337 parameters keeps every second evaluation: the score beside its picture may be a later one."""
    jobs = [("network.hidden=[16,16]", f"seed={seed}") for seed in (0, 1)]
    first = ("data=quadrants", "training.steps=40", "training.evaluations=4", "tracking.plots=none")
    results = [replace(one, overrides=jobs[one.index]) for one in trained_all(plan_of(*jobs, first=first))]
    told = """() => part().frames.map(at => {
      openRun(0, at);
      return [at, by("picture-axes").textContent.match(/weights are those of step (\\d+)/)?.[1] ?? null];
    })"""
    assert page_with(results, in_page, tmp_path, told) == [[0, None], [10, "0"], [20, None], [30, "20"], [40, None]]


def test_a_run_that_diverged_is_the_last_by_its_final_score(in_page, tmp_path):
    """Its last finite numbers may be better than those of runs that trained to their end."""
    jobs = [("learning_rate=0.3", "seed=0"), ("learning_rate=1e30", "seed=0")]
    first = ("data=quadrants", "activation=relu", "training.steps=40", "tracking.plots=none")
    results = [replace(one, overrides=jobs[one.index]) for one in trained_all(plan_of(*jobs, first=first))]
    assert [one.outcome for one in results] == ["stopped", "diverged"]
    found = page_with(results, in_page, tmp_path, "() => runs().map(run => finalScore(run) === -Infinity)")
    assert found == [False, True]
