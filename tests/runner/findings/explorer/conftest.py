"""The page's scripts in a browser, without the page around them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import runner

PAGE = Path(str(runner.__file__)).parent / "findings" / "explorer" / "page"
Evaluate = Callable[..., Any]


@pytest.fixture(scope="module")
def evaluate() -> Iterator[Evaluate]:
    """`evaluate(code, argument)` gives what a JavaScript function gives, on an empty page with net.js and decode.js.

    The browser has a thread of its own: only so may tests of one process start several.
    """
    from tests.end_to_end.browser.chromium import open_browser

    def start() -> Any:
        browser = opened.__enter__()
        page = browser.new_page()
        for name in ("net.js", "decode.js"):
            page.add_script_tag(content=(PAGE / name).read_text(encoding="utf-8"))
        return page

    opened = open_browser()
    with ThreadPoolExecutor(1) as thread:
        page = thread.submit(start).result()
        try:
            yield lambda code, argument=None: thread.submit(page.evaluate, code, argument).result()
        finally:
            thread.submit(partial(opened.__exit__, None, None, None)).result()
