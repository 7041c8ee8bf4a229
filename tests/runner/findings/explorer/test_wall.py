"""The wall, the time, the dialog and the network of a page show of a sweep what its results say."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runner.findings.explorer.writing import page_of
from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.result import RunResult
from runner.train.training import train_task
from tests.runner.building import plan_of, trained_all
from tests.runner.findings.explorer.conftest import InPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FIRST = (
    "data=quadrants", "data.samples_per_cluster=20", "training.mode=full", "training.epochs=60", "tracking.plots=none",
)  # fmt: skip
KEYS = ["activation", "learning_rate", "seed"]
SEEDS = 7
JOBS = [
    (f"activation={activation}", f"learning_rate={rate}", f"seed={seed}")
    for activation in ("tanh", "relu")
    for rate in ("0.3", "30", "1e30")
    for seed in range(SEEDS)
]
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
    return [replace(result, overrides=JOBS[result.index]) for result in trained_all(plan_of(*JOBS, first=FIRST))]


@pytest.fixture(scope="module")
def file(results: list[RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("wall") / "explorer.html"
    sweep = Findings(About("a sweep", "", "2026_a"), results, {}, "parent", KEYS, {})
    found.write_text(page_of(sweep), encoding="utf-8")
    return found


@pytest.fixture
def opened(file: Path, in_page: InPage) -> InPage:
    """`opened(task)` gives what a task for the sweep's page gives, which is as when it was opened."""

    def run(task: Any) -> Any:
        def on_page(page: "Page") -> Any:
            page.goto("about:blank")
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready]")
            return task(page)

        return in_page(on_page)

    return run


def runs_of(*values: str) -> list[int]:
    return [i for i, job in enumerate(JOBS) if set(values) <= set(job)]


def test_scores_from_the_weights_are_those_of_the_history(opened: InPage):
    """It finds a wrong order of weights, a wrong scale, run or data set at once."""
    computed, stored = np.array(opened(lambda page: page.evaluate(SCORES))).T
    assert len(computed) > 10 * len(JOBS) and np.abs(computed - stored).max() < 1e-6


def test_dead_units_are_those_of_the_signals(opened: InPage, results: list[RunResult]):
    asked, expected = [], []
    for run in runs_of("learning_rate=0.3") + runs_of("learning_rate=30"):
        result = results[run]
        known = set(result.snapshots["step"].tolist()) if result.snapshots is not None else set()
        for step, shares in zip(result.signals["step"].tolist(), result.signals["dead"], strict=True):
            if step in known and step <= result.last_step:
                asked.append([run, step])
                expected.append(round(float(shares[0]) * result.spec.network.hidden[0]))
    code = "all => all.map(([run, at]) => statesOf(run, weightsAt(run, at))[1].filter(one => one === 'dead').length)"
    assert opened(lambda page: page.evaluate(code, asked)) == expected
    assert max(expected) > 0


def test_saturation_is_that_of_a_full_recording(opened: InPage, results: list[RunResult]):
    (run,) = runs_of("learning_rate=30", "activation=tanh")[:1]
    (task,) = plan_of(JOBS[run], first=FIRST).tasks
    ((again,), steps) = train_task(replace(task, all_signals=True)), results[run].snapshots["step"].tolist()
    expected = dict(zip(again.signals["step"].tolist(), again.signals["saturated"][:, 0].tolist(), strict=True))
    (shares,) = opened(lambda page: page.evaluate("run => saturationOf(run).map(layer => Array.from(layer))", run))
    both = [(share, expected[step]) for step, share in zip(steps, shares, strict=True) if step in expected]
    assert len(both) > 2 and max(share for share, _ in both) > 0
    np.testing.assert_allclose(*zip(*both, strict=True), atol=1e-6)


def test_a_cell_shows_best_quartiles_and_worst_and_opens_as_a_wall(opened: InPage):
    def look(page: "Page") -> None:
        cell = page.locator("[data-cell='0,0']")
        shown = cell.locator(".panel").evaluate_all("panels => panels.map(panel => Number(panel.dataset.run))")
        scores = page.evaluate("all => all.map(finalScore)", shown)
        every = page.evaluate("all => all.map(finalScore)", runs_of("activation=tanh", "learning_rate=0.3"))
        assert scores == sorted(scores, reverse=True) and len(shown) == 5
        assert (scores[0], scores[-1]) == (max(every), min(every))
        cell.get_by_text("2 more").click()
        assert page.locator(".panel").count() == SEEDS
        assert page.locator("#cell-title").text_content() == "lr 0.3, activation tanh: all 7 runs"
        page.get_by_role("button", name="all cells").click()
        assert page.evaluate("document.activeElement.textContent") == "2 more"

    opened(look)


