"""A bounded number of things at the same time, in threads that mostly wait for somebody else's answer."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

Thing = TypeVar("Thing")
Done = TypeVar("Done")


def in_flight(do: Callable[[Thing], Done], things: Sequence[Thing], at_once: int) -> Iterator[tuple[int, Done]]:
    """The place of each thing and what became of it, as they come.

    After a failure nothing more is begun; what is in flight comes to its end and is given too, then the first failure
    is raised.
    """
    failure: BaseException | None = None
    with ThreadPoolExecutor(at_once) as threads:
        places = {threads.submit(do, thing): place for place, thing in enumerate(things)}
        for future in as_completed(places):
            if future.cancelled():
                continue
            if error := future.exception():
                failure = failure or error
                threads.shutdown(wait=False, cancel_futures=True)
            else:
                yield places[future], future.result()
    if failure is not None:
        raise failure
