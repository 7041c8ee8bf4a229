"""One table, written in the ways of spreadsheets, instruments and programs of many countries."""

import bz2
import gzip
import io
import itertools
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

N = 30
COLOURS = ("grün", "rot", "blau")
NUMBERS = [k * 37 % 101 / 8 - 3 for k in range(N)]
COUNTS = [k * 13 % 29 for k in range(N)]
KINDS = [COLOURS[k * k % 7 % 3] for k in range(N)]
GARDEN = [k % 3 == 0 for k in range(N)]
TARGET = [k * 29 % 97 / 4 + 0.125 for k in range(N)]
NAMES = ("Länge", "Räume", "Farbe", "Garten", "Preis")
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zip": lambda text: _zipped(text),
}  # fmt: skip


@dataclass(frozen=True)
class Writing:
    """How a table is written; the ordinary way is that of `DataFrame.to_csv(index=False)`."""

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    quote: str = ""  # around every cell
    end: str = "\n"
    spaces: str = ""  # around names and cells
    index: bool = False  # a first column without a name that counts the rows
    trailing: bool = False  # a separator at the end of every line
    comments: str = ""  # lines before the header
    gap: str = ""  # how two missing numbers are written; the empty text for none missing
    yes: tuple[str, str] = ("no", "yes")
    compression: str = ""

    @property
    def name(self) -> str:
        """What differs from the ordinary way."""
        ordinary = Writing()
        changed = {one.name: getattr(self, one.name) for one in fields(self)}
        return " ".join(f"{k}={v!r}" for k, v in changed.items() if v != getattr(ordinary, k)) or "ordinary"

    @property
    def has_gaps(self) -> bool:
        return self.gap != ""

    @property
    def file(self) -> str:
        return f"t.csv{self.compression}"

    def contents(self) -> bytes:
        """The bytes of the file."""
        rows = [list(NAMES), *map(self._row, range(N))]
        if self.index:
            rows = [["" if place == 0 else str(place), *row] for place, row in enumerate(rows)]
        lines = [self.separator.join(map(self._cell, row)) + self.separator * self.trailing for row in rows]
        return COMPRESSIONS[self.compression]((self.comments + self.end.join([*lines, ""])).encode(self.encoding))

    def _row(self, k: int) -> list[str]:
        number = self.gap if self.has_gaps and k in (4, 17) else self._number(NUMBERS[k])
        return [number, str(COUNTS[k]), KINDS[k], self.yes[GARDEN[k]], self._number(TARGET[k])]

    def _number(self, value: float) -> str:
        return str(value).replace(".", self.decimal)

    def _cell(self, cell: str) -> str:
        return f"{self.spaces}{self.quote}{cell}{self.quote}{self.spaces}"


def inputs(writing: Writing) -> dict[str, list[float]]:
    """The inputs that it must become, by name."""
    gaps = {4, 17} if writing.has_gaps else set()
    found = {"Länge": [float("nan") if k in gaps else NUMBERS[k] for k in range(N)], "Räume": list(map(float, COUNTS))}
    found |= {f"Farbe={one}": [float(kind == one) for kind in KINDS] for one in sorted(COLOURS)}
    return found | {"Garten": list(map(float, GARDEN))}


def _zipped(text: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("t.csv", text)
    return buffer.getvalue()


def _writings() -> list[Writing]:
    """Each way alone, and those that come together."""
    ordinary = Writing()
    alone: list[dict[str, Any]] = [
        {},
        *({"separator": one} for one in (";", "\t", "|")),
        *({"encoding": one} for one in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252")),
        *({"compression": one} for one in COMPRESSIONS if one),
        *({"yes": one} for one in (("no", "yes"), ("False", "True"), ("f", "t"), ("NO", "YES"), ("0", "1"))),
        *({"gap": one} for one in ("NA", "NaN", "null", "?", "-", ".", "#N/A", "None", "n/a")),
        {"quote": '"'}, {"end": "\r\n"}, {"end": "\r"}, {"spaces": " "}, {"index": True}, {"trailing": True},
        {"comments": "# made by an instrument\n# on a Monday\n"}, {"comments": "\n"}, {"comments": "sep=,\n"},
    ]  # fmt: skip
    together = [
        {"separator": separator, "decimal": ",", "encoding": encoding, "end": "\r\n"}
        for separator, encoding in itertools.product((";", "\t"), ("utf-8", "utf-8-sig", "utf-16", "cp1252"))
    ]
    together += [
        {"separator": ";", "decimal": ",", "quote": '"', "index": True},
        {"separator": ";", "decimal": ",", "gap": "NA", "trailing": True},
        {"separator": "\t", "quote": '"', "spaces": " "},
        {"separator": "|", "spaces": " ", "gap": "?"},
        {"index": True, "quote": '"', "yes": ("False", "True"), "gap": "NA"},
        {"separator": ";", "decimal": ",", "encoding": "cp1252", "compression": ".gz"},
        {"encoding": "utf-16", "separator": "\t", "compression": ".zip"},
    ]
    return [replace(ordinary, **changes) for changes in (*alone, *together)]


WRITINGS = list(dict.fromkeys(_writings()))
EVERY: dict[str, tuple[Any, ...]] = {
    "separator": (",", ";", "\t", "|"),
    "decimal": (".", ","),
    "encoding": ("utf-8", "utf-8-sig", "utf-16", "cp1252"),
    "quote": ("", '"'),
    "end": ("\n", "\r\n"),
    "spaces": ("", " "),
    "index": (False, True),
    "trailing": (False, True),
    "comments": ("", "# a line\n"),
    "gap": ("", "NA", "?", "-", "null"),
    "yes": (("no", "yes"), ("False", "True"), ("0", "1")),
    "compression": tuple(COMPRESSIONS),
}
