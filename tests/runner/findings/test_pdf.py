"""Printing where no browser can."""

from pathlib import Path

import pytest

from runner.base.errors import UserError
from runner.findings import pdf
from runner.findings.pdf import find_browser, printed


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Has a machine with one browser, a script of this text, or with none."""

    def install(text: str | None) -> None:
        monkeypatch.setattr(pdf, "ELSEWHERE", ())
        monkeypatch.setenv("PATH", str(tmp_path))
        if text is not None:
            (tmp_path / "chromium").write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / "chromium").chmod(0o755)

    return install


def test_without_a_browser_the_message_says_what_to_install(only) -> None:
    only(None)
    assert find_browser() is None
    with pytest.raises(UserError, match="printed by Chromium, Chrome or Edge, and none is installed here"):
        printed("<p>hello</p>")


def test_a_browser_that_fails_is_reported_with_its_last_words(only) -> None:
    only("echo first >&2; echo 'no room left' >&2; exit 3")
    with pytest.raises(UserError, match=r"chromium could not print the report: no room left"):
        printed("<p>hello</p>")


def test_a_browser_that_says_it_has_printed_and_has_not_is_noticed(only) -> None:
    only("exit 0")
    with pytest.raises(UserError, match="could not print the report: it says nothing"):
        printed("<p>hello</p>")


def test_a_browser_that_hangs_is_given_up(only, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.2)
    only("exec /bin/sleep 30")
    with pytest.raises(UserError, match="timed out"):
        printed("<p>hello</p>")
