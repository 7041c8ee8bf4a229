"""The page of `runner.explore` by keyboard and by mouse: time, walls, selections, runs, and the address."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser.chromium import new_page
from tests.end_to_end.browser.explorer import opened, six_a_cell

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return six_a_cell(tmp_path_factory).file


@pytest.fixture
def page(browser: Browser, wall: Path) -> Iterator[Page]:
    with opened(browser, wall) as watched:
        yield watched.page


def frame(page: Page) -> int:
    return int(page.evaluate("state.frame"))


def where(page: Page) -> str:
    """What has the focus, in short."""
    return str(
        page.evaluate("""() => {
          const at = document.activeElement;
          const inside = ["chips", "wall", "heatmap", "notices", "ranges"].find(id => at.closest(`#${id}`));
          return inside ?? (at.id || at.tagName.toLowerCase());
        }""")
    )


def test_keys_move_the_time(page: Page) -> None:
    last = frame(page)
    for key, to in ((",", last - 1), (",", last - 2), (".", last - 1), ("0", 0), (",", 0), (".", 1), ("9", last)):
        page.keyboard.press(key)
        assert frame(page) == to, key
    expect(page.locator("#step")).to_have_text(re.compile(r"step [\d,]+"))


def test_space_plays_from_the_start_and_pauses_and_so_does_the_button(page: Page) -> None:
    last = frame(page)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="play")).to_be_visible()
    assert frame(page) < last
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "pause")
    page.locator("#play").press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-label", "play")


def test_it_plays_each_evaluation_to_the_end_and_stops_there(page: Page) -> None:
    last = frame(page)
    page.evaluate("() => { globalThis.shown = []; on('frame', () => shown.push(state.frame)); }")
    page.evaluate("goToFrame(lastFrame() - 3)")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="pause")).to_have_count(0)
    assert page.evaluate("shown") == [last - 3, last - 2, last - 1, last]


def test_the_slider_is_a_slider(page: Page) -> None:
    slider, last = page.locator("#time"), frame(page)
    slider.focus()
    for key, to in (("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1), ("End", last)):
        page.keyboard.press(key)
        assert frame(page) == to
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^step ([\d,]+) of \1, \d+ of 24"))


def test_tab_stops_at_play_slider_chips_wall_heatmap_and_sentences_in_this_order(page: Page) -> None:
    stops: list[str] = []
    while "body" not in stops and len(stops) < 100:
        page.keyboard.press("Tab")
        stops.append(where(page))
    expected = ["play", "time", "chips", "wall", "heatmap", "notices"]
    found = [stop for place, stop in enumerate(stops) if stop in expected and stop not in stops[:place]]
    assert found == expected
    assert stops.count("wall") == 1


def test_arrows_go_from_panel_to_panel_and_enter_and_space_open_one_and_escape_returns_to_it(page: Page) -> None:
    stops = page.locator(".panel, .more")  # five panels and a button in a cell
    stops.first.focus()
    for key, to in (("ArrowRight", 1), ("End", 11), ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        expect(stops.nth(to)).to_be_focused()
    place = "(({left, top}) => [Math.round(left), Math.round(top)])(document.activeElement.getBoundingClientRect())"
    left, top = page.evaluate(place)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(place)[0] == left and page.evaluate(place)[1] > top + 20
    page.keyboard.press("ArrowUp")
    expect(stops.first).to_be_focused()
    for key in ("Enter", " "):
        page.keyboard.press("ArrowRight")
        name = page.evaluate("document.activeElement.ariaLabel.split(':')[0]")
        page.keyboard.press(key)
        expect(page.locator("#dialog")).to_be_visible()
        expect(page.locator("#run-name")).to_have_text(name)
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).to_be_hidden()
        has_focus(page, name)
        assert page.locator(".panel[tabindex='0']").count() == 1


def has_focus(page: Page, name: str) -> None:
    """The panel of a run gets the focus soon: the browser moves it first, and the dialog's close event comes later."""
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile(f"^{re.escape(name)}:"))


def test_arrows_in_an_opened_run_go_to_the_next_one_and_escape_returns_to_that(page: Page) -> None:
    page.locator(".panel").first.click()
    first = page.locator("#run-name").inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#run-name")).not_to_have_text(first)
    second = page.locator("#run-name").inner_text()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#run-name")).to_have_text(first)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#run-name")).to_have_text(second)
    page.keyboard.press("Escape")
    has_focus(page, second)


def test_time_moves_in_an_opened_run_by_its_own_slider_and_by_keys(page: Page) -> None:
    page.locator(".panel").first.click()
    page.keyboard.press("0")
    expect(page.locator("#dialog-step")).to_have_text("step 0")
    page.locator("#dialog-time").press("ArrowRight")
    assert frame(page) == 1 and page.locator("#time").input_value() == "1"


def undimmed(page: Page) -> int:
    return page.locator(".panel:not(.dim)").count()


