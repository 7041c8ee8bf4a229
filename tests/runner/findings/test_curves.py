"""What is drawn over seeds: curves with their quartiles, shares of scores, and the runs that stand for others."""

import math
from dataclasses import replace

import numpy as np
import pytest

from runner.findings.figures import draw_curves, draw_fits, draw_scores
from runner.findings.numbers.curves import (
    EXPLODED,
    MAX_LINES,
    MAX_SETTINGS,
    Bundle,
    Curves,
    Shown,
    Strip,
    curves,
    runs_to_show,
    strips,
    values_in,
)
from runner.findings.numbers.fits import fit_of, fits_of
from runner.findings.numbers.solved import NEAR_BAYES
from runner.findings.numbers.tables import seed_table
from runner.runs.result import RunResult
from tests.runner.findings.test_figures import assert_picture
from tests.runner.finished import CLASSES, run
from tests.runner.tables import SYNTHETIC, TABLES, table, train_on


def test_curves_hold_the_quartiles_of_the_costs_over_the_seeds():
    """By hand: at step 0 all 4; at step 10 costs 0 to 4: quartiles 1, 2 and 3."""
    results = [run(i, f"init=he seed={i}", cost=[4.0, float(i)]) for i in range(5)]
    for result in results:
        result.history["step"] = [0.0, 10.0]
    (one,), settings = curves(results, ["init", "seed"])
    assert (one.label, one.told, settings) == ("he", "5 seeds", 1)
    (bundle,) = one.bundles
    assert bundle.steps.tolist() == [0, 10] and bundle.n_runs == 5 and bundle.is_solved is None
    assert [each.tolist() for each in (bundle.low, bundle.median, bundle.high)] == [[4, 1], [4, 2], [4, 3]]
    assert bundle.lines[:, 1].tolist() == [0, 1, 2, 3, 4]


def test_curves_of_runs_that_end_at_different_steps_carry_the_last_cost_on():
    short, long = run(0, "seed=0", "converged", cost=[4.0, 2.0]), run(1, "seed=1", cost=[4.0, 3.0, 0.0])
    (one,), _ = curves([short, long], ["seed"])
    assert one.label == "all runs"
    assert one.bundles[0].steps.tolist() == [0, 1, 2]
    assert one.bundles[0].median.tolist() == [4, 2.5, 1]


@pytest.mark.parametrize("last", [1e300, math.inf, math.nan])
def test_a_cost_that_explodes_stays_at_the_edge_of_the_picture_and_takes_no_quartile_away(last: float):
    results = [run(0, "seed=0", "diverged", cost=[2.0, last]), *(run(i, f"seed={i}", cost=[2.0, 1.0]) for i in (1, 2))]
    (one,), _ = curves(results, ["seed"])
    assert one.bundles[0].lines.max() == EXPLODED * 2
    assert one.bundles[0].median.tolist() == [2, 1]
    assert one.told == "3 seeds; 1 did not finish"


def test_curves_are_those_of_the_best_settings_in_the_order_of_the_table():
    results = [run(i, f"learning_rate={i}", cost=float(20 - i)) for i in range(15)]
    results += [run(15, "learning_rate=x", "failed")]
    drawn, settings = curves(results, ["learning_rate"])
    assert (len(drawn), settings) == (MAX_SETTINGS, 15)
    assert [one.label for one in drawn] == [f"lr={14 - i}" for i in range(MAX_SETTINGS)]
    in_table = list(seed_table(CLASSES, ["activation", "seed"])["activation"])
    assert [strip.label for strip in strips(CLASSES, ["activation", "seed"], "accuracy")] == in_table


def test_of_many_runs_some_lines_are_drawn_and_all_count():
    (one,), _ = curves([run(i, f"seed={i}", cost=[1.0, i / 1000]) for i in range(1000)], ["seed"])
    assert len(one.bundles[0].lines) == MAX_LINES and one.bundles[0].n_runs == 1000
    assert one.bundles[0].median[1] == pytest.approx(0.4995)


def of_solvable(results: list[RunResult]) -> list[RunResult]:
    """Runs on data that an accuracy of 1 solves."""
    return [replace(one, measures={"baseline/bayes_accuracy": 1.0 + NEAR_BAYES}) for one in results]


