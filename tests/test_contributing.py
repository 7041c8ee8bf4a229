"""README.md and CONTRIBUTING.md show how components are added; here their examples are done exactly as written."""

import dataclasses
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES
from nn.metrics import METRICS
from nn.network import Network
from nn.optimizers import OPTIMIZERS, Step
from nn.penalties import pull, shrink
from nn.registry import Registry
from nn.schedules import SCHEDULES
from runner.datasets import DATASETS
from runner.datasets.samples import Streams
from runner.findings.findings import Findings
from runner.findings.sections import SECTIONS
from runner.runs.components import REGISTRIES
from tests.end_to_end.forks import Forks
from tests.end_to_end.program import copy_program, environment, make_store, run_runner

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDED = {"activation": "bent", "init": "sparse", "optimizer": "signum", "schedule": "linear"}
FAULT = "frozen_biases"
CALL = re.compile(r"`([\w.]+)\(([\w, ]*)\)`")
PARTS: dict[str, Registry[Any]] = {
    "activation": ACTIVATIONS, "loss": LOSSES, "optimizer": OPTIMIZERS, "schedule": SCHEDULES, "metric": METRICS,
    "initializer": INITIALIZERS, "data set": DATASETS, "fault": FAULTS, "section": SECTIONS,
}  # fmt: skip


def blocks(page: str = "CONTRIBUTING.md") -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Copy:
    """The repository with every block of CONTRIBUTING.md applied to the file that it names."""

    folder: Path
    forks: Forks

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a module of this copy."""
        return self.forks.start(module, arguments, self.folder, of_copy(self.folder), timeout=300).done()


def of_copy(folder: Path) -> dict[str, str]:
    return environment({"PYTHONPATH": str(folder)})


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("copy")
    copy_program(folder, "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    make_store(folder)
    for name, text in blocks():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(f"{before}\n\n{text}" if before else text, encoding="utf-8")
    forks = Forks(folder, of_copy(folder))
    yield Copy(folder, forks)
    forks.close()


def test_every_kind_of_component_is_shown() -> None:
    files = {name for name, _ in blocks()}
    assert {"nn/activations.py", "nn/losses.py", "nn/initializers.py", "nn/optimizers.py", "nn/schedules.py"} <= files
    assert "nn/metrics.py" in files
    assert {
        "nn/faults/gradient.py",
        "runner/datasets/synthetic.py",
        "runner/findings/sections.py",
        "my_parts.py",
        "conf/activation/bent.yaml",
    } <= files


def test_no_example_is_longer_than_ten_lines_and_its_docstring() -> None:
    lengths = {name: len(text.strip().splitlines()) for name, text in blocks() if name != "my_parts.py"}
    assert max(lengths.values()) <= 14, lengths


def test_added_components_train_in_a_sweep_stand_in_its_report_and_are_offered_by_help(copy: Copy) -> None:
    quick = ("training.epochs=20", "workers=1", "tracking.plots=best")
    choices = [f"{kind}={name}" for kind, name in (ADDED | {"loss": "pseudo_huber"}).items()]
    done = copy.run("runner", "-m", "data=sine,rings", *choices, f"fault=none,{FAULT}", "seed=3,4", *quick)
    assert done.returncode == 0, done.stderr
    assert "rings" in done.stdout and FAULT in done.stdout
    (page,) = copy.folder.glob("mlruns/*/*/artifacts/report.html")
    assert "<h2>Seeds</h2>" in page.read_text() and '<tr><td class="number">3</td>' in page.read_text()
    assert copy.run("runner.report", "--format", "markdown").returncode == 0
    (text,) = copy.folder.glob("report-*.md")
    assert "## Seeds\n\n| seed | lowest | highest |\n| ---: | ---: | ---: |\n| 3 |" in text.read_text()
    assert FAULT in copy.run("runner.gradcheck", "--faults").stdout
    listed = copy.run("runner", "--help").stdout
    for name in (*ADDED.values(), "rings", "pseudo_huber"):
        assert re.search(rf"\b{name}\b", listed), name


def test_added_components_are_covered_by_the_law_tests_with_no_other_edit(copy: Copy) -> None:
    names = " or ".join((*ADDED.values(), "pseudo_huber", FAULT))
    files = ("test_law_gradient", "test_law_stack_invariance", "test_law_compaction", "test_faults")
    paths = [f"tests/nn/{file}.py" for file in files]
    command = [sys.executable, "-m", "pytest", *paths, "-v", "-p", "no:cacheprovider", "-k", names]
    done = subprocess.run(command, cwd=copy.folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed.group(1)) >= len(ADDED) + 2
    assert FAULT in done.stdout


def test_the_module_outside_the_repository_works_as_shown(copy: Copy) -> None:
    more = ("training.epochs=10", "tracking.plots=none", "tracking.report=false", "workers=1")
    done = copy.run("runner", "-m", "modules=[my_parts]", "schedule=constant,sawtooth", "score=median_error", *more)
    assert done.returncode == 0, done.stderr
    assert "sawtooth" in done.stdout and "median_error" in done.stdout


def test_the_parts_that_readme_shows_work_with_the_command_that_readme_gives(tmp_path: Path) -> None:
    ((name, text),) = blocks("README.md")
    (tmp_path / name).write_text(text, encoding="utf-8")
    make_store(tmp_path)
    command = re.search(r"^    python (-m runner -m modules=\[my_parts\].*)$", (ROOT / "README.md").read_text(), re.M)
    assert command is not None
    done = run_runner(*command.group(1).split()[2:], "training.epochs=10", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "swish" in done.stdout


def what_parts_see() -> dict[str, list[str]]:
    """The table of what each part is handed: the cells of a part by its first words."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## What each part sees")[2]
    lines = [line.strip("|").split(" | ") for line in text.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    return {cells[0].partition(",")[0].strip(): cells[1:] for cells in lines[1:]}


def handed(function: Callable[..., Any]) -> list[str]:
    """The names of what a function is handed beside its settings."""
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]


