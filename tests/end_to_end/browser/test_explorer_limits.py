"""Sweeps and networks that are large, files that are damaged, and browsers without scripts."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser.explorer import Explored, explored, meta_of, opened, six_a_cell, with_meta

pytestmark = pytest.mark.browser
NUMBERS = re.compile(r'(<script type="text/plain" id="numbers-weights">)(.*?)(</script>)')
DAMAGED = "The numbers in this page are damaged."
VERSION = "This page is in version 2 of its format, not 1."
NO_SWEEP = "This page does not hold a sweep, or its description is damaged."


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return six_a_cell(tmp_path_factory).file


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """420 runs: 3 x 7 x 4 settings, 5 seeds each."""
    return explored(
        tmp_path_factory, "many", "-m", "data=xor", "activation=sigmoid,tanh,relu", "learning_rate=1,2,3,4,5,6,7",
        "training.batch_size=1,2,3,4", "seed=range(5)", "training.epochs=3", "training.evaluations=2",
    )  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """Networks of 337 and 2,305 parameters, evaluated 41 times."""
    return explored(
        tmp_path_factory, "large", "-m", "data=quadrants", "network.hidden=[16,16],[64,32]", "training.epochs=20",
        "training.evaluations=40",
    )  # fmt: skip


def scores(page: Page, runs: list[int]) -> list[float]:
    return [page.evaluate("run => finalScore(run)", run) for run in runs]


def shown(page: Page, cell: str) -> list[int]:
    return [int(str(one.get_attribute("data-run"))) for one in page.locator(f"[data-cell='{cell}'] .panel").all()]


def test_of_more_than_five_seeds_a_cell_shows_best_quartiles_and_worst_and_opens_with_all(
    browser: Browser, wall: Path
) -> None:
    with opened(browser, wall) as watched:
        page = watched.page
        cell = page.locator("[data-cell='1,1']")
        assert cell.locator(".panel").count() == 5
        first = shown(page, "1,1")
        cell.get_by_role("button", name="1 more").click()
        expect(page.locator("#cell-title")).to_contain_text("all 6 runs")
        expect(page.locator(".panel")).to_have_count(6)
        expect(page.locator(".panel").first).to_be_focused()
        whole = [int(str(one.get_attribute("data-run"))) for one in page.locator(".panel").all()]
        best, worst = max(scores(page, whole)), min(scores(page, whole))
        assert [scores(page, first)[0], scores(page, first)[-1]] == [best, worst]
        page.get_by_role("button", name="all cells").click()
        expect(page.locator(".panel")).to_have_count(20)
        expect(cell.get_by_role("button", name="1 more")).to_be_focused()


def test_more_than_400_panels_have_pages_by_the_third_setting(browser: Browser, many: Explored) -> None:
    with opened(browser, many.file) as watched:
        page = watched.page
        expect(page.locator("#summary")).to_contain_text("420 networks 2-6-1 on xor, 5 seeds each")
        expect(page.locator(".panel")).to_have_count(3 * 7 * 5)
        chooser = page.get_by_role("combobox", name="batch_size")
        expect(chooser).to_have_value("0")
        chooser.select_option(label="3")
        assert all("batch_size=3" in name for name in labels(page))
        chooser.select_option("all, five runs a cell")
        expect(page.locator(".panel")).to_have_count(3 * 7 * 5)
        expect(page.get_by_role("button", name="15 more")).to_have_count(21)


def labels(page: Page) -> list[str]:
    return [str(one) for one in page.locator(".panel").evaluate_all("all => all.map(one => one.ariaLabel)")]


def moved(page: Page, frame: str) -> tuple[int, int]:
    """How many panels are near the screen, and how many a slider move draws."""
    page.wait_for_timeout(500)  # panels come near and rest
    near, drawn = page.evaluate(f"""() => {{
      const near = [...wall.panels.values()].filter(panel => panel.isNear).length;
      const before = drawn.panels;
      goToFrame({frame});
      return [near, drawn.panels - before];
    }}""")
    return near, drawn


def test_a_slider_move_draws_no_more_panels_than_are_near_the_screen(browser: Browser, many: Explored) -> None:
    with opened(browser, many.file, "#t=0") as watched:
        near, drawn = moved(watched.page, "lastFrame()")
        assert 0 < drawn <= near <= 3 * 7 * 5
        watched.page.set_viewport_size({"width": 390, "height": 500})
        few, drawn = moved(watched.page, "0")
        assert 0 < drawn <= few < near


def test_a_network_of_more_than_300_parameters_keeps_every_second_snapshot(browser: Browser, large: Explored) -> None:
    with opened(browser, large.file, "#t=15&run=0") as watched:
        page = watched.page
        snapshots = page.evaluate("meta.steps[runAt(0).snapshots.steps]")
        assert snapshots == list(range(0, 201, 10))
        expect(page.locator("#facts dd").first).to_have_text("15 of 200")
        assert page.evaluate("weightsAt(0, 15) === weightsAt(0, 10) && weightsAt(0, 20) > weightsAt(0, 10)")


def test_of_one_of_more_than_2000_there_is_the_last_picture_only(browser: Browser, large: Explored) -> None:
    with opened(browser, large.file) as watched:
        page = watched.page
        panel = page.locator(".panel").nth(1)
        expect(panel).to_have_text("")
        page.keyboard.press("0")
        expect(panel).to_have_text("not yet")
        panel.click()
        expect(page.locator("#picture-word")).to_have_text("not yet")


def test_where_a_filter_leaves_no_run_the_page_says_so_and_shows_all_again(browser: Browser, wall: Path) -> None:
    with opened(browser, wall) as watched:
        page = watched.page
        page.evaluate("change('selection', {ranges: {[FINAL_SCORE]: [2, 3]}})")
        expect(page.locator("#selected")).to_have_text("No run has all of these.")
        expect(page.locator("#count")).to_have_text("no run selected")
        expect(page.locator(".panel:not(.dim)")).to_have_count(0)
        page.get_by_role("button", name="show all").click()
        expect(page.locator(".panel.dim")).to_have_count(0)
        expect(page.locator("#selected")).to_have_text("")


def cut(text: str) -> str:
    """The weights without their second half."""
    return NUMBERS.sub(lambda found: f"{found[1]}{found[2][: len(found[2]) // 8 * 4]}{found[3]}", text)


def no_number(text: str) -> str:
    return NUMBERS.sub(lambda found: f"{found[1]}not a number!{found[3]}", text)


def next_version(text: str) -> str:
    return with_meta(text, meta_of(text) | {"version": 2})


def no_description(text: str) -> str:
    return text.replace('{"again"', '{"again', 1)


def without_decompression(text: str) -> str:
    return text.replace('"use strict";', '"use strict"; delete globalThis.DecompressionStream;', 1)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (cut, DAMAGED), (no_number, DAMAGED), (next_version, VERSION), (no_description, NO_SWEEP),
        (without_decompression, "This browser cannot unpack the numbers in this page."),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_shown_says_why_and_how_to_make_it_again(
    browser: Browser, wall: Path, tmp_path: Path, damage: Callable[[str], str], says: str
) -> None:
    text = wall.read_text(encoding="utf-8")
    assert damage(text) != text
    (tmp_path / "page.html").write_text(damage(text), encoding="utf-8")
    with opened(browser, tmp_path / "page.html", is_shown=False) as watched:
        page = watched.page
        expect(page.locator("#page")).to_be_hidden()
        expect(page.locator("#refused p").first).to_contain_text(says)
        command = meta_of(text)["again"] if damage is not no_description else "python -m runner.explore"
        expect(page.locator("#refused code")).to_have_text(command)


def test_without_scripts_the_page_says_that_it_needs_them(browser: Browser, wall: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(wall.as_uri())
    says = page.locator("noscript p")
    expect(says).to_be_visible()
    assert "needs JavaScript. Allow scripts for this file: it loads nothing." in " ".join(says.inner_text().split())
    context.close()
