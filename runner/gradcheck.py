"""`python -m runner.gradcheck`: compares the gradient of training with central differences of its objective."""

import sys
from collections.abc import Sequence

import numpy as np
from rich.table import Table

from nn import gradients
from nn.batches import next_batch, sample_last
from nn.faults import FAULTS
from nn.gradients import Comparison
from nn.registry import Array
from nn.stack import Stack
from runner.app.commands import run_command, split_options
from runner.app.setup import planned
from runner.base import answer
from runner.base.console import console, count, say
from runner.base.errors import UserError
from runner.base.exit_codes import ExitCode
from runner.base.paths import CONF
from runner.diagnosis.probes import compare
from runner.findings.gradient_notes import is_of_gradient, of_check, of_faults, of_sizes
from runner.plan.fault_checks import places_of
from runner.plan.phases import Checked
from runner.plan.plan import Plan
from runner.runs.components import load_modules, modules_of
from runner.runs.data import prepare
from runner.runs.documents import whole as documents
from runner.runs.documents.whole import Gradient
from runner.runs.structure import build_network
from runner.train.stacking import build_stack, first_parameters

ALL, LIST = "--all", "--faults"
ENTRIES, WORK = (20, 2000), 1e9  # entries to check of one array: within these, WORK / (parameters times samples)
USAGE = """\
Is the gradient of a network right? Compares what training would use (back-propagation and the pull of L1 and L2,
before clipping) with central differences of the objective, array by array, at the first weights and on the first batch.
Says what the sizes of the gradients mean, and which faults lie elsewhere: in the batch, the update or the shown cost.

  python -m runner.gradcheck                                   the network of python -m runner
  python -m runner.gradcheck data=xor activation=gelu          the same overrides as for a run
  python -m runner.gradcheck data=quadrants fault=derivative_of_activated network.hidden=[2]
  python -m runner.gradcheck case=c1 --all                     a case study, on all training samples
  python -m runner.gradcheck fault=update_sign                 the gradient is right, and the fault elsewhere
  python -m runner.gradcheck --faults                          the mistakes that fault=... can make

The exit code is 0 when all arrays are right, and 1 when one is wrong or the settings are."""


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns the exit code: 0 only if every array is right."""
    return run_command(_run, arguments, USAGE)


def _run(arguments: Sequence[str]) -> int:
    for option in ("-m", "--multirun"):
        if option in arguments:
            raise UserError(f"{option} is for python -m runner; a check looks at one network at a time")
    options, overrides = split_options(arguments, (ALL, LIST))
    if LIST in options:
        load_modules(modules_of(overrides, CONF / "config.yaml"))
        for name in FAULTS:
            say(f"{name:<29}{FAULTS.summary(name)}")
        return 0
    plan = planned(overrides)
    rows, where, notes = check(plan, on_all=ALL in options)
    answer.add("gradient", lambda: _told(rows, where, notes))
    show(rows, where, notes)
    return conclude(rows, [fault for fault, found in _places(plan).items() if is_of_gradient(found)])


def check(plan: Plan, on_all: bool = False) -> tuple[list[Comparison], str, list[str]]:
    """Compare the gradient of a run's first step with the derivative of its objective, in float64.

    Returns the comparisons, what was checked, and notes. Both sides use the same batch, even one that a fault has
    corrupted.
    """
    (run,), (asked,) = plan.checked.values(), plan.specs
    places = _places(plan)
    of_batch = tuple(fault for fault, found in places.items() if "batch" in found)
    used, x, t, _ = _first_step(run, asked.fault, on_all)
    right, own_x, own_t, names = _first_step(run, of_batch, on_all)
    network = right.network_of(np.arange(1))
    limit = int(np.clip(WORK / (network.n_parameters * (own_x.shape[-1] + 8)), *ENTRIES))
    rows = compare((used, x, t), (right, own_x, own_t), limit)
    sizes, n = "-".join(map(str, network.sizes)), own_x.shape[-1]
    samples = f"all {n} training samples" if on_all else f"the first batch of {count(n, 'sample')}"
    where = f"a {sizes} network on {run.phases[0].spec.data.name}, at its first weights and {samples}"
    inputs = dict(zip(names, network.input.value(own_x)[0], strict=True))
    return rows, where, [*of_check(asked, rows), *of_faults(places, rows), *of_sizes(rows, inputs)]


def _places(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Where each of the run's faults lies when it is made alone, or, where that changes nothing, with the others."""
    (run,) = plan.checked.values()
    last = run.phases[-1]
    return {fault: places_of(fault, last.but(fault=(fault,))) or places_of(fault, last) for fault in run.spec.fault}


