"""Texts that people read have the words of CONTRIBUTING.md's glossary, and none that a native reader stumbles over."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What is not written, as the glossary spells it, and how it is found. A pattern has one meaning only: a server may be
# "behind a proxy", and values may be "told apart".
BANNED = {
    "mend": r"\bmend(?:s|ed|ing)?\b",
    "go on with": r"\bgo(?:es|ing)? on with\b",
    "the same bits again": r"\bthe same bits again\b",
    "behind a comma": r"\bbehind (?:a|an|the|each) (?:comma|colon|equals sign|slash)\b",
    "so many": r"\bso many\b(?! that)",
    "that it has printed": r"\bthat (?:it|they) ha(?:s|ve) (?:printed|written|made|kept|stored|trained|found)\b",
    "told": r"\btold\b(?! apart)",
    "it is said": r"\b(?:it|that) is said\b",
    "of ours": r"\bof (?:ours|yours)\b",
    "of somebody else": r"\bof some(?:body|one) else\b(?!')",
    "what there was to learn": r"\bwhat there (?:is|was) to learn\b",
    "leave behind": r"\ble(?:ft|aves?|aving) behind\b",
    "its kin": r"\b(?:its|their) kin\b",
    "in the place of": r"\bin the place of\b",
    "whoever has": r"\bwhoever (?:has|wants|reads|reaches|answers|uses|looks)\b",
    "is away": r"\b(?:is|was|were|are) away\b",
    "passes for new": r"\bpass(?:es)? for new\b",
    "is no setting": r"\bis no (?:setting|component|section|misprint|option|key)\b",
    "a word more": r"\ba word more\b",
}
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("docs/**/*.j2"),
]
COMMENTED = [*ROOT.glob("conf/**/*.yaml"), *ROOT.glob("sweeps/*.yaml")]
PROGRAMS = [*ROOT.glob("runner/**/*.py"), *ROOT.glob("nn/**/*.py")]
CODE = re.compile(r"^```.*?^```$|^ {4}[^\n]*$|`[^`]*`", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|\s)#(.*)$", re.MULTILINE)
GLOSSARY = re.compile(r"^\| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def banned_in(text: str) -> list[str]:
    """The banned words of a text, with what is around each; line breaks are spaces, and code is none of it."""
    plain = " ".join(CODE.sub("` `", text).split())
    return [
        f"{name!r}: ...{plain[max(0, found.start() - 40) : found.end() + 40]}..."
        for name, pattern in BANNED.items()
        for found in re.finditer(pattern, plain, re.IGNORECASE)
    ]


def texts_of(source: str) -> Iterator[str]:
    """The docstrings and texts of a program, with its comments; names, and texts of one word, are for the program."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield "\n".join(line.strip() for line in node.value.splitlines())
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_no_banned_word(page: Path) -> None:
    assert banned_in(page.read_text(encoding="utf-8")) == []


def test_the_comments_of_configs_and_sweeps_have_no_banned_word() -> None:
    comments = {path: "\n".join(COMMENT.findall(path.read_text(encoding="utf-8"))) for path in COMMENTED}
    assert len(comments) > 50
    assert [(name_of(path), found) for path, text in comments.items() for found in banned_in(text)] == []


def test_the_texts_of_the_program_have_no_banned_word() -> None:
    assert len(PROGRAMS) > 200
    texts = ((path, text) for path in PROGRAMS for text in texts_of(path.read_text(encoding="utf-8")))
    assert [(name_of(path), found) for path, text in texts for found in banned_in(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The part was\n  mended.", ["mend"]),
        ("It goes on with the sweep that it has printed.", ["go on with", "that it has printed"]),
        ("All problems are told together, and it is said why.", ["told", "it is said"]),
        ("stop after so many epochs", ["so many"]),
        ("One of yours raised, behind a comma.", ["behind a comma", "of ours"]),
        ("A server behind a proxy; runs told apart; amendments; so many that nobody counts.", []),
        ("`told` is a name.\n\n    told in code\n\n```text\nmended\n```\n", []),
        ("    told in code\n\nMended.\n\n```text\nmended\n```\n\nSo many.\n", ["mend", "so many"]),
    ],
)
def test_banned_words_are_found_in_sentences_and_not_in_code_or_in_other_meanings(text: str, found: list[str]) -> None:
    assert sorted(one.split("'")[1] for one in banned_in(text)) == sorted(found)


def test_of_a_program_its_texts_are_read_and_not_its_names() -> None:
    program = [
        "def told(so_many: str) -> str:",
        '    """What was',
        '    told."""',
        '    return f"{so_many} is told"  # mended',
    ]
    source = "\n".join(program)
    assert [text for text in texts_of(source) if banned_in(text)] == ["What was\ntold.", "is told", "# mended"]


def test_every_banned_word_is_in_the_glossary() -> None:
    glossary = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Words")[2].partition("\n## ")[0]
    replaced = " ".join(cells[1] for cells in GLOSSARY.findall(glossary))
    assert [name for name in BANNED if f"`{name}`" not in replaced] == []
