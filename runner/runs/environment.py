"""The environment of a run: machine, versions, source and user."""

import platform
import subprocess
from functools import cache

import numpy as np
from threadpoolctl import threadpool_info

from runner.base.paths import ROOT
from runner.base.version import __version__

OF_SCIPY = "scipy.libs"  # SciPy brings a BLAS of its own, in which no network trains


@cache
def machine() -> dict[str, str]:
    """The machine as tags of a run: the versions, the BLAS and the processor that its last bits may depend on."""
    blas = [
        " ".join(str(one.get(key, "")) for key in ("internal_api", "version", "architecture")).strip()
        for one in threadpool_info()
        if one["user_api"] == "blas" and OF_SCIPY not in one["filepath"]
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
    """The state of the source as tags of a run; empty outside a git repository."""
    commit = _git("rev-parse", "HEAD").strip()
    if not commit:
        return {}
    is_dirty = bool(_git("status", "--porcelain"))
    return {"git.commit": commit, "mlflow.source.git.commit": commit, "git.dirty": str(is_dirty).lower()}


def patch() -> bytes:
    """The differences between the source and its commit, as a git patch; untracked files are listed."""
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
    """The user's name, as the system knows it."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
