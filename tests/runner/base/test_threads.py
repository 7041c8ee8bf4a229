"""Several things at a time: never more than allowed, and what a failure stops and what it does not."""

import threading
import time

import pytest

from runner.base.threads import in_flight


def test_everything_is_done_once_and_comes_with_its_place():
    assert sorted(in_flight(lambda thing: thing * 10, range(50), 4)) == [(place, place * 10) for place in range(50)]


def test_as_many_as_allowed_are_done_at_a_time_and_no_more():
    lock, together = threading.Lock(), threading.Barrier(3, timeout=10)
    now, most = 0, 0

    def do(thing):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1

    list(in_flight(do, range(9), 3))
    assert most == 3


def test_after_a_failure_nothing_is_begun_and_what_is_in_flight_is_given_before_it_is_raised():
    begun, failed = [], threading.Event()

    def do(thing):
        begun.append(thing)
        if thing == 0:
            failed.set()
            raise ValueError("no")
        failed.wait(10)
        time.sleep(0.2)
        return thing

    given = []

    def collect():
        for one in in_flight(do, range(100), 4):
            given.append(one)

    with pytest.raises(ValueError, match="no"):
        collect()
    assert given and {place for place, _ in given} == set(begun) - {0}
    assert len(begun) < 20
