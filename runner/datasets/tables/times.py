"""Dates and times in columns: as text, as typed cells, and as numbers such as 20240131."""

import re
from collections.abc import Iterable
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nn.registry import Array

if TYPE_CHECKING:
    import pandas as pd

LOOKED_AT = 200  # cells that are not empty
MIN_DIFFERENT = 4  # numbers that are dates: fewer may be codes
YEAR, MONTH, DAY = r"(?:1[5-9]|2\d)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DATES = (
    rf"{YEAR}(?P<s>[-/.]){MONTH}(?P=s){DAY}",
    rf"{YEAR}-(?:0[1-9]|1[0-2])",
    rf"(?:{MONTH}(?P<t>[-/.]){DAY}|{DAY}(?P<u>[-/.]){MONTH})(?:(?P=t)|(?P=u)){YEAR}",
    rf"(?:{MONTH}/{DAY}|{DAY}/{MONTH})/\d\d",
    rf"{DAY}[-. ]+{NAME}[-, ]+(?:{YEAR}|\d\d)",
    rf"{NAME} {DAY},? {YEAR}",
    rf"{NAME}[- ]{YEAR}|{NAME}-\d\d",
    rf"{YEAR}[- ]?Q[1-4]|Q[1-4][- /]{YEAR}",
)
CLOCK = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?(?:[.,]\d+)?(?: ?[ap]m)?"
ZONE = r" ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)"
DATE = re.compile(rf"(?:{'|'.join(DATES)})(?:(?:T| +){CLOCK}(?:{ZONE})?)?", re.IGNORECASE)
TIME = re.compile(rf"{CLOCK}|-?\d+ days?,? .*\d:\d\d.*", re.IGNORECASE)  # the other is how pandas writes durations
NUMBER = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
Kind = Literal["dates", "times", ""]


def times_in(words: Iterable[str]) -> Kind:
    """Whether texts are dates, with a time of the day or without, or times: all of the first that are not empty."""
    some = list(islice((word for word in words if word), LOOKED_AT))
    if some and all(map(DATE.fullmatch, some)):
        return "dates"
    return "times" if some and all(map(TIME.fullmatch, some)) else ""


def are_dates(values: Array) -> bool:
    """Whether numbers `(n,)` are dates such as 20240131."""
    some = [f"{value:.12g}" for value in values[np.isfinite(values)][:LOOKED_AT].tolist()]
    return _are_dates(some)


def _are_dates(written: list[str]) -> bool:
    return all(map(NUMBER.fullmatch, written)) and len(set(written)) >= MIN_DIFFERENT


def dated(frame: "pd.DataFrame", markers: Iterable[str]) -> list[str]:
    """The columns that hold dates, and those with times that go up from row to row, as in a log."""
    return [str(name) for place, name in enumerate(frame.columns) if _is_dated(frame.iloc[:, place], set(markers))]


def _is_dated(column: "pd.Series[Any]", markers: set[str]) -> bool:
    texts = (str(cell).strip().removesuffix(".0") for cell in column[column.notna()].iloc[:LOOKED_AT])
    words = (word for word in texts if word not in markers)
    first = next(words, "")
    if not (NUMBER.fullmatch(first) or times_in([first])):
        return False
    some = [first, *words]
    kind = times_in(some)
    return _are_dates(some) or kind == "dates" or (kind == "times" and all(map(lt, some, some[1:])))
