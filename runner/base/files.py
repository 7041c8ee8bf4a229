"""Files that the user named, and the streams that a shell gives a program to print to."""

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, BinaryIO

ASCII = {"±": "+-", "…": "...", "–": "-", "—": "-", "·": ".", "×": "x", "→": "->"}
_folder: ContextVar[Path] = ContextVar("folder", default=Path())


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Read files as if this were the working folder, because a worker may have been started elsewhere."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def working_folder() -> Path:
    """Where relative paths start: the working folder, or that of the sweep being trained."""
    return Path.cwd() / _folder.get()


def expanded(path: Path) -> Path:
    """The path with a leading ~ replaced by the home folder, as in a shell; an unknown user's name stays."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  # that of a Path raises for such a user


def contents_of(path: Path) -> bytes:
    """All bytes of a file. Raises OSError if it cannot be read, and for pipes and devices, which may never end."""
    path = _folder.get() / expanded(path)
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return path.read_bytes()


def contents_below(path: Path) -> Iterator[tuple[str, bytes]]:
    """The contents of a file; for a folder, those of all files in it, with relative names. Raises as `contents_of`."""
    whole = _folder.get() / expanded(path)
    if not whole.is_dir():
        yield "", contents_of(path)
        return
    for file in sorted(whole.rglob("*")):
        if not file.is_dir():
            yield file.relative_to(whole).as_posix(), contents_of(file)


def ensure_streams() -> None:
    """Make printing possible even if a shell closed standard output or error (`>&-`), or only supports ASCII."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(errors="runner.spell")


def lose_output(stream: IO[str]) -> None:
    """The reader is gone: discard everything still to be printed, including what Python prints at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def in_words(error: Exception) -> str:
    """An error in words, with the name of the file that it is about.

    Pending output is flushed first; if that is what fails, as on a full disk, it is discarded.
    """
    said = str(error)
    if isinstance(error, OSError) and error.strerror:
        said = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    try:
        sys.stdout.flush()
    except OSError as lost:
        lose_output(sys.stdout)
        return said if said != lost.strerror else f"what is printed cannot be written: {said}"
    return said


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file for writing that appears completely or not at all, even after a power failure; creates its folder.

    Raises OSError with the name of the file if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name[:100]}.partial")
    try:
        partial.unlink(missing_ok=True)  # a link would lead elsewhere
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(partial)):
            error.filename = str(path)  # of a disk that is full there is none
        raise


def check_writable(path: Path) -> None:
    """Raise OSError if no complete file can be written there, before any work is at risk.

    The folder must exist: a mistyped folder is not created.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.parent.is_dir():
        code = errno.ENOTDIR if path.parent.exists() else errno.ENOENT
        raise OSError(code, os.strerror(code), str(path.parent))
    if (path.exists() and not path.is_file()) or (path.is_symlink() and path.readlink().is_relative_to("/proc")):
        # a file would take the place of /dev/stdout or /dev/null, for all programs
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    if not os.access(path if path.exists() else path.parent, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def write_whole(path: Path, content: bytes) -> None:
    """Write the content with `whole_file`."""
    with whole_file(path) as file:
        file.write(content)


def _spell(error: UnicodeError) -> tuple[str, int]:
    """What a terminal's encoding cannot show, in characters that every encoding has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(ASCII.get(sign, sign.encode("unicode_escape").decode()) for sign in signs), error.end


codecs.register_error("runner.spell", _spell)
