"""Values made on demand, one by one, because all of them at once would need too much memory."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

Of = TypeVar("Of")
Made = TypeVar("Made")


class Lazily(Sequence[Made], Generic[Of, Made]):
    """The results of `make` for each of some things, made anew on every access."""

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
