"""MLflow's own pages over a sweep, as a user sees them."""

import re
from collections.abc import Iterator

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.end_to_end.browser.chromium import Watched, new_page
from tests.end_to_end.browser.conftest import Swept

pytestmark = pytest.mark.browser


@pytest.fixture
def window(browser: Browser) -> Iterator[Watched]:
    watched = new_page(browser, 1500, 950)
    yield watched
    watched.page.context.close()


def printed_address(swept: Swept, mlflow: str, experiment: str = "runner") -> str:
    """The address that a program has printed, at the server of these tests."""
    (page,) = re.findall(r"^ +and open http://127\.0\.0\.1:5000(\S+)$", swept.printed[experiment], re.MULTILINE)
    return f"{mlflow}{page}"


def comparison(swept: Swept) -> pd.DataFrame:
    return pd.read_csv(swept.store.artifact(swept.store.only(), "comparison.csv"))


def labels(swept: Swept) -> list[str]:
    """The settings of the sweep, best first."""
    return [f"{row['activation']} hidden={row['network.hidden']}" for _, row in comparison(swept).iterrows()]


def artifact_page(swept: Swept, mlflow: str, name: str) -> str:
    parent = swept.store.only()
    return f"{mlflow}/#/experiments/{parent.info.experiment_id}/runs/{parent.info.run_id}/artifacts/{name}"


def columns(page: Page) -> dict[str, Locator]:
    """The headings of a list by the names of their columns, from left to right."""
    heads = page.locator(".ag-header-viewport [role=columnheader][col-id*='`']")
    expect(heads.first).to_be_visible()
    in_order = sorted(heads.all(), key=lambda head: head.bounding_box()["x"])
    return {str(head.get_attribute("col-id")).split("`")[1]: head for head in in_order}


def listed(window: Watched, address: str, runs: int) -> Page:
    """The page of a list that has this many rows."""
    window.page.goto(address)
    expect(window.page.get_by_text(f"{runs} matching runs")).to_be_visible()
    return window.page


