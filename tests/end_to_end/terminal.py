"""The program on a terminal of its own: what it writes there and when, and what a person then sees."""

import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.program import TIMEOUT, command, environment

ESCAPE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x1b]*\x1b\\")
PIECE = re.compile(rf"{ESCAPE.pattern}|[\r\n]|[^\x1b\r\n]+")


@dataclass(frozen=True)
class Written:
    """A piece of what a program has written, and after how many seconds."""

    seconds: float
    raw: str

    @property
    def text(self) -> str:
        """Without colours and movements of the cursor."""
        return ESCAPE.sub("", self.raw)


@dataclass(frozen=True)
class Seen:
    """All that a program has written, and how it ended."""

    code: int
    pieces: list[Written]

    @property
    def raw(self) -> str:
        return "".join(one.raw for one in self.pieces)

    @property
    def screen(self) -> list[str]:
        """What is left on the terminal in the end."""
        lines, row, column = [""], 0, 0
        for found in PIECE.finditer(self.raw):
            piece, number, letter = found[0], found[1], found[2]
            if piece == "\r":
                column = 0
            elif piece == "\n":
                row += 1
                lines += [""] * (row == len(lines))
            elif letter == "A":
                row = max(0, row - int(number or 1))
            elif letter == "K":
                lines[row] = ""
            elif not piece.startswith("\x1b"):
                before = lines[row].ljust(column)
                lines[row] = before[:column] + piece + before[column + len(piece) :]
                column += len(piece)
        return [line.rstrip() for line in lines]


def _hear_ctrl_c() -> None:
    """A shell has its jobs in the background ignore Ctrl-C, these tests among them, but not what has its terminal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_terminal(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    columns: int = 80,
    interrupt: Callable[[str], bool] = lambda _: False,
    module: str = "runner",
) -> Seen:
    """Run `python -m runner`, or another module; Ctrl-C is pressed when `interrupt` says so of all that was written."""
    reader, writer = os.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {name: value for name, value in environment().items() if name not in ("CI", "NO_COLOR")}
    began, pieces, is_pressed = time.monotonic(), list[Written](), False
    with subprocess.Popen(
        command(*arguments, module=module), cwd=cwd, env=kept | {"TERM": "xterm-256color"} | dict(env or {}),
        stdin=writer, stdout=writer, stderr=writer, start_new_session=True, preexec_fn=_hear_ctrl_c,
    ) as process:  # fmt: skip
        os.close(writer)
        while some := _read(reader):
            assert time.monotonic() - began < TIMEOUT
            pieces.append(Written(time.monotonic() - began, some))
            if not is_pressed and interrupt("".join(one.text for one in pieces)):
                is_pressed = True
                os.killpg(process.pid, signal.SIGINT)
    os.close(reader)
    return Seen(process.returncode, pieces)


def _read(reader: int) -> str:
    try:
        return os.read(reader, 1 << 16).decode(errors="replace")
    except OSError:  # the other end is closed
        return ""
