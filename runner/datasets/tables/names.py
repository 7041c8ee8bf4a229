"""The names of a table's columns: unique, none of them empty; and the columns that hold nothing."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.base.texts import short

if TYPE_CHECKING:
    import pandas as pd

NAMELESS = re.compile(r"(Unnamed: \d+(_level_\d+)?|__index_level_\d+__)?")  # the others are what pandas makes of none
SHOWN = 6


def named(frame: "pd.DataFrame", names: Sequence[Any]) -> "tuple[pd.DataFrame, tuple[str, ...]]":
    """The columns under names that are theirs alone, and notes.

    Left out are columns without a name that are empty, as a separator at the end of every row leaves them, or that only
    count the rows of two columns or more. Others without a name are called by their place, and so are those with the
    same name.
    """
    texts = ["" if name is None else str(name) for name in names]
    bare = ["" if NAMELESS.fullmatch(text.strip()) else text.strip() for text in texts]
    notes = [f"spaces around names left out: {_shown([one for one in texts if one != one.strip()])}"]
    notes = notes if any(text != text.strip() and text.strip() for text in texts) else []
    nameless = [place for place, name in enumerate(bare) if not name]
    empty = [place for place in nameless if _is_empty(frame.iloc[:, place])]
    left = [place for place in nameless if place not in empty]
    counting: list[int] = []
    for place in left:
        is_first = place == len(counting) or texts[place].startswith("__index")
        counting += [place] if is_first and _counts_rows(frame.iloc[:, place]) else []
    counting = counting[: max(0, len(bare) - len(empty) - 2)]  # what numbers a series is its only feature
    if empty:
        notes.append(f"{len(empty)} empty {'columns' if len(empty) > 1 else 'column'} without a name left out")
    for place in counting:
        notes.append(f"column {place + 1}, without a name, only numbers the rows: left out")
    kept = [place for place in range(len(bare)) if place not in empty and place not in counting]
    twice = {name for name, count in Counter(bare[place] for place in kept).items() if count > 1 and name}
    taken = {bare[place] for place in kept}
    used = [bare[place] if bare[place] not in twice | {""} else _free(bare[place], place + 1, taken) for place in kept]
    for name in sorted(twice):
        places = [place for place in kept if bare[place] == name]
        notes.append(
            f"columns {', '.join(str(place + 1) for place in places)} are all named {name!r}: "
            f"called {', '.join(repr(used[kept.index(place)]) for place in places)} here"
        )
    new = [repr(used[kept.index(place)]) for place in left if place in kept]
    notes += [f"columns without a name are called by their place: {', '.join(new[:SHOWN])}"] if new else []
    frame = frame.iloc[:, kept]
    frame.columns = used
    return frame, tuple(notes)


def _free(name: str, place: int, taken: set[str]) -> str:
    """A name for the column at a place, which no other has."""
    made = f"{name}_{place}" if name else f"c{place}"
    while made in taken:
        made += "_"
    taken.add(made)
    return made


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(short(name.strip(), 30)) for name in names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")


def _is_empty(column: "pd.Series") -> bool:
    return bool((column.isna() | (column == "")).all())


def _counts_rows(column: "pd.Series") -> bool:
    """Whether every row has a whole number of its own: those of the rows, also after some were dropped or shuffled."""
    import pandas as pd

    if pd.to_numeric(column.iloc[:2], errors="coerce").isna().any() or not column.is_unique:
        return False
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return bool((numbers == np.floor(numbers)).all() and (numbers >= 0).all())
