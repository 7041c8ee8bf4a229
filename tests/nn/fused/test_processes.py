"""Several trainings at once: in threads, in workers that are forked or spawned, and one that is interrupted."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier, Timer

import pytest
from threadpoolctl import threadpool_limits

from nn.fused import compiling
from nn.stack import Trained
from nn.training import train
from tests.nn.building import EXTRAS, Structure
from tests.nn.fused.engines import COMPILED, check, differences, stack_of

ROOT = Path(__file__).resolve().parents[3]
STRUCTURES = [
    Structure(batches="cyclic", optimizer="adam", extras=EXTRAS, evaluations=(0, 5, 200), online=True),
    Structure((2, 4, 1), "relu", "sigmoid", "binary_cross_entropy", dropout=True, evaluations=(0, 5, 200)),
    Structure((3, 7, 3), "gelu", "softmax", "softmax_cross_entropy", batches="fresh", evaluations=(0, 5, 200)),
    Structure((1, 6, 1), "sigmoid", batch_size=1, optimizer="nesterov", evaluations=(0, 5, 200)),
]
THREADS = 8


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been compiled before."""
    monkeypatch.setattr(compiling, "PROGRAMS", {})


def compared(place: int) -> str:
    """Train one of the structures in both ways; returns what the engine says."""
    with threadpool_limits(limits=1, user_api="blas"):
        return check(lambda: stack_of(STRUCTURES[place], range(9)))


@pytest.mark.parametrize("structures", [STRUCTURES[:1], STRUCTURES], ids=["one", "several"])
def test_threads_do_not_disturb_each_other(structures: list[Structure]) -> None:
    barrier = Barrier(THREADS)

    def one(place: int) -> Trained:
        stack = stack_of(structures[place % len(structures)], range(place, place + 9))
        barrier.wait(timeout=60)
        return train(stack, engine="compiled")

    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(one, range(THREADS)))
    for place, trained in enumerate(found):
        right = train(stack_of(structures[place % len(structures)], range(place, place + 9)), engine="numpy")
        assert trained.engine.startswith(COMPILED), trained.engine
        assert differences(trained, right) == []


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_compile_for_themselves(method: str) -> None:
    if method == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    compared(0)  # a forked worker finds this program, and makes others
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as workers:
        engines = list(workers.map(compared, range(len(STRUCTURES)), timeout=120))
    assert all(engine.startswith(COMPILED) for engine in engines), engines


def test_more_structures_than_programs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MOST_PROGRAMS", 2)
    for place in (0, 1, 2, 3, 0, 3):
        compared(place)
    assert 0 < len(compiling.PROGRAMS) <= 2


LONG = """
    import signal
    from dataclasses import replace
    from nn.training import train
    from tests.nn.building import Structure
    from tests.nn.fused.engines import stack_of

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it
    structure = Structure((2, 4, 1), batches="full", schedule="constant", evaluations=(0, 50, 50_000_000))
    stack = replace(stack_of(structure, range({runs})), recording=None)
    try:
        train(stack, lambda step: print(step, flush=True), engine="compiled")
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process alone")
@pytest.mark.parametrize("runs", [2, 3000])
def test_an_interrupt_is_heard_within_a_second(runs: int) -> None:
    command = [sys.executable, "-c", textwrap.dedent(LONG).format(runs=runs)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        giving_up = Timer(60, process.kill)
        giving_up.start()
        assert [process.stdout.readline() for _ in range(2)] == ["0\n", "50\n"]
        time.sleep(0.5)  # now it is in the middle of updates
        process.send_signal(signal.SIGINT)
        started = time.perf_counter()
        assert process.stdout.readline() == "interrupted\n"
        assert time.perf_counter() - started < 1
        assert process.wait(timeout=20) == 0
        giving_up.cancel()


def test_an_interrupted_training_leaves_nothing_in_the_next() -> None:
    class Interrupted(Exception): ...

    def interrupt(step: int) -> None:
        if step == 5:
            raise Interrupted

    structure = replace(STRUCTURES[0], dropout=True)
    with pytest.raises(Interrupted):
        train(stack_of(structure, range(9)), interrupt, engine="compiled")
    assert check(lambda: stack_of(structure, range(9))).startswith(COMPILED)
