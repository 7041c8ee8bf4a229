"""What is made of many things one by one, when it is asked for: all of it at once would take memory."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

Of = TypeVar("Of")
Made = TypeVar("Made")


class Lazily(Sequence[Made], Generic[Of, Made]):
    """What `make` makes of each of some things, made anew each time."""

    def __init__(self, make: Callable[[Of], Made], of: Sequence[Of]) -> None:
        self._make, self._of = make, of

    def __len__(self) -> int:
        return len(self._of)

    @overload
    def __getitem__(self, place: int) -> Made: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Made]: ...
    def __getitem__(self, place: int | slice) -> Made | Sequence[Made]:
        return Lazily(self._make, self._of[place]) if isinstance(place, slice) else self._make(self._of[place])
