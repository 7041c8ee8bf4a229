"""Reports as files: one HTML page, a PDF printed from it, or Markdown with its pictures beside it."""

import hashlib
import re
from pathlib import Path

from jinja2 import Environment, PackageLoader

from runner.base.files import write_whole
from runner.base.texts import code, markdown, visible
from runner.findings.findings import Findings
from runner.findings.page import Report, report_of
from runner.findings.pdf import printed, require_browser
from runner.findings.pictures import pictures_of

ENDINGS = {"html": "html", "markdown": "md", "pdf": "pdf"}
MAX_NAME, DIGEST = 100, 8


def write_report(sweep: Findings, folder: Path, form: str) -> Path:
    """Write a report into a folder; returns its file. The same sweep gives the same bytes."""
    if form == "pdf":
        require_browser()
    report = report_of(sweep, pictures_of(sweep.results, sweep.keys))
    path = folder / f"{_file_name(sweep.about.sweep_id)}.{ENDINGS[form]}"
    match form:
        case "markdown":
            for picture in (*report.pictures, *report.data_pictures):
                write_whole(path.with_suffix("") / picture.name, picture.content)
            content = _render(report, "md", path.stem).encode()
        case "pdf":
            content = printed(page_of(report))
        case _:
            content = page_of(report).encode()
    write_whole(path, content)
    return path


def page_of(report: Report) -> str:
    """A report as one HTML page that needs no other file."""
    return _render(report, "html")


def _render(report: Report, form: str, beside: str = "") -> str:
    """One template per format. What is shown is visible: no sign of a name can steer or reorder the page."""
    environment = Environment(
        loader=PackageLoader("runner.findings"), autoescape=form == "html", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, finalize=lambda value: visible(value) if type(value) is str else value,
    )  # fmt: skip
    environment.filters |= {"md": markdown, "code": code}
    return environment.get_template(f"report.{form}.jinja").render(report=report, beside=beside)


def _file_name(sweep_id: str) -> str:
    """Of the ids of all sweeps; many are shortened to a digest of them."""
    name = re.sub(r"[^A-Za-z0-9_+-]", "_", sweep_id)
    digest = hashlib.sha256(sweep_id.encode()).hexdigest()[:DIGEST]
    return f"report-{name if len(name) <= MAX_NAME else f'{name[:MAX_NAME]}-{digest}'}"
