"""All figures: plain text in every place, and the same bytes whatever the user's own figures look like."""

import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text

from runner.findings import figures
from runner.findings.figures import painting, palette, panel
from runner.findings.numbers.curves import Shown, curves, strips
from runner.findings.numbers.effects import effects, pairs, profiles
from runner.findings.numbers.fits import fit_of
from runner.findings.numbers.importance import Importance, Importances
from runner.findings.numbers.key_importance import importances
from runner.findings.numbers.layers import panels_of
from runner.findings.numbers.searched import Level, searched
from runner.findings.numbers.seen import seen_of
from runner.runs.data import Prepared
from runner.runs.result import RunResult
from tests.end_to_end.program import ROOT, environment
from tests.runner.finished import run
from tests.runner.tables import SYNTHETIC, train_on

KEYS = ["init", "learning_rate"]
COLUMNS = [Importance("a_1", 1e-9, 2e-10), Importance("_b" * 40, -1e-10, 0.0)]
IMPORTANCES = Importances("rmse", 1.0, "validation", 12, COLUMNS)
SPANS = {"wide costs": (1e-9, 1e6), "costs of less than two decades": (0.3, 8.0), "like costs": (0.5, 0.6)}
STRANGE = {
    "font.family": "serif", "font.size": 14, "text.color": "red", "axes.facecolor": "black", "figure.dpi": 50,
    "savefig.dpi": 40, "savefig.bbox": "tight", "savefig.transparent": True, "lines.linewidth": 7,
    "lines.antialiased": False, "axes.grid": True, "xtick.direction": "in", "legend.fontsize": 20,
    "axes.formatter.use_mathtext": True, "axes.formatter.use_locale": True, "text.usetex": True,
    "path.sketch": (5, 9, 3), "image.cmap": "jet", "image.lut": 4,
    "axes.prop_cycle": matplotlib.cycler(color=["pink"]), "text.hinting": "none",
}  # fmt: skip


def sweep_of(low: float, high: float) -> list[RunResult]:
    """Four finished runs over two keys, whose costs fall from `high` to `low`."""
    costs = np.geomspace(low, high, 4)
    names = [f"init={init} learning_rate={rate}" for init in ("he", "normal") for rate in (0.1, 1)]
    return [run(place, name, cost=[high, float(costs[place])]) for place, name in enumerate(names)]


def drawn_of(low: float, high: float) -> dict[str, bytes]:
    """Every picture that is drawn of a sweep's numbers."""
    results = sweep_of(low, high)
    found, score = effects(results, KEYS)
    return {
        "draw_curves": figures.draw_curves(curves(results, KEYS)[0], "title", "note").png,
        "draw_scores": figures.draw_scores(strips(results, KEYS, score), score, score, [], "title", "note").png,
        "draw_effects": figures.draw_effects(found, score, score, "title").png,
        "draw_heatmaps": figures.draw_heatmaps(pairs(results, found, score), score, "title").png,
        "draw_profiles": figures.draw_profiles(profiles(results, found, score), score, "title").png,
    } | drawn_of_search(low, high)


def drawn_of_search(low: float, high: float) -> dict[str, bytes]:
    """Every picture of a search over two numbers with these costs."""
    costs = np.geomspace(low, high, 12)
    names = [f"learning_rate={rate} network.hidden={size}" for rate in (1e-5, 0.1, 1) for size in (2, 4, 6, 8)]
    results = [run(place, name, rmse=float(costs[place]), cost=1.0) for place, name in enumerate(names)]
    space = ["learning_rate=tag(log,interval(1e-5,1))", "network.hidden=int(interval(2,8))"]
    found = searched(results, ["learning_rate", "network.hidden"], space, "mean")
    level, shares = Level("confirmed", low, low, high), importances(found)
    assert shares
    return {
        "draw_search_history": figures.draw_search_history(found, "rmse", level, 12, "title", "note").png,
        "draw_search_slices": figures.draw_search_slices(found, found.keys, "rmse", "title", "note").png,
        "draw_search_importance": figures.draw_search_importance(shares, "a share", "title", "note").png,
        "draw_search_contour": figures.draw_search_contour(found, *found.keys, "rmse", "title", "note").png,
    }


def drawn_from(trained: list[tuple[RunResult, Prepared]]) -> dict[str, bytes]:
    """Every picture that is drawn of data and of what networks made of it, from the beginning."""
    for kept in (panel.surroundings, panel.colors_of, painting._look, painting._renderer, palette._palettes):
        kept.cache_clear()
    fits = [(Shown(result.spec.data.name, "cost 1", result), fit_of(result, data)) for result, data in trained]
    runs = [figures.draw_run(result, data).pictures["cost_and_fit.png"] for result, data in trained]
    return {
        "draw_data": b"".join(figures.draw_data(seen_of(data), "title").png for _, data in trained),
        "draw_fits": figures.draw_fits(fits, "title", "note").png,
        "draw_grid": b"".join(picture for pair in figures.draw_grid([fit for _, fit in fits]) for picture in pair),
        "draw_run": b"".join(runs),
        "draw_layers": figures.draw_layers(
            [(one.spec.data.name, panels_of(one)) for one, _ in trained[-3:]], "title"
        ).png,
        "draw_errors": b"".join(figures.draw_errors(result, data, "title").png for result, data in trained),
        "draw_importances": figures.draw_importances(IMPORTANCES, IMPORTANCES.columns, "title").png,
    }


