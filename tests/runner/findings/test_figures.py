"""Pictures: the same bytes twice, whatever the names, whatever the numbers."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection

from runner.findings.figures import draw_curves, draw_effects, draw_fits, draw_run, panel
from runner.findings.figures.fit import draw_fit, frame_of
from runner.findings.figures.style import new_figure, short
from runner.findings.numbers.curves import Shown, curves
from runner.findings.numbers.effects import Effect, effects
from runner.findings.numbers.fits import Fit, fit_of, rounded
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import spec_of
from tests.runner.tables import ODD_NAMES, SYNTHETIC, TABLES, table, train_on


def assert_picture(content: bytes) -> None:
    """A PNG that is not of one colour only; size and signature as the PNG specification has them."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert 300 <= width <= 4000 and 120 <= height <= 8000
    assert len(content) > 4000


def picture_of(result: RunResult, data) -> bytes:
    drawn = draw_run(result, data)
    assert list(drawn.pictures) == ["cost_and_fit.png"]
    return drawn.pictures["cost_and_fit.png"]


@pytest.mark.parametrize("name", [*TABLES, "sine", "xor by tanh"])
def test_a_run_drawn_twice_is_the_same_bytes(name, csv_file):
    overrides = SYNTHETIC.get(name) or ("data=csv", csv_file(table(*TABLES[name])))
    result, data = train_on(*overrides)
    first = picture_of(result, data)
    assert_picture(first)
    assert picture_of(result, data) == first


def test_pictures_of_different_runs_differ():
    (one, data), (other, other_data) = train_on("data=xor"), train_on("data=xor", "seed=1")
    assert picture_of(one, data) != picture_of(other, other_data)


def test_frames_that_are_equal_look_the_same_whoever_was_drawn_first(csv_file):
    """The legend is made from the frame: neither the number of samples nor the first one's colour is in it."""
    few, many = (train_on("data=quadrants", f"data.samples_per_cluster={n}", "data.std=0.4") for n in (10, 100))
    path = csv_file(table(*TABLES["surface"]))
    surfaces = [train_on("data=csv", path, f"seed={seed}") for seed in range(3)]
    for runs in ([few, many], surfaces):
        alone = []
        for run in runs:
            panel.surroundings.cache_clear()
            alone.append(picture_of(*run))
        panel.surroundings.cache_clear()
        assert [picture_of(*run) for run in runs] == alone


def test_a_script_that_the_font_lacks_is_no_warning(csv_file):
    assert_picture(picture_of(*train_on("data=csv", csv_file(table(*TABLES["curve"], names=("温度", "圧力"))))))


def test_a_picture_does_not_depend_on_what_was_drawn_before():
    kinds = [*SYNTHETIC.values(), ("data=surface",), ("data=quadrants", "data.samples_per_cluster=10", "data.std=0.5")]
    runs = [train_on(*overrides, f"seed={seed}") for overrides in kinds for seed in range(2)]
    panel.surroundings.cache_clear()
    forwards = [picture_of(*run) for run in runs]
    panel.surroundings.cache_clear()
    assert [picture_of(*run) for run in reversed(runs)] == forwards[::-1]
    assert [picture_of(*run) for run in runs] == forwards


def test_runs_of_one_sweep_share_their_axes():
    panel.surroundings.cache_clear()
    for seed in range(6):
        picture_of(*train_on("data=xor", f"seed={seed}"))
    assert panel.surroundings.cache_info().misses < 6, "twelve panels: the corners of XOR are those of all seeds"


@given(low=st.floats(-1e300, 1e300), size=st.floats(0, 1e300))
@settings(max_examples=300)
def test_rounded_limits_hold_what_they_were_made_for(low, size):
    high = low + size
    bottom, top = rounded(low, high)
    assert bottom <= low <= high <= top
    assert bottom < top
    if 1e-280 < high - low < 1e280 and abs(low) < 1e6 * (high - low):
        assert top - bottom <= 1.35 * (high - low)


def test_drawing_changes_nothing_but_the_pictures():
    result, data = train_on("data=xor")
    drawn = draw_run(result, data)
    assert replace(drawn, pictures={}) == replace(result, pictures={})


def test_a_run_without_numbers_has_no_picture():
    failed = RunResult(0, "key", spec_of("data=xor"), Outcome.FAILED, error="E")
    _, data = train_on("data=xor")
    assert draw_run(failed, data) is failed


@pytest.mark.parametrize("start", range(0, len(ODD_NAMES), 3))
@pytest.mark.parametrize("kind", ["curve", "regions of three", "surface", "scatter", "confusion"])
def test_odd_names_of_columns_and_classes_do_not_break_a_picture(kind, start, csv_file):
    features, target = TABLES[kind]
    odd = [*ODD_NAMES.values()][start:] + [*ODD_NAMES.values()][:start]
    names, classes = tuple(odd[: features + 1]), tuple(odd[features + 1 : features + 4])
    result, data = train_on("data=csv", csv_file(table(features, target, names, classes)))
    assert (*data.samples.input_names, data.samples.target_name) == names
    assert set(data.samples.classes) == (set(classes) if target == "three" else set())
    assert_picture(picture_of(result, data))


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_odd_values_of_swept_keys_do_not_break_the_pictures_of_a_sweep(name):
    result, data = train_on("data=xor")
    results = [replace(result, index=i, overrides=(f"data.target={name}{i}", f"seed={i}")) for i in range(2)]
    drawn, _ = curves(results, ["data.target", "seed"])
    found, score = effects(results, ["data.target", "seed"])
    assert_picture(draw_curves(drawn, f"by {name}", "note").png)
    assert_picture(draw_effects(found, score, score, name).png)
    assert_picture(draw_fits([(Shown(name, name, result), fit_of(result, data))], name, "note").png)


