"""The help of a command, folded where a terminal is narrower than its lines."""

import re
from textwrap import wrap

_COMMAND = re.compile(r"(  \S.*?)(?: {2,}(\S.*))?")  # and what it does, which may continue far to the right below
_FAR, _BELOW = " " * 3, " " * 6


def folded(usage: str, width: int) -> str:
    """The same words in lines that fit: paragraphs are filled again, and what a command does stands below it."""
    lines = usage.splitlines()
    if max(map(len, lines)) <= width:
        return usage
    pieces = list[tuple[str, str]]()  # indentation and text
    for line in lines:
        command = _COMMAND.fullmatch(line)
        if line.startswith(_FAR) or (line and pieces and not command and pieces[-1] != ("", "")):
            indent, text = pieces.pop()
            pieces.append((indent, f"{text} {line.strip()}"))
        elif command:
            pieces += [("  ", command[1].strip()), (_BELOW, command[2] or "")]
        else:
            pieces.append(("", line))
    return "\n".join(_filled(text, width, indent) for indent, text in pieces if text or not indent)


def _filled(text: str, width: int, indent: str) -> str:
    further = indent if indent != "  " else _BELOW
    broken = wrap(
        text, width, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False, break_long_words=False
    )
    return "\n".join(broken)