def scored(values: list[float]) -> list[RunResult]:
    runs = [run(i, f"activation=tanh seed={i}", cost=0.1, accuracy=value) for i, value in enumerate(values)]
    return of_solvable(runs)


def test_runs_that_solved_the_data_are_drawn_apart_where_their_scores_lie_apart():
    (one,), _ = curves(scored([1.0, 0.5, 1.0, 0.75, 1.0]), ["activation", "seed"])
    assert one.told == "solved 3 of 5"
    assert [(bundle.is_solved, bundle.n_runs) for bundle in one.bundles] == [(True, 3), (False, 2)]
    (one,), _ = curves(scored([1.0, 0.5, 0.99, 0.97, 0.6]), ["activation", "seed"])
    assert [bundle.is_solved for bundle in one.bundles] == [None], "0.99 is near to what solves it"
    (one,), _ = curves(scored([1.0, 1.0]), ["activation", "seed"])
    assert [bundle.is_solved for bundle in one.bundles] == [None]


def curve(label: str, costs: list[float], count: int = 3, is_solved: bool | None = None) -> Curves:
    """A setting with a median as given, and runs a tenth above and below it."""
    middle = np.array(costs)
    low, high = 0.9 * middle, 1.1 * middle
    bundle = Bundle(np.arange(len(costs)) * 10.0, np.array([low, high]), low, middle, high, count, is_solved)
    return Curves(label, f"{count} seeds", [bundle])


CURVES = {
    "one curve": [curve("a", [1.0, 0.5, 0.1])],
    "two curves": [curve("a", [1.0, 0.5, 0.1]), curve("b", [1.0, 0.5, 0.1])],
    "two of which one is solved": [curve("a", [1.0, 0.5, 0.1], 3, True), curve("b", [1.0, 0.5, 0.1], 1, False)],
    "twelve curves": [curve(f"lr={i}", [1.0, 0.9 / (i + 1), 0.5 / (i + 1)], 1 + i % 2) for i in range(12)],
    "a cost of zero": [curve("a", [1.0, 0.0, 0.0])],
    "a constant cost": [curve("a", [0.5, 0.5, 0.5])],
    "one point": [curve("a", [0.5])],
    "one point that is zero": [curve("a", [0.0])],
    "tiny costs": [curve("a", [1e-300, 1e-305, 1e-308])],
    "negative costs": [curve("a", [0.5, -1.0, -2.0])],
}


@pytest.mark.parametrize("shown", CURVES.values(), ids=CURVES)
def test_curves_of_all_sizes_are_drawn(shown):
    drawing = draw_curves(shown, "Training cost", "note")
    assert_picture(drawing.png)
    share_one = len(shown) <= 4 and all(one.bundles[0].is_solved is None for one in shown)
    assert len(drawing.panels) == (1 if share_one else len(shown))


def test_few_different_scores_are_shares_and_others_are_dots():
    few, many = [1.0, 0.5, 0.5, 0.75, 1.0], [0.5 + i / 100 for i in range(20)]
    assert values_in([Strip("a", few)], "accuracy") == [1.0, 0.75, 0.5]
    assert values_in([Strip("a", few)], "rmse") == [0.5, 0.75, 1.0]
    assert values_in([Strip("a", many)], "accuracy") == values_in([Strip("a", [1.0, 0.5])], "accuracy") == []
    shares = draw_scores([Strip("a", few, 2), Strip("b", [])], "accuracy", "final accuracy", [], "title", "note")
    named = [name for _, name in shares.entries]
    assert named == ["accuracy 1.00", "accuracy 0.75", "accuracy 0.50", "not finished"]
    assert_picture(shares.png)
    dots = draw_scores([Strip("a", many)], "accuracy", "final accuracy", [], "title", "note")
    assert [name for _, name in dots.entries] == ["a run", "median"]
    assert_picture(dots.png)


def test_a_bar_says_how_many_runs_have_each_score():
    drawing = draw_scores([Strip("a", [1.0] * 7 + [0.5] * 5, 3)], "accuracy", "final accuracy", [], "title", "note")
    (figure,) = [plot.draw() for plot in drawing.plots]
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([100 * 7 / 15, 100 * 5 / 15, 20])
    assert {"7", "5", "3", "a (3 not finished)"} <= {text.get_text() for text in axes.texts}