def effect(key: str, names: list[str], values: list[list[float]], unfinished: list[int]) -> Effect:
    """An effect that compares all that finished."""
    return Effect(key, names, values, unfinished, values, max(map(len, values)))


EFFECTS = {
    "one value": [effect("activation", ["tanh"], [[0.5]], [0])],
    "a value without a finished run": [effect("init", ["he", "normal"], [[0.5, 0.75], []], [0, 2])],
    "no finished run at all": [effect("init", ["he", "normal"], [[], []], [1, 2])],
    "values that finished with nothing in common": [
        Effect("init", ["he", "normal"], [[0.5], [0.75]], [1, 1], [[], []], 2)
    ],
    "many values": [effect("seed", [f"{i / 7:.6f}" for i in range(30)], [[i, i + 1.0] for i in range(30)], [0] * 30)],
    "seven keys": [effect(f"key{i}", ["a", "b"], [[1.0], [2.0, 3.0]], [0, 0]) for i in range(7)],
    "equal values": [effect("init", ["he"], [[1.0, 1.0]], [0])],
    "wide range": [effect("init", ["he", "normal"], [[1e-9], [1e9]], [0, 0])],
}  # fmt: skip


@pytest.mark.parametrize("found", EFFECTS.values(), ids=EFFECTS)
def test_effects_of_all_sizes_are_drawn(found):
    assert_picture(draw_effects(found, "cost", "final cost", "title").png)


def shown_as(label: str, result: RunResult) -> Shown:
    return Shown(label, "accuracy 1", result)


def test_more_classes_than_have_colours_of_their_own_are_counted_and_no_regions(csv_file):
    rng = np.random.default_rng(0)
    rows = "".join(f"{x:.4f},{y:.4f},kind {i % 100:03d}\n" for i, (x, y) in enumerate(rng.normal(size=(300, 2))))
    result, data = train_on("data=csv", csv_file(f"a,b,c\n{rows}"), "training.epochs=2")
    fit = fit_of(result, data)
    assert fit.kind == "confusion" and fit.prediction.shape == (100, 100) and not frame_of(fit).legend
    assert_picture(picture_of(result, data))
    assert_picture(draw_fits([(shown_as("", result), fit)], "", "").png)


def test_a_confusion_matrix_says_what_is_true_what_is_predicted_and_of_which_rows_also_side_by_side():
    counts = Fit("confusion", np.array([[5.0, 2.0], [1.0, 7.0]]), np.arange(2.0), classes=("a", "b"))
    frames = [frame_of(fit) for fit in (counts, replace(counts, tested_on="validation"))]
    assert {frame.y_label for frame in frames} == {"true class"}
    assert [frame.x_label for frame in frames] == [
        f"predicted class ({part} samples)" for part in ("test", "validation")
    ]
    result, _ = train_on("data=xor")
    of_test, of_validation = (
        draw_fits([(shown_as("", result), fit)], "", "").png
        for fit in (counts, replace(counts, tested_on="validation"))
    )
    assert of_test != of_validation


def test_the_pictures_of_a_sweep_drawn_twice_are_the_same_bytes():
    result, data = train_on("data=quadrants")
    fits = [(shown_as("setting", result), fit_of(result, data))]
    makers = (
        lambda: draw_effects(EFFECTS["seven keys"], "cost", "cost", "title"),
        lambda: draw_fits(fits, "title", "note"),
    )
    for make in makers:
        one, other = make(), make()
        assert (one.png, one.panels, one.entries) == (other.png, other.panels, other.entries)


@pytest.mark.parametrize("name", ["curve", "surface", "scatter", "regions of three", "confusion"])
def test_a_diverged_run_is_drawn_too(name, csv_file):
    result, data = train_on("data=csv", csv_file(table(*TABLES[name])), "learning_rate=1e150", "activation=identity")
    assert_picture(picture_of(result, data))


@pytest.mark.parametrize("name", ["surface", "regions of three"])
def test_a_picture_over_two_inputs_shows_rows_with_gaps_and_tells_held_out_rows_from_those_of_the_training(
    name, csv_file
):
    whole = table(*TABLES[name]).splitlines(keepends=True)
    gaps = [line if place % 4 != 2 else f",{line.partition(',')[2]}" for place, line in enumerate(whole)]
    fit = fit_of(*train_on("data=csv", csv_file("".join(gaps))))
    named = [label.removesuffix(" rows") for label, _ in frame_of(fit).legend]
    assert named[-2:] == ["validation", "test"]
    axes = new_figure(2, 2).subplots()
    draw_fit(axes, fit)
    marks = [line for line in axes.lines if line.get_marker() != "None"]
    looks = [(mark.get_marker(), mark.get_markerfacecolor(), mark.get_markeredgecolor()) for mark in marks]
    looks += [one.get_paths()[0].vertices.tobytes() for one in axes.collections if isinstance(one, PathCollection)]
    assert len(set(looks)) == len(looks) == 3 * max(1, len(fit.classes))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("kind", ["sine", "xor", "quadrants"])
def test_a_network_whose_answers_overflow_is_drawn_too(kind, activation):
    """The last finite parameters of a diverged run can be this large; its answers are then infinite or no numbers."""
    result, data = train_on(*SYNTHETIC[kind], f"activation={activation}")
    huge = 1e300 * np.where(np.arange(len(result.network.parameters)) % 2, 1.0, -1.0)
    assert_picture(
        picture_of(replace(result, network=replace(result.network, parameters=huge), outcome=Outcome.DIVERGED), data)
    )


def test_a_short_text_is_one_line_of_limited_length():
    assert short("two\nlines\tand  more", 40) == "two lines and more"
    assert short("abcdef", 4) == "abc…"
    assert short("abcd", 4) == "abcd"
