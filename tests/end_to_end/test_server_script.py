"""The script that starts the shared server refuses to start one that is open to all, or that has no database; the file
of its secrets is for its owner alone.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.program import ROOT, environment, said
from tests.end_to_end.shared import INSTALL, replaced, shown

pytestmark = pytest.mark.thorough


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


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_file_of_secrets_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    command = f"umask 022\n{replaced(shown('secrets'), {INSTALL: ''})}"
    subprocess.run(["bash", "-ec", command], cwd=tmp_path, env=environment(), timeout=60, check=True)
    file = tmp_path / "deploy" / "server.env"
    assert file.stat().st_mode & 0o777 == 0o600
    secrets = [line.partition("=")[2] for line in file.read_text().splitlines() if "PASSWORD" in line or "KEY" in line]
    assert len(set(secrets)) == 3 and {len(one) for one in secrets} == {48}
