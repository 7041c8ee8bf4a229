"""MLflow reports its use to its developers by default: what this project starts switches that off."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runner.store.surroundings import using_mlflow

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "MLFLOW_DISABLE_TELEMETRY"


def program(path: Path) -> None:
    """In place of MLflow, a program that says what it finds in its environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "telemetry disabled: ${VARIABLE}"\n', encoding="utf-8")
    path.chmod(0o755)


def last_line(command: list[str], cwd: Path, more: dict[str, str]) -> str:
    env = {name: value for name, value in os.environ.items() if name != VARIABLE} | more
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_ui_starts_mlflow_without_telemetry(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    program(tmp_path / ".venv" / "bin" / "mlflow")
    (tmp_path / ".venv" / "installed").touch()
    assert last_line(["make", "--no-print-directory", "ui"], tmp_path, {}) == "telemetry disabled: true"


def test_the_shared_server_starts_without_telemetry(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python")
    more = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PGDATABASE": "mlflow",
        "MLFLOW_AUTH_ADMIN_PASSWORD": 12 * "x",
    }
    assert last_line([str(ROOT / "deploy" / "server.sh")], tmp_path, more) == "telemetry disabled: true"


def test_a_command_has_telemetry_off_unless_a_person_has_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with using_mlflow():
        assert os.environ[VARIABLE] == "true"
    assert VARIABLE not in os.environ
    monkeypatch.setenv(VARIABLE, "false")
    with using_mlflow():
        assert os.environ[VARIABLE] == "false"
