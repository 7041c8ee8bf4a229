"""Settings that must be consistent: each check looks at one training of a run, its spec and the facts of its data."""

from collections.abc import Callable, Collection, Mapping, Sequence

from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.metrics import METRICS
from runner.base.commands import LISTS_CHOICES, LISTS_FAULTS, section_of_reference
from runner.base.errors import Problem, Way, unknown
from runner.base.texts import listed
from runner.plan.fault_checks import why_not
from runner.plan.held_out_checks import check_choosing, check_validation
from runner.plan.layer_checks import check_hidden, check_input, check_output
from runner.plan.memory import why_too_large
from runner.plan.phases import Phase
from runner.plan.target_checks import beyond_precision, check_labels, check_target_range, outside_domain
from runner.runs.data import Facts, chooses_class, gives_probabilities
from runner.runs.field_types import AUTO

Check = Callable[[Phase], Problem | None]
MAX_STEPS = 10**10  # days, even of the smallest network


def _check_loss(phase: Phase) -> Problem | None:
    return _why_not_loss(phase, "loss", phase.spec.loss.name)


def _check_cost_name(phase: Phase) -> Problem | None:
    cost = phase.spec.cost
    return None if cost in LOSSES else Problem("cost", unknown(cost, [AUTO, *LOSSES], LISTS_CHOICES))


def _check_cost(phase: Phase) -> Problem | None:
    spec = phase.spec
    return None if spec.cost == spec.loss.name else _why_not_loss(phase, "cost", spec.cost)


def _why_not_loss(phase: Phase, key: str, name: str) -> Problem | None:
    """Why a loss, trained or shown, does not fit the task or the output; None where it does."""
    spec, facts = phase.spec, phase.facts
    output, loss = spec.network.output, LOSSES[name]()
    if loss.only_task not in (None, facts.task):
        return Problem(key, f"={name} is for a {loss.only_task}, but data={spec.data.name} is a {facts.task}")
    if loss.only_output not in (None, output):
        return Problem(key, f"={name} needs network.output={loss.only_output}, got network.output={output}")
    if key == "loss" and loss.only_output is None and chooses_class(output):
        fitting = [f"loss={other}" for other in LOSSES if LOSSES[other]().only_output == output]
        way = f"use {' or '.join(fitting)}" if fitting else f"no loss is registered with only_output={output!r}"
        return Problem(key, f"={name} does not go with network.output={output}; {way}")
    return None


def _check_batch(phase: Phase) -> Problem | None:
    spec, facts = phase.spec, phase.facts
    size, mode = spec.training.batch_size, spec.training.mode
    if size is not None and mode != "minibatch":
        return Problem("training.batch_size", f"is for training.mode=minibatch, got {size} with training.mode={mode}")
    if size is not None and size > facts.n_train:
        return Problem(
            "training.batch_size",
            f"must be <= the {facts.n_train} training samples of data={spec.data.name}, got {size}; "
            "training.mode=full uses them all",
        )
    return None


def _check_order(phase: Phase) -> Problem | None:
    """Whether the samples can come in the requested order."""
    spec, facts = phase.spec, phase.facts
    order, mode = spec.training.order, spec.training.mode
    if order == "fresh" and not facts.is_distribution:
        return Problem("training.order", f"=fresh needs a distribution, and data={spec.data.name} has fixed samples")
    if mode == "full" and order not in ("auto", "given"):
        return Problem("training.order", f"={order} is for training.mode=online or minibatch, got training.mode=full")
    return None


def _check_length(phase: Phase) -> Problem | None:
    spec = phase.spec
    epochs, steps = spec.training.epochs, spec.training.steps
    if epochs is not None and steps is not None:
        return Problem(
            "training.epochs", f"={epochs} and training.steps={steps} both say how long; set one of them to null"
        )
    return None


def _check_steps(phase: Phase) -> Problem | None:
    """Whether training, whose length and batches are decided by now, ends while anybody waits for it."""
    steps, training = phase.shape.n_steps, phase.spec.training
    if steps <= MAX_STEPS:
        return None
    key = "epochs" if training.steps is None else "steps"
    return Problem(
        f"training.{key}", f"={dict(training)[key]} makes {steps:,} updates; at most {MAX_STEPS:,} are allowed"
    )


def _check_test(phase: Phase) -> Problem | None:
    spec, facts = phase.spec, phase.facts
    if spec.test.margin > 0 and spec.test.set != "grid":
        return Problem("test.margin", f"is for test.set=grid, got {spec.test.margin:g} with test.set={spec.test.set}")
    for probe in spec.test.probes:
        if len(probe) != facts.d_in:
            return Problem(
                "test.probes",
                f"needs points with {facts.d_in} numbers each for data={spec.data.name}, got {list(probe)}",
            )
    return None


def _check_fault_names(phase: Phase) -> Problem | None:
    misspelt = [fault for fault in phase.spec.fault if fault not in FAULTS]
    return Problem("fault", unknown(misspelt[0], ["none", *FAULTS], LISTS_FAULTS)) if misspelt else None


