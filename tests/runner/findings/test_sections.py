"""Sections of a report: a new one is one function, and a broken one costs nothing but itself."""

import re

import pytest

from runner.findings.findings import Findings
from runner.findings.render import page_of, write_report
from runner.findings.section import Picture, Section, Strong, Table
from runner.findings.sections import SECTIONS
from runner.runs.about import About
from tests.runner.finished import CLASSES

PNG = b"\x89PNG of a test"
TITLES = [
    "Runs that did not finish", "Settings, best first", "Data", "All runs", "Run ids, keys and digests", "Reproduce it",
]  # fmt: skip


@pytest.fixture
def sweep(monkeypatch: pytest.MonkeyPatch) -> Findings:
    """Nothing was trained, so nothing is drawn; sections that a test registers are gone after it."""
    monkeypatch.setattr(SECTIONS, "_components", dict(SECTIONS._components))
    found = Findings(About("a sweep", "", "2026_a"), CLASSES, {}, "parent", ["activation", "seed"], {})
    found.__dict__["pictures"] = {}
    return found


def seeds(sweep: Findings) -> Section:
    """A row per seed."""
    rows = [["0 | <b>", Strong("bad")], ["1", "good"]]
    table = Table(["seed", "how"], rows, frozenset({0}), is_sortable=True)
    return Section("Seeds & more", "Is *one* odd?", table, [Picture("seeds.png", "By seed [1]", PNG)], ["python -c 1"])


def titles(page: str) -> list[str]:
    return re.findall(r"^(?:(?:<summary>)?<h2>|## )(.*?)(?:</h2>(?:</summary>)?)?$", page, re.MULTILINE)


def test_a_section_that_is_registered_comes_last_in_both_formats(sweep, tmp_path):
    SECTIONS.register(seeds)
    page = write_report(sweep, tmp_path, "html").read_text()
    assert titles(page) == [*TITLES, "Seeds &amp; more"]
    shown = page[page.index("<h2>Seeds") :]
    for part in (
        '<table class="sortable">', '<td class="number">0 | &lt;b&gt;</td><td><span class="no">bad</span></td>',
        "<pre>python -c 1\n</pre>", '<p class="note">Is *one* odd?</p>', "<figcaption>By seed [1]</figcaption>",
    ):  # fmt: skip
        assert part in shown
    path = write_report(sweep, tmp_path, "markdown")
    text = path.read_text()
    assert titles(text) == [*TITLES, "Seeds &amp; more"]
    assert re.split(r"\n\n+", text[text.index("## Seeds") :]) == [
        "## Seeds &amp; more",
        "| seed | how |\n| ---: | --- |\n| 0 \\| &lt;b&gt; | **bad** |\n| 1 | good |",
        "`python -c 1`",
        "Is \\*one\\* odd?",
        f"![By seed \\[1\\]]({path.stem}/seeds.png)\n",
    ]
    assert (tmp_path / path.stem / "seeds.png").read_bytes() == PNG


def test_a_section_with_nothing_to_say_is_not_there(sweep, capsys):
    SECTIONS.register(nothing)
    assert titles(page_of(sweep)) == TITLES
    assert not capsys.readouterr().err


def nothing(sweep: Findings) -> None:
    """It has nothing to say."""


def fails(sweep: Findings) -> Section:
    raise KeyError("what it looks for")


def text(sweep: Findings) -> str:
    return "no section"


def clash(sweep: Findings) -> Section:
    return Section("Clash", pictures=[Picture("seeds.png", "Another", PNG)])


def leads_away(sweep: Findings) -> Section:
    return Section("Away", pictures=[Picture("../seeds.png", "Outside", PNG)])


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (fails, "KeyError: 'what it looks for'"),
        (text, "TypeError: it must return a Section, several of them, or None, not 'no section'"),
        (clash, "ValueError: another section has a picture seeds.png"),
        (leads_away, "ValueError: a picture has a name like seeds.png"),
    ],
)
def test_a_section_that_cannot_be_made_is_left_out_and_a_sentence_says_why(sweep, broken, why, capsys):
    SECTIONS.register(seeds)
    SECTIONS.register(broken)
    assert titles(page_of(sweep)) == [*TITLES, "Seeds &amp; more"]
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"the report has no section {broken.__name__!r}: {why}")


def test_a_section_cannot_take_the_place_of_one_of_ours(sweep):
    def runs(sweep: Findings) -> None:
        """Another one of this name."""

    with pytest.raises(ValueError, match=r"report section 'runs' of module .* is already defined in runner\.findings"):
        SECTIONS.register(runs)
