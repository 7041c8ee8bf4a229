"""Names that others chose (columns, classes, files, config values), made safe for the place where they are shown."""

import html
import math
import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence

HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control signs, marks that reorder text, halves of signs, line separators
LONG_FRACTION = re.compile(r"(?<![\w.])\d*\.\d{10,}(?:e[+-]?\d+)?(?![\w.])")
JOINERS = "\u200c\u200d"  # which several scripts cannot be written without


def visible(text: str, kept: str = "\n\t") -> str:
    """Text for a terminal: characters that control it, or hide or reorder letters, appear as escapes."""
    if text.isprintable():
        return text
    return "".join(sign if sign in kept + JOINERS or not _is_hidden(sign) else _escaped(sign) for sign in text)


def short(text: str, length: int) -> str:
    """Text for a label: one line, cut to fit."""
    text = visible(" ".join(text.split()), kept="")
    return text if len(text) <= length else text[: length - 1] + "…"


def brief(text: str) -> str:
    """A value for a label: 0.30000000000000004, a result of steps of 0.1, becomes 0.3."""
    return LONG_FRACTION.sub(lambda found: f"{float(found[0]):.6g}", text)


def markdown(text: str) -> str:
    """Text for a page that renders Markdown or HTML, escaped: no link, picture, emphasis or tag."""
    return re.sub(r"([\\`*_\[\]#!~|])", r"\\\1", html.escape(visible(" ".join(text.split()), kept=""), quote=False))


def code(text: str) -> str:
    """Text as code in Markdown, with more backticks around it than it contains."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{fence}{space}{visible(text, kept='')}{space}{fence}"


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in HIDDEN


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


def listed(names: Iterable[object], most: int = 12) -> str:
    """Quoted names for a sentence; only the first of many."""
    quoted = [repr(str(name)) for name in names]
    return ", ".join(quoted[:most]) + (f" and {len(quoted) - most} more" if len(quoted) > most else "")


def number(value: float, digits: int = 4, thousands: str = "") -> str:
    """A number with this many significant digits, in any locale the same; up to ten million without an exponent."""
    if min(1e3, 10.0**digits) <= abs(value) < 1e7:
        return f"{float(f'{value:.{digits}g}'):,.0f}".replace(",", thousands)
    return f"{value:.{digits}g}"


def aligned(values: Sequence[float], spreads: Sequence[float], digits: int = 4) -> list[str]:
    """The numbers of a column with the same number of decimals: see `decimals_of`."""
    decimals = decimals_of(values, spreads, digits)
    return [fixed(one, decimals, digits) for one in values]


def decimals_of(values: Sequence[float], spreads: Sequence[float], digits: int = 4) -> int | None:
    """How many decimals a column has: two digits of its median spread, of the largest number at most this many; None
    where that is too large.
    """
    known = [abs(one) for one in values if math.isfinite(one) and one]
    varied = [one for one in spreads if math.isfinite(one) and one > 0]
    if not known or max(known) >= 1e7:
        return None
    most = digits - 1 - math.floor(math.log10(max(known)))
    wanted = 1 - math.floor(math.log10(statistics.median(varied))) if varied else most
    return max(0, min(wanted, most))


def fixed(value: float, decimals: int | None, digits: int = 4) -> str:
    """A number with this many decimals; with an exponent if it would round to zero; a dash if it is missing."""
    if math.isnan(value):
        return "-"
    shown = number(value, digits) if decimals is None else f"{value:.{decimals}f}"
    return shown if not value or float(shown) else number(value, 2)