def _check_faults(phase: Phase) -> Problem | None:
    """A fault that would change nothing, or cannot be made here, is refused: a sweep must not compare equal things."""
    reasons = (why_not(fault, phase) for fault in phase.spec.fault)
    return next((Problem("fault", reason) for reason in reasons if reason), None)


def _check_score(phase: Phase) -> Problem | None:
    """Whether the metric that ranks can be calculated of the outputs that there are."""
    spec, facts = phase.spec, phase.facts
    score, output = spec.score, spec.network.output
    if score == AUTO:
        return None
    if score not in METRICS:
        return Problem("score", unknown(score, [AUTO, *METRICS], section_of_reference("Metrics")))
    fitting = METRICS.fitting(facts.task, gives_probabilities(output, facts.d_out(output)))
    if METRICS.metric(score) in fitting:
        return None
    told = f"needs outputs that are probabilities, and network.output={output} has none"
    if (task := METRICS.metric(score).task) != facts.task:
        told = f"is for a {task}, but data={spec.data.name} is a {facts.task}"
    return Problem("score", f"={score} {told}; use one of {', '.join(one.name for one in fitting)}")


def _check_class_weights(phase: Phase) -> Problem | None:
    spec, facts = phase.spec, phase.facts
    weights = spec.training.class_weights
    if weights != "none" and facts.task != "classification":
        told = f"={weights} is for a classification, but data={spec.data.name} is a {facts.task}"
        return Problem("training.class_weights", told, ways=(Way({"training.class_weights": "none"}, "without them"),))
    return None


# Each with those without which it means nothing: it is left out where one of them has found something.
CHECKS: dict[Check, tuple[Check, ...]] = {
    check_output: (),
    check_input: (),
    check_hidden: (),
    _check_loss: (check_output,),
    _check_cost_name: (),
    _check_cost: (check_output, _check_cost_name),
    check_target_range: (),
    _check_length: (),
    _check_batch: (),
    _check_order: (),
    _check_test: (),
    _check_score: (check_output,),
    check_validation: (),
    check_choosing: (),
    _check_class_weights: (),
}
_TO_BUILD = (check_output, check_input, check_hidden, _check_loss, why_too_large)
_PRECISION = {beyond_precision: (*_TO_BUILD, check_target_range)}
_WHOLE = (*_TO_BUILD, _check_cost_name, _check_cost, check_target_range)
_DOMAIN: dict[Check, tuple[Check, ...]] = {outside_domain: _WHOLE, check_labels: _WHOLE}
# Of a spec in which everything is decided.
LATER_CHECKS: dict[Check, tuple[Check, ...]] = {
    _check_steps: (), why_too_large: (), **_PRECISION, **_DOMAIN,
    _check_fault_names: (), _check_faults: (*_TO_BUILD, _check_fault_names),
}  # fmt: skip
# Of a data set that is trained on before.
EARLIER_CHECKS: dict[Check, tuple[Check, ...]] = {
    _check_order: (), _check_steps: (), why_too_large: (), **_PRECISION, **_DOMAIN,
}  # fmt: skip


def problems_of(asked: Phase, complete: Phase, earlier: Sequence[Phase | Problem]) -> list[Problem]:
    """What is wrong with a run: as requested, with everything decided, and on the data it trains on before.

    If such data cannot be used, that problem is reported instead.
    """
    found = _failing(CHECKS, asked)
    problems = [*found.values(), *_failing(LATER_CHECKS, complete, found).values()]
    for place, phase in enumerate(earlier):
        key = f"warm_start[{place}]"
        if isinstance(phase, Problem):
            problems.append(Problem(phase.key.replace("data", key, 1), phase.message))
        elif phase.facts.kind != complete.facts.kind:
            problems.append(Problem(key, f"has other inputs or targets than data={complete.spec.data.name}"))
        elif other := _other_names(phase.facts, complete.facts):
            problems.append(Problem(key, other))
        elif told := _failing(EARLIER_CHECKS, phase, found):
            problems.append(Problem(key, f"is trained on as the data is, and {next(iter(told.values()))}"))
    return problems


def _other_names(earlier: Facts, own: Facts) -> str:
    """What columns or classes of two tables are called where they differ: a weight would be one of something else."""
    for what, theirs, ours in zip(("inputs", "classes"), earlier.names, own.names, strict=True):
        if theirs and ours and theirs != ours:
            return f"has the {what} {listed(theirs)}, and the data that is trained on after it has {listed(ours)}"
    return ""


def _failing(
    checks: Mapping[Check, tuple[Check, ...]], phase: Phase, known: Collection[Check] = ()
) -> dict[Check, Problem]:
    """The checks that find something in a training, in their order, and what; `known` are others that have."""
    found: dict[Check, Problem] = {}
    for check, needed in checks.items():
        if not any(one in found or one in known for one in needed) and (problem := check(phase)):
            found[check] = problem
    return found
