"""Pages of `python -m runner.explore` for tests: written once by the real command line, opened from their files."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from filelock import FileLock
from playwright.sync_api import Browser, expect

from tests.end_to_end.browser.chromium import Watched, new_page
from tests.end_to_end.program import make_store, run_runner, said
from tests.end_to_end.store import Store

QUICK = ("tracking.plots=none", "tracking.models=none", "tracking.report=false", "diagnose=off")  # change no number
META = re.compile(r'(<script type="application/json" id="meta">)(.*?)(</script>)', re.DOTALL)
OWN_ADDRESSES = ("data:", "blob:")


@dataclass(frozen=True)
class Explored:
    """A page, the store that it was made of, and what the program printed that wrote it."""

    file: Path
    store: Store
    printed: str

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def meta(self) -> dict[str, Any]:
        return meta_of(self.text)


def explored(
    factory: pytest.TempPathFactory, name: str, *arguments: str, files: Mapping[str, str] | None = None,
    more: tuple[str, ...] = (), fails: bool = False,
) -> Explored:  # fmt: skip
    """Train in a folder that has `files`, and write a page, with `more` arguments; once for all processes of tests.

    `fails`: whether runs fail.
    """
    place = factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    folder, done = place / f"explored {name}", place / f"explored {name}.txt"
    with FileLock(place / f"explored {name}.lock"):
        if not done.exists():
            folder.mkdir()
            for file, text in (files or {}).items():
                (folder / file).write_text(text, encoding="utf-8")
            make_store(folder)
            trained = run_runner(*arguments, *QUICK, cwd=folder)
            assert trained.returncode == fails, said(trained)
            done.write_text(explore(folder, *more).stdout)
    return Explored(folder / "page.html", Store(folder), done.read_text())


def six_a_cell(factory: pytest.TempPathFactory) -> Explored:
    """24 runs in four cells, with networks of two structures."""
    return explored(
        factory, "six a cell", "-m", "activation=sigmoid,tanh", "network.hidden=[2],[4]", "data=quadrants",
        "seed=range(6)", "training.epochs=60", "data.samples_per_cluster=20",
    )  # fmt: skip


def explore(
    folder: Path, *arguments: str, out: str = "page.html", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m runner.explore --out page.html`, which must succeed."""
    done = run_runner(*arguments, "--out", out, cwd=folder, module="runner.explore", env=env)
    assert done.returncode == 0, said(done)
    return done


def meta_of(text: str) -> dict[str, Any]:
    """The plain data of a page."""
    found = META.search(text)
    assert found is not None
    described: dict[str, Any] = json.loads(found[2])
    return described


def with_meta(text: str, meta: Mapping[str, Any]) -> str:
    """The page with other plain data."""
    plain = json.dumps(meta).replace("<", "\\u003c")
    return META.sub(lambda found: f"{found[1]}{plain}{found[3]}", text, count=1)


@contextmanager
def opened(
    browser: Browser, file: Path, address: str = "", width: int = 1280, dark: bool = False, is_shown: bool = True
) -> Iterator[Watched]:
    """A page opened from its file, ready or refused. At the end it has complained of nothing and loaded nothing."""
    watched = new_page(browser, width, 844, dark)
    try:
        watched.page.goto(f"{file.as_uri()}{address}")
        if is_shown:
            watched.page.locator("html[data-ready='1']").wait_for(state="attached")
        else:
            expect(watched.page.locator("#refused")).to_be_visible()
        yield watched
        assert watched.complaints == []
        loaded = [url for url in watched.requests if not url.startswith(OWN_ADDRESSES)]
        assert {url.partition("#")[0] for url in loaded} == {file.as_uri()}
    finally:
        watched.page.context.close()


def check_access(watched: Watched) -> None:
    """That axe finds nothing, and that nothing is wider than the window."""
    found = Axe().run(watched.page).response["violations"]
    assert not found, [(one["id"], one["help"], one["nodes"][0]["html"]) for one in found]
    assert watched.fits()
