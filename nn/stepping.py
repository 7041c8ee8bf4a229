"""The updates of the runs that still train, from one evaluation to the next."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from nn.batches import Rows
from nn.fused.tape import Unsupported, in_short
from nn.network import ORDERED_PRODUCTS, Network
from nn.pace import Pace
from nn.rates import Rates
from nn.registry import Array
from nn.stack import Stack
from nn.step import Given, Update

if TYPE_CHECKING:
    from nn.fused.engine import Engine

Choice = Literal["auto", "numpy", "compiled"]
# Seconds of updates by NumPy after which the rest is estimated; and how long compiling takes: loading LLVM, once in a
# process, and each layer of weights. `python -m benchmarks kernel` measures both.
LOOK_AFTER, LOADING, PER_LAYER = 0.02, 0.05, 0.03
AT_ONCE = 8  # updates that NumPy does in one go, where they are so short that asking after each would take long
BY_NUMPY = "trained by NumPy: "  # how the sentence begins where that was not wanted; then the reason
NOT_INSTALLED = "llvmlite is not installed"


def worth_compiling(network: Network, has_compiled: bool = False) -> float:
    """How many seconds NumPy must need for compiling to pay off, in a process that has compiled before or not."""
    return (0.0 if has_compiled else LOADING) + PER_LAYER * len(network.shapes)


class Stepping:
    """What is trained, `parameters (runs, P)` and the optimizer's `state`, and what computes its updates.

    `runs` are the positions in the stack of the runs that still train. A single remaining run in F order is trained
    twice, side by side: for one run NumPy drops the axis and would add in a different order.

    NumPy and compiled code (`nn.fused`) compute identical bits. With `auto`, NumPy starts, and compiled code takes over
    once the remaining updates would take longer than compiling. This is decided for each batch size, because each has
    its own code: a smaller last batch often stays with NumPy. `engine` says in words what was used and why.
    """

    has_compiled = False  # in this process

    def __init__(self, stack: Stack, choice: Choice = "auto") -> None:
        network, order = stack.network, stack.batches.order
        self.stack, self.runs = stack, np.arange(len(stack.parameters))
        self.parameters = stack.parameters.astype(network.dtype, order=order)
        given = stack.descent.state or [np.zeros_like(self.parameters) for _ in range(stack.descent.optimizer.slots)]
        self.state = [slot.astype(network.dtype, order=order) for slot in given]
        self.rates = Rates(stack.descent, stack.evaluations[-1], network.dtype)
        self._costs, self._steps = np.zeros(len(self.runs)), 0
        is_ordered = order == "F"
        self.engine, self._choice = "", choice if is_ordered else "numpy"
        if choice == "compiled" and not is_ordered:
            self.engine = f"{BY_NUMPY}more than {ORDERED_PRODUCTS:,} products a step are left to BLAS"
        self._compiled: Engine | None = None
        self._by_numpy = defaultdict[int, Pace](Pace)  # by the size of a batch
        self._at_once = 1
        self.update = self._of_these()

    def advance(self, first: int, last: int) -> None:
        """Do the updates from `first` up to, but not including, `last`."""
        step = first
        while step < last:
            given = self._given(step, last - step)
            for costs in self._costs_of(given):  # one after the other: each sum is rounded
                self._costs += costs
                self._steps += 1
            step += len(given.starts)

    def online_costs(self) -> Array | None:
        """The mean cost of the batches since the last call, `(runs,)`, each before its own update."""
        mean = self._costs / self._steps if self._steps else None
        self._costs, self._steps = np.zeros(len(self.runs)), 0
        return mean

    def keep(self, rows: Rows) -> Rows:
        """Continue with some of the runs; returns their positions, twice for a single run in F order."""
        stack, order = self.stack, self.stack.batches.order
        if order == "F" and len(rows) == 1:
            rows = np.repeat(rows, 2)
        self.runs, self._costs = self.runs[rows], self._costs[rows]
        self.parameters = np.asarray(self.parameters[rows], order=order)
        self.state = [np.asarray(slot[rows], order=order) for slot in self.state]
        self.rates.keep(rows)
        stack.batches.keep(rows)
        if stack.dropout:
            stack.dropout.keep(rows)
        if self._compiled:
            self._compiled.keep(self.runs)
        self.update = self._of_these()
        return rows

    def _of_these(self) -> Update:
        return Update(self.stack, self.runs, self.parameters, self.state, np.zeros_like(self.parameters))

    def _given(self, first: int, steps: int) -> Given:
        """The input of the next updates, at least one and at most `steps`."""
        rates = self.rates.ahead(first, min(steps, self._compiled.steps if self._compiled else self._at_once))
        x, t, starts, size = self.stack.batches.ahead(len(rates))
        masks = self.stack.dropout.ahead(size, len(starts)) if self.stack.dropout else None
        return Given(x, t, starts, size, rates[: len(starts)], masks, first)

    def _engine_for(self, given: Given) -> "Engine | None":
        """The engine for these updates; None for NumPy."""
        if self._choice == "numpy" or (self._choice == "auto" and not self._is_worth_compiling(given)):
            return None
        if self._compiled is None:
            self._compile()
        return self._compiled

    def _is_worth_compiling(self, given: Given) -> bool:
        if self._compiled and given.size in self._compiled.sizes:
            return True
        so_far, left = self._by_numpy[given.size].seconds, self.stack.evaluations[-1] - given.first
        long = worth_compiling(self.stack.network, Stepping.has_compiled)
        return so_far > LOOK_AFTER and so_far / given.first * left > long

    def _compile(self) -> None:
        """Compile the updates, if possible."""
        try:
            from nn.fused.engine import Engine
        except ModuleNotFoundError:
            self._leave_to_numpy(NOT_INSTALLED)
        except Exception as error:  # its library is missing, or it is another version
            self._leave_to_numpy(f"llvmlite cannot be loaded: {in_short(error)}")
        else:
            self._compiled = Engine(self.stack, self.runs)

    def _leave_to_numpy(self, why: str) -> None:
        self._compiled, self._choice, self.engine = None, "numpy", f"{BY_NUMPY}{why}"

    def _costs_of(self, given: Given) -> Sequence[Array]:
        """Do updates; returns the cost of each batch if the stack asks for it."""
        if engine := self._engine_for(given):
            try:
                costs = engine.advance(self.update, given)
            except Unsupported as reason:
                self._leave_to_numpy(str(reason))
            else:
                self.engine, Stepping.has_compiled = f"compiled in {engine.compiling.seconds:.2f} s", True
                return costs
        pace = self._by_numpy[given.size]
        with pace.timed(len(given.starts)):
            costs = self.update.one_by_one(given)
        self._at_once = max(1, min(AT_ONCE, pace.steps_in(LOOK_AFTER / 4)))
        return costs
