"""Reports as files: one HTML page, a PDF printed from it, or Markdown with its pictures beside it."""

import re
from pathlib import Path

from jinja2 import Environment, PackageLoader

from runner.findings import Findings
from runner.pictures import pictures_of
from runner.printing import printed
from runner.reporting import Report, report_of
from runner.texts import code, markdown, visible

ENDINGS = {"html": "html", "markdown": "md", "pdf": "pdf"}


def write_report(sweep: Findings, folder: Path, form: str) -> Path:
    """Write a report into a folder; returns its file. The same sweep gives the same bytes."""
    report = report_of(sweep, pictures_of(sweep.results, sweep.keys))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_file_name(sweep.about.sweep_id)}.{ENDINGS[form]}"
    match form:
        case "markdown":
            beside = path.with_suffix("")
            beside.mkdir(exist_ok=True)
            for picture in (*report.pictures, *report.data_pictures):
                (beside / picture.name).write_bytes(picture.content)
            path.write_text(_render(report, "md", path.stem), encoding="utf-8", newline="\n")
        case "pdf":
            path.write_bytes(printed(page_of(report)))
        case _:
            path.write_text(page_of(report), encoding="utf-8", newline="\n")
    return path


def page_of(report: Report) -> str:
    """A report as one HTML page that needs no other file."""
    return _render(report, "html")


def _render(report: Report, form: str, beside: str = "") -> str:
    """One template per format. What is shown is visible: no sign of a name can steer or reorder the page."""
    environment = Environment(
        loader=PackageLoader("runner"), autoescape=form == "html", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, finalize=lambda value: visible(value) if type(value) is str else value,
    )  # fmt: skip
    environment.filters |= {"md": markdown, "code": code}
    return environment.get_template(f"report.{form}.jinja").render(report=report, beside=beside)


def _file_name(sweep_id: str) -> str:
    return "report-" + re.sub(r"[^A-Za-z0-9_+-]", "_", sweep_id)[:120]
