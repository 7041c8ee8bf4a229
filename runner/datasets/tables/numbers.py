"""Numbers as people write them: decimal and thousands signs, units, percent, currency, accountants' brackets."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nn.registry import Array

CURRENCY = r"[$€£¥₹₽₩₺₴₫₪฿¢]|US\$|R\$|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|MXN"
# What stands after a number: %, kg, km/h, °C, sq ft. A house number and its street are no number with a unit.
UNIT = r"(?:[%‰°$€£¥₹₽₩₺₴₫₪฿¢]|[^\W\d_])[^\d()\s]{0,8}(?:\s[^\d()\sA-ZÄÖÜ][^\d()\s]{0,8})?"
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
SPACE = " \u00a0\u202f\u2009"
GROUPERS = {" ": SPACE, "'": "'\u2019"}
MINUS, SIGN = "-\u2212", "[-+\u2212]"


@dataclass(frozen=True)
class Signs:
    """How numbers are written in a table: the decimal sign, and the one between thousands, empty for none.

    A space stands for one of any width, and `'` for a typographic one too.
    """

    decimal: str = "."
    thousands: str = ""


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers `(n,)`, NaN where there is none; `bad` are cells with a text that is no number.

    `unit` is what most of the numbers have beside them, and `units` are all that were found; cells with another unit
    are bad. `in_brackets` says that some are negative because they stand in brackets.
    """

    values: Array
    bad: NDArray[np.bool_]
    unit: str = ""
    units: tuple[str, ...] = ()
    in_brackets: bool = False


def read_numbers(texts: Sequence[str], signs: Signs, unit: str | None = None) -> Numbers:
    """The numbers of cells, each correctly rounded; an empty text is a gap. With a `unit` given, no other may be there,
    but numbers without one may.
    """
    if signs.decimal == "." and (all_plain := _all_plain(texts)) is not None:
        return Numbers(all_plain, np.zeros(len(texts), dtype=bool), "", ("",))
    plain, written = _patterns(signs)
    values, found = np.full(len(texts), np.nan), list[str | None]()
    for row, text in enumerate(texts):
        its: str | None = ""
        if plain.fullmatch(text):
            values[row] = float(_plain(text, signs))
        elif not text or (is_number := _with_unit(text, written, signs)) is None:
            its = None
            if INFINITE.fullmatch(text):
                its, values[row] = "", float(text)
        else:
            values[row], its = is_number
        found.append(its)
    return _agreed(texts, values, found, unit)


def _all_plain(texts: Sequence[str]) -> Array | None:
    """The numbers of a column where each cell is one or a gap, six times as fast; pyarrow rounds as Python does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        values = pc.cast(pa.array([text or None for text in texts], pa.string()), pa.float64())
    except pa.ArrowInvalid:
        return None
    found: Array = values.to_numpy(zero_copy_only=False)
    is_number = np.isfinite(found) | np.array([not text for text in texts], dtype=bool)
    return found if is_number.all() else None  # what is not finite is looked at cell by cell


def _agreed(texts: Sequence[str], values: Array, found: Sequence[str | None], unit: str | None) -> Numbers:
    units = Counter(its for its in found if its is not None)
    if unit is None:
        unit = units.most_common(1)[0][0] if units else ""
        allowed = {unit}
    else:
        allowed = {unit, ""}
    bad = np.array([bool(text) and its not in allowed for text, its in zip(texts, found, strict=True)], dtype=bool)
    values[bad] = np.nan
    in_brackets = any(text.startswith("(") for text, is_bad in zip(texts, bad, strict=True) if not is_bad)
    return Numbers(values, bad, unit, tuple(its for its, _ in units.most_common()), in_brackets)


def _with_unit(text: str, written: re.Pattern[str], signs: Signs) -> tuple[float, str] | None:
    """A number with a sign of its own, a unit or brackets, `(1,234)` for -1234; None for anything else."""
    parts = written.fullmatch(text)
    if parts is None or bool(parts["open"]) != bool(parts["close"]) or (parts["before"] and parts["after"]):
        return None
    signed = [sign for sign in (parts["sign"], parts["inner"], parts["open"]) if sign]
    if len(signed) > 1:
        return None
    number = float(_plain(parts["number"], signs))
    unit = (parts["before"] or parts["after"] or "").strip()
    return (-number if signed and signed[0] in (*MINUS, "(") else number), unit


def _plain(text: str, signs: Signs) -> str:
    """As Python writes numbers."""
    for sign in GROUPERS.get(signs.thousands, signs.thousands):
        text = text.replace(sign, "")
    return text.replace(signs.decimal, ".") if signs.decimal != "." else text


@cache
def _patterns(signs: Signs) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Of a number alone, and of one with what people write around it."""
    whole, decimal = "[0-9]+", re.escape(signs.decimal)
    if signs.thousands:
        between = re.escape(GROUPERS.get(signs.thousands, signs.thousands))
        whole = rf"(?:[0-9]{{1,3}}(?:[{between}][0-9]{{3}})+|[0-9]+)"
    number = rf"(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    written = (
        rf"(?P<open>\()?(?P<sign>{SIGN})?[{SPACE}]*(?:(?P<before>{CURRENCY})[{SPACE}]*)?(?P<inner>{SIGN})?"
        rf"(?P<number>{number})[{SPACE}]*(?P<after>{UNIT})?(?P<close>\))?"
    )
    return re.compile(rf"[+-]?{number}"), re.compile(written)
