"""From the bytes of a table to its text: which encoding they are in."""

import codecs
import re

from runner.datasets.samples import DataError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOOKED_AT = 1 << 16
LATIN = ["cp1252", "cp1250", "cp1254"]
OLD_MAC = "mac_roman"  # of files whose lines end as on no other system; their letters are signs elsewhere
OTHERS = ["cp1251", "koi8_r", "cp1253", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]
CONTROLS = "".join(map(chr, [*range(9), *range(14, 27), *range(28, 32)]))  # that are in no text


def text_of(contents: bytes, encoding: str, shown: str) -> tuple[str, str, tuple[str, ...]]:
    """The text, the name of its encoding, and notes. `encoding` is a name of Python's, or `auto`.

    Raises DataError for bytes that are no text, or not in the encoding that was named.
    """
    found = _found(contents)
    used = found if encoding == "auto" else encoding
    notes = () if encoding != "auto" or found.startswith("utf") else (
        f"its bytes are not UTF-8; read as {found} (data.encoding=NAME for another)",
    )  # fmt: skip
    try:
        text = contents.decode(used)
    except (LookupError, UnicodeError) as error:
        reason = "is unknown" if isinstance(error, LookupError) else f"does not fit {shown!r}, which is not text in it"
        raise DataError(
            f"{encoding!r} {reason}; it looks like {found}", "encoding", {"as it looks": {"encoding": "auto"}}
        ) from error
    text = text.removeprefix("\ufeff").rstrip("\x1a")
    if "\x00" in text or (not found.startswith("utf") and _has_controls(text)):
        raise _no_text(contents, encoding, found, shown)
    return text, {"utf-8-sig": "utf-8"}.get(used, used), notes


def _has_controls(text: str) -> bool:
    return any(sign in text for sign in CONTROLS)  # many times as fast as a regular expression


def _no_text(contents: bytes, encoding: str, found: str, shown: str) -> DataError:
    if encoding != "auto" and found != encoding and not _has_controls(contents.decode(found, errors="replace")):
        message = f"{encoding!r} does not fit {shown!r}, which is not text in it; it looks like {found}"
        return DataError(message, "encoding", {"as it looks": {"encoding": "auto"}})
    return DataError(
        f"{shown!r} is not a table: it is neither text nor a known format (CSV, Parquet, Excel and JSON lines are "
        "read)",
        "path",
    )


def _found(contents: bytes) -> str:
    for mark, name in MARKS:
        if contents.startswith(mark):
            return name
    head = contents[:LOOKED_AT]
    if b"\x00" in head:  # half the bytes of Latin text in UTF-16
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 0.7 * len(head) / 2 and min(even, odd) < 0.1 * len(head) / 2:
            return "utf-16-be" if even > odd else "utf-16-le"
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError as error:
        return _older(contents, error.start)
    return "utf-8"


def _older(contents: bytes, first: int) -> str:
    """The encoding of bytes that are not UTF-8, by the letters around the `first` of them.

    Words of a script that is not Latin are nothing but such bytes. Windows' encoding of Western Europe is by far the
    commonest of the others, so it is taken where it is as plausible as any.
    """
    from charset_normalizer import from_bytes

    start = contents.rfind(b"\n", 0, max(0, first - LOOKED_AT // 2)) + 1  # no letter of several bytes is cut
    end = contents.find(b"\n", first + LOOKED_AT // 2)
    part = contents[start : end if end > 0 else None]
    words = [len(word) for word in re.findall(rb"[\x80-\xff]+", part)]
    together = sum(length for length in words if length > 1)
    is_latin = 2 * together < sum(words) or max(words) < 3
    if is_latin and b"\r" in contents and b"\n" not in contents:
        return OLD_MAC
    matches = list(from_bytes(part, cp_isolation=LATIN if is_latin else OTHERS, threshold=0.9))
    best = [match for match in matches if match.chaos <= matches[0].chaos]
    fitting = [name for match in best for name in match.could_be_from_charset]
    for name in [*(["cp1252"] if "cp1252" in fitting else []), *fitting]:
        try:
            contents.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"
