"""Any working folder and terminal: files named like Python's modules, characters that ASCII lacks."""

from pathlib import Path

import pytest

from tests.end_to_end.program import make_store, run_runner, said

pytestmark = pytest.mark.thorough

SHORT = ("training.epochs=1", "workers=1", "tracking.plots=none", "tracking.report=false")


@pytest.mark.parametrize(("name", "module"), [("random", "runner"), ("yaml", "runner"), ("nn", "runner.report")])
def test_a_file_that_hides_a_module_is_named_in_one_sentence(tmp_path: Path, name: str, module: str) -> None:
    (tmp_path / f"{name}.py").touch()
    done = run_runner("--help", cwd=tmp_path, module=module, from_nothing=True)
    assert done.returncode == 1, said(done)
    assert done.stderr.startswith(f"error: '{name}.py' in this folder hides a module") and done.stdout == "", said(done)
    assert done.stderr.count("\n") == 1, said(done)


def test_a_file_that_ends_python_itself_is_named_by_python(tmp_path: Path) -> None:
    (tmp_path / "types.py").touch()
    done = run_runner("--help", cwd=tmp_path, from_nothing=True)
    assert done.returncode != 0 and str(tmp_path / "types.py") in done.stderr, said(done)


def test_a_file_with_the_name_of_the_program_is_run_in_its_place(tmp_path: Path) -> None:
    """Nothing of the program is imported, so it cannot say so; docs/security.md does."""
    (tmp_path / "runner.py").write_text("print('mine')\n")
    done = run_runner("--help", cwd=tmp_path, from_nothing=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "mine\n", ""), said(done)
    done = run_runner("--help", cwd=tmp_path, module="runner.report", from_nothing=True)
    assert done.returncode == 1 and done.stdout == "mine\n", said(done)
    assert "'runner.report'" in done.stderr and "Traceback" not in done.stderr, said(done)


def test_a_module_that_ends_the_program_while_it_is_imported_is_named(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("import sys\nsys.exit(0)\n")
    done = run_runner("modules=[parts]", *SHORT, cwd=tmp_path)
    assert done.returncode == 1, said(done)
    assert "modules names 'parts', which ends the program while it is imported" in done.stderr, said(done)


def test_a_terminal_that_knows_ascii_alone_gets_ascii(tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    make_store(tmp_path)
    done = run_runner("-m", "seed=0,1", "activation=tanh,relu", *SHORT, cwd=tmp_path, env=plain)
    assert done.returncode == 0, said(done)
    assert "+-" in done.stdout and done.stdout.isascii() and "Traceback" not in done.stderr, said(done)


@pytest.mark.parametrize(
    "arguments", [("runner", "training.epochs=1"), ("runner", "-m", "seed=0,1"), ("runner.report",)]
)
def test_a_folder_with_both_quotes_in_its_name_is_refused_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    module, *others = arguments
    (folder := tmp_path / "q'u\"o").mkdir()
    make_store(folder)
    done = run_runner(*others, cwd=folder, module=module)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, said(done)
    assert done.stderr.startswith("error: the path of this folder has both ' and \""), said(done)
    assert not list(folder.rglob("*.npz")), said(done)
