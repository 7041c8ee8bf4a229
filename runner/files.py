"""Reading a file that a person named."""

import errno
from pathlib import Path


def contents_of(path: Path) -> bytes:
    """All of it. Raises OSError when it cannot be read, and for pipes and devices, which may never end."""
    path = path.expanduser()
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return path.read_bytes()
