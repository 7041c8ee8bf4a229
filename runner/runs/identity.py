"""Who a run is: a key that is equal for equal results, and the environment that it ran in."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from runner.runs.own_code import own_files
from runner.runs.spec import Spec, to_plain

ROOT = Path(__file__).resolve().parent.parent
NUMERIC_CODE = (
    "nn",
    "runner/datasets",
    "runner/measures.py",
    "runner/planning.py",
    "runner/preparation.py",
    "runner/scaling.py",
    "runner/spec.py",
    "runner/stacking.py",
    "runner/structures.py",
    "runner/training.py",
)


@cache
def _numeric_files() -> dict[str, str]:
    """Digests of the project's own numeric code, once for each process: it has imported what was there then."""
    files: dict[str, Path] = {}
    for part in NUMERIC_CODE:
        path = ROOT / part
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        files |= {str(file.relative_to(ROOT)): file for file in found}
    return _digests(files)


@cache
def code_files(modules: tuple[str, ...] = ()) -> dict[str, str]:
    """Digests of the source that results depend on, by file: `nn`, data generation, and the user's own modules with
    what they import.
    """
    return _numeric_files() | _digests(own_files(modules))


def _digests(files: dict[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


@cache
def code_digest(modules: tuple[str, ...] = ()) -> str:
    """One digest of all `code_files`."""
    return hashlib.sha256(json.dumps(code_files(modules)).encode()).hexdigest()


def run_key(spec: Spec, data_digest: str, modules: Sequence[str] = ()) -> str:
    """A stable hash of (spec, contents of outside data, numeric code): equal keys mean equal results."""
    identity = {"spec": to_plain(spec), "data": data_digest, "code": code_digest(tuple(modules))}
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
