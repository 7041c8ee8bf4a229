"""Training alone, on one core: microseconds of processor time per step of one run, beside others that do the same.

Contestants take turns in one process, and the least time of each counts. JAX gets arrays that are converted already;
this package converts them in every call. What a first call takes longer is not in these times, but in the line below.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks.contestants import CONTESTANTS, ORDERED_BEFORE
from benchmarks.first_use import first_use
from benchmarks.markdown import markdown
from benchmarks.work import SHAPES, Timed, Work
from nn.network import ORDERED_PRODUCTS

ROUNDS = 7
PEERS = ("JAX", "NumPy", "before", "torch.func", "Numba", "NumPy loop")
CAPTION = """\
Contestants take turns in one process; the least processor time of {rounds} rounds counts. `this` is a whole training of
a stack, with compiled updates up to {products:,} products a step and BLAS above; `NumPy` has the same bits without
compiled code; `before` is what ran before there was any, with BLAS from {blas} products on. JAX is `vmap` of `scan`,
torch.func is `vmap` of `grad`, Numba is loops with `fastmath`. NumPy loop, PyTorch and scikit-learn train one run at a
time.

Targets, with float64 and with float32: JAX / this at least 1.2 and 1.5 for batches of 1 and 4, 1.5 and 2.5 for the next
five, 1.2 and 1.3 for the last three; before / this at least 3 for the single run."""


def tables(quick: bool) -> Iterator[str]:
    """Markdown, a part at a time: one table per precision, and one of first uses."""
    from runner.base.machine import keep_freed_memory

    keep_freed_memory()
    shapes = [replace(work, steps=10) for work in SHAPES[::4]] if quick else list(SHAPES)
    rounds = 1 if quick else ROUNDS
    missing: dict[str, str] = {}
    yield f"{CAPTION.format(rounds=rounds, products=ORDERED_PRODUCTS, blas=ORDERED_BEFORE)}\n"
    for dtype in ("float64", "float32"):
        measured = [Measured(replace(work, dtype=dtype), rounds, missing) for work in shapes]
        header = ["layers", "batch", "runs", *CONTESTANTS, *(f"{name.removeprefix('NumPy ')} / this" for name in PEERS)]
        yield f"Microseconds per run-step, {dtype}:\n\n{markdown(header, [one.row for one in measured])}\n"
        yield f"{_first_calls(measured)}\n\n{missed(measured)}\n"
    for name, why in missing.items():
        yield f"{name} is not measured: {why}.\n"
    yield from first_use(quick)


class Measured:
    """One shape: least microseconds per run-step by contestant, and what a first call takes more, in seconds."""

    def __init__(self, work: Work, rounds: int, missing: dict[str, str]) -> None:
        self.work, ready = work, dict[str, Timed]()
        first, least = dict[str, float](), dict[str, float]()
        for name, make in CONTESTANTS.items():
            try:
                ready[name] = make(work)
            except ImportError as error:
                missing[name] = f"{error} (pip install -e '.[bench]')"
                continue
            first[name] = least[name] = _seconds(ready[name][0])
        for _ in range(rounds):
            for name, (run, _) in ready.items():
                least[name] = min(least[name], _seconds(run))
        self.times = {name: 1e6 * least[name] / steps for name, (_, steps) in ready.items()}
        self.first = {name: first[name] - least[name] for name in ready}

    @property
    def is_compiled(self) -> bool:
        """Whether this package compiles it."""
        return self.work.products <= ORDERED_PRODUCTS

    @property
    def row(self) -> list[str]:
        cells = [f"{self.times[name]:.3g}" if name in self.times else "-" for name in CONTESTANTS]
        ratios = [f"{self.ratio(name):.2f}" if name in self.times else "-" for name in PEERS]
        return [self.work.name, str(self.work.batch), str(self.work.runs), *cells, *ratios]

    def ratio(self, peer: str) -> float:
        return self.times[peer] / self.times["this"]


def _first_calls(measured: list[Measured]) -> str:
    compilers = [name for name in ("this", "JAX", "Numba") if name in measured[0].first]
    most = {name: max(one.first[name] for one in measured if name != "this" or one.is_compiled) for name in compilers}
    return f"A first call takes more, at most: {', '.join(f'{name} {most[name]:.2f} s' for name in compilers)}."


def missed(measured: list[Measured]) -> str:
    """Which rows miss their target, in words."""
    lines = []
    for one in measured:
        work, target = one.work, one.work.target
        least = target.of(work.dtype)
        if target.peer in one.times and (ratio := one.ratio(target.peer)) < least:
            shape = f"{work.name} x {work.batch}, {work.runs:,} run{'s' * (work.runs > 1)}"
            lines.append(f"{shape}: {target.peer} / this is {ratio:.2f}, target {least:g}")
    return f"Missed: {'; '.join(lines)}." if lines else "No row misses its target."


def _seconds(run: Callable[[], Any]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