def test_a_run_that_diverged_says_so_from_its_last_step_on(opened: InPage):
    def look(page: "Page") -> None:
        run = page.evaluate("[...wall.panels.keys()].find(run => runAt(run).outcome === 'diverged')")
        panel = page.locator(f"[data-run='{run}']")
        assert panel.locator(".word").text_content() == "diverged"
        assert "diverged" in (panel.get_attribute("aria-label") or "")
        page.keyboard.press("0")
        assert panel.locator(".word").text_content() == ""

    opened(look)


def test_keys_move_in_the_wall_open_a_run_and_come_back(opened: InPage):
    def walk(page: "Page") -> None:
        focused = "Number(document.activeElement.dataset.run)"
        page.locator(".panel[tabindex='0']").focus()
        first = page.evaluate(focused)
        page.keyboard.press("ArrowRight")
        second = page.evaluate(focused)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        assert second != first and page.locator(".panel[tabindex='0'], .more[tabindex='0']").count() == 1
        page.locator(f"[data-run='{second}']").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("[by('dialog').open, state.opened]") == [True, second]
        assert page.evaluate("by('run-name').textContent === runAt(state.opened).name")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press(",")
        assert page.evaluate("[state.opened, state.frame, lastFrame() - 1]") == [
            second,
            *[page.evaluate("state.frame")] * 2,
        ]
        page.keyboard.press("Escape")
        assert page.evaluate(f"[by('dialog').open, {focused}]") == [False, second]

    opened(walk)


def test_a_run_that_is_opened_while_another_closes_stays_open(opened: InPage):
    def turn(page: "Page") -> None:
        page.evaluate("() => { play(true); openRun(0); by('dialog').close(); openRun(1, 20); }")
        page.wait_for_timeout(300)
        assert page.evaluate("[by('dialog').open, state.opened, state.playing, step() <= 20]") == [True, 1, False, True]

    opened(turn)


def test_a_score_at_its_threshold_is_solved_though_it_is_stored_in_single_precision(opened: InPage):
    def look(page: "Page") -> None:
        for value in (0.95, 0.96, 0.91):  # the first two are below themselves in single precision
            page.evaluate(AT_GOAL, value)
            assert page.evaluate("isSolved(0, step())")
            page.evaluate("value => change('selection', {ranges: {[FINAL_SCORE]: [value, value]}})", value)
            assert page.evaluate("isVisible(0)")

    opened(look)


AT_GOAL = """value => {
  const {history, last} = runAt(0);
  const points = meta.steps[history.steps].length;
  curves[history.at + part().series.indexOf(part().score_series) * points + pointOf(history.steps, last)] = value;
  part().solved ??= {words: ""};
  Object.assign(runAt(0), {solved: value, restored: null});
}"""


def test_a_move_draws_only_what_is_near_and_what_has_changed(opened: InPage):
    def count(page: "Page") -> None:
        page.wait_for_timeout(500)
        move = "() => { const before = drawn.panels; goToFrame(0); return drawn.panels - before; }"
        assert 0 < page.evaluate(move) <= page.locator(".panel").count()
        assert page.evaluate(move) == 0

    opened(count)


def test_play_runs_to_the_end_and_the_address_keeps_the_place(opened: InPage, file: Path):
    def watch(page: "Page") -> None:
        page.evaluate("goToFrame(lastFrame() - 3)")
        page.get_by_role("button", name="play", exact=True).first.click()
        page.get_by_role("button", name="pause", exact=True).first.wait_for(state="hidden")
        assert page.evaluate("state.frame === lastFrame()")
        page.goto("about:blank")
        page.goto(f"{file.as_uri()}#t=20&run=3")
        page.wait_for_selector("dialog[open]")
        assert page.evaluate("[step() <= 20, state.opened]") == [True, 3]

    opened(watch)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"version":1', '"version":2', "version 2"),
        ('id="curves">', 'id="curves">!', "damaged"),
        ('id="meta">{', 'id="meta">', "damaged"),
    ],
)
def test_a_page_that_cannot_be_shown_says_why_and_how_to_make_it_again(
    file: Path, in_page: InPage, tmp_path: Path, old: str, new: str, sentence: str
):
    broken = tmp_path / "broken.html"
    broken.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    def read(page: "Page") -> str:
        page.goto(broken.as_uri())
        page.wait_for_selector("#refused:not([hidden])")
        assert page.locator("#page").is_hidden()
        return page.inner_text("#refused")

    said = in_page(read)
    assert sentence in said and "python -m runner.explore" in said


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("run", ["", "run=3"])
def test_it_fits_the_window_and_axe_finds_nothing(file: Path, in_page: InPage, scheme: Any, width: int, run: str):
    from axe_playwright_python.sync_playwright import Axe

    def look(page: "Page") -> list[str]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto("about:blank")
        page.goto(f"{file.as_uri()}#{run}")
        page.wait_for_selector("html[data-ready]")
        assert page.locator("dialog").is_visible() == bool(run)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        found = [one["id"] for one in Axe().run(page).response["violations"]]
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        return found

    assert in_page(look) == []
