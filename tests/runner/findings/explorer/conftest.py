"""The page's scripts in a browser."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import runner

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = Path(str(runner.__file__)).parent / "findings" / "explorer" / "page"
InPage = Callable[[Callable[["Page"], Any]], Any]
Evaluate = Callable[..., Any]


@pytest.fixture(scope="module")
def in_page() -> Iterator[InPage]:
    """`in_page(task)` gives what `task(page)` gives, for an empty page of a browser.

    The browser has a thread of its own: only so may tests of one process start several.
    """
    from tests.end_to_end.browser.chromium import new_page, open_browser

    opened = open_browser()
    with ThreadPoolExecutor(1) as thread:
        page = thread.submit(lambda: new_page(opened.__enter__()).page).result()
        try:
            yield lambda task: thread.submit(task, page).result()
        finally:
            thread.submit(opened.__exit__, None, None, None).result()


@pytest.fixture(scope="module")
def evaluate(in_page: InPage) -> Evaluate:
    """`evaluate(code, argument)` gives what a JavaScript function gives where there are only net.js and decode.js."""
    scripts = "\n".join((PAGE / name).read_text(encoding="utf-8") for name in ("net.js", "decode.js"))
    in_page(lambda page: page.add_script_tag(content=scripts))
    return lambda code, argument=None: in_page(lambda page: page.evaluate(code, argument))
