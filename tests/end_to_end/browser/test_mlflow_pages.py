"""MLflow's own pages over a sweep, as a user sees them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.end_to_end.browser.chromium import Watched, new_page
from tests.end_to_end.browser.conftest import Swept

pytestmark = pytest.mark.browser


@pytest.fixture
def window(browser: Browser) -> Iterator[Watched]:
    watched = new_page(browser, 1500, 950)
    yield watched
    watched.page.context.close()


def view_of(swept: Swept, mlflow: str, more: str = "") -> str:
    """The address that the sweep has printed."""
    parent = swept.store.only()
    experiment, sweep = parent.info.experiment_id, parent.data.tags["sweep_id"]
    return f"{mlflow}/#/experiments/{experiment}/runs?workflowType=machine_learning&viewStateShareKey={sweep}{more}"


def printed_address(printed: str, mlflow: str) -> str:
    """The address that a program has printed, at the server of these tests."""
    (page,) = re.findall(r"^ +and open http://127\.0\.0\.1:5000(\S+)$", printed, re.MULTILINE)
    return f"{mlflow}{page}"


def artifact_page(swept: Swept, mlflow: str, name: str) -> str:
    parent = swept.store.only()
    return f"{mlflow}/#/experiments/{parent.info.experiment_id}/runs/{parent.info.run_id}/artifacts/{name}"


def test_the_addresses_that_are_printed_open_pages_of_models_and_not_of_evaluations(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    """MLflow takes a page whose address does not say otherwise for one of GenAI, with other menus."""
    page = window.page
    for printed, shown in zip(swept.printed, ("final/train_accuracy", "matching runs"), strict=True):
        page.goto(printed_address(printed, mlflow))
        expect(page.get_by_text(shown).first).to_be_visible()
        expect(page.get_by_text("Evaluation runs")).to_have_count(0)


def test_the_experiment_lists_the_sweep_and_unfolds_its_runs(window: Watched, swept: Swept, mlflow: str) -> None:
    page = window.page
    page.goto(f"{mlflow}/#/experiments/{swept.store.only().info.experiment_id}/runs?workflowType=machine_learning")
    expect(page.get_by_text(str(swept.store.only().info.run_name)).first).to_be_visible()
    expect(page.get_by_text("tanh hidden=[4] seed=3")).to_have_count(0)
    page.locator(".ag-row >> nth=0 >> [role=gridcell] svg >> visible=true").first.wait_for()
    page.locator(".ag-row >> nth=0").get_by_role("button").first.click()
    expect(page.get_by_text("tanh hidden=[4] seed=3").first).to_be_visible()


def test_the_saved_view_has_the_runs_best_first_with_what_was_swept_and_the_scores(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page = window.page
    page.goto(view_of(swept, mlflow))
    for heading in ("final/test_accuracy", "final/test_cost", "activation", "network.hidden", "seed"):
        expect(page.locator(f"[role=columnheader][col-id$='`{heading}`']")).to_have_count(1)
    best = swept.store.only().data.tags["best_setting"]
    expect(page.locator(".ag-pinned-left-cols-container .ag-row >> nth=0")).to_contain_text(best)
    expect(page.locator("[role=columnheader][col-id$='`outcome`']")).to_have_count(1)
    expect(page.get_by_text(f"{len(swept.store.children(swept.store.only()))} matching runs")).to_be_visible()


def test_the_charts_of_the_view_begin_with_the_curves_of_the_best_runs(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page = window.page
    page.goto(view_of(swept, mlflow, "&compareRunsMode=CHART"))
    expect(page.get_by_text(re.compile("^curves")).first).to_be_visible()
    expect(page.get_by_text("train/cost", exact=True).first).to_be_visible()
    page.locator(".scatterlayer .trace path.js-line").first.wait_for(state="attached")
    chart = page.locator(".js-plotly-plot").first
    assert chart.locator(".scatterlayer .trace").count() >= 10, "ten runs"


def test_the_comparison_and_the_report_open_on_the_parent_run(window: Watched, swept: Swept, mlflow: str) -> None:
    page = window.page
    page.goto(artifact_page(swept, mlflow, "plots/curves.png"))
    picture = page.get_by_role("img", name="plots/curves.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 500
    page.get_by_text("report.html", exact=True).click()
    inside = page.frame_locator("iframe").first
    expect(inside.get_by_role("heading", name="Settings, best first")).to_be_visible()
    inside.locator("table.sortable >> nth=0 >> thead th >> nth=0 >> button").click()
    expect(inside.locator("th[aria-sort=ascending]").first).to_be_visible()
    ours = re.compile(r"report\.html|about:srcdoc|blob:")
    assert not [told for told in window.complaints if ours.search(told)]


def test_the_description_of_the_parent_has_the_answer_and_the_command(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    parent = swept.store.only()
    window.page.goto(f"{mlflow}/#/experiments/{parent.info.experiment_id}/runs/{parent.info.run_id}")
    expect(window.page.get_by_text(re.compile("The best of 4 settings is")).first).to_be_visible()


def test_two_runs_are_compared_side_by_side(window: Watched, swept: Swept, mlflow: str) -> None:
    one, other = swept.store.children(swept.store.only())[:2]
    experiment = one.info.experiment_id
    window.page.goto(
        f'{mlflow}/#/compare-runs?runs=["{one.info.run_id}","{other.info.run_id}"]&experiments=["{experiment}"]'
    )
    for run in (one, other):
        expect(window.page.get_by_text(str(run.info.run_name)).first).to_be_visible()
    expect(window.page.get_by_text("final/test_accuracy").first).to_be_visible()
