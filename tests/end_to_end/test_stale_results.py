"""Old numbers never pass for new: what a user's module imports, and what its data set opens, is in the run key."""

from pathlib import Path

import pytest

from tests.end_to_end.program import run_runner, said, train
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

MODULE = '''
"""A table that an instrument wrote, and an offset from another module."""

import numpy as np

from helpers.offsets import offset
from runner.datasets import DATASETS, Samples


@DATASETS.register(files=["{path}"])
def sensor(streams, *, path: str = "sensor.txt") -> Samples:
    """One input and one target a line."""
    table = np.loadtxt(path)
    return Samples(table[:, :1], table[:, 1:] + offset(), "regression", ("t",))
'''
QUICK = (
    "modules=[my_parts]",
    "data=sensor",
    "training.epochs=5",
    "tracking.plots=none",
    "tracking.report=false",
    "tracking.models=none",
)
TABLE = "".join(f"{k / 10} {k % 4 / 4}\n" for k in range(20))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my_parts.py").write_text(MODULE)
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "offsets.py").write_text("from .numbers import HALF\n\n\ndef offset():\n    return HALF\n")
    (tmp_path / "helpers" / "numbers.py").write_text("HALF = 0.5\n")
    (tmp_path / "sensor.txt").write_text(TABLE)
    return tmp_path


def other_helper(folder: Path) -> None:
    (folder / "helpers" / "numbers.py").write_text("HALF = 0.25\n")


def other_file(folder: Path) -> None:
    (folder / "sensor.txt").write_text(TABLE.replace("0.75", "0.5"))


def test_what_a_part_imports_or_opens_is_in_the_run_key(folder: Path) -> None:
    train(*QUICK, cwd=folder)
    assert "1 of 1 run in the store already" in train(*QUICK, "skip_finished=true", cwd=folder).stdout
    store = Store(folder)
    for change in (other_helper, other_file):
        change(folder)
        assert "0 of 1 run in the store already" in train(*QUICK, "skip_finished=true", cwd=folder).stdout
    old, same, *others = store.parents()
    assert store.bits(old) == store.bits(same)
    assert len({store.bits(run) for run in (old, *others)}) == 3
    done = run_runner(old.info.run_id, "modules=[my_parts]", cwd=folder, module="runner.reproduce")
    assert done.returncode == 1, said(done)
    assert "the data sensor.txt, or the code that reads it, has changed since 1 run trained" in done.stdout
    assert "report it" not in done.stdout


def test_a_file_that_nobody_declares_is_named_as_a_possible_cause(folder: Path) -> None:
    (folder / "my_parts.py").write_text(MODULE.replace('(files=["{path}"])', ""))
    train(*QUICK, cwd=folder)
    run = Store(folder).only().info.run_id
    other_file(folder)
    done = run_runner(run, "modules=[my_parts]", cwd=folder, module="runner.reproduce")
    assert done.returncode == 1, said(done)
    assert "my_parts and what it imports are the same here and there" in done.stdout
    assert "a file that a part opens and no data set declares" in done.stdout
    assert "report it" not in done.stdout


def test_resume_names_an_imported_module_or_a_declared_file_that_changed(folder: Path) -> None:
    train("-m", *QUICK, "seed=0,1", cwd=folder)
    (sweep,) = (folder / "outputs").iterdir()
    for file in (sweep / "finished", *(sweep / "stacks").iterdir()):
        file.unlink()
    for change, name in ((other_file, "the data sensor.txt"), (other_helper, "helpers.numbers (numbers.py)")):
        change(folder)
        done = run_runner(sweep.name, cwd=folder, module="runner.resume")
        assert done.returncode == 1 and f"\n  - {name}\n" in done.stderr, said(done)


def test_a_declared_file_that_is_missing_is_reported_before_training(folder: Path) -> None:
    done = run_runner(*QUICK, "data.path=gone.txt", cwd=folder)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "data reads 'gone.txt', which cannot be read: No such file or directory" in done.stderr, said(done)
