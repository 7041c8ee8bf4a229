"""Pictures of a search: a dot per setting that says how many seeds it had, and the same bytes twice."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from runner.findings.figures import (
    draw_search_contour,
    draw_search_history,
    draw_search_importance,
    draw_search_slices,
)
from runner.findings.figures.drawing import Drawing
from runner.findings.figures.search import MOST_PANELS
from runner.findings.numbers.key_importance import Importances
from runner.findings.numbers.searched import Level, Searched, searched
from tests.runner.findings.searches import SPACE, race, trained_on
from tests.runner.findings.test_figures import assert_picture

KEYS = ["learning_rate", "network.hidden"]
LEVEL = Level("confirmed on 6 fresh seeds, 95 % interval", 0.12, 0.11, 0.13)


def search(n: int = 8) -> Searched:
    return searched(race(n), KEYS, SPACE, "mean")


def history(found: Searched, level: Level | None = LEVEL) -> Drawing:
    return draw_search_history(found, "rmse", level, 16, "The search", "a note")


def axes_of(drawing: Drawing, place: int = 0) -> Axes:
    return drawing.plots[place].draw().axes[0]


def dots_in(axes: Axes) -> dict[float, list[tuple[float, float]]]:
    """Filled dots by their size."""
    found: dict[float, list[tuple[float, float]]] = {}
    for line in axes.lines:
        if line.get_marker() == "o" and line.get_markerfacecolor() != "none":
            found.setdefault(line.get_markersize(), []).extend(zip(*line.get_data(), strict=True))
    return found


def numbers_of_searches() -> tuple[Searched, list[str]]:
    """A search over two numbers, each twice, where a smaller product is better."""
    results = []
    for rate in (0.01, 0.03, 0.1, 0.3):
        for size in (2, 5, 11):
            for init in ("he", "glorot"):
                text = f"learning_rate={rate} network.hidden={size} init={init}"
                results.append(trained_on(len(results), text, 0, rate * size))
    space = ["learning_rate=tag(log,interval(0.01,1))", "network.hidden=int(interval(1,12))", "init=he,glorot"]
    keys = ["learning_rate", "network.hidden", "init"]
    return searched(results, keys, space, "mean"), keys


def test_every_setting_is_one_dot_the_larger_the_more_seeds_it_had() -> None:
    found = search()
    for axes in (axes_of(history(found)), axes_of(draw_search_slices(found, found.keys, "rmse", "title", "note"))):
        assert [len(dots_in(axes)[size]) for size in sorted(dots_in(axes))] == [4, 2, 2]
        heights = sorted(y for some in dots_in(axes).values() for _, y in some)
        np.testing.assert_allclose(heights, sorted(one.score for one in found.tried))


def test_the_legend_says_how_many_seeds_a_dot_has_and_what_lines_are() -> None:
    labels = [label for label, _ in history(search()).legend]
    assert labels == [
        "1 seed", "2 seeds", "4 seeds", "a setting before it had more seeds",
        "best so far, of the settings with most seeds", LEVEL.label,
    ]  # fmt: skip
    found = search()
    sizes = [dict(style)["markersize"] for _, style in history(found).legend[:3]]
    assert sizes == sorted(dots_in(axes_of(history(found))))
    assert [label for label, _ in history(found, None).legend] == labels[:-1]


def test_the_best_so_far_is_a_step_line_to_the_last_run_and_the_confirmed_score_a_level_with_its_interval() -> None:
    found = search()
    axes = axes_of(history(found))
    (steps,) = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    assert steps.get_xdata()[-1] == 16
    assert list(steps.get_ydata()[:-1]) == [one.score for one in found.best_so_far]
    (level,) = [line for line in axes.lines if list(line.get_ydata()) == [0.12, 0.12]]
    assert level.get_linestyle() == "--"
    (band,) = axes.patches
    assert band.get_extents().transformed(axes.transData.inverted()).intervaly == pytest.approx([0.11, 0.13])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("runs of the search", "rmse (lower is better)")


def test_a_slice_is_logarithmic_where_the_space_is_and_a_strip_of_names_for_choices() -> None:
    found = search()
    drawing = draw_search_slices(found, found.keys, "rmse", "title", "note")
    rate, hidden = (axes_of(drawing, place) for place in (0, 1))
    assert (rate.get_xscale(), hidden.get_xscale()) == ("log", "linear")
    assert [tick.get_text() for tick in hidden.get_xticklabels()] == ["[2]", "[4]"]
    assert {round(x) for some in dots_in(hidden).values() for x, _ in some} == {0, 1}
    values = sorted(x for some in dots_in(rate).values() for x, _ in some)
    assert values == sorted(float(one.values["learning_rate"]) for one in found.tried)


def test_a_slice_of_a_key_that_some_options_lack_says_how_many_settings_have_it() -> None:
    named = ["optimizer=sgd", "optimizer=momentum optimizer.momentum=0.9", "optimizer=momentum optimizer.momentum=0.5"]
    results = [trained_on(i, text, 0, 1.0 + i) for i, text in enumerate(named)]
    space = ["optimizer=sgd,momentum", "optimizer.momentum=interval(0.5,0.95)"]
    found = searched(results, ["optimizer", "optimizer.momentum"], space, "mean")
    drawing = draw_search_slices(found, found.keys, "rmse", "title", "note")
    texts = [text.get_text() for text in drawing.plots[1].draw().texts]
    assert texts == ["2 of 3 settings have it", "momentum"]


def test_of_many_keys_those_that_matter_least_have_no_slice_and_the_note_says_so() -> None:
    keys = [f"key{place}" for place in range(11)]
    results = [trained_on(i, " ".join(f"{key}={i}" for key in keys), 0, 1.0 + i) for i in range(3)]
    found = searched(results, keys, [f"{key}=0,1,2" for key in keys], "mean")
    drawing = draw_search_slices(found, found.keys, "rmse", "title", "a note")
    assert len(drawing.plots) == MOST_PANELS
    assert drawing.note == "a note; the 2 keys that matter least are left out"


def test_importances_are_bars_as_long_as_their_shares_the_longest_first() -> None:
    keys = search().keys
    axes = axes_of(draw_search_importance(Importances([(keys[1], 0.7), (keys[0], 0.3)], True), "a share", "t", "n"))
    assert [patch.get_width() for patch in axes.patches] == pytest.approx([70, 30])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["hidden", "lr"]
    assert axes.get_xlabel() == "a share" and axes.yaxis_inverted()


def test_a_contour_has_a_dot_for_every_setting_and_colours_between_those_that_lie_close() -> None:
    found, _ = numbers_of_searches()
    rate, size, _ = found.keys
    axes = axes_of(draw_search_contour(found, rate, size, "rmse", "title", "note"))
    places = [x for some in dots_in(axes).values() for x, _ in some]
    assert len(places) == 24 and len(axes.collections) == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("lr", "hidden")
    ticks = dict(zip([tick.get_text() for tick in axes.get_xticklabels()], axes.get_xticks(), strict=True))
    assert ticks["0.01"] == 0 and ticks["0.1"] == pytest.approx(np.log(10) / np.log(30))
    assert sorted(set(places))[2] == pytest.approx(ticks["0.1"])


@pytest.mark.parametrize("rates", [(0.1, 0.1, 0.1), (0.01, 0.1, 1.0)])
def test_settings_along_a_line_have_no_colours_between_them(rates: tuple[float, ...]) -> None:
    named = [f"learning_rate={rate} network.hidden={2**place}" for place, rate in enumerate(rates)]
    results = [trained_on(i, text, 0, 1.0 + i) for i, text in enumerate(named)]
    space = ["learning_rate=tag(log,interval(0.01,1))", "network.hidden=tag(log,int(interval(1,12)))"]
    found = searched(results, ["learning_rate", "network.hidden"], space, "mean")
    axes = axes_of(draw_search_contour(found, *found.keys, "rmse", "title", "note"))
    assert sum(map(len, dots_in(axes).values())) == 3 and not axes.collections


def test_pictures_of_a_search_are_the_same_bytes_twice() -> None:
    def drawings() -> list[Drawing]:
        found, _ = numbers_of_searches()
        shares = Importances([(key, 0.5 / (place + 1)) for place, key in enumerate(found.keys)], True)
        return [
            history(search()), draw_search_slices(search(), search().keys, "rmse", "title", "note"),
            draw_search_importance(shares, "a share", "title", "note"),
            draw_search_contour(found, *found.keys[:2], "rmse", "title", "note"),
        ]  # fmt: skip

    for one, other in zip(drawings(), drawings(), strict=True):
        assert_picture(one.png)
        assert one.drawn == other.drawn
