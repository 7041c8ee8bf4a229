"""Whether the scaled data suit the loss and the precision; otherwise a cost means nothing."""

import numpy as np

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES, Loss
from runner.base.errors import Problem
from runner.datasets.samples import LARGEST, DataError
from runner.plan.phases import Phase
from runner.runs.data import Facts, chooses_class, prepare
from runner.runs.explaining import explain_data
from runner.runs.scaling import Span, known_range, sets_targets
from runner.runs.spec import Spec

ROUNDING = 1e-9
FAR_BELOW_FLOAT32 = 1e30  # data of another seed are no 1e8 times larger


def check_target_range(phase: Phase) -> Problem | None:
    """Two numbers must form a range that numbers can be mapped onto."""
    spec, facts = phase.spec, phase.facts
    chosen, output = spec.network.target_range, spec.network.output
    if not isinstance(chosen, tuple):
        return None
    if dict(spec.data)["target_scale"] == "log" and chosen[0] <= 0 and not sets_targets(facts.task, output):
        return Problem("network.target_range", f"must be above 0 with data.target_scale=log, got {list(chosen)}")
    if chosen[0] >= chosen[1]:
        return Problem("network.target_range", f"must be two numbers in ascending order, got {list(chosen)}")
    is_usable = max(map(abs, chosen)) <= LARGEST and chosen[1] - chosen[0] >= 1 / LARGEST
    if output in ACTIVATIONS and sets_targets(facts.task, output) and not is_usable:
        return Problem("network.target_range", f"must be within +-{LARGEST:g} and not too narrow, got {list(chosen)}")
    return None


def check_labels(phase: Phase) -> Problem | None:
    """Whether classes are encoded by the numbers that the loss, or the reported cost, needs."""
    spec, facts = phase.spec, phase.facts
    if facts.task == "regression":
        share = spec.loss.settings().get("label_smoothing", 0)
        told = f"={share:g} is for a classification, but data={spec.data.name} is a regression"
        return Problem("loss.label_smoothing", told) if share else None
    for key, name, loss in _named(spec):
        known = known_range(spec, facts.task, facts.levels) or facts.levels
        if loss.labels is not None and tuple(known) != loss.labels:
            low, high = loss.labels
            way = "auto" if key == "loss" else f"[{low:g},{high:g}]"
            told = (
                f"={name} needs classes that are trained as {low:g} and {high:g}, and those of data={spec.data.name} "
            )
            return Problem(key, f"{told}are trained as {known[0]:g} and {known[1]:g}; use network.target_range={way}")
    return None


def looks_at_samples(phase: Phase) -> bool:
    """Whether these checks look at samples, which depend on the seed."""
    spec, facts = phase.spec, phase.facts
    has_bounds = bool(_bounded(spec)) and not known_range(spec, facts.task, facts.levels)
    return has_bounds or _may_be_beyond(spec, facts)


def outside_domain(phase: Phase) -> Problem | None:
    """Targets outside the domain of the loss or of the reported cost, for a spec whose network can be built."""
    spec, facts = phase.spec, phase.facts
    if not (bounded := _bounded(spec)):
        return None
    try:
        least, largest = _trained_range(spec, facts)
    except DataError as error:
        return explain_data(spec.data.name, error)
    for key, name, loss in bounded:
        low, high = loss.domain
        room = ROUNDING * (high - low if np.isfinite(high - low) else 1)
        if least < low - room or largest > high + room:
            return Problem(
                key,
                f"={name} needs targets from {low:g} to {high:g}, and those of data={spec.data.name} are trained as "
                f"{least:g} to {largest:g}; {_way_out(spec, key, loss.domain)}",
            )
        total = least * (facts.n_classes - 1) + largest
        if chooses_class(spec.network.output) and abs(total - 1) > ROUNDING:
            return Problem(
                key,
                f"={name} needs targets that sum to 1, and those of {facts.n_classes} classes are trained as "
                f"{largest:g} and {least:g}, a sum of {total:g}; {_way_out(spec, key, loss.domain)}",
            )
    return None


def beyond_precision(phase: Phase) -> Problem | None:
    """Inputs or targets that float32, the precision of training, cannot represent."""
    spec = phase.spec
    if not _may_be_beyond(spec, phase.facts):
        return None
    try:
        with np.errstate(all="ignore"):
            data = prepare(spec)
    except DataError as error:
        return explain_data(spec.data.name, error)
    arrays = {
        "inputs": (data.X_train, data.X_validation, data.X_test),
        "targets": (data.Y_train, data.Y_validation, data.Y_test),
    }
    for name, parts in arrays.items():
        largest = max(float(np.abs(one).max(initial=0)) for one in parts)
        if largest > (most := float(np.finfo(np.float32).max)):
            return Problem(
                "dtype",
                f"=float32 ends at {most:.3g}, and {name} of data={spec.data.name} are trained as up to {largest:.3g}; "
                "use dtype=float64",
            )
    return None


def _bounded(spec: Spec) -> list[tuple[str, str, Loss]]:
    """Key and name of the loss and of the shown cost, with the loss itself, as far as targets must be in bounds."""
    return [one for one in _named(spec) if np.isfinite(one[2].domain).any()]


def _named(spec: Spec) -> list[tuple[str, str, Loss]]:
    """Key and name of the loss and of the shown cost, with the loss itself."""
    loss = "loss", spec.loss.name, LOSSES[spec.loss.name](**spec.loss.settings())
    return [loss] if spec.cost == spec.loss.name else [loss, ("cost", spec.cost, LOSSES[spec.cost]())]


def _may_be_beyond(spec: Spec, facts: Facts) -> bool:
    """Whether there is, or may be for another seed, a number that float32 is not made for."""
    chosen = spec.network.target_range
    widest = max(map(abs, chosen)) if isinstance(chosen, tuple) else 0.0
    return spec.dtype == "float32" and max(facts.largest, widest) >= FAR_BELOW_FLOAT32


def _trained_range(spec: Spec, facts: Facts) -> Span:
    """The least and the largest target of the training samples, as the network sees them."""
    if known := known_range(spec, facts.task, facts.levels):
        return known
    with np.errstate(all="ignore"):
        Y = prepare(spec).Y_train
    return float(Y.min()), float(Y.max())


def _way_out(spec: Spec, key: str, domain: Span) -> str:
    bounds = ACTIVATIONS[spec.network.output]().output_range
    by_range = "network.target_range=auto" if domain[0] <= bounds[0] and bounds[1] <= domain[1] else ""
    by_loss = "" if chooses_class(spec.network.output) else f"{key}=half_mse"
    mapped = f"{by_range}, which maps them onto {bounds[0]:g} to {bounds[1]:g}" if by_range else ""
    return f"use {' or '.join(way for way in (by_loss, mapped) if way)}"