def test_chips_leave_the_panels_that_they_count(page: Page) -> None:
    page.get_by_role("button", name="tanh", exact=True).press("Enter")
    expect(page.locator("#selected")).to_have_text("12 of 24 runs")
    assert undimmed(page) == 10
    page.get_by_role("group", name="seed").get_by_role("button", name="3").press(" ")
    expect(page.locator("#selected")).to_have_text("2 of 24 runs")
    shown = page.evaluate("[...wall.panels.keys()].filter(isVisible).length")
    assert undimmed(page) == shown and page.locator("#count").inner_text().split(" of ")[1].startswith("2 ")
    page.get_by_role("button", name="show all").press("Enter")
    assert undimmed(page) == 20 and where(page) == "chips"


def test_a_brush_on_a_result_leaves_the_panels_that_it_counts_and_so_do_its_number_fields(page: Page) -> None:
    canvas = page.locator("#parallel")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    x = page.evaluate("parallelPlaces(parallel.canvas.clientWidth, parallel.canvas.clientHeight).x(4)")
    page.mouse.move(box["x"] + x, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(page.locator("#selected")).to_have_text(re.compile(r"^\d+ of 24 runs$"))
    low = float(page.locator("#ranges input[data-axis='final score'][data-end='0']").input_value())
    left = page.evaluate("low => runs().filter(run => finalScore(run) >= low - 1e-3).length", low)
    assert 0 < left < 24 and page.locator("#selected").inner_text() == f"{left} of 24 runs"
    assert undimmed(page) == page.evaluate("[...wall.panels.keys()].filter(isVisible).length")
    page.get_by_role("button", name="show all").click()
    page.locator("#ranges input[data-axis='final cost'][data-end='1']").fill("0.6")
    left = page.evaluate("runs().filter(run => history(run, part().cost_series, endOf(run)) <= 0.6).length")
    expect(page.locator("#selected")).to_have_text(f"{left} of 24 runs")


def test_a_cell_of_the_heatmap_selects_its_runs_and_all_again(page: Page) -> None:
    cell = page.locator("#heatmap button").first
    cell.press("Enter")
    expect(page.locator("#selected")).to_have_text("6 of 24 runs")
    expect(cell).to_have_attribute("aria-pressed", "true")
    cell.press("Enter")
    expect(page.locator("#selected")).to_have_text("")


def test_a_sentence_opens_its_run_at_its_step_and_escape_returns_to_the_sentence(page: Page) -> None:
    link = page.locator("#notices button").first
    sentence = page.locator("#notices li").first.inner_text()
    link.press("Enter")
    expect(page.locator("#run-name")).to_have_text(link.inner_text())
    assert page.locator("#dialog-step").inner_text() in sentence
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()


def test_the_address_keeps_step_and_run_and_a_page_opens_with_them(browser: Browser, wall: Path, page: Page) -> None:
    page.locator(".panel").nth(3).click()
    page.keyboard.press("0")
    page.keyboard.press(".")
    step, name = page.locator("#dialog-step").inner_text(), page.locator("#run-name").inner_text()
    expect(page).to_have_url(re.compile(rf"#t={step.removeprefix('step ')}&run=\d+$"))
    with opened(browser, wall, f"#{page.url.partition('#')[2]}") as other:
        expect(other.page.locator("#run-name")).to_have_text(name)
        expect(other.page.locator("#dialog-step")).to_have_text(step)
        other.page.keyboard.press("Escape")
        expect(other.page).to_have_url(re.compile(r"#t=\d+$"))
        other.page.evaluate("location.hash = '#t=0'")
        expect(other.page.locator("#step")).to_have_text("step 0")


@pytest.mark.parametrize("address", ["#t=-3&run=x", "#run=999", "#t=99999999&part=7", "#%F0%9F", "#t=1e3"])
def test_an_address_that_says_nothing_known_is_no_trouble(browser: Browser, wall: Path, address: str) -> None:
    with opened(browser, wall, address) as watched:
        expect(watched.page.locator("#dialog")).to_be_hidden()


def test_the_picture_of_a_run_is_saved_as_a_png_that_is_named_after_it(page: Page) -> None:
    page.locator(".panel").nth(1).click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="save this picture").click()
    name = re.sub(r"[^\w.=+-]+", "-", f"{page.locator('#run-name').inner_text()} {page.locator('#step').inner_text()}")
    assert saving.value.suggested_filename == f"{name}.png"
    with Image.open(saving.value.path()) as picture:
        assert picture.format == "PNG" and min(picture.size) > 200
        assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 20


def test_for_less_motion_it_plays_step_by_step_and_nothing_slides(browser: Browser, wall: Path) -> None:
    watched = new_page(browser)
    watched.page.emulate_media(reduced_motion="reduce")
    watched.page.goto(wall.as_uri())
    watched.page.locator("html[data-ready='1']").wait_for(state="attached")
    watched.page.keyboard.press(" ")
    watched.page.wait_for_timeout(1000)
    watched.page.keyboard.press(" ")
    assert 1 <= frame(watched.page) <= 3, "400 ms a frame"
    moving = "[...document.querySelectorAll('*')].filter(one => parseFloat(getComputedStyle(one).transitionDuration))"
    assert watched.page.evaluate(f"{moving}.length") == 0
    watched.page.context.close()
