"""Parts of a user's own module that break a law of training, and those of the documents, which keep all."""

import importlib
import random
import re
import sys

import numpy as np
import pytest

from nn.activations import ACTIVATIONS, Activation
from nn.losses import Loss
from runner.base.paths import CONF
from runner.datasets import Samples
from runner.plan.laws import broken_laws
from runner.runs.components import REGISTRIES
from runner.runs.spec import component_model
from tests.runner.building import spec_of

SPEC = spec_of("data=xor")
ROWS = np.linspace(-1, 1, 20).reshape(10, 2)


def told(kind, part, settings=(), **changes):
    """What is said of one own part in a spec, without its name; the part is registered for that long."""
    registry = REGISTRIES[kind]
    part.__name__ = f"{part.__name__}_{id(part)}"
    registry.register(part, **({"slots": 1} if kind == "optimizer" else {}))
    try:
        chosen = component_model(kind, part.__name__)(name=part.__name__, **dict(settings))
        problems = broken_laws(SPEC.model_copy(update={kind: chosen, **changes}))
    finally:
        del registry._components[part.__name__]
    assert all((one.key, repr(part.__name__) in one.message) == (kind, True) for one in problems)
    return " and ".join(one.message.partition(" ")[2] for one in problems)


def activation(value=np.tanh, derivative=lambda z, a: 1 - a * a):
    def own():
        return Activation(value, derivative)

    return own


def in_place(z):
    z *= 2
    return z


def moved(z, a):
    a += 1
    return a


WRONG_ACTIVATIONS = [
    (activation(lambda z: z - z.mean(axis=0)), "alone"),
    (activation(lambda z: z - z.mean(axis=-1, keepdims=True)), "elementwise"),
    (activation(lambda z: z / np.abs(z).max(axis=-2, keepdims=True)), "elementwise"),
    (activation(in_place), "changes z in place in its value"),
    (activation(derivative=moved), "changes a in place in its derivative"),
    (activation(lambda z: z + np.random.rand(*z.shape)), "global generator"),
    (activation(lambda z: z * (1 + random.random())), "global generator"),
    (activation(lambda z: z + np.random.default_rng().random(z.shape)), "called again"),
    (activation(lambda z: z.mean()), "shape () for z of shape (3, 2, 7)"),
    (activation(derivative=lambda z, a: 1.0), "then check it with python -m runner.gradcheck activation=own"),
    (activation(lambda z: z + 0j), "not real, but complex128"),
    (activation(np.log), "not finite"),
    (activation(lambda z: np.asarray(z, np.longdouble)), "longdouble for float64"),
]


@pytest.mark.parametrize(("part", "words"), WRONG_ACTIVATIONS, ids=[words for _, words in WRONG_ACTIVATIONS])
def test_an_activation_that_breaks_a_law_is_reported_with_the_law(part, words):
    assert words.replace("longdouble", np.dtype(np.longdouble).name) in told("activation", part)


def test_an_activation_must_keep_the_precision_of_the_run():
    part = activation(lambda z: z * np.float64(2))
    assert told("activation", part) == ""
    assert "float64 for float32" in told("activation", activation(lambda z: z * np.float64(2)), dtype="float32")


@pytest.mark.parametrize("key", ["output", "activations"])
def test_an_own_output_or_one_of_a_single_layer_is_checked_under_its_own_key(key):
    part = activation(lambda z: z - z.mean(axis=0))
    REGISTRIES["activation"].register(part)
    try:
        named = part.__name__ if key == "output" else ("tanh", part.__name__)
        network = SPEC.network.model_copy(update={key: named})
        (problem,) = broken_laws(SPEC.model_copy(update={"network": network}))
    finally:
        del REGISTRIES["activation"]._components[part.__name__]
    assert problem.key == f"network.{key}"


def test_a_loss_that_is_only_shown_is_checked_too():
    part = loss(lambda z, a, t: ((a - t) ** 2).sum(axis=-2) / np.abs(t).max())
    REGISTRIES["loss"].register(part)
    try:
        (problem,) = broken_laws(SPEC.model_copy(update={"cost": part.__name__}))
    finally:
        del REGISTRIES["loss"]._components[part.__name__]
    assert problem.key == "cost" and "alone" in problem.message


def test_a_part_that_ends_the_program_is_refused_in_words():
    assert "ends the program when it is called" in told("activation", activation(lambda z: sys.exit(3)))


def loss(per_sample=lambda z, a, t: ((a - t) ** 2).sum(axis=-2), delta=lambda z, a, t, output: a - t):
    def own():
        return Loss(per_sample, delta)

    return own


def subtracted(z, a, t, *output):
    a -= t
    return a


def shifted(z, a, t):
    t -= a
    return (t * t).sum(axis=-2)


