"""A sequence that makes what it has when it is asked for it."""

from collections.abc import Sequence

import pytest

from runner.base.lazily import Lazily


def test_it_is_like_the_list_of_all_that_would_be_made() -> None:
    made: list[int] = []

    def square(n: int) -> int:
        made.append(n)
        return n * n

    squares: Sequence[int] = Lazily(square, range(5))
    assert len(squares) == 5 and not made
    assert (squares[1], squares[-1], list(squares[1:3])) == (1, 16, [1, 4])
    assert made == [1, 4, 1, 2]
    assert list(squares) == [0, 1, 4, 9, 16] and list(reversed(squares)) == [16, 9, 4, 1, 0]
    with pytest.raises(IndexError):
        squares[5]
