"""Runs without a picture, or without numbers, in the page of `runner.explore`: it says which and why."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.end_to_end.browser.explorer import QUICK, Explored, explore, explored, opened
from tests.end_to_end.program import ctrl_c, make_store, said, started, wait_until
from tests.end_to_end.store import Store

pytestmark = pytest.mark.browser
PARTS = '''
"""Activations: one that the page has no formula for, one that raises, and one that does not end."""

import time
from pathlib import Path

import numpy as np

from nn.activations import ACTIVATIONS, Activation

MANY = 30  # samples: more than are tried before training


def _raise(z):
    if z.shape[-1] >= MANY:
        raise ArithmeticError("no number")
    return z


def _wait(z):
    if z.shape[-1] >= MANY:
        Path("waiting").touch()
        time.sleep(600)
    return z


@ACTIVATIONS.register
def wave() -> Activation:
    """sin z."""
    return Activation(np.sin, lambda z, a: np.cos(z), (-1.0, 1.0))


@ACTIVATIONS.register
def broken() -> Activation:
    """Raises in training."""
    return Activation(_raise, lambda z, a: np.ones_like(z))


@ACTIVATIONS.register
def waiting() -> Activation:
    """Does not end."""
    return Activation(_wait, lambda z, a: np.ones_like(z))
'''
MODULES = ("modules=[parts]",)
FEW = ("training.epochs=5", "training.evaluations=5")


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """A run that fails, is fine, diverges, has an activation of one's own, and is killed: by Ctrl-C, and then shown."""
    folder = tmp_path_factory.mktemp("troubled")
    (folder / "parts.py").write_text(PARTS, encoding="utf-8")
    make_store(folder)
    sweep = ("-m", *MODULES, "data=sine", "activation=broken,relu,wave,waiting", "learning_rate=0.1,1000", "workers=1")
    with started(*sweep, *FEW, *QUICK, cwd=folder) as process:
        wait_until(lambda: (folder / "waiting").exists(), "the last networks train")
        ctrl_c(process)
        assert process.done().returncode == 130, said(process.done())
    return Explored(folder / "page.html", Store(folder), explore(folder, *MODULES).stdout)


@pytest.fixture
def page(browser: Browser, troubled: Explored) -> Iterator[Page]:
    with opened(browser, troubled.file) as watched:
        yield watched.page


def numbers(page: Path, name: str) -> str:
    """The numbers of a page as it has them."""
    text = page.read_text(encoding="utf-8")
    (found,) = re.findall(f'<script type="text/plain" id="numbers-{name}">(.*?)</script>', text)
    return str(found)


def panel(page: Page, name: str) -> Locator:
    return page.locator(f".panel[aria-label^='{name}:']")


def test_a_failed_run_is_an_empty_panel_with_the_word_and_its_error(page: Page) -> None:
    failed = panel(page, "broken lr=0.1")
    expect(failed).to_have_text("failed")
    expect(failed).to_have_attribute("aria-label", "broken lr=0.1: failed, ArithmeticError: no number")
    failed.click()
    expect(page.locator("#facts")).to_contain_text("failed: ArithmeticError: no number")
    expect(page.locator("#picture-word")).to_have_text("failed: the run failed")
    expect(page.locator("#network-section")).to_be_hidden()


def test_a_killed_run_is_one_too(page: Page) -> None:
    killed = panel(page, "waiting lr=1000")
    expect(killed).to_have_text("killed")
    killed.click()
    expect(page.locator("#facts")).to_contain_text("outcomekilled")
    expect(page.locator("#facts")).not_to_contain_text("rmse")


