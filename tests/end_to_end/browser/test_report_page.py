"""The report in a browser: opened from its file, by mouse and keyboard, on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.end_to_end.browser.chromium import Watched, new_page
from tests.end_to_end.browser.conftest import Swept

pytestmark = pytest.mark.browser
WINDOWS = {"desk": (1280, False), "phone": (390, False), "desk at night": (1280, True), "phone at night": (390, True)}


@pytest.fixture
def report(browser: Browser, swept: Swept) -> Iterator[Watched]:
    watched = new_page(browser)
    watched.page.goto(swept.report.as_uri())
    yield watched
    watched.page.context.close()


def column(watched: Watched, place: int) -> list[str]:
    return watched.page.locator(f"table.sortable >> nth=0 >> tbody tr td:nth-child({place})").all_inner_texts()


def test_it_opens_from_its_file_asks_for_nothing_else_and_complains_of_nothing(report: Watched) -> None:
    report.page.wait_for_load_state("networkidle")
    assert [url for url in report.requests if not url.startswith("data:")] == [report.page.url]
    assert report.complaints == []


def test_every_picture_is_shown_and_has_words_for_who_cannot_see_it(report: Watched) -> None:
    report.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    pictures = report.page.locator("figure .panels svg").all()
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture.evaluate("image => image.getBoundingClientRect().height > 50")
        assert picture.get_attribute("aria-label") and picture.get_attribute("role") == "img"


def test_a_click_on_a_heading_sorts_numbers_as_numbers_and_another_one_turns_them(report: Watched) -> None:
    heads = report.page.locator("table.sortable >> nth=0 >> thead th")
    names = heads.all_inner_texts()
    place = names.index("cost, mean") + 1
    before = [text for text in column(report, place) if text]  # baselines have no cost
    heads.nth(place - 1).locator("button").click()
    rising = [float(text) for text in column(report, place) if text]
    assert rising == sorted(map(float, before)) and len(set(rising)) > 1
    assert heads.nth(place - 1).get_attribute("aria-sort") == "ascending"
    heads.nth(place - 1).locator("button").press("Enter")
    assert [float(text) for text in column(report, place) if text] == rising[::-1]
    heads.nth(0).locator("button").click()
    names = [text for text in column(report, 1) if text in ("sigmoid", "tanh")]
    assert names == ["sigmoid", "sigmoid", "tanh", "tanh"]
    assert heads.nth(place - 1).get_attribute("aria-sort") is None


@pytest.mark.parametrize(("width", "dark"), WINDOWS.values(), ids=WINDOWS)
def test_it_fits_the_window_and_axe_finds_nothing_serious(
    browser: Browser, swept: Swept, width: int, dark: bool
) -> None:
    watched = new_page(browser, width, 844, dark)
    watched.page.goto(swept.report.as_uri())
    assert watched.fits()
    found = Axe().run(watched.page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], one["help"], one["nodes"][0]["html"]) for one in serious]
    ink, label = (
        watched.page.evaluate(f"getComputedStyle(document.querySelector('{one}')).{what}")
        for one, what in (("body", "color"), ("figure .panels text", "fill"))
    )
    assert ink == label, "pictures turn with the page"
    background = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is not dark
    watched.page.context.close()


def test_a_sentence_of_the_answer_leads_to_the_section_with_its_numbers(report: Watched) -> None:
    first = report.page.locator(".answer a").first
    first.click()
    title = report.page.locator(first.get_attribute("href") or "").locator("h2").first
    assert title.inner_text() == first.get_attribute("aria-label") == "Settings, best first"
    box = title.bounding_box()
    assert box and 0 <= box["y"] < 400


def test_the_contents_lead_to_every_section_and_open_one_that_is_folded(report: Watched) -> None:
    links = report.page.locator("nav a")
    assert links.all_inner_texts() == report.page.locator("h2").all_inner_texts()
    runs = report.page.locator("details", has_text="All runs").first
    assert runs.get_attribute("open") is None
    links.filter(has_text="All runs").click()
    row = runs.locator("tbody tr").first
    expect(row).to_be_visible()
    address = row.locator("a").get_attribute("href") or ""
    assert address.startswith("http://127.0.0.1:5000/#/experiments/")
    assert address.endswith("?workflowType=machine_learning")


def test_a_name_in_the_report_leads_to_the_page_of_that_run(browser: Browser, swept: Swept, mlflow: str) -> None:
    watched = new_page(browser)
    watched.page.goto(swept.report.as_uri())
    link = watched.page.locator("#all-runs tbody a").first
    name = link.text_content() or ""
    address = (link.get_attribute("href") or "").replace("http://127.0.0.1:5000", mlflow)
    watched.page.goto(address)
    expect(watched.page.get_by_text(name, exact=True).first).to_be_visible(timeout=30_000)
    watched.page.context.close()


def test_a_long_table_shows_its_first_rows_and_a_button_shows_the_rest(browser: Browser, swept: Swept) -> None:
    page = swept.report.read_text().replace('<table class="sortable">', '<table class="sortable" data-shown="2">', 1)
    watched = new_page(browser)
    watched.page.set_content(page)
    rows = watched.page.locator("table.sortable >> nth=0 >> tbody tr")
    n = rows.count()
    assert n == 4 and [row.is_visible() for row in rows.all()] == [True] * 2 + [False] * (n - 2)
    watched.page.locator("table.sortable >> nth=0 >> th button").first.click()
    assert [row.is_visible() for row in rows.all()] == [True] * 2 + [False] * (n - 2), "sorted, and still two"
    watched.page.get_by_role("button", name=f"Show all {n} rows").click()
    assert all(row.is_visible() for row in rows.all())
    watched.page.context.close()
