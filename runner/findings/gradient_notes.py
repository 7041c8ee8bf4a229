"""Notes on a gradient check: its limits, faults elsewhere, and telling magnitudes."""

from collections.abc import Mapping, Sequence

import numpy as np

from nn import gradients
from nn.faults import FAULTS
from nn.gradients import Comparison
from nn.registry import Array
from runner.plan.fault_checks import PLACES
from runner.runs.spec import Spec

FAR = 100  # times: from this factor on, one size is far from another


def of_check(spec: Spec, rows: Sequence[Comparison]) -> list[str]:
    """What was not checked, or not as requested."""
    notes = [f"dtype={spec.dtype} was asked for; the check is made in float64"] if spec.dtype != "float64" else []
    if spec.warm_start:
        notes.append("this run has a warm start, so its first step is on another data set")
    if spec.training.dropout:
        notes.append(f"training.dropout={spec.training.dropout:g} is left out: all hidden units are used")
    if some := [f"{row.chosen:,} of {row.true.size:,} of {row.name}" for row in rows if row.chosen < row.true.size]:
        notes.append(f"checked at entries drawn at random, whose norms are shown: {', '.join(some)}")
    missing = {row.name: row.chosen - int(np.isfinite(row.true).sum()) for row in rows}
    if left_out := ", ".join(f"{n} of {name}" for name, n in missing.items() if n):
        notes.append(f"left out, because differences over two distances disagree (a kink is near): {left_out}")
    return notes


def is_of_gradient(found: Sequence[str]) -> bool:
    """Whether a fault with these places can show in a gradient check."""
    return "gradient" in found or "penalty" in found


def of_faults(places: Mapping[str, Sequence[str]], rows: Sequence[Comparison]) -> list[str]:
    """Which faults no gradient can show, and where they are; `places` are those of `fault_checks` by fault."""
    elsewhere = {fault: found for fault, found in places.items() if not is_of_gradient(found)}
    notes = [
        f"fault={fault} is not a fault of the gradient but of {' and '.join(PLACES[place] for place in found)}: "
        f"{FAULTS.summary(fault)}"
        for fault, found in elsewhere.items()
    ]
    here = [fault for fault in places if fault not in elsewhere]
    if here and all(row.verdict.is_right for row in rows):
        notes.append(f"fault={','.join(here)} changes no gradient here")
    return notes


def of_sizes(rows: Sequence[Comparison], inputs: Mapping[str, Array]) -> list[str]:
    """What the magnitudes of correct gradients show: badly scaled inputs, or else a vanishing gradient.

    `inputs` holds the values `(n,)` of every input by name, as the first layer gets them.
    """
    return _out_of_scale(inputs) or _vanishing(rows)


def _vanishing(rows: Sequence[Comparison]) -> list[str]:
    sizes = [(row.name, gradients.norm(row.known[1])) for row in rows if row.true.ndim == 2]
    (first, first_size), (last, last_size) = sizes[0], sizes[-1]
    if not last_size or first_size * FAR > last_size:
        return []
    if not first_size:
        return [f"the gradient of {first} is zero: the gradient of {last} does not reach it"]
    return [
        f"the gradient of {first} is {_rounded(last_size / first_size)} times smaller than that of {last}: it vanishes "
        "in passing back through small weights or flat activations; init=he, activation=relu or fewer layers help"
    ]


def _out_of_scale(inputs: Mapping[str, Array]) -> list[str]:
    """A weight's gradient is the delta times its input, so it is as far out of scale as that is."""
    sizes = {name: gradients.norm(values) / np.sqrt(max(1, values.size)) for name, values in inputs.items()}
    large, small = max(sizes, key=sizes.__getitem__), min(sizes, key=lambda name: sizes[name] or np.inf)
    size, remedy = _rounded(sizes[large]), "data.standardize=true brings all inputs to one scale"
    if sizes[large] >= FAR:
        return [
            f"the input {large} is about {size} in size, so the gradient of its weights is far out of scale, "
            f"about {size} times that of a bias; {remedy}"
        ]
    if 0 < sizes[large] * FAR <= 1:
        return [f"no input is larger than about {size}, so the gradient of W1 is tiny beside that of a bias; {remedy}"]
    if 0 < sizes[small] * FAR <= sizes[large]:
        times = _rounded(sizes[large] / sizes[small])
        return [f"the input {large} is about {times} times {small}, and so is the gradient of its weights; {remedy}"]
    return []


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= FAR else f"{number:.2g}"
