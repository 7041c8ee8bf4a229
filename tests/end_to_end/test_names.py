"""Names that others chose, from the command line to the store: columns, classes, files and sweeps of any spelling."""

import csv
import os
import shutil
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from PIL import Image

from runner.base.texts import visible
from tests.end_to_end.program import ROOT, copy_program, make_store, run_runner, said
from tests.end_to_end.store import PARENT, Store

pytestmark = pytest.mark.thorough

NASTY = {
    "a path": "../../../outside",
    "quotes": 'it\'s "quoted" `ticks`',
    "a script": "<script>alert(1)</script>",
    "lines": "one\ntwo\r\nthree",
    "right to left": "\u202egnp.exe \u200f \u2066",
    "ten kB": "n" * 10_000,
    "mathtext": r"$\frac{1 \alpha_{$ \% \undefined",
    "a terminal's commands": "\x1b[2J\x1b]0;title\x07 \x9b31m",
    "a hidden legend": "_nolegend_",
    "a format": "{0.__class__} %s %(x)s {{ }}",
}
SHORT = ("training.epochs=2", "workers=1")


def table(header: Sequence[str], classes: Sequence[str]) -> str:
    rows = [header, *([f"{place % 7}", f"{place % 5 + 0.5}", classes[place % len(classes)]] for place in range(40))]
    buffer = StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if "inside" not in path.parts}


def check(folder: Path, *arguments: str) -> Store:
    """Run in a folder of a folder: it works, nothing is written outside, and nothing steers the terminal."""
    make_store(folder / "inside")
    before = files(folder)
    done = run_runner(*arguments, *SHORT, cwd=folder / "inside")
    assert done.returncode == 0, said(done)
    assert done.stderr == ""
    assert visible(done.stdout) == done.stdout
    assert files(folder) == before
    return Store(folder / "inside")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """So deep that "a path" still leads into the folder of the test."""
    folder = tmp_path / "a" / "b"
    (folder / "inside").mkdir(parents=True)
    return folder


def test_columns_and_classes_may_be_called_anything(folder: Path) -> None:
    for place, text in enumerate(NASTY.values()):
        contents = table([f"{text} 1", text, f"{text} 3"], [text, f"{text}!"])
        (folder / "inside" / f"{place}.csv").write_text(contents, newline="")
    paths = ",".join(f"{place}.csv" for place in range(len(NASTY)))
    store = check(folder, "-m", "data=csv", f"data.path={paths}")
    runs = store.children(store.only())
    assert [run.info.status for run in runs] == ["FINISHED"] * len(NASTY)
    for run in runs:
        with Image.open(store.artifact(run, "plots/cost_and_fit.png")) as picture:
            assert picture.size == (900, 380)


def test_classes_of_all_spellings_at_once_are_drawn_and_kept(folder: Path) -> None:
    contents = table(["x", "y", "kind"], list(NASTY.values()))
    (folder / "inside" / "t.csv").write_text(contents, newline="")
    store = check(folder, "-m", "data=csv", "data.path=t.csv", "seed=0,1")
    assert {path.name for path in store.artifact(store.only(), "plots").iterdir()} >= {"curves.png", "fits.png"}


LATEX = """#!/bin/sh
touch "{called}"
"""


def test_latex_is_never_called_even_where_a_person_s_own_figures_use_it(folder: Path) -> None:
    (programs := folder / "programs").mkdir()
    for name in ("latex", "pdflatex", "xelatex", "lualatex", "dvipng", "kpsewhich"):
        (programs / name).write_text(LATEX.format(called=folder / "called"))
        (programs / name).chmod(0o755)
    (folder / "inside" / "matplotlibrc").write_text("text.usetex: True\n")
    contents = table(["x", "y", "kind"], [NASTY["mathtext"], NASTY["lines"]])
    (folder / "inside" / "t.csv").write_text(contents, newline="")
    path = f"{programs}:{os.environ['PATH']}"
    make_store(folder / "inside")
    arguments = ("-m", "data=csv", "data.path=t.csv", "seed=0,1", *SHORT)
    done = run_runner(*arguments, cwd=folder / "inside", env={"PATH": path}, from_nothing=True)
    assert (done.returncode, done.stderr) == (0, ""), said(done)
    assert list(Store(folder / "inside").artifact(Store(folder / "inside").parents()[0], "plots").iterdir())
    assert not (folder / "called").exists()


FILES = ["quotes", "right to left", "mathtext", "a hidden legend", "a terminal's commands"]


def quoted(text: str) -> str:
    """A value as Hydra's grammar takes any text."""
    return "'" + text.replace("'", "\\'") + "'"