WRONG_LOSSES = [
    (loss(delta=subtracted), "changes a in place in its delta"),
    (loss(shifted), "changes t in place in its per_sample"),
    (loss(lambda z, a, t: ((a - t) ** 2).mean(axis=0).sum(axis=-2)), "shape (7,)"),
    (loss(lambda z, a, t: ((a - t) ** 2).sum(axis=-2) / np.abs(t).max()), "alone"),
    (loss(delta=lambda z, a, t, output: (a - t).sum(axis=-2)), "python -m runner.gradcheck loss=own"),
]


@pytest.mark.parametrize(("part", "words"), WRONG_LOSSES, ids=[words for _, words in WRONG_LOSSES])
def test_a_loss_that_breaks_a_law_is_reported_with_the_law(part, words):
    assert words in told("loss", part)


def counting(steps, n_steps):
    return np.linspace(1, 0, len(steps))


def climbing(steps, n_steps):
    return -np.ones_like(steps)


def one_rate(steps, n_steps):
    return 0.5


def global_weights(rng, fan_in, fan_out):
    return np.random.randn(fan_in, fan_out)


def transposed(rng, fan_in, fan_out):
    return rng.random((fan_out, fan_in))


def together(step, state):
    state[0] += step.gradient
    return step.rate * state[0] / np.abs(step.gradient).max()


def halved(step, state):
    rate = step.rate
    rate *= 0.5
    return rate * step.gradient


def shrinking(step, state):
    parameters = step.parameters
    parameters *= 0.9
    return step.rate * step.gradient


def global_samples(streams) -> Samples:
    return Samples(np.random.rand(10, 2), ROWS[:, :1], "regression", ("a", "b"))


def other_samples(streams) -> Samples:
    return Samples(np.random.default_rng().random((10, 2)), ROWS[:, :1], "regression", ("a", "b"))


@pytest.mark.parametrize(
    ("kind", "part", "words"),
    [
        ("schedule", counting, "`n_steps` is how many there are in all"), ("schedule", one_rate, "shape ()"),
        ("schedule", climbing, "climb the gradient"),
        ("init", global_weights, "global generator"), ("init", transposed, "shape (3, 4); it must be (4, 3)"),
        ("optimizer", together, "alone"), ("optimizer", halved, "changes rate in place"),
        ("optimizer", shrinking, "changes parameters in place"),
        ("data", global_samples, "global generator"), ("data", other_samples, "called again"),
    ],
)  # fmt: skip
def test_a_part_of_another_kind_that_breaks_a_law_is_reported_with_the_law(kind, part, words):
    assert words in told(kind, part)


def test_what_a_part_raises_is_left_to_its_runs_and_shipped_parts_are_not_looked_at():
    def own(steps, n_steps):
        raise ValueError("not today")

    assert told("schedule", own) == ""
    assert broken_laws(SPEC.model_copy(update={"dtype": "float32"})) == []


def test_a_part_that_was_corrected_under_the_same_name_is_looked_at_again():
    found = []
    try:
        for value in (lambda z: z - z.mean(axis=0), np.tanh):
            own = activation(value)
            own.__name__ = "corrected"
            ACTIVATIONS.register(own)
            chosen = component_model("activation", "corrected")(name="corrected")
            found.append(broken_laws(SPEC.model_copy(update={"activation": chosen})))
    finally:
        del ACTIVATIONS._components["corrected"]
    assert found[0] and not found[1]


SHOWN = re.findall(r"```python (\S+)\n(.*?)```", (CONF.parent / "CONTRIBUTING.md").read_text(), re.DOTALL)
OTHERS = "@FAULTS", "@METRICS", "@SECTIONS"  # a fault breaks a law on purpose; test_metric_laws.py has the metric
BLOCKS = [(file, block) for file, block in SHOWN if not any(other in block for other in OTHERS)]


@pytest.mark.parametrize(("file", "block"), BLOCKS, ids=[file for file, _ in BLOCKS])
def test_the_parts_in_the_documents_keep_all_laws(file, block):
    kinds = {kind: dict(registry._components) for kind, registry in REGISTRIES.items()}
    module = file.removesuffix(".py").replace("/", ".")
    there = {} if module == "my_parts" else vars(importlib.import_module(module))
    names = {**there, "__name__": "my_parts"}
    try:
        exec(block, names)
        found = [(kind, name) for kind, one in REGISTRIES.items() for name in one if name not in kinds[kind]]
        ((kind, name),) = found
        chosen = component_model(kind, name)(name=name)
        assert broken_laws(SPEC.model_copy(update={kind: chosen})) == []
    finally:
        for kind, known in kinds.items():
            REGISTRIES[kind]._components = known
