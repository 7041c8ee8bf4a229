"""From a structure that is new to a process to compiled code: recording, writing, and LLVM, in processor time.

Each structure is compiled in a process that has LLVM, but no programs. A pass that ends in a smaller batch has two.
"""

import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.contestants import stack_of
from benchmarks.markdown import markdown
from benchmarks.programs import ROOT, environment
from benchmarks.work import SHAPES
from nn.stack import Stack

if TYPE_CHECKING:
    from runner.app.compose import Composer
    from runner.plan.task import Task

IMPORT = """
import time
import nn.training
started = time.process_time()
import nn.fused.engine
print(time.process_time() - started)
"""
MIDDLE, MOST = 0.1, 0.5  # seconds at most
RUNS = 20


def first_use(quick: bool) -> Iterator[str]:
    """Markdown: one row per origin of the structures, and what could not be compiled."""
    try:
        importing = float(_said_by(IMPORT))
        import nn.fused.engine  # noqa: F401  # says whether it can be imported
    except (ImportError, subprocess.CalledProcessError) as error:
        yield f"first use is not measured: {error} (pip install llvmlite).\n"
        return
    origins = {
        "the shapes above, float64": _shapes("float64"),
        "the shapes above, float32": _shapes("float32"),
        "conf/case": _cases(quick),
        "sweeps": _sweeps(quick),
    }
    known: set[object] = set()
    rows, notes = [], []
    for origin, named in origins.items():
        found = Uses(islice(named, 2 if quick else None), known)
        if found.seconds:
            seconds = found.seconds.values()
            middle, most = statistics.median(seconds), max(seconds)
            rows.append([origin, str(len(seconds)), f"{middle:.3f}", f"{most:.3f}"])
            if middle > MIDDLE:
                notes.append(f"Missed: the median of {origin}, target {MIDDLE:g}")
            late = ", ".join(f"{name} ({took:.2f})" for name, took in found.seconds.items() if took > MOST)
            notes += [f"Missed, target {MOST:g}: {late}"] if late else []
        notes += [f"Not compiled of {origin}: {count}, {why}" for why, count in found.left.items()]
    header = ["structures of", "new ones", "median s", "most s"]
    yield f"Targets: a median of at most {MIDDLE:g} s, and none above {MOST:g} s.\n"
    yield f"First use of a structure, seconds of processor time:\n\n{markdown(header, rows)}\n"
    notes.insert(0, f"Importing LLVM takes {importing:.2f} s more, once in a process")
    yield f"{'. '.join(notes)}.\n"


class Uses:
    """Seconds of the first use of each structure that is not `known` yet, by name; `left` counts those not compiled."""

    def __init__(self, named: Iterable[tuple[str, Stack]], known: set[object]) -> None:
        from nn.fused.record import record
        from nn.fused.tape import Unsupported

        self.seconds, self.left = dict[str, float](), Counter[str]()
        for name, stack in named:
            if stack.batches.order == "C":
                self.left["trained by BLAS"] += 1
                continue
            sizes = sizes_of(stack)
            try:
                contents = tuple(record(stack, size).tape.contents for size in sizes)
                if contents not in known:
                    known.add(contents)
                    self.seconds[name] = sum(_seconds(stack, size) for size in sizes)
            except Unsupported as reason:
                self.left[str(reason)] += 1


def sizes_of(stack: Stack) -> list[int]:
    """The sizes of batches in a pass, or in what is drawn at once."""
    sizes, n, seen = dict[int, None](), stack.data.X_train.shape[1], 0
    while seen < n:
        ahead = stack.batches.ahead(n)
        sizes[ahead.size], seen = None, seen + ahead.size * len(ahead.starts)
    return list(sizes)


def _seconds(stack: Stack, size: int) -> float:
    """The less of two first uses: the collector of garbage may come into one of them, with all that is in memory."""
    from nn.fused.compiling import PROGRAMS, compiled
    from nn.fused.record import record

    def once() -> float:
        PROGRAMS.clear()
        started = time.process_time()
        compiled(lambda: record(stack, size), RUNS)
        return time.process_time() - started

    return min(once(), once())


def _said_by(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True).stdout


def _shapes(dtype: str) -> Iterator[tuple[str, Stack]]:
    for work in SHAPES:
        yield f"{work.name} x {work.batch}", stack_of(replace(work, dtype=dtype), 1)


def _cases(quick: bool) -> Iterator[tuple[str, Stack]]:
    """The case studies as they were written."""
    from runner.app.setup import composing
    from runner.base.paths import CONF
    from runner.plan.plan import make_plan

    for name in sorted(path.stem for path in (CONF / "case").glob("*.yaml"))[: 2 if quick else None]:
        with composing() as composer:
            (task,) = make_plan([composer.compose(0, (f"case={name}", "seed=0"))]).tasks
        yield name, _stack(task)


def _sweeps(quick: bool) -> Iterator[tuple[str, Stack]]:
    """Every setting of the named sweeps, with one seed."""
    from runner.app.named_sweeps import sweep_files
    from runner.app.setup import set_up_hydra
    from runner.base.paths import SWEEPS
    from runner.plan.plan import make_plan

    set_up_hydra([])
    for name in list(sweep_files(SWEEPS))[: 1 if quick else None]:
        composer, jobs = _jobs_of(name)
        first = [job for job in jobs if "seed=0" in job]
        plan = make_plan([composer.compose(number, job) for number, job in enumerate(first)])
        for task in plan.tasks:
            yield " ".join(first[task.indices[0]]), _stack(task)


def _jobs_of(sweep: str) -> "tuple[Composer, list[list[str]]]":
    """The jobs that Hydra makes of a named sweep."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.types import RunMode

    from runner.app import grids
    from runner.app.compose import Composer
    from runner.app.setup import config_loader

    with config_loader() as loader:
        master = loader.load_configuration("config", [f"sweep={sweep}"], RunMode.MULTIRUN)
        given = [f"sweep={sweep}", *(f"{key}={value}" for key, value in master.hydra.sweeper.params.items())]
        parsed = OverridesParser.create(config_loader=loader).parse_overrides(given)
        return Composer(loader, master), grids.jobs_of(parsed, loader, master)


def _stack(task: "Task") -> Stack:
    """What the first run of a task trains, and with it all others of the task."""
    from runner.runs.data import prepare
    from runner.runs.spec import from_plain
    from runner.runs.structure import build_network
    from runner.train.stacking import build_stack, first_parameters

    shape, spec = task.shapes[-1], from_plain(task.specs[0]).phases[-1]
    network = build_network(shape.structure)
    with np.errstate(all="ignore"):
        parameters = first_parameters(network, [spec], [None], shape.drawn)
        return build_stack(network, [spec], [prepare(spec)], shape, parameters)