def test_the_median_run_by_the_score_that_ranks_stands_for_a_setting_and_of_few_also_the_best_and_the_worst():
    """The cost would choose others: it rises with the accuracy here."""
    scores = [0.9, 0.5, 1.0, 0.7, 0.8]
    results = [run(i, f"init=he seed={i}", cost=score, accuracy=score) for i, score in enumerate(scores)]
    results += [run(5, "init=he seed=5", "diverged", cost=0.0, accuracy=1.0), run(9, "init=normal seed=0", "failed")]
    results = of_solvable(results)
    shown, settings = runs_to_show(results, ["init", "seed"], few=4)
    assert settings == 1
    assert [(one.label, one.result.index) for one in shown] == [("he", 4), ("he", 2), ("he", 1)]
    assert [one.told for one in shown] == [
        "median: accuracy 0.8, solved 1 of 6", "best: accuracy 1", "worst: accuracy 0.5",
    ]  # fmt: skip
    (one,), _ = runs_to_show(results, ["init", "seed"], few=0)
    assert one.result.index == 4
    (one,), _ = runs_to_show(results[:1], ["init"], few=4)
    assert one.told == "accuracy 0.9", "a run that stands alone is no median"


def test_a_fit_says_that_its_score_is_of_validation_rows_beside_what_it_made_of_test_rows():
    result = run(0, "seed=0", cost=0.5, accuracy=0.9, tested=True)
    parts = {"validation/accuracy": [0.5, 0.7], "validation/cost": [1.0, 0.6]}
    used = replace(result.data, n_samples=(4, 2), n_validation=2)
    (one,), _ = runs_to_show([replace(result, history=result.history | parts, data=used)], ["seed"], few=4)
    assert one.told == "validation accuracy 0.7"


def test_no_more_settings_are_shown_than_fit_on_a_picture():
    results = [run(i, f"learning_rate={i}", cost=1.0) for i in range(MAX_SETTINGS + 3)]
    shown, settings = runs_to_show(results, ["learning_rate"], few=4)
    assert (len(shown), settings) == (MAX_SETTINGS, MAX_SETTINGS + 3)


def test_nothing_finished_leaves_nothing_to_draw():
    failed = [run(0, "seed=0", "failed"), run(1, "seed=1", "killed")]
    assert curves(failed, ["seed"]) == ([], 0)
    assert runs_to_show(failed, ["seed"], few=4) == ([], 0)


def shown_as(label: str, result: RunResult) -> Shown:
    return Shown(label, "accuracy 1", result)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_fits_side_by_side_are_drawn(count):
    runs = [train_on(*list(SYNTHETIC.values())[i % len(SYNTHETIC)]) for i in range(count)]
    fits = [(shown_as(f"setting {i}", result), fit_of(result, data)) for i, (result, data) in enumerate(runs)]
    drawing = draw_fits(fits, "title", "note")
    assert_picture(drawing.png)
    assert len(drawing.panels) == count


@pytest.mark.parametrize("name", ["curve", "surface", "regions of three"])
def test_fits_of_one_data_set_have_the_same_axes_and_colours(name, csv_file):
    path = csv_file(table(*TABLES[name]))
    pairs = [train_on("data=csv", path, f"seed={seed}", f"learning_rate={10.0**seed / 10}") for seed in range(3)]
    fits = fits_of(pairs)
    assert len({(fit.x.tobytes(), b"" if fit.y is None else fit.y.tobytes()) for fit in fits}) == 1
    drawing = draw_fits([(shown_as("a", one), fit) for (one, _), fit in zip(pairs, fits, strict=True)], "title", "note")
    frames = [plot.draw.args[1] for plot in drawing.plots]
    assert len({(frame.x, frame.y, frame.scale) for frame in frames}) == 1


def test_a_run_on_other_inputs_is_seen_over_all_that_any_run_has_seen():
    wide, narrow = (train_on("data=sine", f"data.domain=[-{reach},{reach}]") for reach in (9, 3))
    first, second = fits_of([wide, narrow])
    assert first.x.tolist() == second.x.tolist() and first.x[0] <= -8
    assert fit_of(*narrow).x[0] > -5
