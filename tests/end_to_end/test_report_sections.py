"""`python -m runner.report modules=[...]`: with sections of one's own, and without a module that is not there."""

from pathlib import Path

from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import run_runner, said

MODULE = '''
from runner.findings.sections import SECTIONS, Section, Table


@SECTIONS.register
def steps(sweep):
    """How long runs were trained."""
    rows = [[sweep.name_of(result), str(result.last_step)] for result in sweep.results]
    return Section("Steps", "Of every run.", Table(["run", "steps"], rows))
'''


def report(sweep: Trained, folder: Path, *arguments: str) -> tuple[bytes, str]:
    """The file that is written, and what is said on standard error."""
    done = run_runner(*arguments, cwd=folder, env={"MLFLOW_TRACKING_URI": sweep.store.uri}, module="runner.report")
    assert done.returncode == 0, said(done)
    (path,) = (path for path in folder.glob("report-*") if path.is_file())
    return path.read_bytes(), done.stderr


def test_a_sweep_that_knew_nothing_of_a_section_has_it_where_its_module_is_named(
    sweep: Trained, tmp_path: Path
) -> None:
    (tmp_path / "my_sections.py").write_text(MODULE)
    text, errors = report(sweep, tmp_path, "modules=[my_sections]", "--format", "markdown")
    assert text.decode().count("\n## Steps\n\n| run | steps |\n") == 1
    assert not errors


def test_why_runs_do_not_learn_stands_under_the_answer_with_a_picture(sweep: Trained) -> None:
    page = sweep.store.artifact(sweep.store.only(), "report.html").read_text()
    places = [page.index(one) for one in ('class="answer"', "<h2>Why runs do", "<figure>", "<h2>xor: settings, best")]
    assert places == sorted(places)


def test_a_module_that_cannot_be_imported_costs_its_sections_and_a_sentence(sweep: Trained, tmp_path: Path) -> None:
    text, errors = report(sweep, tmp_path, "modules=[my_sections]")
    assert text == sweep.store.artifact(sweep.store.only(), "report.html").read_bytes()
    assert errors.splitlines() == [
        "modules names 'my_sections', which cannot be imported: No module named 'my_sections'; "
        "the report leaves out its sections"
    ]
