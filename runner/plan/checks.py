"""What only makes sense together: every check looks at one spec and the facts of its data."""

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.losses import LOSSES
from runner.base.errors import Problem, unknown
from runner.plan.fault_checks import why_not
from runner.plan.memory import why_too_large
from runner.plan.target_checks import beyond_precision, check_target_range, outside_domain
from runner.runs.data import Facts, chooses_class
from runner.runs.sizes import steps_of
from runner.runs.spec import AUTO, Spec

MAX_STEPS = 10**10  # days, even of the smallest network


def _check_output(spec: Spec, facts: Facts) -> Problem | None:
    output = spec.network.output
    if output not in ACTIVATIONS:
        return Problem("network.output", unknown(output, [AUTO, *ACTIVATIONS]))
    if chooses_class(output) and facts.task == "regression":
        return Problem(
            "network.output", f"={output} needs classes to choose from, but data={spec.data.name} is a regression"
        )
    return None


def _check_hidden_activation(spec: Spec, facts: Facts) -> Problem | None:
    if ACTIVATIONS[spec.activation.name](**spec.activation.settings()).derivative is None:
        return Problem(
            "activation", f"={spec.activation.name} is for the output only; say network.output={spec.activation.name}"
        )
    return None


def _check_input(spec: Spec, facts: Facts) -> Problem | None:
    if spec.network.input not in ACTIVATIONS or chooses_class(spec.network.input):
        elementwise = [name for name in ACTIVATIONS if not chooses_class(name)]
        return Problem("network.input", unknown(spec.network.input, elementwise))
    return None


def _check_loss(spec: Spec, facts: Facts) -> Problem | None:
    return _check_loss_named(spec, facts, "loss", spec.loss.name)


def _check_cost(spec: Spec, facts: Facts) -> Problem | None:
    if spec.cost == spec.loss.name:
        return None
    if spec.cost not in LOSSES:
        return Problem("cost", unknown(spec.cost, [AUTO, *LOSSES]))
    return _check_loss_named(spec, facts, "cost", spec.cost)


def _check_loss_named(spec: Spec, facts: Facts, key: str, name: str) -> Problem | None:
    """Whether a loss, trained or shown, fits the task and the output."""
    if _check_output(spec, facts):
        return None
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


def _check_batch(spec: Spec, facts: Facts) -> Problem | None:
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


def check_order(spec: Spec, facts: Facts) -> Problem | None:
    """Whether the samples can come in the requested order."""
    order, mode = spec.training.order, spec.training.mode
    if order == "fresh" and not facts.is_distribution:
        return Problem("training.order", f"=fresh needs a distribution, and data={spec.data.name} has fixed samples")
    if mode == "full" and order not in ("auto", "given"):
        return Problem("training.order", f"={order} is for training.mode=online or minibatch, got training.mode=full")
    return None


def _check_length(spec: Spec, facts: Facts) -> Problem | None:
    epochs, steps = spec.training.epochs, spec.training.steps
    if epochs is not None and steps is not None:
        return Problem(
            "training.epochs", f"={epochs} and training.steps={steps} both say how long; set one of them to null"
        )
    return None


def check_steps(spec: Spec, facts: Facts) -> Problem | None:
    """Whether training, whose length and batches are decided by now, ends while anybody waits for it."""
    steps, training = steps_of(spec, facts), spec.training
    if steps <= MAX_STEPS:
        return None
    key = "epochs" if training.steps is None else "steps"
    return Problem(
        f"training.{key}", f"={dict(training)[key]} makes {steps:,} updates; at most {MAX_STEPS:,} are allowed"
    )


def _check_test(spec: Spec, facts: Facts) -> Problem | None:
    if spec.test.margin > 0 and spec.test.set != "grid":
        return Problem("test.margin", f"is for test.set=grid, got {spec.test.margin:g} with test.set={spec.test.set}")
    for probe in spec.test.probes:
        if len(probe) != facts.d_in:
            return Problem(
                "test.probes",
                f"needs points with {facts.d_in} numbers each for data={spec.data.name}, got {list(probe)}",
            )
    return None


def _check_faults(spec: Spec, facts: Facts) -> Problem | None:
    """A fault that would change nothing, or cannot be made here, is refused: a sweep must not compare equal things."""
    if misspelt := [fault for fault in spec.fault if fault not in FAULTS]:
        return Problem("fault", unknown(misspelt[0], ["none", *FAULTS]))
    if any(check(spec, facts) for check in _NEEDED_TO_BUILD):
        return None
    reasons = (why_not(fault, spec, facts) for fault in spec.fault)
    return next((Problem("fault", reason) for reason in reasons if reason), None)


def check_precision(spec: Spec, facts: Facts) -> Problem | None:
    """Whether the samples, as they are trained, are numbers in the precision that they are trained in."""
    if any(check(spec, facts) for check in (*_NEEDED_TO_BUILD, check_target_range)):
        return None
    return beyond_precision(spec, facts)


def check_domain(spec: Spec, facts: Facts) -> Problem | None:
    """Whether the loss and the shown cost are defined for the targets as they are trained."""
    if any(check(spec, facts) for check in (*_NEEDED_TO_BUILD, _check_cost, check_target_range)):
        return None
    return outside_domain(spec, facts)


def _check_patience(spec: Spec, facts: Facts) -> Problem | None:
    if spec.training.patience is not None and facts.n_test == 0:
        return Problem("training.patience", "needs test samples to watch; set data.test_fraction above 0")
    return None


_NEEDED_TO_BUILD = (_check_output, _check_input, _check_hidden_activation, _check_loss, why_too_large)
CHECKS = (
    _check_output,
    _check_input,
    _check_hidden_activation,
    _check_loss,
    _check_cost,
    check_target_range,
    _check_length,
    _check_batch,
    check_order,
    _check_test,
    _check_patience,
)
# Of a spec in which everything is decided.
LATER_CHECKS = (check_steps, why_too_large, check_precision, check_domain, _check_faults)
