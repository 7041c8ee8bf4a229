"""Chips, heatmap, parallel coordinates, curves and sentences of a page say of a sweep what its results say."""

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from runner.runs.result import RunResult
from tests.runner.findings.explorer.conftest import InPage
from tests.runner.findings.explorer.swept import jobs_of, opening, trained, written

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
JOBS = jobs_of(("0.3", "3", "1e30"), 3)


@pytest.fixture(scope="module")
def results() -> list[RunResult]:
    return trained(JOBS)


@pytest.fixture(scope="module")
def swept(results: list[RunResult], in_page: InPage, tmp_path_factory: pytest.TempPathFactory) -> InPage:
    """`swept(task)` gives what a task for the sweep's page gives, which is as when it was opened."""
    return opening(written(results, tmp_path_factory.mktemp("swept")), in_page)


def selected(page: "Page") -> list[int]:
    found = page.evaluate("runs().filter(isVisible)")
    assert page.locator("#selected").text_content() == (f"{len(found)} of {len(JOBS)} runs" if found else NONE)
    return list(found)


NONE = "No run has all of these."


def last(result: RunResult, name: str) -> float:
    """The last finite value of a series, as float32: what the page has."""
    values = np.array(result.history[name], dtype=np.float32)
    return float(values[np.isfinite(values)][-1])


def test_chips_select_the_runs_that_have_all_values(swept: InPage):
    def choose(page: "Page") -> None:
        page.get_by_role("group", name="activation").get_by_role("button", name="tanh").click()
        page.get_by_role("group", name="seed").get_by_role("button", name="1").press("Enter")
        assert selected(page) == [i for i, job in enumerate(JOBS) if {"activation=tanh", "seed=1"} <= set(job)]
        page.get_by_role("button", name="show all").press("Enter")
        assert page.evaluate("runs().every(isVisible) && by('chips').contains(document.activeElement)")
        assert page.get_by_role("button", name="show all").is_hidden()

    swept(choose)


def test_number_fields_and_a_drag_along_an_axis_select_by_the_final_score(swept: InPage, results: list[RunResult]):
    finals = [last(one, "test/accuracy") if one.outcome != "diverged" else -np.inf for one in results]
    middle = (min(value for value in finals if np.isfinite(value)) + max(finals)) / 2
    good = [i for i, value in enumerate(finals) if value >= middle]

    def select(page: "Page") -> None:
        low = page.get_by_role("group", name="final test accuracy").get_by_label("from")
        low.fill(str(middle))
        assert 0 < len(selected(page)) < len(JOBS) and selected(page) == good
        low.fill("2")
        assert selected(page) == []
        low.fill("")
        assert page.evaluate("runs().every(isVisible)")
        page.locator("#parallel").scroll_into_view_if_needed()
        x, top, half = page.evaluate(PLACES)
        page.mouse.move(x, half)
        page.mouse.down()
        page.mouse.move(x, top - 3, steps=4)
        page.mouse.up()
        assert selected(page) == good and float(low.input_value()) == pytest.approx(middle, abs=0.02)
        page.mouse.click(x, half)
        assert page.evaluate("runs().every(isVisible)")

    swept(select)


PLACES = """() => {
  const canvas = by("parallel"), box = canvas.getBoundingClientRect();
  const {x, y} = parallelPlaces(canvas.clientWidth, canvas.clientHeight);
  return [box.left + x(parallel.axes.length - 1), box.top + y(1), box.top + y(0.5)];
}"""


def test_a_cell_has_the_median_of_the_runs_that_are_selected_on_an_axis(swept: InPage, results: list[RunResult]):
    cell = [i for i, job in enumerate(JOBS) if {"activation=tanh", "learning_rate=0.3"} <= set(job)]
    finals = sorted(last(results[i], "test/accuracy") for i in cell)
    assert finals[0] < finals[2]

    def look(page: "Page") -> None:
        page.get_by_role("group", name="final test accuracy").get_by_label("from").fill(str(finals[2]))
        button = page.get_by_role("button", name=re.compile("activation tanh, (lr|learning rate) 0.3:"))
        count = finals.count(finals[2])
        words = f"median test accuracy {finals[2]:.3f} of {count} run{'s' * (count > 1)}"
        assert words in str(button.get_attribute("aria-label"))

    swept(look)


def test_a_cell_has_the_median_at_the_step_and_selects_its_runs(swept: InPage, results: list[RunResult]):
    cell = [i for i, job in enumerate(JOBS) if {"activation=tanh", "learning_rate=3"} <= set(job)]
    steps = results[cell[0]].history["step"]
    place = len(steps) // 2
    median = np.median([np.float32(results[i].history["test/accuracy"][place]) for i in cell])

    def look(page: "Page") -> None:
        page.evaluate("at => goToStep(at)", int(steps[place]))
        button = page.get_by_role("button", name=re.compile("activation tanh, (lr|learning rate) 3:"))
        assert f"median test accuracy {median:.3f} of 3 runs" in str(button.get_attribute("aria-label"))
        assert button.text_content() == f"{median:.2f}"
        button.press("Enter")
        assert selected(page) == cell and button.get_attribute("aria-pressed") == "true"
        button.press("Enter")
        assert page.evaluate("runs().every(isVisible)")

    swept(look)


def test_sentences_open_a_run_at_its_step(swept: InPage, results: list[RunResult]):
    diverged = sum(result.outcome == "diverged" for result in results)

    def read(page: "Page") -> None:
        sentences = page.locator("#notices li").all_text_contents()
        assert diverged > 1 and any(text.startswith(f"{diverged} runs diverge") for text in sentences), sentences
        links = page.locator("#notices .link")
        assert links.count() >= 2
        for link in links.all():
            name = link.text_content()
            link.press("Enter")
            assert page.locator("#run-name").text_content() == name
            page.keyboard.press("Escape")
            page.evaluate(CLOSED)
            assert link.evaluate("link => link === document.activeElement")
        first = page.locator("#notices li").first
        at = re.search(r"at step ([\d,]+)", str(first.text_content()))
        first.locator(".link").click()
        assert at and page.evaluate("step()") == int(at[1].replace(",", ""))

    swept(read)


CLOSED = """async () => {
  while (state.opened >= 0) await new Promise(resolve => setTimeout(resolve, 5));
}"""


def test_curves_say_the_medians_at_the_end_of_cost_and_of_score(swept: InPage, results: list[RunResult]):
    chosen = [i for i, job in enumerate(JOBS) if {"activation=relu", "learning_rate=0.3"} <= set(job)]
    accuracy = np.median([last(results[i], "test/accuracy") for i in chosen])

    def look(page: "Page") -> None:
        page.get_by_role("group", name="activation").get_by_role("button", name="relu").click()
        page.get_by_role("group", name=re.compile("^(lr|learning rate)$")).get_by_role("button", name="0.3").click()
        curves = page.get_by_role("img", name="over the steps, 3 lines")
        assert str(curves.get_attribute("aria-label")).startswith("test cost")
        page.get_by_label("test cost", exact=True).press("ArrowRight")
        assert curves.get_attribute("aria-label") == (
            f"test accuracy over the steps, 3 lines; medians at the end: relu {accuracy:.3f}"
        )

    swept(look)
