"""Reports as files: one HTML page, a PDF printed from it, or Markdown with picture files."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from runner.base.console import warn
from runner.base.files import write_whole
from runner.base.texts import code, markdown, visible
from runner.findings.findings import Findings
from runner.findings.numbers.answer import Sentence
from runner.findings.pdf import printed, require_browser
from runner.findings.section import Link, Section, Strong
from runner.findings.sections import SECTIONS, ids_of, modules_of
from runner.findings.sketch import Drawn, Render, Sketch

ENDINGS = {"html": "html", "markdown": "md", "pdf": "pdf"}
MAX_NAME, DIGEST = 100, 8


@dataclass(frozen=True)
class Report:
    """The contents of a report in order; `table_command` writes the rows that its tables leave out."""

    title: str
    question: str
    answer: list[Sentence]
    commands: list[str]
    sections: list[Section]
    table_command: str


def write_report(sweep: Findings, folder: Path, form: str) -> Path:
    """Write a report into a folder; returns its file. The same sweep gives the same bytes."""
    if form == "pdf":
        require_browser()
    path = folder / f"{file_name('report', sweep.about.sweep_id)}.{ENDINGS[form]}"
    match form:
        case "markdown":
            report = _report_of(sweep)
            for section in report.sections:
                for picture in section.pictures:
                    write_whole(path.with_suffix("") / picture.name, picture.content)
            content = _render(report, "md", path.stem).encode()
        case "pdf":
            content = printed(page_of(sweep))
        case _:
            content = page_of(sweep).encode()
    write_whole(path, content)
    return path


def page_of(sweep: Findings) -> str:
    """A report as one self-contained HTML page."""
    return _render(_report_of(sweep), "html")


def _report_of(sweep: Findings) -> Report:
    command = ["python -m runner.report", *ids_of(sweep), *modules_of(sweep), "--table runs.csv"]
    return Report(
        title=sweep.about.name,
        question=sweep.about.question,
        answer=sweep.answer,
        commands=sweep.about.command.splitlines(),
        sections=_sections_of(sweep),
        table_command=" ".join(command),
    )


def _sections_of(sweep: Findings) -> list[Section]:
    """In the order in which they are registered. One that cannot be made is left out, and a warning says why."""
    made: list[Section] = []
    for name in sorted(SECTIONS, key=SECTIONS.position):
        try:
            found = SECTIONS[name](sweep)
            sections = [found] if isinstance(found, Section) else list(found or ())
            if not all(isinstance(section, Section) for section in sections):
                raise TypeError(f"it must return a Section, several of them, or None, not {found!r}")
            names = {picture.name for other in made for picture in other.pictures}
            if taken := names.intersection(picture.name for section in sections for picture in section.pictures):
                raise ValueError(f"another section has a picture {taken.pop()}")
            sections = [_drawn(section, sweep.render) for section in sections]
        except Exception as error:  # it may be a user's own
            warn(f"the report has no section {name!r}: {type(error).__name__}: {error}")
        else:
            made += sections
    return made


def _drawn(section: Section, render: Render) -> Section:
    """The same with pictures that are made; raises what keeps one from it."""
    left = [one.drawing for one in section.pictures if isinstance(one.drawing, Sketch)]
    made: dict[int, Drawn] = {}
    for one, found in zip(left, render(left) if left else (), strict=True):
        if isinstance(found, Exception):
            raise found
        made[id(one)] = found
    pictures = [replace(one, drawing=made.get(id(one.drawing), one.drawing)) for one in section.pictures]
    return replace(section, pictures=pictures)


def _anchors(sections: Sequence[Section]) -> dict[str, str]:
    """The anchor of every title, each once."""
    found: dict[str, str] = {}
    for section in sections:
        same = sum(anchor.startswith(section.anchor) for anchor in found.values())
        found.setdefault(section.title, f"{section.anchor}-{same}" if same else section.anchor)
    return found


def _render(report: Report, form: str, beside: str = "") -> str:
    """One template per format. What is shown is visible: no sign of a name can steer or reorder the page."""
    environment = Environment(
        loader=PackageLoader("runner.findings"), autoescape=form == "html", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, finalize=_shown,
    )  # fmt: skip
    environment.filters |= {"md": markdown, "code": code}
    environment.tests["strong"] = lambda cell: isinstance(cell, Strong)
    environment.tests["link"] = lambda cell: isinstance(cell, Link) and bool(cell.address)
    template, anchors = environment.get_template(f"report.{form}.jinja"), _anchors(report.sections)
    footer = re.sub(r"[^\w .,+=()-]", " ", report.title)  # a text of a style sheet
    return template.render(report=report, beside=beside, anchors=anchors, footer=footer)


def _shown(value: object) -> object:
    """Any text but that which the template has made."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def file_name(what: str, sweep_id: str) -> str:
    """A file name from the ids of all sweeps; many are shortened to a digest."""
    name = re.sub(r"[^A-Za-z0-9_+-]", "_", sweep_id)
    digest = hashlib.sha256(sweep_id.encode()).hexdigest()[:DIGEST]
    return f"{what}-{name if len(name) <= MAX_NAME else f'{name[:MAX_NAME]}-{digest}'}"
