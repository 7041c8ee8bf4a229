"""A real browser: Chromium, Chrome or Edge as it is installed, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from runner.findings.pdf import find_browser

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECONDS = 30
CLOSED_ASSISTANT = """
localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false');
localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true');
"""  # MLflow's page opens it over a third of the window at a first visit


@dataclass
class Watched:
    """A page with what it complained of and what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")

    def fits(self) -> bool:
        """Whether nothing is wider than the window."""
        return bool(self.page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"))


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the browser. Raises RuntimeError where there is none."""
    path = find_browser()
    if path is None:
        raise RuntimeError("no browser is installed; on Debian: apt-get install chromium")
    expect.set_options(timeout=1000 * SECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def new_page(
    browser: Browser, width: int = 1280, height: int = 900, dark: bool = False, login: tuple[str, str] | None = None
) -> Watched:
    """A window of its own, of somebody who types a name and a password where these are asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", device_scale_factor=1,
        http_credentials={"username": login[0], "password": login[1]} if login else None,
    )  # fmt: skip
    context.set_default_timeout(1000 * SECONDS)
    context.add_init_script(CLOSED_ASSISTANT)
    return Watched(context.new_page())
