"""The page of `runner.explore` over sweeps of every kind: what it shows, and what it says instead where it cannot."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.browser.explorer import Explored, check_access, explored, opened, six_a_cell

pytestmark = pytest.mark.browser
FEW = ("training.epochs=5", "training.evaluations=5")
Make = Callable[..., Explored]


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Make:
    """`made(arguments, files={...})` trains with few steps, and writes the page."""
    return lambda *arguments, **more: explored(tmp_path_factory, request.node.name, *arguments, *FEW, **more)


@contextmanager
def seen(browser: Browser, explored: Explored, address: str = "") -> Iterator[Page]:
    """The page, which axe has nothing against."""
    with opened(browser, explored.file, address) as watched:
        check_access(watched)
        yield watched.page


def is_painted(page: Page, canvas: str) -> bool:
    """Whether a canvas has more than one colour."""
    return bool(
        page.locator(canvas).first.evaluate("""canvas => {
          const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size > 1;
        }""")
    )


def table(inputs: int, classes: int) -> str:
    """Rows of numbers, and a class that depends on the first two."""
    x = np.random.default_rng(3).normal(size=(90, inputs))
    frame = pd.DataFrame(x, columns=[f"size {place}" for place in range(inputs)])
    edges = [0.0] if classes == 2 else [-0.7, 0.7]
    frame["kind"] = np.array(["low", "high", "top"])[np.digitize(x[:, 0] + x[:, 1], edges)]
    return frame.to_csv(index=False)


def test_one_run_is_its_details_without_a_wall(browser: Browser, made: Make) -> None:
    with seen(browser, made("data=xor")) as page:
        expect(page.locator("#summary")).to_have_text("One network 2-6-1 on xor.")
        for hidden in ("#wall-section", "#cards", "#chips", "#dialog"):
            expect(page.locator(hidden)).to_be_hidden()
        assert is_painted(page, "#picture")
        expect(page.locator("#network .unit")).to_have_count(2 + 6 + 1)
        expect(page.locator("#run-command code")).to_have_text(f"python -m runner data=xor {' '.join(FEW)}")


def test_one_swept_key_is_one_row_without_parallel_coordinates(browser: Browser, made: Make) -> None:
    with seen(browser, made("-m", "data=sine", "learning_rate=0.01,0.1")) as page:
        expect(page.locator("#question")).to_have_text("Which learning rate learns best?")
        expect(page.locator(".column-head")).to_have_text(["lr 0.01", "lr 0.1"])
        expect(page.locator(".panel")).to_have_count(2)
        expect(page.locator("#parallel-card")).to_be_hidden()
        assert is_painted(page, ".panel canvas")


def test_one_swept_key_whose_pictures_do_not_fit_into_a_row_is_one_column(browser: Browser, made: Make) -> None:
    with seen(browser, made("-m", "data=sine", "learning_rate=0.01,0.1", "seed=range(5)")) as page:
        expect(page.locator(".row-head")).to_have_text(["0.01", "0.1"])
        expect(page.locator(".panel")).to_have_count(10)


def test_data_sets_are_never_mixed_and_each_has_its_own_scale_and_goal(browser: Browser, made: Make) -> None:
    with seen(browser, made("-m", "data=sine,surface", "seed=range(2)")) as page:
        expect(page.locator("#parts label")).to_have_text(["sine", "surface"])
        expect(page.locator("#summary")).to_contain_text("2 networks 1-6-1 on sine")
        goal = page.locator("#count").get_attribute("title") or ""
        page.get_by_label("surface").check()
        expect(page.locator("#summary")).to_contain_text("2 networks 2-6-1 on surface")
        expect(page.locator(".panel")).to_have_count(2)
        expect(page.locator("#count")).not_to_have_attribute("title", goal)
        expect(page.locator("#legend")).to_contain_text("at a quarter, half and three quarters")
        expect(page).to_have_url(re.compile(r"#t=\d+&part=1$"))


def test_networks_of_several_structures_stand_side_by_side(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with seen(browser, six_a_cell(tmp_path_factory)) as page:
        expect(page.locator("#summary")).to_contain_text("24 networks 2-2-1, 2-4-1 on quadrants, 6 seeds each")
        for name, units in (("hidden=[2]", 5), ("hidden=[4]", 7)):
            page.locator(f".panel[aria-label*='{name}']").first.click()
            expect(page.locator("#network .unit")).to_have_count(units)
            page.keyboard.press("Escape")


def test_three_classes_have_a_colour_and_a_sign_each_paler_where_unsure(browser: Browser, made: Make) -> None:
    files = {"kinds.csv": table(2, 3)}
    with seen(browser, made("-m", "data=table", "data.path=kinds.csv", "seed=range(2)", files=files)) as page:
        expect(page.locator("#summary")).to_contain_text("2 networks 2-100-3 on kinds.csv")
        for text in ("low", "high", "top", "decision boundary", "Paler: less certain."):
            expect(page.locator("#legend")).to_contain_text(text)
        colours = page.evaluate("new Set([0, 1, 2].map(classColour)).size")
        assert colours == 3 and is_painted(page, ".panel canvas")


def test_a_surface_is_seen_from_above_with_its_contours(browser: Browser, made: Make) -> None:
    with seen(browser, made("-m", "data=surface", "seed=range(2)")) as page:
        expect(page.locator("#legend")).to_contain_text("at a quarter, half and three quarters")
        assert is_painted(page, ".panel canvas")
        page.locator(".panel").first.click()
        expect(page.locator("#picture-axes")).to_have_text("Across x, up y. Points: samples.")


def test_more_than_two_inputs_are_shown_as_a_slice_that_says_so(browser: Browser, made: Make) -> None:
    """The two that go most with the target, and a choice of others."""
    files = {"rows.csv": table(4, 2)}
    with seen(browser, made("-m", "data=table", "data.path=rows.csv", "seed=range(2)", files=files)) as page:
        expect(page.locator("#legend")).to_contain_text(
            "Horizontal axis: size 0; vertical: size 1. A slice through the median row:"
        )
        expect(page.locator("#legend")).to_contain_text("size 2 ")
        before = page.evaluate("Array.from(layersOf(0, step(), 8).at(-1)[0])")
        page.locator("#up").select_option(label="size 3")
        expect(page.locator("#legend")).to_contain_text(
            "Horizontal axis: size 0; vertical: size 3. A slice through the median row:"
        )
        assert page.evaluate("Array.from(layersOf(0, step(), 8).at(-1)[0])") != before
        page.locator(".panel").first.click()
        expect(page.locator("#picture-axes")).to_contain_text("Across size 0, up size 3. A slice through")
        expect(page.locator("#picture-axes")).to_contain_text("Samples elsewhere are faint.")


def test_an_image_has_no_picture_in_the_plane_but_all_charts(browser: Browser, made: Make) -> None:
    sweep = ("-m", "data=bars", "data.samples=100", "data.size=8", "learning_rate=0.1,0.5", "seed=range(2)")
    with seen(browser, made(*sweep), "#run=1") as page:
        expect(page.locator("#picture-word")).to_contain_text("no picture: A network with 64 inputs")
        page.keyboard.press("Escape")
        expect(page.locator("#without")).to_contain_text("A network with 64 inputs has no picture in the plane.")
        expect(page.locator("#wall-section")).to_be_hidden()
        assert is_painted(page, "#curves") and page.locator("#heatmap button").count() == 2
        page.get_by_role("button", name="Open the runs").press("Enter")
        expect(page.locator("#run-name")).to_have_text("lr=0.1 seed=0")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#run-name")).to_have_text("lr=0.1 seed=1")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Open the runs")).to_be_focused()
