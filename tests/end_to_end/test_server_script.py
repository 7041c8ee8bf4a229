"""The script that starts the shared server refuses to start one that is open to all, or that has no database."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, environment, said


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "PGDATABASE"),
        ({"PGDATABASE": "mlflow"}, "MLFLOW_AUTH_ADMIN_PASSWORD"),
        ({"PGDATABASE": "mlflow", "MLFLOW_AUTH_ADMIN_PASSWORD": "password1234"}, "choose another"),
        ({"PGDATABASE": "mlflow", "MLFLOW_AUTH_ADMIN_PASSWORD": "short"}, "at least 12 characters"),
        (
            {"PGDATABASE": "mlflow", "PGHOST": "127.0.0.1", "PGPORT": "9", "MLFLOW_AUTH_ADMIN_PASSWORD": 12 * "x"},
            "the database cannot be used",
        ),
    ],
)
def test_the_server_does_not_start_with_a_password_that_all_know_or_none(env: dict[str, str], told: str) -> None:
    path = f"{Path(sys.executable).parent}:{environment()['PATH']}"
    done = subprocess.run(
        [ROOT / "deploy" / "server.sh"], env=environment(env | {"PATH": path}),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and told in done.stderr and len(done.stderr.splitlines()) == 1, said(done)