def test_the_addresses_that_are_printed_open_pages_of_models_and_not_of_evaluations(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    """MLflow takes a page whose address does not say otherwise for one of GenAI, with other menus."""
    page = window.page
    for experiment, shown in (("alone", "final/train_accuracy"), ("runner", "matching runs")):
        page.goto(printed_address(swept, mlflow, experiment))
        expect(page.get_by_text(shown).first).to_be_visible()
        expect(page.get_by_text("Evaluation runs")).to_have_count(0)


def test_a_click_on_what_the_first_sweep_says_keeps_all_pages_those_of_runs(
    browser: Browser, swept: Swept, mlflow: str
) -> None:
    (address,) = re.findall(
        r"^and click Model training once, .* http://127.0.0.1:5000(\S+)$", swept.printed["alone"], re.M
    )
    page = new_page(browser, 1500, 950).page
    page.goto(f"{mlflow}{address}")
    page.get_by_text("Model training", exact=True).first.click()
    run = swept.store.children(swept.store.only())[0]
    page.goto(f"{mlflow}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}")
    expect(page.get_by_text("final/train_accuracy").first).to_be_visible()
    expect(page.get_by_text("Evaluation runs")).to_have_count(0)
    page.context.close()


def test_the_printed_address_lists_the_settings_best_first_with_their_scores(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page = listed(window, printed_address(swept, mlflow), 4)
    names = page.locator(".ag-pinned-left-cols-container .ag-row")
    expect(names).to_have_count(4)
    by_place = sorted(names.all(), key=lambda row: int(row.get_attribute("row-index") or 0))
    assert [row.get_by_role("link").inner_text() for row in by_place] == labels(swept)
    first = comparison(swept).iloc[0]
    cell = page.locator(".ag-row[row-index='0'] [col-id='tags.`score`']")
    score, mean, _, spread = cell.inner_text().split()
    decimals = len(mean.partition(".")[2])
    assert score == "accuracy" and mean == f"{first['accuracy']:.{decimals}f}"
    assert spread == f"{first['accuracy_std']:.{decimals}f}"


def test_the_columns_of_settings_are_the_swept_keys_and_then_the_scores_and_none_is_cut(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page = listed(window, printed_address(swept, mlflow), 4)
    shown = columns(page)
    assert list(shown)[:5] == ["activation", "network.hidden", "score", "solved", "cost"]
    for head in shown.values():
        text = head.locator("[class*=header-cell] >> nth=-1") if head.locator("[class*=header-cell]").count() else head
        assert text.evaluate("element => element.scrollWidth <= element.clientWidth + 1"), head.inner_text()
    for cell in page.locator(".ag-center-cols-container [role=gridcell][col-id*='`']").all():
        assert cell.evaluate("element => element.scrollWidth <= element.clientWidth + 1"), cell.inner_text()


def test_the_charts_of_settings_are_mean_curves_in_colours_of_their_own(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page = window.page
    page.goto(f"{printed_address(swept, mlflow)}&compareRunsMode=CHART")
    expect(page.get_by_text("test/accuracy/mean", exact=True).first).to_be_visible()
    page.locator(".scatterlayer .trace path.js-line").first.wait_for(state="attached")
    lines = page.locator(".js-plotly-plot").first.locator(".scatterlayer .trace path.js-line")
    colours = {str(line.evaluate("element => getComputedStyle(element).stroke")) for line in lines.all()}
    assert len(colours) == 4


def test_the_pictures_of_settings_are_a_grid_with_one_for_each(window: Watched, swept: Swept, mlflow: str) -> None:
    page = window.page
    page.goto(f"{printed_address(swept, mlflow)}&compareRunsMode=CHART")
    card = page.locator("[data-testid='experiment-view-compare-runs-card']", has_text="fit").last
    page.get_by_text(re.compile("^fits")).first.scroll_into_view_if_needed()
    card.scroll_into_view_if_needed()
    pictures = card.locator("img")
    expect(pictures).to_have_count(4)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert int(picture.evaluate("image => image.naturalWidth")) > 0


def bands(window: Watched, address: str) -> dict[str, int]:
    """The groups of the view with bands, and how many runs each has."""
    window.page.goto(f"{address}.bands&compareRunsMode=CHART")
    rows = window.page.locator(".ag-pinned-left-cols-container .ag-row")
    expect(rows.first).to_contain_text("Group:")
    texts = [re.sub(r"\s+", " ", row.inner_text()) for row in rows.all()]
    found = [re.search(r"Group: (.*) (\d+)$", text.strip()) for text in texts]
    return {one[1]: int(one[2]) for one in found if one}


def test_the_second_view_draws_means_with_a_band_over_all_runs_of_each_setting(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    """MLflow's own grouping takes means over the runs it has loaded: the count of each group says how many."""
    found = bands(window, printed_address(swept, mlflow))
    assert found == dict.fromkeys(labels(swept), 6)
    chart = window.page.locator(".js-plotly-plot").first
    chart.locator(".scatterlayer .trace path.js-fill").first.wait_for(state="attached")
    assert chart.locator(".scatterlayer .trace path.js-fill").count() >= 4


def test_of_many_seeds_so_few_settings_have_a_band_that_every_run_is_loaded(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    found = bands(window, printed_address(swept, mlflow, "many"))
    assert len(found) == 3 and set(found.values()) == {30}
    expect(window.page.get_by_text("90 matching runs")).to_be_visible()
    expect(window.page.get_by_text("Load more")).to_have_count(0)


def test_the_description_of_the_sweep_leads_to_a_setting_and_from_there_to_its_runs(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page, parent, best = window.page, swept.store.only(), labels(swept)[0]
    page.goto(
        f"{mlflow}/#/experiments/{parent.info.experiment_id}/runs/{parent.info.run_id}?workflowType=machine_learning"
    )
    page.get_by_text("Show more").first.click()
    with page.expect_popup() as opened:
        page.locator("table").get_by_role("link", name=best, exact=True).click()
    setting = opened.value
    setting.bring_to_front()
    expect(setting.get_by_text("Rank 1 in")).to_be_visible()
    expect(setting.get_by_text("Evaluation runs")).to_have_count(0)
    with setting.expect_popup() as opened:
        setting.get_by_role("link", name="Its runs").click()
    expect(opened.value.get_by_text("6 matching runs")).to_be_visible()
    opened.value.close()
    setting.close()


def test_the_experiment_lists_the_sweep_and_unfolds_its_runs(window: Watched, swept: Swept, mlflow: str) -> None:
    page = window.page
    page.goto(f"{mlflow}/#/experiments/{swept.store.only().info.experiment_id}/runs?workflowType=machine_learning")
    expect(page.get_by_text(str(swept.store.only().info.run_name)).first).to_be_visible()
    expect(page.get_by_text("tanh hidden=[4] seed=3")).to_have_count(0)
    page.locator(".ag-row >> nth=0 >> [role=gridcell] svg >> visible=true").first.wait_for()
    page.locator(".ag-row >> nth=0").get_by_role("button").first.click()
    expect(page.get_by_text("tanh hidden=[4] seed=3").first).to_be_visible()


def test_a_sweep_without_seeds_lists_its_runs_with_the_scores_after_what_was_swept(
    window: Watched, swept: Swept, mlflow: str
) -> None:
    page = listed(window, printed_address(swept, mlflow, "plain"), 2)
    assert list(columns(page))[:3] == ["activation", "final/train_accuracy", "final/train_cost"]
    page.goto(f"{printed_address(swept, mlflow, 'plain')}&compareRunsMode=CHART")
    expect(page.get_by_text("train/cost", exact=True).first).to_be_visible()


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
