"""Tables that tests write and read, and refusals whose commands are tried."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner.datasets.samples import DataError
from runner.datasets.tables.reading import Reading, ReadingOptions, read

Contents = str | bytes


def write(folder: Path, name: str, contents: Contents) -> str:
    path = folder / name
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    return str(path)


def cells(reading: Reading) -> dict[str, list[Any]]:
    """The table as lists, column by column."""
    return {str(name): reading.frame[name].tolist() for name in reading.frame.columns}


def refusal(path: str, **options: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path, ReadingOptions(**options))
    return caught.value


def readings_of_ways(error: DataError, path: str, **options: Any) -> list[Reading]:
    """What is read after each way out of a refusal, with the command that it names before, if there is one."""
    readings = []
    for words, changes in error.ways.items():
        _, named, command = words.partition("after  ")
        if named:
            path_of_python = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
            subprocess.run(["sh", "-c", command], check=True, timeout=60, env=os.environ | {"PATH": path_of_python})
        settings = {name: value for name, value in changes.items() if name != "path"}
        readings.append(read(str(changes.get("path", path)), replace(ReadingOptions(**options), **settings)))
    return readings
