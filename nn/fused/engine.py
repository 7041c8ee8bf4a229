"""Passes the arrays of a stack, in blocks of runs, to a compiled function and back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.batches import Rows
from nn.fused.blocks import from_blocks, memory, to_blocks
from nn.fused.compiling import Program, compiled
from nn.fused.number import Number
from nn.fused.placing import SPACES
from nn.fused.record import Recording, record
from nn.fused.tape import UNEQUAL, Buffer, Tape, Unsupported
from nn.pace import Pace
from nn.registry import Array
from nn.stack import Stack
from nn.step import Given, Update

AT_A_TIME = 0.1  # seconds in machine code, which hears no signal
MOST_BYTES = 1 << 22  # of the masks of dropout that are drawn at a time


@dataclass
class _Ready:
    """A program with its memory.

    `spaces` are arrays `(blocks, rows, block)` by name, `values` the settings `(runs,)` by number of buffer, `samples`
    the x and t that are in the spaces now. `alike` has one run for each distinct choice of settings, and for every run
    the place of its choice.
    """

    recording: Recording
    program: Program
    spaces: dict[str, Array]
    values: dict[int, Array]
    samples: tuple[Array | None, Array | None] = (None, None)
    alike: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None

    def fill(self, name: str, rows: Array) -> None:
        """Copy rows `(rows, runs)` into a space, which is resized to fit."""
        block, space = self.program.block, self.spaces[name]
        if space.shape != (-(-rows.shape[1] // block), len(rows), block):
            space = self.spaces[name] = memory(rows.shape[1], len(rows), block, rows.dtype)
        to_blocks([rows], space)


class Engine:
    """Compiled updates for these `runs` of a stack."""

    def __init__(self, stack: Stack, runs: Rows) -> None:
        self._stack, self._runs = stack, runs
        self._programs, self._ready = dict[int, tuple[Recording, Program]](), dict[int, _Ready]()
        self._dtype: type[np.floating[Any]] = stack.network.dtype
        self.compiling, self._pace, self._bytes = Pace(), Pace(), 1

    def keep(self, runs: Rows) -> None:
        """Continue with these runs of the stack, in blocks as wide as before: compiling for narrower ones is slow."""
        self._runs = runs
        self._ready.clear()

    @property
    def sizes(self) -> Collection[int]:
        """The batch sizes that have been compiled."""
        return self._programs.keys()

    @property
    def steps(self) -> int:
        """How many updates to do per call: few enough for a quick interrupt, and for the masks to fit into memory."""
        in_time = self._pace.steps_in(AT_A_TIME) if self._pace.steps else 1
        return max(1, min(in_time, MOST_BYTES // self._bytes))

    def advance(self, update: Update, given: Given) -> Sequence[Array]:
        """Do consecutive updates; returns the cost of each batch if the stack asks for it, else nothing.

        The first update of each batch size is compared with NumPy's. Raises Unsupported, with nothing done, if updates
        cannot be compiled or are not equal.
        """
        if given.size not in self._ready:
            is_new = given.size not in self._programs
            with self.compiling.timed():
                if is_new:
                    self._programs[given.size] = compiled(lambda: record(self._stack, given.size), len(self._runs))
                self._ready[given.size] = self._prepared(*self._programs[given.size])
            if is_new:
                self._check(update, given.part(0, 1))
        costs = self._run(update, given)
        if given.masks is not None:
            self._bytes = max(1, given.masks.nbytes // len(given.starts))
        return costs

    def _check(self, update: Update, given: Given) -> None:
        """Do one update on copies both ways and compare all bits, except the sign of NaN, which nothing can see.

        Raises Unsupported if they differ.
        """
        ours, right = update.copy(), update.copy()
        costs, right_costs = self._run(ours, given), right.one_by_one(given)
        kept = len(self._ready[given.size].recording.kept)
        pairs = zip((*ours.changed[:kept], *costs), (*right.changed[:kept], *right_costs), strict=True)
        if not all(_are_same(one, other) for one, other in pairs):
            raise Unsupported(UNEQUAL)

    def _run(self, update: Update, given: Given) -> Sequence[Array]:
        ready, steps, runs = self._ready[given.size], len(given.starts), len(self._runs)
        spaces, block = ready.spaces, ready.program.block
        kept = [array.T for array in update.changed[: len(ready.recording.kept)]]
        to_blocks(kept, spaces["kept"])
        self._take_samples(ready, given)
        rates = given.rates if given.rates.strides[0] else given.rates[:1]
        ready.fill("rates", rates)
        if ready.program.places.sizes["stepwise"]:
            ready.fill("stepwise", self._stepwise(ready, given))
        if given.masks is not None:
            ready.fill("masks", given.masks.T)
        if ready.recording.cost is not None:
            spaces["cost"] = memory(runs, steps, block, self._dtype)
        starts = np.array(given.starts, dtype=np.int64)
        addresses = [*(spaces[name].ctypes.data for name in SPACES), starts.ctypes.data]
        with self._pace.timed(steps):
            ready.program.function(*addresses, len(spaces["kept"]), steps, given.x.shape[-1], len(rates))
        from_blocks(spaces["kept"], kept)
        if ready.recording.cost is None:
            return ()
        costs = np.empty((steps, runs), dtype=self._dtype)
        from_blocks(spaces["cost"], [costs])
        return list(costs)

    def _prepared(self, recording: Recording, program: Program) -> _Ready:
        """The memory of a program, with what depends on settings alone."""
        runs, block, sizes, of = len(self._runs), program.block, program.places.sizes, program.places.of
        values = {buffer.number: column[self._runs] for buffer, column in recording.settings.items()}
        _compute(recording.tape, values, runs)
        rows = np.zeros((sizes["settings"], runs), dtype=self._dtype)
        for number, column in values.items():
            rows[of[number][1]] = column
        arrays = [buffer.values.ravel() for buffer in recording.tape.buffers if buffer.values is not None]
        spaces = {name: memory(1, 0, block, self._dtype) for name in SPACES}
        spaces |= {
            "kept": memory(runs, sizes["kept"], block, self._dtype),
            "scratch": memory(1, sizes["scratch"], block, self._dtype),
            "arrays": np.concatenate([*arrays, np.zeros(1, dtype=self._dtype)]),
        }
        ready = _Ready(recording, program, spaces, values)
        ready.fill("settings", rows)
        return ready

    def _take_samples(self, ready: _Ready, given: Given) -> None:
        """Copy the samples into blocks, unless they are there already."""
        if ready.samples[0] is not given.x or ready.samples[1] is not given.t:
            samples = {"x": given.x, "t": given.t}
            if self._stack.class_weights:
                samples["weights"] = self._stack.class_weights.of(given.t, self._runs)[:, np.newaxis]
            for name, values in samples.items():
                ready.fill(name, values.transpose(2, 1, 0).reshape(-1, values.shape[0]))
            ready.samples = given.x, given.t

    def _stepwise(self, ready: _Ready, given: Given) -> Array:
        """The rows of every step that depend on its number and on settings; runs with the same ones are one here."""
        steps, runs = given.rates.shape
        if ready.alike is None:
            used = [one for setting in ready.recording.tape.settings for one in setting.inputs if setting.is_stepwise]
            columns = [ready.values[one.number] for one in used if isinstance(one, Buffer) and one.role == "setting"]
            ready.alike = _alike(np.stack([*columns, np.zeros(runs, dtype=self._dtype)]))
        one_of, place = ready.alike
        values = {number: column[one_of] for number, column in ready.values.items()}
        _compute(ready.recording.tape, values, len(one_of), given.first + np.arange(steps))
        rows = np.empty((steps, ready.program.places.sizes["stepwise"], runs), dtype=self._dtype)
        for number in values.keys() - ready.values.keys():
            rows[:, ready.program.places.of[number][1]] = values[number][:, place]
        return rows.reshape(-1, runs)


def _compute(tape: Tape, values: dict[int, Array], runs: int, steps: NDArray[np.intp] | None = None) -> None:
    """Add what is computed ahead to the values `(runs,)` of settings, or `(steps, runs)`, as the update would.

    A loop of NumPy gives the same for a plain number as for an array of it, but for a power of 2, which is a square.
    """

    def value(one: Any) -> Any:
        if isinstance(one, Number):
            assert steps is not None
            return one.at(steps[:, np.newaxis]).astype(tape.dtype)
        return values[one] if isinstance(one, int) else one

    with np.errstate(all="ignore"):
        for setting in tape.settings:
            if setting.is_stepwise != (steps is not None):
                continue
            inputs = [value(one.number if isinstance(one, Buffer) else one) for one in setting.inputs]
            found = setting.ufunc(*inputs)
            if setting.ufunc is np.power and isinstance(setting.inputs[1], Number):
                found = np.where(inputs[1] == 2, np.square(inputs[0]), found)
            values[setting.out.number] = np.broadcast_to(found, (runs,) if steps is None else (len(steps), runs))


def _alike(settings: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of settings `(settings, runs)` a run for each choice, and for each run the place of its choice there.

    Two runs at least: of one number that stands for all NumPy may take another way.
    """
    bits = settings.view(f"u{settings.itemsize}")
    _, one_of, place = np.unique(bits, axis=1, return_index=True, return_inverse=True)
    return np.resize(one_of, max(2, len(one_of))), place


def _are_same(one: Array, other: Array) -> bool:
    whole = np.dtype(f"u{one.itemsize}")
    equal = np.ascontiguousarray(one).view(whole) == np.ascontiguousarray(other).view(whole)
    return bool((equal | (np.isnan(one) & np.isnan(other))).all())
