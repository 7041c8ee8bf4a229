"""One stack to train, as plain data that travels to a worker."""

from dataclasses import dataclass, replace
from typing import Any

from nn.registry import Array
from nn.stepping import Choice
from runner.runs.shape import Shape


@dataclass(frozen=True)
class Task:
    """One stack to train: plain data that travels to a worker.

    `shapes` are those of every phase of the runs. `starts` holds the parameters `(P,)` of runs that continue another
    run, None for those that draw their initial weights. `code` is the digest of the numeric code that the runs were
    planned with, `folder` the working folder, which relative file names refer to, and `digests` are those of the files
    of every phase, by run; empty if nothing is read. With `all_signals`, three more signals are recorded that no rule
    needs (`nn.signals`); with `snapshots`, parameters are kept during training. `engine` is what computes the updates.
    """

    indices: tuple[int, ...]
    keys: tuple[str, ...]
    specs: tuple[dict[str, Any], ...]
    shapes: tuple[Shape, ...]
    modules: tuple[str, ...] = ()
    code: str = ""
    folder: str = ""
    digests: tuple[tuple[str, ...], ...] = ()
    starts: tuple[Array | None, ...] = ()
    all_signals: bool = False
    snapshots: bool = False
    engine: Choice = "auto"

    @property
    def halves(self) -> "list[Task]":
        """The same runs as two stacks, with the same bits."""
        middle = len(self.indices) // 2
        return [self.part(slice(middle)), self.part(slice(middle, None))]

    def part(self, runs: slice) -> "Task":
        """Some of the runs as a separate stack, with the same bits."""
        return replace(
            self,
            indices=self.indices[runs],
            keys=self.keys[runs],
            specs=self.specs[runs],
            starts=self.starts[runs],
            digests=self.digests[runs],
        )