def functions_of(part: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """What is called of every component of a kind, by the name that the table has for it."""
    for name in PARTS[part]:
        component = PARTS[part][name]
        if part in ("activation", "loss"):
            made = component()
            for field in dataclasses.fields(made):
                function = getattr(made, field.name)
                if callable(function) and not isinstance(function, np.ufunc):
                    yield field.name, function
        else:
            yield {"data set": "data_set", "optimizer": "rule"}.get(part, part), component


def test_each_kind_of_part_stands_in_the_table_of_what_parts_see() -> None:
    assert what_parts_see().keys() == {*PARTS, "L1 penalty", "L2 penalty"}
    assert {id(registry) for registry in REGISTRIES.values()} <= {id(registry) for registry in PARTS.values()}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_called_with_what_the_table_says(part: str) -> None:
    shown = {name: names.split(", ") for name, names in CALL.findall(what_parts_see()[part][0])}
    found = list(functions_of(part))
    assert found
    for name, function in found:
        assert handed(function) == shown[name], function
    assert {name for name, _ in found} == shown.keys()


def test_the_fields_of_what_a_part_is_handed_are_those_in_the_table() -> None:
    table = what_parts_see()
    steps = {field.name: field.default for field in dataclasses.fields(Network) if inspect.isfunction(field.default)}
    assert {f"network.{name}": handed(step) for name, step in steps.items()} == {
        name: names.split(", ") for name, names in CALL.findall(table["fault"][1])
    }
    for part, name, rule in (("L1 penalty", "l1_penalty", shrink), ("L2 penalty", "penalty", pull)):
        assert CALL.findall(table[part][0]) == [(name, ", ".join(handed(rule)))]
    for part, name, fields in (
        ("optimizer", "step", Step._fields),
        ("data set", "streams", [field.name for field in dataclasses.fields(Streams)]),
        ("section", "sweep", [field.name for field in dataclasses.fields(Findings)] + made_of(Findings)),
    ):
        assert re.findall(rf"`{name}\.(\w+)`", table[part][1]) == list(fields), part


def made_of(record: type) -> list[str]:
    """What a record can be asked for beside its fields."""
    fields = {field.name for field in dataclasses.fields(record)}
    return [name for name in vars(record) if not name.startswith("_") and name not in fields]
