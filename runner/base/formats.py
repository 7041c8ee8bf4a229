"""Files of a run or a config as plain data: reading them runs no code and cannot fill the memory."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from tokenize import TokenError
from typing import Any

import numpy as np
import yaml

MAX_NODES, MAX_DEPTH = 1_000_000, 100  # of a YAML document, every alias counted as what it stands for
MAX_ROWS = 1_000_000  # of a history; a run has at most 10,000 points
PACKED, ROOM = 4, 2**20  # our own archives are not compressed; one that was packed again is read too
DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, MemoryError, NotImplementedError, RuntimeError, OverflowError,
    SyntaxError, TokenError,  # NumPy reads the shape of an array as Python
)  # fmt: skip


def read_yaml(content: bytes) -> Any:
    """The result of `yaml.safe_load`, ten times as fast if libyaml is installed.

    Raises yaml.YAMLError for anything but plain YAML, and for documents that would fill the memory.
    """
    check_yaml(content)
    loader = _loader()(content)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def check_yaml(content: bytes) -> None:
    """Raise yaml.YAMLError for a document that is short as text but huge or endless once aliases are expanded."""
    sizes: dict[str, int] = {}
    above: list[tuple[str | None, int]] = []
    anchor: str | None
    for event in yaml.parse(content, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            above.append((event.anchor, 1))
            if len(above) > MAX_DEPTH:
                raise yaml.YAMLError(f"it is nested more than {MAX_DEPTH} levels deep")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = above.pop()
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise yaml.YAMLError(f"the alias *{event.anchor} stands for nothing that comes before it")
            anchor, size = None, sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            anchor, size = event.anchor, 1
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        if above:
            above[-1] = above[-1][0], above[-1][1] + size
        if size > MAX_NODES:
            raise yaml.YAMLError(f"with its aliases it has more than {MAX_NODES:,} values")


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@contextmanager
def open_archive(file: Any, most: int = 0) -> Iterator[Any]:
    """The arrays of a `.npz` file, by name; the unpacked size is checked before anything is read.

    `file` is a path or an open file. Raises OSError, and ValueError for anything that is not an archive, or that
    unpacks to both much more than its own size and more than `most` bytes.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
        packed, unpacked = (sum(getattr(one, name) for one in members) for name in ("compress_size", "file_size"))
        if unpacked > max(most, PACKED * packed + ROOM):
            raise ValueError(f"it would unpack from {packed:,} to {unpacked:,} bytes")
        if hasattr(file, "seek"):
            file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except DAMAGED as error:
        raise ValueError(str(error) or "it does not fit into memory") from error


def read_history(content: bytes, name: str = "history.parquet") -> dict[str, list[float]]:
    """The columns of a Parquet file. Raises ValueError, with its `name`, unless all are numeric and there is a step."""
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(io.BytesIO(content))
    if file.metadata.num_rows > MAX_ROWS:
        raise ValueError(f"{name} would have {file.metadata.num_rows:,} rows")
    table = file.read()
    if "step" not in table.column_names or not all(map(_is_number, table.schema.types)):
        raise ValueError(f"{name} is not a table of numbers with a step")
    return {name: table.column(name).to_pylist() for name in table.column_names}


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_floating(kind) or types.is_integer(kind))
