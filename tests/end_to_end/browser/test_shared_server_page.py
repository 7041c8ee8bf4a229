"""The page of a server with accounts: closed without a password, and open at the address that a sweep has printed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.browser.chromium import new_page
from tests.end_to_end.postgres import postgres
from tests.end_to_end.program import train
from tests.end_to_end.shared import Shared

pytestmark = pytest.mark.browser
SWEEP = (
    "-m",
    "data=xor",
    "activation=tanh,relu",
    "seed=range(3)",
    "training.epochs=20",
    "tracking.plots=none",
    "tracking.report=false",
)


def test_the_address_that_a_sweep_prints_opens_its_view_after_a_login(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    shared = Shared(tmp_path)
    with postgres() as superuser:
        shared.set_up(superuser)
        with shared.running():
            shared.add("ann")
            done = train(*SWEEP, cwd=folder, env=shared.login("ann"))
            (address,) = re.findall(r"^look at it: (\S+)$", done.stdout, re.MULTILINE)
            nobody = new_page(browser).page
            assert nobody.request.get(address).status == 401
            nobody.context.close()
            page = new_page(browser, 1500, 950, login=("ann", shared.passwords["ann"])).page
            page.goto(address)
            expect(page.get_by_text("2 matching runs")).to_be_visible()
            for heading in ("score", "activation"):
                expect(page.locator(f"[role=columnheader][col-id$='`{heading}`']")).to_have_count(1)
            expect(page.get_by_role("link", name="relu", exact=True)).to_be_visible()
            page.context.close()
