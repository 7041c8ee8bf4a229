"""`python -m runner.report`: a file to read and to send, made from the store alone; and exports."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from runner.findings.findings import Findings
from runner.findings.render import write_report
from runner.runs.about import About
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.store.address import LOCAL_PAGES
from tests.end_to_end.conftest import Trained
from tests.end_to_end.program import environment, make_store, run_runner, said
from tests.end_to_end.store import Store

PICTURES = {f"{name}-{data}.png" for name in ("scores", "curves", "fits", "data")
            for data in ("xor", "quadrants")} | {"layers.png"}  # fmt: skip
HOSTILE = '<script>alert(1)</script> "quoted" | **bold** ![x](http://x/y.png) \u202e\x1b[31m'


def report(*arguments: str, cwd: Path, code: int = 0) -> str:
    done = run_runner(*arguments, cwd=cwd, module="runner.report")
    assert done.returncode == code, said(done)
    assert "Traceback" not in done.stderr, said(done)
    return done.stdout if code == 0 else done.stderr


def written(sweep: Trained, folder: Path, form: str) -> dict[str, bytes]:
    """The files of a report that the command writes into a folder."""
    assert "the report: " in report("--format", form, "--output", str(folder), cwd=sweep.store.folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.quick(law=7)
def test_a_report_has_the_bytes_of_the_one_that_the_sweep_wrote_at_its_end(sweep: Trained, tmp_path: Path) -> None:
    (page,) = written(sweep, tmp_path, "html").values()
    assert page == sweep.store.artifact(sweep.store.only(), "report.html").read_bytes()


def test_the_same_sweep_gives_the_same_bytes_in_any_folder(sweep: Trained, tmp_path: Path) -> None:
    one, other = (written(sweep, tmp_path / name, "markdown") for name in ("one", "other"))
    assert one == other
    assert len(one) == 1 + len(PICTURES)


def test_a_page_needs_no_other_file_and_no_network(loaded: Findings, tmp_path: Path) -> None:
    page = write_report(loaded, tmp_path, "html").read_text()
    addresses = re.findall(r"""\b(?:src|href|action)=["']?([^"' >]+)""", page)
    links = [address for address in addresses if address.startswith(("#", f"{LOCAL_PAGES}/#/experiments/"))]
    assert len(links) > 20, "sections and runs, where a click leads"
    rest = [address for address in addresses if address not in links]
    assert rest and all(address.startswith("data:image/png;base64,") for address in rest)
    assert not re.findall(r"url\((?!#)", page) and "@import" not in page and "fetch(" not in page
    assert len(list(tmp_path.iterdir())) == 1


def test_a_report_has_the_answer_every_setting_every_run_and_how_to_reproduce_it(
    loaded: Findings, tmp_path: Path
) -> None:
    page = write_report(loaded, tmp_path, "html").read_text()
    for data in ("xor", "quadrants"):
        assert f"On {data}, the best of 2 settings is tanh: accuracy" in page
    assert loaded.about.command in page.replace("&#39;", "'")
    assert f"python -m runner.reproduce --all {loaded.about.sweep_id}" in page
    for run_id in loaded.run_ids.values():
        assert run_id in page
    for data, place in (("xor", 2), ("quadrants", 3)):
        section = page.split("<section id=")[place].partition("</section>")[0]
        assert section.startswith(f'"{data}-settings-best-first"') and "<td>sigmoid</td>" in section
    for result in loaded.results:
        assert f'<a href="{loaded.page_of(result)}">{loaded.name_of(result)}</a>' in page
    for result in loaded.results:
        assert result.digests["digest.weights"][:12] in page


def test_markdown_has_its_pictures_beside_it(loaded: Findings, tmp_path: Path) -> None:
    path = write_report(loaded, tmp_path, "markdown")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", path.read_text())
    assert {Path(picture).name for picture in pictures} == PICTURES
    for picture in pictures:
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")


def test_names_from_anywhere_are_text_in_both_formats_and_lead_nowhere(loaded: Findings, tmp_path: Path) -> None:
    about = About(HOSTILE, HOSTILE, "../../" + HOSTILE, HOSTILE)
    runs = [replace(one, overrides=(f"note={HOSTILE}{one.index % 2}", *one.overrides)) for one in loaded.results]
    hostile = replace(loaded, about=about, results=runs, keys=["note", *loaded.keys])
    folder = tmp_path / "here"
    page = write_report(hostile, folder, "html").read_text()
    assert page.count("<script>") == 1, "its own"
    assert "\u202e" not in page and "\x1b" not in page
    text = write_report(hostile, folder, "markdown").read_text()
    prose = re.sub(r"`[^`]*`", "", text)  # in code nothing has a meaning
    assert "<script>" not in prose and "![x]" not in prose and "\u202e" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_runs_are_exported_with_every_digit(sweep: Trained, loaded: Findings, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"runs.{ending}"
    assert "20 rows" in report("--table", str(path), cwd=sweep.store.folder)
    readers = {
        "csv": pd.read_csv,
        "parquet": pd.read_parquet,
        "json": lambda file: pd.DataFrame(json.loads(file.read_text())),
    }
    found = readers[ending](path)
    assert list(found["run_id"]) == list(loaded.runs["run_id"])
    assert list(found["final/train_cost"]) == list(loaded.runs["final/train_cost"])
    assert list(found.columns) == list(loaded.runs.columns)
    if ending != "json":
        of_parent = sweep.store.artifact(sweep.store.only(), f"runs.{ending}")
        assert path.read_bytes() == of_parent.read_bytes(), "one table, whoever writes it"
    assert not list(sweep.store.folder.glob("report-*"))


def test_all_histories_are_exported_in_one_file(sweep: Trained, loaded: Findings, tmp_path: Path) -> None:
    report("--curves", str(tmp_path / "curves.parquet"), cwd=sweep.store.folder)
    found = pd.read_parquet(tmp_path / "curves.parquet")
    assert found["run"].nunique() == 20
    pd.testing.assert_frame_equal(found, loaded.curves)


def test_a_single_run_has_a_report_too(one_run: Trained, tmp_path: Path) -> None:
    told = report("--output", str(tmp_path), cwd=one_run.store.folder)
    (page,) = tmp_path.glob("*.html")
    run_id = one_run.store.only().info.run_id
    assert page.name == f"report-{run_id}.html" and page.name in told
    assert "The mean rmse over 1 run is" in page.read_text()
    assert f"python -m runner.reproduce {run_id}\n" in page.read_text()


def test_a_run_of_a_sweep_has_a_report_of_its_own(sweep: Trained, tmp_path: Path) -> None:
    run_id = sweep.store.children(sweep.store.only())[4].info.run_id
    report(run_id, "--output", str(tmp_path), cwd=sweep.store.folder)
    assert [path.name for path in tmp_path.iterdir()] == [f"report-{run_id}.html"]


def test_reports_of_many_sweeps_have_names_of_their_own(loaded: Findings, tmp_path: Path) -> None:
    ids = [f"2026-11-22_03-11-2{place}_5fa806" for place in range(9)]
    for chosen in (ids, [*ids, "one more"]):
        write_report(replace(loaded, about=replace(loaded.about, sweep_id="+".join(chosen))), tmp_path, "html")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_report_that_does_not_fit_leaves_the_old_one(loaded: Findings, tmp_path: Path) -> None:
    path = write_report(loaded, tmp_path, "html")
    before = path.read_bytes()
    program = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        "from pathlib import Path; from runner.base.files import write_whole; "
        f"write_whole(Path({str(path)!r}), bytes(200_000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=False
    )
    assert "File too large" in done.stderr
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_data_that_has_changed_is_not_drawn_as_what_was_learned(tmp_path: Path) -> None:
    make_store(tmp_path)
    for name, slope in (("one.csv", 1), ("other.csv", 2)):
        rows = "".join(f"{x / 20},{slope * x / 10}\n" for x in range(40))
        (tmp_path / name).write_text(f"x,y\n{rows}")
    data = ("-m", "data=csv", "data.path=one.csv,other.csv", "data.target=y", "training.epochs=2", "workers=1")
    assert run_runner(*data, cwd=tmp_path).returncode == 0
    report("--format", "markdown", "--output", "before", cwd=tmp_path)
    (tmp_path / "one.csv").write_text("x,y\n" + "".join(f"{x / 20},{x}\n" for x in range(40)))
    done = run_runner("--format", "markdown", "--output", "after", cwd=tmp_path, module="runner.report")
    assert "no pictures of the data table: it has changed since" in done.stderr
    (before,), (after,) = ([*(tmp_path / name).glob("*/")] for name in ("before", "after"))
    left_out = {path.name for path in before.iterdir()} - {path.name for path in after.iterdir()}
    assert left_out == {f"{name}-table-path-one-csv.png" for name in ("data", "fits", "errors")}
    (tmp_path / "other.csv").unlink()
    done = run_runner("--format", "markdown", "--output", "last", cwd=tmp_path, module="runner.report")
    assert done.returncode == 0 and done.stderr.count("no pictures of the data table") == 2
    (last,) = (tmp_path / "last").glob("*/")
    lost = {path.name for path in before.iterdir()} - {path.name for path in last.iterdir()}
    assert lost == left_out | {f"{name}-table-path-other-csv.png" for name in ("data", "fits", "errors")}


def test_what_only_the_interrupted_process_knew_is_in_no_report(loaded: Findings, tmp_path: Path) -> None:
    """The parent's report is made where a killed run has a reason, `runner.report` where it has none."""
    pages = []
    for reason in ("Killed: the sweep was interrupted", ""):
        *others, last = loaded.results
        killed = RunResult(19, "key", last.spec, Outcome.KILLED, last.overrides, error=reason)
        pages.append(write_report(replace(loaded, results=[*others, killed]), tmp_path, "html").read_bytes())
    assert pages[0] == pages[1]
    assert b"1 was not trained or is no longer in the store" in pages[0]


def test_the_report_of_a_sweep_that_came_in_batches_has_all_of_them(tmp_path: Path) -> None:
    make_store(tmp_path)
    jobs = ("hydra/sweeper=basic", "hydra.sweeper.max_batch_size=2", "activation=tanh,relu,gelu", "training.epochs=2")
    done = run_runner("-m", *jobs, "data=xor", "workers=1", cwd=tmp_path)
    assert done.returncode == 0, said(done)
    store = Store(tmp_path)
    parent = store.only()
    assert parent.data.metrics["runs/stopped"] == 3
    assert "gelu" in store.artifact(parent, "comparison.csv").read_text()
    assert "The best of 3 settings" in parent.data.tags["mlflow.note.content"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "word"), "invalid choice: 'word'"),
        (("--table", "runs.txt"), "runs.txt must end in .csv, .parquet or .json"),
        (
            ("--foramt", "pdf"),
            "--foramt is not an option (did you mean --format?); known are --output, --format, --open, ",
        ),
        (("--table", "a.csv", "--output", "b"), "--open, --output and --format are for reports"),
        (("--table", "a.csv", "--curves", "a.csv"), "are two files, and both are a.csv"),
        (("",), "error: one of the arguments is empty"),
        (("--output", "mlflow.db"), "--output names a folder, and mlflow.db is a file; name another one"),
        (("--curves", "nowhere/x.csv"), "error: nowhere: No such file or directory"),
        (("nobody",), "MLflow has no run nobody, and outputs/ no sweep of this name; the newest there are "),
    ],
)
def test_what_cannot_be_reported_is_refused(sweep: Trained, arguments: tuple[str, ...], words: str) -> None:
    assert words in report(*arguments, cwd=sweep.store.folder, code=1)


def test_a_folder_without_a_store_is_left_as_it_is(tmp_path: Path) -> None:
    assert "there is no MLflow store" in report(cwd=tmp_path, code=1)
    assert not list(tmp_path.iterdir())


def test_a_damaged_store_is_one_error(sweep: Trained, tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes((sweep.store.folder / "mlflow.db").read_bytes()[:3000])
    assert report(cwd=tmp_path, code=1).startswith("error: the MLflow store sqlite:///mlflow.db cannot be used: ")