def _first_step(run: Checked, fault: tuple[str, ...], on_all: bool) -> tuple[Stack, Array, Array, tuple[str, ...]]:
    """A run with other faults before its first update, the samples that it sees, and the names of their inputs."""
    first, last = (phase.but(dtype="float64", fault=fault) for phase in (run.phases[0], run.phases[-1]))
    start = run.start.parameters if run.start else None
    network, data = build_network(last.shape.structure), prepare(first.spec)
    parameters = first_parameters(network, [last.spec], [start], last.shape.drawn).astype(np.float64)
    stack = build_stack(network, [first.spec], [data], first.shape, parameters)
    x, t = (sample_last(stack.data.X_train), sample_last(stack.data.Y_train)) if on_all else next_batch(stack.batches)
    return stack, x, t, data.samples.input_names


def show(rows: Sequence[Comparison], where: str, notes: Sequence[str]) -> None:
    """Print the table with its notes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("array")
    for name in ("shape", "back-prop.", "difference", "rel. error", "cosine"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for row in rows:
        style, shape = "red" if row.verdict.is_right is False else None, "x".join(map(str, row.true.shape))
        table.add_row(row.name, shape, *_numbers(*row.known), row.verdict.words, style=style)
    if all(row.used.shape == row.true.shape for row in rows):
        used, true = (np.concatenate(side) for side in zip(*(row.known for row in rows), strict=True))
        table.add_row("all", str(sum(row.true.size for row in rows)), *_numbers(used, true), "", style="dim")
    out = console()
    out.print(f"{where};\nnorms of the gradient by back-propagation and of the central difference:\n", soft_wrap=True)
    out.print(table)
    out.print()
    for note in notes:
        out.print(note, soft_wrap=True)


def _told(rows: Sequence[Comparison], where: str, notes: Sequence[str]) -> Gradient:
    """The same for programs."""
    arrays = [
        documents.Array(
            name=row.name, shape=list(row.true.shape), right=row.verdict.is_right, verdict=row.verdict.words,
            norm=float(gradients.norm(used)), difference_norm=float(gradients.norm(true)),
        )
        for row in rows
        for used, true in [row.known]
    ]  # fmt: skip
    return Gradient(where=where, arrays=arrays, notes=[str(note) for note in notes])


def _numbers(used: Array, true: Array) -> list[str]:
    """Both norms, the relative error and the cosine."""
    lengths = gradients.norm(used), gradients.norm(true)
    if used.shape != true.shape or not max(lengths):
        return [*(f"{length:.4g}" for length in lengths), "-", "-"]
    error = gradients.norm(used - true) / max(lengths)
    return [*(f"{length:.4g}" for length in lengths), f"{error:.1e}", f"{gradients.cosine(used, true):.4f}"]


def conclude(rows: Sequence[Comparison], faults: Sequence[str]) -> int:
    """Print the verdict in one line, with the injected faults; returns the exit code."""
    wrong = [row.name for row in rows if row.verdict.is_right is False]
    unchecked = [row.name for row in rows if row.verdict.is_right is None]
    n = len(rows) - len(unchecked)
    if wrong:
        say(f"{len(wrong)} of {count(n, 'array')} {'is' if len(wrong) == 1 else 'are'} wrong: {', '.join(wrong)}")
        for name in faults:
            say(f"fault={name}: {FAULTS.summary(name)}")
        return ExitCode.FAILURE
    rest = f"; {', '.join(unchecked)} could not be checked" if unchecked else ""
    say((f"all {n} arrays are right" if n != 1 else "the only array is right") + rest)
    return ExitCode.SUCCESS if n else ExitCode.FAILURE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
