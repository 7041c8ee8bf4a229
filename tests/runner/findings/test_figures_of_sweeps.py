"""Pictures over all of a sweep's keys, and of its data: of all sizes, twice the same bytes."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from runner.findings.figures import draw_data, draw_effects, draw_fits, draw_heatmaps, draw_profiles, draw_scores
from runner.findings.figures.style import rgb_of, without_glyph_warnings
from runner.findings.numbers.baselines import Baseline
from runner.findings.numbers.curves import Shown, Strip, strips
from runner.findings.numbers.data_sets import by_data
from runner.findings.numbers.effects import Effect, Profiles, effects, pairs, profiles
from runner.findings.numbers.fits import fit_of
from runner.findings.numbers.seen import seen_of
from tests.runner.building import trained
from tests.runner.findings.test_figures import assert_picture
from tests.runner.finished import run
from tests.runner.tables import ODD_NAMES, SHORT, SYNTHETIC, TABLES, table, train_on


def grid(values: dict[str, list[str]], scores: list[float], name: str = "accuracy") -> tuple[list, list[Effect], str]:
    """A run for every combination; NaN is a run that failed."""
    results = []
    for place, combination in enumerate(product(*values.values())):
        text = " ".join(f"{key}={value}" for key, value in zip(values, combination, strict=True))
        score = scores[place % len(scores)]
        results.append(run(place, text, "failed") if np.isnan(score) else run(place, text, **{name: score}))
    return results, *effects(results, list(values))


def test_the_best_cell_of_a_heatmap_is_the_brightest_and_stands_in_its_row_and_column() -> None:
    """Rows are values of the first key from the top, columns of the second from the left."""
    results, keys, score = grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.5, 0.6, 1.0, 0.7])
    for name in ("accuracy", "cost"):
        (plot,) = draw_heatmaps(pairs(results, keys, score), name, "title").plots
        (axes,) = plot.draw().axes
        (image,) = axes.images
        cells = np.asarray(image.get_array())[..., :3].mean(axis=2)
        rows, columns = (
            [tick.get_text() for tick in ticks] for ticks in (axes.get_yticklabels(), axes.get_xticklabels())
        )
        brightest = np.unravel_index(np.argmax(cells), (2, 2))
        assert (rows, columns) == (["he", "normal"], ["xor", "sine"])
        assert brightest == ((1, 0) if name == "accuracy" else (0, 0)), cells


def test_a_share_never_has_a_logarithmic_axis_and_an_error_of_many_sizes_has_one() -> None:
    for score, scale in (("accuracy", "linear"), ("cost", "log")):
        results, keys, _ = grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.01, 0.02, 0.3, 0.6], score)
        of_keys = draw_effects(keys, score, score, "title").plots[0].draw().axes[0].get_yscale()
        strip = strips(results, ["init", "data"], score)
        of_scores = draw_scores(strip, score, score, [], "title", "").plots[0].draw().axes[0].get_xscale()
        assert (of_keys, of_scores) == (scale, scale)


def test_a_baseline_crosses_no_name_of_a_setting() -> None:
    """The pixels of a name are the same with a baseline through it."""
    strip = [Strip("a setting with a name that is long", [0.0, 1.0])]
    shown = []
    for baselines in ([], [Baseline("constant", "best constant", "a constant", "rmse", 0.1)]):
        (plot,) = draw_scores(strip, "rmse", "rmse", baselines, "title", "").plots
        figure = plot.draw()
        box = figure.axes[0].texts[0].get_window_extent()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        rows = slice(round(figure.bbox.height - box.y1), round(figure.bbox.height - box.y0))
        shown.append(rgb_of(canvas)[rows, round(box.x0) : round(box.x1)])
    np.testing.assert_array_equal(*shown)


def test_labels_of_axes_run_neither_into_the_title_of_a_fit_nor_over_an_edge(csv_file) -> None:
    names = ("WIND" * 30, "温室の平均気温" * 12, "grows")
    result, data = train_on("data=csv", csv_file(table(2, "numbers", names)))
    fit = fit_of(result, data)
    for n in (1, 2, 6):
        drawing = draw_fits([(Shown(f"setting {place}", "rmse 1", result), fit) for place in range(n)], "title", "")
        with without_glyph_warnings():
            figure = drawing.plots[0].draw()
            axes = figure.axes[0]
            x, y = (axis.label.get_window_extent() for axis in (axes.xaxis, axes.yaxis))
            title = min(text.get_window_extent().y0 for text in figure.texts)
        assert x.x0 > 0 and x.x1 < figure.bbox.width and y.y0 > 0 and y.y1 < title
        assert axes.get_xlabel()[:8] == names[0][:8] and axes.get_ylabel()[:3] == names[1][:3]


def test_of_many_runs_and_values_some_are_drawn_and_the_note_says_so() -> None:
    few, many = (Strip("a setting", [float(i * 7919 % n) for i in range(n)]) for n in (2_000, 30_000))
    drawings = [draw_scores([one], "rmse", "rmse", [], "title", "a note") for one in (few, many)]
    assert [one.note for one in drawings] == [
        "a note", "a note; at most 2,000 runs of a setting are drawn, spread over all"
    ]  # fmt: skip
    dots, median = drawings[1].plots[0].draw().axes[0].lines
    values = dots.get_xdata()
    assert len(values) == 2_000 and (min(values), max(values)) == (0, 29_999) and median.get_xdata()[0] == 14_999.5
    np.testing.assert_allclose(np.sort(values), np.linspace(0, 29_999, 2_000), atol=1)
    names = [str(i) for i in range(10_000)]
    effect = Effect("lr", names, [[0.1, 0.2]] * 10_000, [0] * 10_000, [[0.1]] * 10_000, 1)
    drawing = draw_effects([effect], "rmse", "rmse", "title")
    assert drawing.note == "at most 500 values of a key and 2,000 runs of each are drawn, spread over all"
    assert len(drawing.plots[0].draw().axes[0].lines[0].get_xdata()) == 1_000


NAN = float("nan")
GRIDS = {
    "two by two": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.5, 0.75, 1.0, 0.25]),
    "a hole": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.5, NAN, 1.0, 0.25]),
    "a value without a run": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.5, 0.75, NAN, NAN]),
    "one finished run": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.5, NAN, NAN, NAN]),
    "equal costs": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.5], "cost"),
    "costs of zero": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [0.0], "cost"),
    "wide costs": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [1e-12, 1e9, 0.3, 2.0], "cost"),
    "enormous costs": grid({"init": ["he", "normal"], "data": ["xor", "sine"]}, [1e-300, 1e300], "cost"),
    "thirty by two": grid({"learning_rate": [f"{i / 7:.6f}" for i in range(30)], "data": ["xor", "sine"]}, [0.5, 0.25]),
    "six keys": grid({f"key{i}": ["a", "b"] for i in range(6)}, [i / 64 for i in range(64)]),
}  # fmt: skip


@pytest.mark.parametrize("found", GRIDS.values(), ids=GRIDS)
def test_heatmaps_and_profiles_of_all_sizes_are_drawn_twice_the_same(found) -> None:
    results, keys, score = found
    heatmaps = draw_heatmaps(pairs(results, keys, score), score, "title").png
    lines = draw_profiles(profiles(results, keys, score), score, "title").png
    assert_picture(heatmaps)
    assert_picture(lines)
    assert draw_heatmaps(pairs(results, keys, score), score, "title").png == heatmaps
    assert draw_profiles(profiles(results, keys, score), score, "title").png == lines


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_odd_names_of_keys_and_values_are_drawn(name: str) -> None:
    one, other = (
        Effect(f"{name}{place}", [name, "b"], [[0.5], [1.0]], [0, 0], [[0.5], [1.0]], 1) for place in range(2)
    )
    assert_picture(
        draw_profiles(Profiles([one, other], np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([1, 0.5]), 3), "a", name).png
    )


@pytest.mark.parametrize("name", [*TABLES, *SYNTHETIC])
def test_data_is_drawn_whatever_its_inputs_and_its_task(name: str, csv_file) -> None:
    overrides = SYNTHETIC.get(name) or ("data=csv", csv_file(table(*TABLES[name])))
    _, data = train_on(*overrides)
    picture = draw_data(seen_of(data), name).png
    assert_picture(picture)
    assert draw_data(seen_of(data), name).png == picture


def test_data_of_many_inputs_is_drawn_as_the_spread_of_its_targets() -> None:
    _, images = train_on("data=bars")
    assert_picture(draw_data(seen_of(images), "bars").png)


def test_data_sets_are_told_apart_by_what_differs_and_not_by_their_seeds() -> None:
    results = [
        trained(*SHORT, *overrides)
        for overrides in (("data=xor",), ("data=xor", "seed=1"), ("data=sine", "data.noise=0.2"), ("data=sine",))
    ]
    groups = by_data([replace(result, index=place) for place, result in enumerate(results)])
    assert {label: len(members) for label, members in groups.items()} == {
        "xor": 2,
        "sine noise=0.2": 1,
        "sine noise=0.1": 1,
    }
