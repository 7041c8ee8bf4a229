"""Files that a person named, and those that a shell gives a program to print to."""

import errno
import os
import sys
from pathlib import Path


def contents_of(path: Path) -> bytes:
    """All of it. Raises OSError when it cannot be read, and for pipes and devices, which may never end."""
    path = path.expanduser()
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return path.read_bytes()


def ensure_streams() -> None:
    """Have somewhere to print to, also when a shell closed standard output or error (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears as a whole or not at all; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name[:100]}.partial")
    try:
        partial.unlink(missing_ok=True)  # a link would lead elsewhere
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
