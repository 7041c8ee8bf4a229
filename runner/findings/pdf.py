"""HTML pages as PDF, printed by an installed browser, because nothing else lays out HTML as well."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from runner.base.errors import UserError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
ELSEWHERE = (  # where installers of macOS and Windows put them, which is not on the PATH
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
QUIET = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--no-pdf-header-footer",
)  # fmt: skip
SECONDS = 120
CLOCK = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")
NO_CLOCK = rb"/\1 (D:20000101000000"  # as long as what it replaces: a PDF counts its bytes
NODE = re.compile(rb"\(node(\d{8})\)")  # an element of the page, which a browser counts from where it likes


def printed(page: str) -> bytes:
    """A page as PDF; the same browser gives the same bytes. Raises UserError if there is no browser."""
    browser = find_browser()
    if browser is None:
        raise UserError(
            "a PDF is printed by Chromium, Chrome or Edge, and none is installed here; --format html prints"
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        source, target = Path(scratch) / "report.html", Path(scratch) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        sandbox = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []  # root has none
        command = [browser, *QUIET, *sandbox, f"--user-data-dir={scratch}/profile", f"--print-to-pdf={target}"]
        try:
            done = subprocess.run([*command, source.as_uri()], capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError(f"{browser} could not print the report: {error}") from error
        if done.returncode or not target.exists():
            told = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise UserError(f"{browser} could not print the report: {' '.join(told) or 'it says nothing'}")
        return _numbered(CLOCK.sub(NO_CLOCK, target.read_bytes()))


def _numbered(content: bytes) -> bytes:
    """Elements counted from 1, in the order that they have."""
    places = {node: place for place, node in enumerate(sorted(set(NODE.findall(content))), 1)}
    return NODE.sub(lambda found: b"(node%08d)" % places[found[1]], content)


def require_browser() -> str:
    """A browser that can print. Raises UserError if none is installed."""
    browser = find_browser()
    if browser is None:
        raise UserError("a PDF is printed by Chromium, Chrome or Edge, and none is installed here; use --format html")
    return browser


def find_browser() -> str | None:
    """A browser that can print; None if there is none."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((path for path in (*found, *ELSEWHERE) if path and Path(path).exists()), None)
