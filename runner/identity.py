"""Who a run is: a key that is equal for equal results, and the environment that it ran in."""

import hashlib
import importlib
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

import runner
from runner.spec import Spec, to_plain

ROOT = Path(__file__).resolve().parent.parent
NUMERIC_CODE = (
    "nn",
    "runner/datasets",
    "runner/measures.py",
    "runner/planning.py",
    "runner/preparation.py",
    "runner/spec.py",
    "runner/stacking.py",
    "runner/structures.py",
    "runner/training.py",
)


@cache
def code_digest(modules: tuple[str, ...] = ()) -> str:
    """A digest of the source that results depend on: `nn`, data generation, and a person's own modules."""
    files: list[Path] = []
    for part in NUMERIC_CODE:
        path = ROOT / part
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    files += [Path(source) for name in modules if (source := importlib.import_module(name).__file__)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def run_key(spec: Spec, data_digest: str, modules: Sequence[str] = ()) -> str:
    """A stable hash of (spec, contents of outside data, numeric code): equal keys mean equal results."""
    identity = {"spec": to_plain(spec), "data": data_digest, "code": code_digest(tuple(modules))}
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


@cache
def environment() -> dict[str, str]:
    """Versions and the state of the source, as tags of every run."""
    tags = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "runner": runner.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
    }
    commit = _git("rev-parse", "HEAD")
    if commit:
        tags["git.commit"] = tags["mlflow.source.git.commit"] = commit
        tags["git.dirty"] = str(bool(_git("status", "--porcelain"))).lower()
    tags["mlflow.source.name"] = "python -m runner " + " ".join(sys.argv[1:])
    tags["mlflow.source.type"] = "LOCAL"
    return {key: value[:5000] for key, value in tags.items()}


def _git(*arguments: str) -> str:
    """What git says about this source tree; empty without git or outside a repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
