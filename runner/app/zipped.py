"""Values that belong together: `NAME=zip(key1=choice(a,b),key2=[1,2])` is one dimension of a sweep.

Each of its rows sets several keys. It follows Hydra's own design note ("Zipped sweep dimensions", hydra#1258); what the
note leaves open, such as `+key`, `group@package`, `glob(...)` and a shuffled zip, is rejected.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override, OverrideType, RangeSweep, ValueType
from hydra.errors import HydraException

from runner.runs.overrides import REPLICATES

Row = tuple[str, ...]
MOST_ROWS = 1_000_000
ZIP = re.compile(r"\s*zip\s*\((.*)\)\s*", re.DOTALL)
SHUFFLED = re.compile(r"\s*shuffle\s*\(\s*zip\s*\(.*", re.DOTALL)
NAME, KEY = re.compile(r"[A-Za-z_][\w-]*"), re.compile(r"[A-Za-z_][\w./-]*")
# One sign, one with a backslash before it, or a whole text in quotes.
SIGN = re.compile(r"""\\.|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|.""", re.DOTALL)
OF_A_SWEEP = ("hydra", "sweep", "executor", "modules")  # what all of its jobs have in common


class ZipError(HydraException):
    """What is wrong with a zip, in the words that follow "cannot be read"."""


@dataclass
class Zip(ChoiceSweep):
    """The values of a zip for Hydra, which takes them for texts, and the overrides that each of them stands for."""

    rows: tuple[Row, ...] = ()


def read_zip(text: str) -> Override | None:
    """An override that is a zip, as Hydra's parser has others; None for any other. Raises ZipError."""
    name, _, value = text.partition("=")
    if SHUFFLED.fullmatch(value):
        raise ZipError("the order of rows changes no run, so a zip is not shuffled")
    if not (found := ZIP.fullmatch(value)):
        return None
    if not NAME.fullmatch(name):
        raise ZipError(f"a zip needs a name of its own, one word, got {name!r}")
    columns = _columns(found[1])
    rows = tuple(zip(*columns.values(), strict=True))
    values = Zip(list=[" ".join(row) for row in rows], rows=rows)
    return Override(OverrideType.CHANGE, name, ValueType.CHOICE_SWEEP, values, input_line=text)


def rows_of(override: Override) -> tuple[Row, ...]:
    """What a zip sets, row by row; nothing of any other override."""
    value = override.value()
    return value.rows if isinstance(value, Zip) else ()


def spread(texts: Iterable[str]) -> list[str]:
    """Overrides, with each zip replaced by those of its first row: which keys are set."""
    found = ((text, read_zip(text)) for text in texts)
    return [one for text, zipped in found for one in (rows_of(zipped)[0] if zipped else (text,))]


def refused_key(key: str) -> str:
    """Why a key cannot be set by a zip or one of several grids; empty where it can."""
    if re.split(r"[./]", key)[0] in OF_A_SWEEP:
        return f"{key} is the same for all jobs of a sweep"
    if key in REPLICATES:
        return f"{key} crosses with every setting, as only equal ones can be compared; set it apart: {key}=range(5)"
    return ""


def parts_of(text: str) -> list[str]:
    """What stands between the commas that are in no brackets and no quotes."""
    parts, depth = [""], 0
    for sign in SIGN.findall(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _columns(text: str) -> dict[str, list[str]]:
    """The overrides of each member by its key, one for each row. Raises ZipError."""
    columns: dict[str, list[str]] = {}
    for member in parts_of(text):
        key, sign, value = (part.strip() for part in member.partition("="))
        if not sign:
            raise ZipError(f"each member needs a key and its values, such as learning_rate=[0.1,1], got {key!r}")
        if not KEY.fullmatch(key):
            raise ZipError(f"its member {key} is not a plain key")
        if reason := refused_key(key):
            raise ZipError(f"its member {reason}")
        if key in columns:
            raise ZipError(f"its member {key} is there twice")
        columns[key] = list(islice(_values(key, value), MOST_ROWS + 1))
        if not columns[key]:
            raise ZipError(f"its member {key} has no values")
    if len(columns) < 2:
        raise ZipError("it needs two members, or more, that belong together")
    if len(set(map(len, columns.values()))) > 1:
        counts = ", ".join(f"{key} has {len(column)}" for key, column in columns.items())
        raise ZipError(f"its members need equally many values: {counts}")
    return columns


def _values(key: str, value: str) -> Iterator[str]:
    """The overrides that a member stands for. Raises ZipError."""
    if value.startswith("[") and value.endswith("]"):
        for part in parts_of(value[1:-1]) if value[1:-1].strip() else ():
            element = _read(key, part.strip())
            if element.value_type is not ValueType.ELEMENT:
                raise ZipError(f"its member {key} has a list with {part.strip()}, which is not a single value")
            yield f"{key}={element.get_value_element_as_str()}"
        return
    sweep = _read(key, value)
    values = sweep.value()
    if isinstance(values, Zip):
        raise ZipError(f"its member {key} is a zip itself")
    if isinstance(values, (ChoiceSweep, RangeSweep)) and values.shuffle:
        raise ZipError(f"its member {key} is shuffled, so nothing says which values belong together")
    if not isinstance(values, (ChoiceSweep, RangeSweep)):
        raise ZipError(f"its member {key} needs values as in [a,b], choice(a,b) or range(2), got {value}")
    yield from (f"{key}={one}" for one in sweep.sweep_string_iterator())


def _read(key: str, value: str) -> Override:
    try:
        return OverridesParser.create().parse_override(f"{key}={value}")
    except HydraException as error:
        if isinstance(error, ZipError):
            raise
        raise ZipError(f"its member {key}={value} cannot be read itself") from error
