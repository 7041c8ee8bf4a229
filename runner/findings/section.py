"""The contents of a report's section as plain data: `sections.py` makes it, `render.py` writes it."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from runner.findings.rendering import drawn
from runner.findings.sketch import Drawn, Sketch


class Strong(str):
    """The text of a cell that must not be missed."""

    __slots__ = ()


class Link(str):
    """The text of a cell that links to a page."""

    address: str

    def __new__(cls, text: str, address: str) -> "Link":
        """The text with an address; without one it is text alone."""
        made = super().__new__(cls, text)
        made.address = address
        return made


@dataclass(frozen=True)
class Table:
    """Cells as text. `numbers` are the columns that hold numbers; `left_out` says how many rows are not shown.

    On a page, a click on a column name sorts the rows of a sortable table, and if there are more rows than are `shown`,
    a button shows the rest. Rows of a `footer` stay below all others in any order.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    left_out: int = 0
    is_sortable: bool = False
    shown: int = 0
    footer: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Picture:
    """A picture: its file name for a Markdown report, its caption, and how it is drawn, or PNG bytes."""

    name: str
    caption: str
    drawing: Drawn | Sketch | bytes

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w-]+\.png", self.name, re.ASCII):
            raise ValueError(f"a picture has a name like seeds.png, of letters, digits, _ and -; got {self.name!r}")

    @property
    def content(self) -> bytes:
        """The picture as PNG bytes."""
        return self.drawing if isinstance(self.drawing, bytes) else self._drawn.png

    @property
    def inline(self) -> str:
        """PNG bytes as a data address in a self-contained page."""
        return f"data:image/png;base64,{base64.b64encode(self.content).decode()}"

    @property
    def on_page(self) -> Drawn | None:
        """The picture in the page's own colours and font; None if there are only PNG bytes."""
        return None if isinstance(self.drawing, bytes) else self._drawn

    @property
    def _drawn(self) -> Drawn:
        found = drawn(self.drawing) if isinstance(self.drawing, Sketch) else self.drawing
        assert isinstance(found, Drawn)
        return found


@dataclass(frozen=True)
class Block:
    """A part of a section: a title, named facts, and commands to try."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    commands: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """What is below a title, in this order: a table, blocks, commands to type, a note in plain text, pictures.

    A section that `is_folded` is opened on a page by a click on its title.
    """

    title: str
    note: str = ""
    table: Table | None = None
    pictures: Sequence[Picture] = ()
    commands: Sequence[str] = ()
    blocks: Sequence[Block] = ()
    is_folded: bool = False

    @property
    def anchor(self) -> str:
        """The part of a page's address that leads here."""
        return slug(self.title)


def slug(text: str) -> str:
    """Text as a part of an address or a file name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"
