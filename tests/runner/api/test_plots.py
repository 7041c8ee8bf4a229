"""Pictures as one figure: what the files show, with axes that a person can change."""

import io

import numpy as np
import pytest
from PIL import Image

import runner
from runner.findings import figures
from runner.findings.artist import Artist
from runner.findings.figures.whole import whole_of
from runner.findings.pictures import Gone

KINDS = ("curves", "scores", "fits", "effects", "heatmaps")
OVERRIDES = {"training.epochs": 20, "tracking.plots": "none", "tracking.report": False, "workers": 1}


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("plots")
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        swept = {"data": ["xor", "sine"], "activation": ["tanh", "relu"], "network": {"hidden": [[2], [3]]}}
        yield runner.sweep(**swept, seed=range(2), **OVERRIDES)


@pytest.mark.parametrize("data", ["xor", "sine"])
@pytest.mark.parametrize("kind", KINDS)
def test_one_figure_shows_what_the_panels_of_the_file_show(kind, data, sweep):
    (part,) = (one for one in sweep.findings.parts if one.label == data)
    sketch = getattr(Artist(part.results, part.keys, f" ({data})", Gone().data_of), kind)()
    drawing = getattr(figures, sketch.draw)(*sketch.arguments)
    of_file = np.asarray(Image.open(io.BytesIO(drawing.png)).convert("RGB"), dtype=float)
    shown = np.asarray(Image.open(io.BytesIO(whole_of(drawing)._repr_png_())).convert("RGB"), dtype=float)
    assert np.abs(np.subtract(shown.shape, of_file.shape)).max() <= len(drawing.plots) + 1, "pixels are rounded"
    height, width = np.minimum(shown.shape, of_file.shape)[:2]
    assert np.abs(blurred(shown[:height, :width]) - blurred(of_file[:height, :width])).mean() < 4


def blurred(pixels):
    """Means over squares of 10 pixels, which a shift by one hardly changes."""
    height, width = pixels.shape[0] // 10 * 10, pixels.shape[1] // 10 * 10
    return pixels[:height, :width].reshape(height // 10, 10, width // 10, 10, 3).mean(axis=(1, 3))


def test_a_figure_can_be_changed_and_saved(sweep, tmp_path):
    figure = sweep.plot.curves()
    panels = [axes for axes in figure.axes if axes.get_lines()]
    panels[0].set_title("mine")
    panels[0].axhline(0.5)
    figure.savefig(tmp_path / "mine.pdf")
    assert (tmp_path / "mine.pdf").stat().st_size > 1000


def test_an_axis_made_logarithmic_begins_at_the_first_step_that_has_a_place_on_it(sweep):
    figure = sweep.plot.curves()
    figure.suptitle("ours")
    panel = next(axes for axes in figure.axes if axes.get_lines())
    panel.set_xscale("log")
    figure._repr_png_()
    steps = panel.get_lines()[0].get_xdata()
    assert 0.5 * steps[1] < panel.get_xlim()[0] <= steps[1]
    ticks = [tick.label1 for tick in (*panel.xaxis.get_major_ticks(), *panel.xaxis.get_minor_ticks())]
    assert ticks and all(one.get_parse_math() for one in ticks), "matplotlib's powers of ten are formulas"
    assert figure.subfigs[0].texts[0].get_text() == "ours"


def test_data_is_chosen_by_its_name_and_an_unknown_one_is_one_sentence(sweep):
    assert len(sweep.plot.fits(data="sine").axes) > 0
    with pytest.raises(runner.UserError, match="there are no runs on the data 'moons'; there are"):
        sweep.plot.fits(data="moons")


def test_what_there_is_nothing_of_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    one = runner.run(data="xor", **OVERRIDES)
    with pytest.raises(runner.UserError, match="nothing to show as effects"):
        one.plot.effects()
    with pytest.raises(runner.UserError, match="no runs on the data 'test'; all are on the same data: leave it out"):
        one.plot.curves("test")


def test_all_pictures_are_named_by_what_has_them(sweep):
    assert all(f".{kind}()" in repr(sweep.plot) for kind in KINDS)
