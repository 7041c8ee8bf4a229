"""What a file really is, whatever it is called: unpacked where it is compressed, refused where it is not a table."""

import bz2
import gzip
import io
import lzma
import re
import shlex
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from runner.datasets.samples import DataError
from runner.datasets.tables.foreign import foreign
from runner.datasets.tables.sources import after, check_size, largest_table

Format = Literal["text", "parquet", "excel", "json"]
ZIP = b"PK\x03\x04"
COMPRESSED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", ZIP: "zip"}
SHOWN = 3
DEPTH = 3  # of compression in compression
NAMES: Mapping[Format, str] = {
    "text": "a table of text",
    "parquet": "a Parquet file",
    "excel": "an Excel file",
    "json": "a JSON file",
}
ENDINGS: Mapping[str, Format] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".dat", ".data"), "text"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls"), "excel"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
}


def unpacked(contents: bytes, shown: str) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the table itself, and the compressions that were around it, the outer one first.

    Raises DataError for a damaged one, for several files in one, and for more bytes than fit in memory.
    """
    around: list[str] = []
    while len(around) < DEPTH and (how := _compression(contents)):
        try:
            contents = _from_zip(contents, shown) if how == "zip" else _bounded(contents, how, shown)
        except (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
            raise DataError(
                f"{shown!r} is a {how} file, and damaged or cut short; copy or download it again",
                "path",
            ) from error
        if not contents:
            raise DataError(f"{shown!r} is a {how} file with nothing in it", "path")
        around.append(how)
    return contents, tuple(around)


def format_of(contents: bytes, shown: str) -> Format:
    """The format that the bytes are in. Raises DataError for one that cannot be read, with what to do."""
    if contents.startswith(b"PAR1"):
        return "parquet"
    if contents.startswith(ZIP) and "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(contents)).namelist():
        return "excel"
    refused = foreign(contents, shown)
    if refused is not None:
        raise refused
    start = contents[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    is_json = re.match(rb'\{\s*("|\})|\[\s*(\{|\[|\])', start) is not None
    return "json" if is_json else "text"


def misnamed(shown: str, found: Format, around: tuple[str, ...]) -> tuple[str, ...]:
    """A note where the name of the file promises something else."""
    endings = [ending.lower() for ending in Path(shown).suffixes[-2:]]
    packed = [ending[1:] for ending in endings if ending[1:] in COMPRESSED.values()]
    notes = []
    if packed and not around:
        notes.append(f"it is not compressed, although it is called .{packed[-1]}")
    promised = [ENDINGS[ending] for ending in endings if ending in ENDINGS]
    if promised and promised[-1] != found:
        notes.append(f"it is {NAMES[found]}, although it is called {[one for one in endings if one in ENDINGS][-1]}")
    return tuple(notes)


def _compression(contents: bytes) -> str:
    how = next((name for sign, name in COMPRESSED.items() if contents.startswith(sign)), "")
    return "" if how == "zip" and _is_office(contents) else how


def _is_office(contents: bytes) -> bool:
    """Files of Excel and the like, which are zip files as well."""
    try:
        names = zipfile.ZipFile(io.BytesIO(contents)).namelist()
    except zipfile.BadZipFile:
        return False
    return "[Content_Types].xml" in names or "mimetype" in names


def _bounded(contents: bytes, how: str, shown: str) -> bytes:
    """A few bytes can become more than fit in memory, so no more than that are unpacked."""
    openers: Mapping[str, Callable[..., Any]] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    with openers[how](io.BytesIO(contents), "rb") as file:
        return _no_more_than_fits(file, how, shown)


def _no_more_than_fits(file: Any, how: str, shown: str) -> bytes:
    read = cast(bytes, file.read(largest_table() + 1))
    check_size(len(read), shown, how)
    return read


def _from_zip(contents: bytes, shown: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(contents)) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and not _is_clutter(one.filename)]
        names = [one.filename for one in members]
        if names and all(name.endswith(".npy") for name in names):
            raise DataError(
                f"{shown!r} holds arrays of NumPy, not a table: {', '.join(names[:SHOWN])}; write a CSV file",
                "path",
            )
        if len(members) != 1:
            raise _several(shown, names)
        if members[0].flag_bits & 1:
            raise DataError(f"{shown!r} is encrypted; unpack it with its password first", "path",
                            after(_unzip(shown, names[0]), _name(names[0])))  # fmt: skip
        check_size(members[0].file_size, shown, "zip")
        with archive.open(members[0]) as file:
            return _no_more_than_fits(file, "zip", shown)


def _is_clutter(name: str) -> bool:
    """What a system puts beside the files."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in (".DS_Store", "Thumbs.db", "desktop.ini")


def _several(shown: str, names: list[str]) -> DataError:
    held = ", ".join(map(repr, names[:SHOWN])) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    ways: dict[str, Mapping[str, Any]] = {}
    for name in names[:SHOWN]:
        ways |= after(_unzip(shown, name), _name(name))
    return DataError(f"{shown!r} holds {len(names)} files, where one table is needed: {held}", "path", ways)


def _unzip(shown: str, name: str) -> str:
    return f"unzip -p {shlex.quote(shown)} {shlex.quote(name)} > {shlex.quote(_name(name))}"


def _name(member: str) -> str:
    return member.rpartition("/")[2]