def test_failed_and_killed_runs_are_counted_apart(page: Page) -> None:
    expect(page.locator("#count")).to_have_text("1 of 4 are at 0.34 or less now, 4 failed or killed")
    notices = page.locator("#notices li")
    expect(notices.filter(has_text="2 runs failed")).to_contain_text("ArithmeticError: no number")
    expect(notices.filter(has_text="2 runs were killed")).to_be_visible()
    expect(notices.filter(has_text="never solve it")).to_contain_text("3 runs never solve it")
    heatmap = page.locator("#heatmap tr").filter(has=page.get_by_role("rowheader", name="broken"))
    expect(heatmap.locator("button").first).to_have_text("–")


def test_a_run_that_diverges_keeps_its_last_finite_picture_under_the_word(page: Page) -> None:
    diverged = panel(page, "relu lr=1000")
    expect(diverged).to_have_text("diverged")
    assert page.evaluate("hasDiverged(3, step()) && weightsAt(3, step()) >= 0 && whyNoPicture(3) === ''")
    page.keyboard.press("0")
    expect(diverged).to_have_text("")
    diverged.click()
    page.locator("#dialog-time").press("End")
    expect(page.locator("#facts")).to_contain_text(
        "diverged; the last finite values are those of step 0, before any training"
    )


def test_costs_beyond_three_times_the_first_are_cut_off(page: Page) -> None:
    assert page.evaluate("curveScale().range[1] < 10 * history(2, 'test/cost', 0)")


def test_an_activation_of_ones_own_has_no_picture_but_its_score_and_curves(page: Page) -> None:
    wave = panel(page, "wave lr=0.1")
    expect(wave).to_have_text("no picture")
    label = re.compile(r"^wave lr=0\.1: test rmse [\d.]+, (solved, )?no picture: the page has no formula")
    expect(wave).to_have_attribute("aria-label", label)
    wave.click()
    expect(page.locator("#picture-word")).to_contain_text("the page has no formula for its activations")
    expect(page.locator("#network-section")).to_be_hidden()
    costs = re.compile(r"at step 25: training cost [\d.]+, test cost [\d.]+$")
    expect(page.locator("#dialog-curves")).to_have_attribute("aria-label", costs)


def test_a_fault_of_training_leaves_the_pictures(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A network whose updates were broadcast has more outputs, of which the first one is shown."""
    faults = "fault=none,missing_factor,broadcast_update"
    page_file = explored(tmp_path_factory, "faults", "-m", "data=sine", faults, *FEW)
    with opened(browser, page_file.file) as watched:
        expect(watched.page.locator(".panel .word:not(:empty)")).to_have_count(0)
        panel(watched.page, "fault=broadcast_update").click()
        expect(watched.page.locator("#picture-axes")).to_contain_text("The first of 6 outputs.")


def test_without_weights_a_page_says_how_to_get_them_and_then_has_pictures_and_the_same_numbers(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sweep = ("-m", "data=quadrants", "learning_rate=0.1,1", *FEW)
    without = explored(tmp_path_factory, "without weights", *sweep, "tracking.snapshots=none")
    again = f"{without.meta['again']} --retrain"
    says = f"No run has stored weights, so there are no pictures. To retrain all runs for them: {again}"
    with opened(browser, without.file) as watched:
        expect(watched.page.locator("#without")).to_have_text(f"{says} Open the runs")
        expect(watched.page.locator("#wall-section")).to_be_hidden()
        expect(watched.page.locator("#heatmap button").first).to_be_visible()
    done = explore(without.file.parent, "--retrain", out="again.html")
    assert done.stdout.startswith("training took "), said(done)
    retrained = without.file.with_name("again.html")
    with opened(browser, retrained) as watched:
        expect(watched.page.locator(".panel .word:not(:empty)")).to_have_count(0)
        expect(watched.page.locator(".panel")).to_have_count(2)
    stored = explored(tmp_path_factory, "with weights", *sweep)
    assert numbers(retrained, "curves") == numbers(without.file, "curves") == numbers(stored.file, "curves")
    assert numbers(retrained, "weights") == numbers(stored.file, "weights") != numbers(without.file, "weights") == ""
