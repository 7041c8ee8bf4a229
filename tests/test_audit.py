"""`make audit`: a known finding fails, nothing found passes, and an index out of reach is reported, not failed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / ".ci" / "audit.py"
CLEAN = {"name": "numpy", "version": "2.4.0", "vulns": []}
UNKNOWN = {"name": "mlflow", "skip_reason": "not found on the index"}
FINDING = {"name": "pillow", "version": "13.0.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["13.0.1"]}]}


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ({"dependencies": [CLEAN, UNKNOWN]}, 0, "0 known vulnerabilities in 1 of 2 packages"),
        ({"dependencies": [CLEAN, FINDING]}, 1, "pillow 13.0.0 has PYSEC-1; fixed in 13.0.1"),
        ({"dependencies": [UNKNOWN]}, 0, "no index of advisories can be reached"),
        (None, 0, "no index of advisories can be reached"),
    ],
    ids=["nothing found", "a finding", "an index without advisories", "no index"],
)
def test_an_audit_fails_on_what_is_known_and_says_when_it_could_not_look(
    tmp_path: Path, said: object, code: int, told: str
) -> None:
    (tmp_path / "pip_audit.py").write_text(f"print({json.dumps(said)!r})" if said else "raise OSError")
    done = subprocess.run(
        [sys.executable, SCRIPT],
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, told in done.stdout) == (code, True), done.stdout + done.stderr
