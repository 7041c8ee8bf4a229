"""Who a run is: a key that is equal for equal results, and the environment that it ran in."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from runner.own_code import own_files
from runner.spec import Spec, to_plain
from runner.version import __version__

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


@cache
def machine() -> dict[str, str]:
    """What trains here, as tags of a run: the versions, the BLAS and the processor that its last bits may depend on."""
    blas = [
        " ".join(str(one.get(key, "")) for key in ("internal_api", "version", "architecture")).strip()
        for one in threadpool_info()
        if one["user_api"] == "blas"
    ]
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "runner": __version__,
        "platform": f"{platform.system()} {platform.machine()}",
        "blas": ", ".join(blas),
        "cpu": " ".join(simd.get("baseline", []) + simd.get("found", [])),
    }


@cache
def source() -> dict[str, str]:
    """Which state of the source trains, as tags of a run; nothing where it is no git repository."""
    commit = _git("rev-parse", "HEAD").strip()
    if not commit:
        return {}
    is_dirty = bool(_git("status", "--porcelain"))
    return {"git.commit": commit, "mlflow.source.git.commit": commit, "git.dirty": str(is_dirty).lower()}


def patch() -> bytes:
    """What the source differs in from its commit, as git applies it; new files that git does not know are named."""
    if source().get("git.dirty") != "true":
        return b""
    new = [f"# new file: {name}" for name in _git("ls-files", "--others", "--exclude-standard").splitlines()]
    return "\n".join([*new, _git("diff", "--binary", "HEAD")]).encode()


def _git(*arguments: str) -> str:
    """What git says about this source tree; empty without git or outside a repository."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")


def user() -> str:
    """Who is at work, as the system knows it."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
