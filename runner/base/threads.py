"""A bounded number of concurrent operations, in threads that mostly wait for someone else's answer."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from threading import Thread
from typing import TypeVar

Thing = TypeVar("Thing")
Done = TypeVar("Done")


def in_flight(do: Callable[[Thing], Done], things: Sequence[Thing], at_once: int) -> Iterator[tuple[int, Done]]:
    """Yield the position of each thing and its result, as they complete.

    After a failure nothing new is started; what is in flight is completed and yielded, and then the first failure is
    raised.
    """
    failure: BaseException | None = None
    flights: dict[Future[Done], int] = {}
    begun = 0
    while flights or (begun < len(things) and failure is None):
        while len(flights) < at_once and begun < len(things) and failure is None:
            flights[in_daemon(do, things[begun])] = begun
            begun += 1
        for future in wait(flights, return_when=FIRST_COMPLETED).done:
            place = flights.pop(future)
            if error := future.exception():
                failure = failure or error
            else:
                yield place, future.result()
    if failure is not None:
        raise failure


def in_daemon(do: Callable[[Thing], Done], thing: Thing) -> Future[Done]:
    """Run it in a thread that does not delay the end of the program, as a pool's would: a server may hang."""
    future: Future[Done] = Future()

    def work() -> None:
        try:
            future.set_result(do(thing))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=work, daemon=True).start()
    return future