@pytest.fixture(scope="module")
def trained() -> list[tuple[RunResult, Prepared]]:
    """A run for each kind of fit, and one whose cost falls over decades, and data in enormous units."""
    kinds = [
        *SYNTHETIC.values(),
        ("data=surface",),
        ("data=bars",),
        ("data=sine", "data.domain=[0,1e9]"),
    ]
    learned = ("data=identity", "training.epochs=200", "learning_rate=0.1")
    return [train_on(*kind) for kind in [*kinds, learned]]


@pytest.fixture(scope="module")
def plain(trained: list[tuple[RunResult, Prepared]]) -> tuple[dict[str, bytes], list[str]]:
    """Every picture as it is drawn without a style of the user's, and the text in those of data and of fits."""
    with pytest.MonkeyPatch.context() as patch:
        texts = hear(patch)
        pictures = drawn_from(trained)
        heard = list(texts)
        return pictures | drawn_of(1e-9, 1e6), heard


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return hear(monkeypatch)


def hear(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All text that is drawn from now on: titles, tick labels, offsets of axes, legends, colour bars."""
    texts: list[str] = []
    draw = Text.draw

    def heard(self: Text, *arguments: object, **more: object) -> None:
        texts.append(self.get_text())
        draw(self, *arguments, **more)

    monkeypatch.setattr(Text, "draw", heard)
    return texts


def is_plain(texts: list[str]) -> bool:
    return not [text for text in texts if "$" in text or "\\" in text]


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
def test_no_text_in_a_picture_of_a_sweep_is_source_of_a_formula(span: tuple[float, float], told: list[str]) -> None:
    assert len(drawn_of(*span)) == 9
    assert len(told) > 50 and is_plain(told), sorted({text for text in told if not is_plain([text])})


def test_no_text_in_a_picture_of_data_and_fits_is_source_of_a_formula(
    plain: tuple[dict[str, bytes], list[str]],
) -> None:
    pictures, told = plain
    assert set(figures.__all__) == set(pictures), "all figures are looked at"
    assert len(told) > 200 and is_plain(told), sorted({text for text in told if not is_plain([text])})


def test_a_colour_bar_has_numbers_whether_scores_span_decades_or_less_than_two(told: list[str]) -> None:
    for span, numbers in (((0.3, 8.0), {"0.5", "1", "2", "5"}), ((1e-9, 1e6), {"1e-08", "0.0001", "100"})):
        results = sweep_of(*span)
        found, score = effects(results, KEYS)
        told.clear()
        assert figures.draw_profiles(profiles(results, found, score), score, "title").png
        assert numbers <= set(told)


def test_pictures_have_the_same_bytes_whatever_style_the_user_has_set(
    trained: list[tuple[RunResult, Prepared]], plain: tuple[dict[str, bytes], list[str]]
) -> None:
    before, _ = plain
    with matplotlib.rc_context(STRANGE):
        after = drawn_from(trained) | drawn_of(1e-9, 1e6)
        mine = {key: matplotlib.rcParams[key] for key in STRANGE}
        assert mine["font.family"] == ["serif"] and mine["text.usetex"], "and that style is left as it was"
    assert [name for name in before if before[name] != after[name]] == []


DRAWING = """
import hashlib, numpy as np
from runner.findings.numbers.curves import Shown, Strip
from runner.findings.figures import draw_fits, draw_scores
from runner.findings.numbers.fits import Fit
counts = Fit("confusion", np.array([[5.0, 2.0], [1.0, 7.0]]), np.arange(2.0), classes=("a", "b"))
fits = draw_fits([(Shown("counts", "", None), counts)], "title", "note")
scores = draw_scores([Strip("tanh", [1.0, 1e3])], "cost", "cost", [], "title", "note")
print(hashlib.sha256(b"".join([one.png + "".join(one.panels).encode() for one in (fits, scores)])).hexdigest())
"""
RC = "font.family: serif\nimage.lut: 4\nfigure.dpi: 30\nsavefig.dpi: 30\naxes.facecolor: black\ntext.usetex: True\n"


def printed_by(code: str, folder: Path, env: dict[str, str]) -> str:
    """What a new Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, env=environment(env), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_matplotlibrc_in_the_working_folder_or_at_home_changes_no_picture(tmp_path: Path) -> None:
    plain = printed_by(DRAWING, tmp_path, {})
    (tmp_path / "matplotlibrc").write_text(RC)
    assert printed_by(DRAWING, tmp_path, {}) == plain
    assert printed_by(DRAWING, ROOT, {"MPLCONFIGDIR": str(tmp_path)}) == plain


def test_a_backend_that_is_not_installed_keeps_nothing_from_being_drawn_and_one_that_is_stays_chosen() -> None:
    asked = "m.get_backend(auto_select=False), os.environ['MPLBACKEND']"
    code = f"import runner.findings.figures, matplotlib as m, os; print({asked})"
    for named, chosen in (("no_such_backend", "None"), ("svg", "svg")):
        assert printed_by(code, ROOT, {"MPLBACKEND": named}).split() == [chosen, named]
