"""The wall, the time, the dialog and the network of a page show of a sweep what its results say."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.runner.findings.explorer.conftest import InPage
from tests.runner.findings.explorer.swept import jobs_of, opening, trained, written

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SEEDS = 7
JOBS = jobs_of(("0.3", "30", "1e30"), SEEDS)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(trained(JOBS), tmp_path_factory.mktemp("wall"))


@pytest.fixture
def opened(file: Path, in_page: InPage) -> InPage:
    """`opened(task)` gives what a task for the sweep's page gives, which is as when it was opened."""
    return opening(file, in_page)


def runs_of(*values: str) -> list[int]:
    return [i for i, job in enumerate(JOBS) if set(values) <= set(job)]


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
        ('id="numbers-curves">', 'id="numbers-curves">!', "damaged"),
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


def test_without_a_goal_the_bar_has_the_median_that_the_heatmap_has(opened: InPage):
    def look(page: "Page") -> list[str]:
        page.evaluate("part().solved = null; change('selection')")
        page.get_by_role("button", name="1e30", exact=True).first.click()
        page.evaluate("goToFrame(lastFrame())")
        return [page.locator("#count").text_content() or "", page.locator("#heatmap button").last.text_content() or ""]

    assert opened(look) == ["median test accuracy – now", "×"]


def test_a_step_between_two_frames_is_seen_at_the_later_one(opened: InPage):
    stepped = "at => { goToStep(at); return step(); }"
    frames = opened(lambda page: page.evaluate("part().frames"))
    before, after = next(pair for pair in pairwise(frames) if pair[1] - pair[0] > 1)
    found = opened(lambda page: [page.evaluate(stepped, at) for at in (0, before, before + 1, frames[-1] + 9)])
    assert found == [0, before, after, frames[-1]]
