"""The page of `runner.explore` for people who cannot see or point well, at night, and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser.chromium import Watched
from tests.end_to_end.browser.conftest import Swept
from tests.end_to_end.browser.explorer import check_access, opened

pytestmark = pytest.mark.browser
WINDOWS = {"desk": (1280, False), "phone": (390, False), "desk at night": (1280, True), "phone at night": (390, True)}


@pytest.fixture(params=WINDOWS.values(), ids=WINDOWS)
def watched(browser: Browser, swept: Swept, request: pytest.FixtureRequest) -> Iterator[Watched]:
    width, dark = request.param
    page = swept.store.artifact(swept.store.only(), "explorer.html")
    with opened(browser, page, width=width, dark=dark) as watched:
        yield watched


def test_axe_finds_nothing_on_the_page_and_it_fits_the_window(watched: Watched) -> None:
    watched.page.locator("details.about summary").click()
    check_access(watched)
    watched.page.keyboard.press("0")
    watched.page.locator(".chip").first.click()
    check_access(watched)


def test_nor_in_an_opened_run(watched: Watched) -> None:
    watched.page.locator(".panel.ill").first.click()
    check_access(watched)
    body = watched.page.locator("#dialog")
    assert body.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")


@pytest.mark.parametrize(("width", "dark"), WINDOWS.values(), ids=WINDOWS)
def test_nor_where_it_says_why_there_is_no_page(
    browser: Browser, swept: Swept, tmp_path: Path, width: int, dark: bool
) -> None:
    text = swept.store.artifact(swept.store.only(), "explorer.html").read_text(encoding="utf-8")
    damaged = text.replace('id="numbers-weights">', 'id="numbers-weights">-', 1)
    (tmp_path / "page.html").write_text(damaged, encoding="utf-8")
    with opened(browser, tmp_path / "page.html", width=width, dark=dark, is_shown=False) as watched:
        check_access(watched)
