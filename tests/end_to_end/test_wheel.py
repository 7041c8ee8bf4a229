"""The wheel has all that the program needs and nothing else: it is built, installed and run outside the repository."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import numpy as np
import pytest

import runner
from tests.end_to_end.program import ROOT, environment, said

SHIPPED = {"conf": "runner/shipped/conf", "sweeps": "runner/shipped/sweeps", "nn": "nn", "runner": "runner"}
NOTES = ".md"  # for people who work on the source

pytestmark = pytest.mark.thorough


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by what is installed here, or else by what pip fetches for it."""
    folder = tmp_path_factory.mktemp("wheel")
    here = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    pip("wheel", "--no-deps", *here, "--wheel-dir", str(folder), ".")
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`installed(*arguments)` runs the installed program in an empty folder, with the packages that are here."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("empty")
    pip("install", "--no-deps", "--no-index", "--target", str(site), str(wheel))
    packages = Path(np.__file__).parents[1]
    env = environment({"PYTHONPATH": os.pathsep.join([str(site), str(packages)]), "LOKY_MAX_CPU_COUNT": "1"})

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", *arguments]  # without the links by which this repository is installed
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, said(done)
        return done

    paths = run("-c", "import nn, runner; print(nn.__file__, runner.__file__)").stdout.split()
    assert paths == [str(site / package / "__init__.py") for package in ("nn", "runner")]
    return run


def test_the_wheel_has_every_file_of_the_program_and_no_others(wheel: Path) -> None:
    listed = subprocess.run(["git", "ls-files", *SHIPPED], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = [name.partition("/") for name in listed.stdout.splitlines() if not name.endswith(NOTES)]
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == {f"{SHIPPED[folder]}/{rest}" for folder, _, rest in tracked}
    assert {"nn/py.typed", "runner/py.typed", "runner/app/plugins/hydra_plugins/stacked.py"} <= names


def test_the_wheel_has_the_version_the_licence_and_what_readme_says(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (folder,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        told = Parser().parsestr(archive.read(f"{folder}/METADATA").decode())
        licence = archive.read(f"{folder}/licenses/LICENSE")
    assert (told["Version"], told["License-Expression"]) == (runner.__version__, "MIT")
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert "python -m runner -m activation=sigmoid,tanh" in str(told.get_payload())


def test_the_installed_program_trains_a_sweep_with_its_configs_and_reports_it(
    installed: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = installed("-m", "runner", "-m", "activation=elu,tanh", "data=xor", "training.epochs=5")  # elu has a file
    assert "2 runs in 2 stacks" in done.stdout + done.stderr
    assert "report-" in installed("-m", "runner.report").stdout
    assert "200 runs in 4 stacks" in installed("-m", "runner", "-m", "sweep=xor_width", "dry_run=true").stdout