def test_a_sweep_over_files_and_columns_of_any_spelling_has_runs_with_names_that_can_be_shown(folder: Path) -> None:
    for place, name in enumerate([*FILES, "a path"]):
        path = folder / "inside" / NASTY[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(table(["x", f"y{place}", "kind"], ["a", "b"]))
    paths = ",".join(quoted(NASTY[name]) for name in [*FILES, "a path"])
    store = check(folder, "-m", "data=csv", f"data.path={paths}")
    names = [run.info.run_name for run in store.runs()]
    assert len(names) == 7
    assert [name for name in names if visible(name, kept="") != name or len(name) > 250] == []


def test_a_sweep_over_names_of_ten_kb_has_runs_with_short_names(folder: Path) -> None:
    long = NASTY["ten kB"]
    (folder / "inside" / "t.csv").write_text(table([long, f"{long}2", "kind"], ["a", "b"]))
    store = check(
        folder, "-m", "data=csv", "data.path=t.csv", f"data.features=[{long}],[{long}2]", "tracking.plots=all"
    )
    assert max(len(run.info.run_name) for run in store.runs()) <= 250


KEYS = ("data.path", "tracking.plots", "activation")


@pytest.mark.parametrize("name", ["a path", "quotes", "a script", "right to left", "mathtext", "a terminal's commands"])
def test_a_message_about_a_name_does_not_steer_the_terminal(folder: Path, name: str) -> None:
    value = quoted(NASTY[name])
    done = run_runner("data=csv", *(f"{key}={value}" for key in KEYS), cwd=folder / "inside")
    assert done.returncode == 1, said(done)
    assert done.stderr.startswith("error: ") and all(f"{key} " in done.stderr for key in KEYS[1:]), said(done)
    assert visible(done.stderr) == done.stderr


def test_a_command_line_that_is_not_text_is_refused(tmp_path: Path) -> None:
    done = run_runner(os.fsdecode(b"tracking.experiment=\xff"), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: tracking.experiment=\\udcff is not text in UTF-8\n"


def test_a_sweep_file_whose_name_steers_the_terminal_is_left_out_and_reported(tmp_path: Path) -> None:
    copy_program(tmp_path)
    shutil.copy(ROOT / "sweeps" / "activations.yaml", tmp_path / "sweeps" / "\x1b[2J<b>.yaml")
    (tmp_path / "sweeps" / "foreign.yaml").write_text("x: !!python/object/apply:os.mkdir ['made\x1b']\n")
    done = run_runner("--help", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, said(done)
    assert "\x1b" not in done.stdout + done.stderr
    assert r"sweep '\x1b[2J<b>.yaml' is left out" in done.stderr
    assert "sweep foreign.yaml is left out" in done.stderr
    assert "sweep=activations" in done.stdout
    assert not list(tmp_path.glob("made*"))


def test_the_note_of_a_sweep_is_text_for_a_page_that_renders_markdown(tmp_path: Path) -> None:
    copy_program(tmp_path)
    (tmp_path / "sweeps" / "foreign.yaml").write_text(
        "# <script>alert(1)</script> ![x](http://host/x.png)\n# ... = 2 runs\n# python -m runner -m sweep=foreign\n"
        "# @package _global_\nhydra:\n  sweeper:\n    params: {seed: '0,1'}\n"
        "expect:\n  '[a](http://host) `b`': lowest(cost) >= 0\n"
    )
    make_store(tmp_path)
    arguments = ("-m", "sweep=foreign", "tracking.experiment='`<b>`'", "data.noise=0.1", *SHORT)
    done = run_runner(*arguments, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, said(done)
    (parent,) = [run for run in Store(tmp_path).runs("`<b>`") if PARENT not in run.data.tags]
    note = parent.data.tags["mlflow.note.content"]
    assert r"&lt;script&gt;alert(1)&lt;/script&gt; \!\[x\](http://host/x.png)" in note
    assert r"- \[a\](http://host) \`b\`: " in note
    assert "`` python -m runner " in note


def test_runs_and_sweeps_of_a_case_are_called_after_what_differs_from_it(tmp_path: Path) -> None:
    make_store(tmp_path)
    for arguments in (("case=c1", "data=xor"), ("-m", "case=c1", "data=xor", "seed=0,1")):
        done = run_runner(
            *arguments, "training.epochs=2", "tracking.plots=none", "tracking.report=false", "workers=1", cwd=tmp_path
        )
        assert done.returncode == 0, said(done)
    single, sweep = Store(tmp_path).parents()
    assert single.info.run_name == "case c1 with data=xor epochs=2"
    assert sweep.info.run_name == "seed (2 runs) of case c1 with data=xor epochs=2"
