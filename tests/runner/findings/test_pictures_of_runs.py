"""The picture of a run: its two panels and its headline, whatever the numbers and the names are."""

from dataclasses import replace

import numpy as np
import pytest

from runner.findings.figures import draw_run
from runner.findings.figures.run import STYLES, _cost_of
from runner.findings.figures.style import INK
from runner.findings.numbers.fits import fit_of
from runner.runs.data import Prepared
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.findings.painted import panel_of, pixels_of, places_of
from tests.runner.tables import ODD_NAMES, TABLES, table, train_on

HEADLINE = slice(0, 30)
LEFT, RIGHT = (slice(30, 380), slice(0, 450)), (slice(30, 380), slice(450, 900))


def picture_of(result: RunResult, data: Prepared) -> np.ndarray:
    pixels = pixels_of(draw_run(result, data).pictures["cost_and_fit.png"])
    assert pixels.shape == (380, 900, 3)
    return pixels


@pytest.fixture(scope="module")
def trained() -> dict[str, tuple[RunResult, Prepared]]:
    validated = "data.validation_fraction=0.2"
    return {
        "curve": train_on("data=sine", validated),
        "regions": train_on("data=quadrants", validated),
        "surface": train_on("data=surface"),
        "confusion": train_on("data=bars"),
    }


@pytest.mark.parametrize("kind", ["curve", "regions", "surface", "confusion"])
def test_the_left_panel_has_a_line_for_each_part_and_the_right_one_the_fit(kind, trained) -> None:
    result, data = trained[kind]
    pixels = picture_of(result, data)
    for part, style in STYLES.items():
        drawn = len(places_of(style["color"], pixels[LEFT])) > 20
        assert drawn == (f"{part}/cost" in result.history), part
    assert np.abs(pixels[RIGHT] - panel_of(fit_of(result, data))).mean() < 0.5


def test_a_run_that_was_evaluated_once_shows_its_costs_as_points(trained) -> None:
    result, data = trained["curve"]
    once = replace(result, history={name: values[:1] for name, values in result.history.items()})
    below_legend = picture_of(once, data)[LEFT][34:]
    for style in STYLES.values():
        assert 4 < len(places_of(style["color"], below_legend)) < 60


@pytest.mark.parametrize("costs", [[1e-30, 1.0, 1e300], [1e-8, 1e8], [1e300] * 2, [-5.0, 1e5, 2.0], [0.0, 0.0]])
def test_costs_of_all_sizes_are_drawn(costs, trained) -> None:
    result, data = trained["curve"]
    history = {name: costs for name in result.history if name.endswith("/cost")} | {"step": list(range(len(costs)))}
    exploded = replace(result, history=history, outcome=Outcome.DIVERGED)
    pixels = picture_of(exploded, data)[LEFT]
    assert len(places_of(STYLES["train"]["color"], pixels[34:], 40)) > 10
    assert _cost_of(exploded)[0].is_log == (min(costs) > 0 and max(costs) > 5 * min(costs))


@pytest.mark.parametrize("name", [*ODD_NAMES.values(), "温度" * 200, "W" * 500], ids=[*ODD_NAMES, "no signs", "wide"])
def test_a_headline_stays_inside_whatever_is_in_it(name, trained) -> None:
    result, data = trained["curve"]
    spec = result.spec.model_copy(update={"data": result.spec.data.model_copy(update={"name": name})})
    pixels = picture_of(replace(result, spec=spec), data)[HEADLINE]
    assert (pixels[:, [0, 1, -2, -1]] == 255).all() and (pixels[[0, -1]] == 255).all()
    assert len(places_of(INK, pixels)) > 50


def test_a_table_of_classes_and_one_of_numbers_are_drawn_as_small_files(csv_file) -> None:
    for name in TABLES:
        result, data = train_on("data=csv", csv_file(table(*TABLES[name])))
        content = draw_run(result, data).pictures["cost_and_fit.png"]
        assert len(content) < 40_000
        assert (pixels_of(content)[[0, -1]] == 255).all(), "white is white"
