"""What a process imports when it starts, for real."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.test_architecture import HEAVY, ROOT


def imported(statement: str, among: Sequence[str]) -> set[str]:
    """Which packages a new process has after an import statement."""
    code = f"{statement}; import sys; print(*set(sys.modules) & set({tuple(among)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "modules", ["runner.app.launching", "runner.train.training", "runner.plan.validation", "nn.training"]
)
def test_starting_imports_nothing_heavy_for_real(modules):
    assert not imported(f"import {modules}", HEAVY)


def test_before_the_main_function_runs_only_the_standard_library_is_imported():
    """It sets first how garbage is looked for, and turns what comes after into messages."""
    assert not imported("import runner.app.main", (*HEAVY, "hydra", "numpy", "pydantic", "rich", "yaml"))


def test_the_probe_for_heavy_imports_sees_one():
    assert imported("import pandas", HEAVY) == {"pandas"}


def test_nn_can_be_used_without_the_application_being_imported():
    assert imported("import nn.training, nn.schedules, nn.optimizers", ("nn", "runner")) == {"nn"}
