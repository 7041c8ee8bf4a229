"""Names that others chose, where they are shown: nothing is steered, hidden, reordered, linked or run."""

import pytest

from runner.base.texts import code, markdown, short, visible
from runner.findings.figures.style import entry

PLAIN = ["price", "Größe in m²", "عدد", "名前", "a & b", "naïve café", "می\u200cخواهم", "👩\u200d🔬"]


@pytest.mark.parametrize("name", PLAIN)
def test_an_ordinary_name_in_any_script_is_shown_as_it_is(name):
    assert visible(name) == short(name, 100) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\x9b31m", r"a\x9b31m"),
        ("over\rwritten\x08", r"over\rwritten\x08"),
        ("gpj\u202eexe", r"gpj\u202eexe"),
        ("\u200fleft", r"\u200fleft"),
        ("a\u2028b", r"a\u2028b"),
        ("half \udcff", r"half \udcff"),
        ("nul\x00", r"nul\x00"),
    ],
)
def test_what_steers_a_terminal_or_reorders_text_is_shown_as_its_escape(name, shown):
    assert visible(name) == shown


def test_the_lines_of_a_message_stay_lines():
    assert visible("one\n\ttwo\x07") == "one\n\ttwo\\x07"


def test_a_label_is_one_line_that_fits():
    assert short("one\n two\u2028three", 50) == r"one two three"
    assert short("n" * 10_000, 40) == "n" * 39 + "…"
    assert len(short("\x1b" * 10_000, 40)) == 40


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("![x](//host/x.png)", r"\!\[x\](//host/x.png)"),
        ("**bold** _it_ `code`", r"\*\*bold\*\* \_it\_ \`code\`"),
        ("# head\n# again", r"\# head \# again"),
        ("a | b & c", r"a \| b &amp; c"),
        ("back\\slash\u202e", r"back\\slash\\u202e"),
    ],
)
def test_a_name_in_markdown_is_text_and_nothing_else(name, text):
    assert markdown(name) == text


@pytest.mark.parametrize(
    ("text", "span"),
    [("python -m runner", "`python -m runner`"), ("a `b` ``c``", "``` a `b` ``c`` ```"), ("`", "`` ` ``")],
)
def test_code_in_markdown_cannot_be_left_by_its_own_backticks(text, span):
    assert code(text) == span


def test_a_legend_entry_never_begins_with_the_underscore_that_hides_it():
    assert entry("_setosa", 20) == " _setosa"
    assert entry("setosa", 20) == "setosa"
