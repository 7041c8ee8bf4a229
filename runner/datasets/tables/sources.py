"""From the path of a table to its bytes, with a clear message if it cannot be read or does not fit in memory."""

import hashlib
import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from runner.base.errors import nearest
from runner.base.files import expanded, working_folder, write_whole
from runner.base.machine import machine_bytes
from runner.base.paths import OUTPUTS
from runner.datasets.samples import DataError

STANDARD_INPUT, AFTER = "-", "after  "
KEPT = OUTPUTS / "standard_input"
ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".dat",
    ".data",
    ".parquet",
    ".xlsx",
    ".json",
    ".jsonl",
    ".gz",
    ".bz2",
    ".xz",
    ".zip",
)
UNPACK = {"gz": "gunzip -c <", "bz2": "bunzip2 -c <", "xz": "xz -dc <", "zip": "unzip -p"}
SHOWN = 3
FIRST_LINES = 100_000
BYTES_FOR_A_BYTE = 8  # at the peak of reading a table, for each byte of it, by measurement


@dataclass(frozen=True)
class Origin:
    """Where a text comes from: the path as it was given, the compressions around it, and its encoding."""

    shown: str
    around: tuple[str, ...]
    encoding: str

    def edited(self, script: str) -> Mapping[str, Mapping[str, Any]]:
        """A way with a copy of the file, which a script of sed has changed."""
        made = beside(self.shown, ".edited.csv")
        source = f"{UNPACK[self.around[0]]} {shlex.quote(self.shown)} | " if self.around else ""
        converted = f"iconv -f {self.encoding} -t utf-8" if self.encoding.startswith(("utf-16", "utf-32")) else ""
        last = "" if source else f" {shlex.quote(self.shown)}"
        if converted:
            source, last = f"{source}{converted}{last} | ", ""
        return (
            {}
            if len(self.around) > 1
            else after(f"{source}sed {shlex.quote(script)}{last} > {shlex.quote(made)}", made)
        )


def find_file(path: str) -> Path:
    """The file that a person named, from the working folder. Raises DataError when it cannot be a table."""
    if "://" in path:
        raise _no_address(path)
    found = working_folder() / expanded(Path(path))
    try:
        if found.is_dir():
            raise _no_folder(path, found)
        if found.is_file():
            return found
        if found.exists():
            raise DataError(
                f"{path!r} is a pipe or a device, which can be read once only; let the program keep what comes: "
                "data.path=- and the table on standard input",
                "path",
                {"with the table on standard input": {"path": STANDARD_INPUT}},
            )
        near = nearest(found.name, (one.name for one in _files_in(found.parent)))
    except OSError as error:
        raise _unreadable(path, error) from error
    where = "" if found.parent.is_dir() else f", and neither does the folder {str(found.parent)!r}"
    hint = f"; is it {' or '.join(map(repr, near))}?" if near else ""
    raise DataError(f"{path!r} does not exist{where}{hint}", "path", _paths(path, near))


def contents_of_file(path: Path, shown: str) -> bytes:
    """All bytes of a file that `find_file` found. Raises DataError when they cannot be read, or there are none."""
    try:
        check_size(path.stat().st_size, shown, _packed_by_name(shown))
        contents = path.read_bytes()
    except OSError as error:
        raise _unreadable(shown, error) from error
    if not contents:
        raise DataError(f"{shown!r} is empty: 0 bytes", "path")
    return contents


def largest_table() -> int:
    """The most bytes of a table, when it is uncompressed, that this machine can read."""
    return machine_bytes() // BYTES_FOR_A_BYTE


def check_size(size: int, shown: str, around: str | None = "") -> None:
    """Raise DataError for a table of more bytes than this machine can read.

    `around` is the compression of its text; None where it is no text, so that its first lines are no table.
    """
    if size <= largest_table():
        return
    made, head = beside(shown, ".part.csv"), f"head -n {FIRST_LINES}"
    command = f"{UNPACK[around]} {shlex.quote(shown)} | {head}" if around else f"{head} {shlex.quote(shown)}"
    raise DataError(
        f"{shown!r} is too large for the memory of this machine: {_mib(size)} take about "
        f"{_mib(size * BYTES_FOR_A_BYTE)} when they are read, and it has {_mib(machine_bytes())}; use a part of it",
        "path",
        {} if around is None else after(f"{command} > {shlex.quote(made)}", made),
    )


@cache
def kept_input() -> str:
    """Keep what stands on standard input in a file below `outputs/`, and return its path.

    A table is read many times, and in several processes; standard input can be read once. The file is named by what is
    in it, so the same table is kept once. Raises DataError where nothing can be read.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise DataError(
            "is -, so the table is read from standard input, but there is none: cat FILE | python -m runner data=table "
            "data.path=-",
            "path",
        )
    contents = sys.stdin.buffer.read(largest_table() + 1)
    check_size(len(contents), "standard input", None)
    if not contents:
        raise DataError("is -, so the table is read from standard input, which is empty", "path")
    path = KEPT / hashlib.sha256(contents).hexdigest()[:32]
    if not path.exists():
        write_whole(path, contents)
    return str(path)


def after(command: str, path: str, **settings: Any) -> Mapping[str, Mapping[str, Any]]:
    """A way that needs another command first, which makes the file `path`."""
    return {f"{AFTER}{command}": {"path": path, **settings}}


def in_python(code: str) -> str:
    """A command that runs code."""
    return f"python -c {shlex.quote(code)}"


def quoted(text: str) -> str:
    """A text in the code of Python, and of R, in double quotes, which a shell leaves alone between its own."""
    return json.dumps(text, ensure_ascii=False)


def beside(shown: str, ending: str) -> str:
    """The name of a file to make out of another one, in the same folder."""
    path = Path(shown)
    return str(path.with_name((path.name.split(".")[0] or "table") + ending))


def _packed_by_name(shown: str) -> str | None:
    ending = Path(shown).suffix.lower()
    return None if ending in (".parquet", ".xlsx", ".json") else ending[1:] if ending[1:] in UNPACK else ""


def _no_address(path: str) -> DataError:
    name = path.rstrip("/").rpartition("/")[2].partition("?")[0] or "table.csv"
    scheme = path.partition("://")[0].lower()
    get = (
        f"aws s3 cp {shlex.quote(path)} ." if scheme == "s3" else f"curl -L -o {shlex.quote(name)} {shlex.quote(path)}"
    )
    return DataError(f"{path!r} is an address; download it first, so that every run reads the same table", "path",
                     after(get, name))  # fmt: skip


def _no_folder(path: str, folder: Path) -> DataError:
    names = [one.name for one in _files_in(folder) if one.suffix.lower() in ENDINGS]
    if not names:
        return DataError(f"{path!r} is a folder without a file that looks like a table; name a file", "path")
    held = ", ".join(map(repr, names[:SHOWN]))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    ways = {f"{name}": {"path": str(Path(path, name))} for name in names[:SHOWN]}
    return DataError(f"{path!r} is a folder; name a file; it holds {held}{more}", "path", ways)


def _files_in(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []


def _paths(path: str, names: list[str]) -> dict[str, dict[str, str]]:
    return {f"with {name}": {"path": str(Path(path).with_name(name))} for name in names}


def _unreadable(path: str, error: OSError) -> DataError:
    ways = after(f"chmod u+r {shlex.quote(path)}", path) if isinstance(error, PermissionError) else {}
    return DataError(f"{path!r} cannot be read: {error.strerror or error}", "path", ways)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
