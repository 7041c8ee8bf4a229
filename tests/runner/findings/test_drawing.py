"""Pictures as a page has them: SVG whose text stays text, in the page's font and colours, of limited size."""

import base64
import io
import pickle
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from runner.base.texts import short
from runner.findings.figures.drawing import Drawing, Plot
from runner.findings.figures.style import BLUE, INK, LINE, PAPER, SOFT, new_figure, tidy
from runner.findings.pictures import pictures_by_data, pictures_of
from runner.findings.rendering import drawn
from runner.findings.section import Picture
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.finished import run
from tests.runner.tables import ODD_NAMES

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "an end of a comment": "--> <img src=x onerror=alert(1)>",
    "entities and quotes": "&lt; & ' \" $x$",
    "a control sign": "a\x00b\x1b[31m",
    "half a sign": "a\ud800b",
}


def drawing_of(text: str, points: int = 3) -> Drawing:
    def draw():
        figure = new_figure(3, 2)
        axes = figure.subplots()
        axes.plot(np.arange(points), np.arange(points), "o", color=BLUE)
        axes.set_title(short(text, 200))
        tidy(axes)
        return figure

    return Drawing(text, [Plot(text, draw), Plot(text, draw)], text, ((text, (("color", BLUE),)),), columns=2)


def words_in(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", [*ODD_NAMES.values(), *HOSTILE.values()], ids=[*ODD_NAMES, *HOSTILE])
def test_a_name_stays_text_whatever_is_in_it(name: str) -> None:
    drawing = drawing_of(name)
    for svg in (*drawing.panels, *(sign for sign, _ in drawing.entries)):
        root = ElementTree.fromstring(svg)
        tags = {one.tag.removeprefix(SVG) for one in root.iter()}
        assert tags <= {"svg", "g", "path", "text", "use", "defs", "clipPath", "rect", "image"}, tags
        assert not re.search("[\x00-\x08\x1b\ud800-\udfff]", svg)
    assert drawing.png.startswith(b"\x89PNG")


def test_the_words_of_a_picture_are_text_in_the_font_of_the_page() -> None:
    first, _ = drawing_of("tanh & <relu>").panels
    assert "tanh & <relu>" in words_in(first)
    assert "font-family" not in first and "<style" not in first and "<metadata" not in first
    assert ElementTree.fromstring(first).attrib["aria-label"] == "tanh & <relu>: tanh & <relu>"
    assert 'role="img"' in first


def test_ink_paper_and_lines_are_the_colours_of_the_page_and_data_keep_theirs() -> None:
    first, _ = drawing_of("a").panels
    assert not [color for color in (INK, SOFT, LINE, PAPER, "#000000") if color in first.lower()]
    assert {"var(--ink)", "var(--soft)", "var(--line)"} <= set(re.findall(r"var\(--\w+\)", first))
    assert BLUE.lower() in first.lower()


def test_panels_of_a_page_share_no_id_and_are_the_same_twice() -> None:
    panels = [*drawing_of("a").panels, *drawing_of("b").panels]
    ids = [found for svg in panels for found in re.findall(r' id="([^"]+)"', svg)]
    assert ids and len(set(ids)) == len(ids)
    for svg in panels:
        used = re.findall(r'(?:href="|url\()#([\w-]+)', svg)
        assert set(used) == set(re.findall(r' id="([^"]+)"', svg)), "each id is used, each use has its id"
    assert panels == [*drawing_of("a").panels, *drawing_of("b").panels]


def test_many_points_are_embedded_as_a_picture_and_few_are_not() -> None:
    few, many = (drawing_of("a", points).panels[0] for points in (20, 5000))
    assert "<image" not in few and few.count("<use") > 20
    assert "<image" in many and len(many) < 30_000


def test_a_png_is_white_around_its_panels_and_as_wide_as_others() -> None:
    with Image.open(io.BytesIO(drawing_of("a").png)) as image:
        assert image.width == 750
        assert [image.convert("RGB").getpixel(at) for at in ((0, 0), (749, image.height - 1))] == [(255,) * 3] * 2


def test_a_picture_of_a_person_is_its_png_bytes() -> None:
    mine = Picture("mine.png", "Mine", b"\x89PNG")
    assert mine.content == b"\x89PNG" and mine.on_page is None
    ours = Picture("drawn.png", "Drawn", drawing_of("a").drawn)
    assert ours.on_page and base64.b64decode(ours.inline.partition(",")[2]) == ours.content


@pytest.fixture(scope="module")
def two_sets() -> list[RunResult]:
    jobs = [(f"data={data}", f"activation={kind}") for data in ("xor", "sine") for kind in ("tanh", "relu")]
    results = trained_all(plan_of(*jobs, first=("training.epochs=2",)))
    return [replace(one, overrides=job) for one, job in zip(results, jobs, strict=True)]


def test_each_data_set_has_pictures_of_its_own(two_sets: list[RunResult]) -> None:
    keys = ["data", "activation"]
    found = pictures_by_data(two_sets, keys)
    assert list(found) == ["xor", "sine"]
    assert list(found["xor"]) == [f"{kind}-xor.png" for kind in ("scores", "curves", "fits", "data")]
    assert [one.title for one in found["sine"].values()] == [
        "Final rmse by activation (sine)", "Training cost by activation (sine)",
        "What the networks learned by activation (sine)", "The data (sine)",
    ]  # fmt: skip
    assert list(pictures_of(two_sets, keys)) == [name for some in found.values() for name in some]
    assert "scores.png" in pictures_of(two_sets[:2], keys)


def test_another_process_can_draw_each_picture(two_sets: list[RunResult]) -> None:
    def apart(sketches):
        return [pickle.loads(pickle.dumps(drawn(pickle.loads(pickle.dumps(one))))) for one in sketches]

    keys = ["data", "activation"]
    assert pictures_by_data(two_sets, keys, apart) == pictures_by_data(two_sets, keys)


def test_of_many_data_sets_the_first_are_drawn_and_a_warning_says_so(
    two_sets: list[RunResult], capsys: pytest.CaptureFixture[str]
) -> None:
    one, results = two_sets[2], []
    assert one.data
    for i in range(13):
        noisy = one.spec.data.model_copy(update={"noise": i / 100})
        used = replace(one.data, digest=f"of {i}")
        results.append(replace(one, index=i, data=used, spec=one.spec.model_copy(update={"data": noisy})))
    assert len(pictures_by_data(results, [])) == 12
    assert "pictures show the first 12 of 13 data sets" in capsys.readouterr().err


def test_lines_through_all_keys_are_drawn_from_three_keys_on(two_sets: list[RunResult]) -> None:
    one = two_sets[0]
    for n in (1, 2, 3):
        names = [f"key{place}" for place in range(n)]
        results = [
            replace(one, index=i, overrides=tuple(f"{name}={i >> place & 1}" for place, name in enumerate(names)))
            for i in range(2**n)
        ]
        found = {name.removesuffix(".png") for name in pictures_of(results, names)}
        assert ("effects" in found, "heatmaps" in found, "profiles" in found) == (n > 1, n > 1, n > 2)


def test_pictures_of_two_thousand_runs_are_small() -> None:
    results = [
        run(i, f"activation=a{i // 25} seed={i % 25}", cost=[1.0, *np.linspace(0.9, 0.1 + i / 1e4, 99)],
            accuracy=[0.5, *np.linspace(0.5, 1 - (i * 37 % 2000) / 4000, 99)])
        for i in range(2000)
    ]  # fmt: skip
    found = pictures_of(results, ["activation", "seed"])
    assert {"scores.png", "curves.png"} <= set(found)
    assert sum(len(svg) for one in found.values() for svg in one.panels) < 1_000_000
    assert "the best 12 of 80 settings" in found["curves.png"].note
    assert len(found["curves.png"].panels) == 12
