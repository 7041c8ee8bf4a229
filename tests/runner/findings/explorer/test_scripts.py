"""The scripts of the page: joined in one scope, short, and without what could run a text of a sweep."""

import re
from collections import Counter

import pytest

from runner.findings.explorer.writing import SCRIPTS, STYLES
from tests.runner.findings.explorer.conftest import PAGE

TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGE.iterdir())}
DECLARED = re.compile(r"^(?:async )?(?:function|const|let|class) (\[.*?\]|\w+)", re.MULTILINE)
RUNS_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\bFunction\(|\son\w+=\"")
LOADS = re.compile(r"\bfetch\(|XMLHttpRequest|\bimport\b|https?://(?!www\.w3\.org/2000/svg)")


def test_every_file_is_joined_into_the_page():
    joined = {"page.html", *(f"{name}.js" for name in SCRIPTS), *(f"{name}.css" for name in STYLES)}
    assert joined == set(TEXTS) and len(set(SCRIPTS)) == len(SCRIPTS)


def test_no_name_is_declared_in_two_places():
    """Two would be a syntax error of the whole page."""
    names = [name for file, text in TEXTS.items() if file.endswith(".js") for name in DECLARED.findall(text)]
    single = [one for name in names for one in re.findall(r"\w+", name)]
    assert len(single) > 200
    assert {name: count for name, count in Counter(single).items() if count > 1} == {}


@pytest.mark.parametrize("name", SCRIPTS)
def test_lines_and_files_are_short(name):
    lines = TEXTS[f"{name}.js"].splitlines()
    assert max(lines, key=len)[120:] == "" and len(lines) <= 250


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_can_become_a_script_and_nothing_is_loaded(name):
    assert not RUNS_TEXT.findall(TEXTS[name])
    assert not LOADS.findall(TEXTS[name])
