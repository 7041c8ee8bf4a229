"""Components that a session defines itself are part of a run's key, also where Python keeps no source of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.initializers import INITIALIZERS
from runner.runs.components import HERE, REGISTRIES
from runner.runs.here import defined_here, sources_here
from runner.runs.spec import Spec, component_model
from tests.runner.building import spec_of

TYPED = """
@INITIALIZERS.register
def typed_here(rng, fan_in, fan_out):
    return (lambda W: np.{}(W) * {})(rng.standard_normal((fan_in, fan_out)))
"""


@pytest.fixture
def at_the_prompt(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Spec]:
    """What a run is that uses the component of a text, which is run as at a prompt."""
    import numpy as np

    known = dict(REGISTRIES["init"]._components)

    def defined(text: str) -> Spec:
        names: dict[str, Any] = {"__name__": HERE, "INITIALIZERS": INITIALIZERS, "np": np}
        exec(compile(text, "<nowhere>", "exec"), names)
        chosen = component_model("init", "typed_here")(name="typed_here")
        return spec_of("data=xor").model_copy(update={"init": chosen})

    monkeypatch.setattr(INITIALIZERS, "_components", known)
    return defined


def test_what_is_typed_again_is_the_same_and_another_name_or_number_in_it_is_another(at_the_prompt) -> None:
    texts = [TYPED.format(*parts) for parts in (("sin", 1), ("sin", 1), ("cos", 1), ("sin", 2))]
    first, again, name, number = (sources_here(at_the_prompt(text))["init=typed_here"] for text in texts)
    assert first == again
    assert len({first, name, number}) == 3


FAULT = """
@FAULTS.register
def typed_here(network):
    return replace(network, penalty=lambda l2, decayed, parameters: {} * parameters)
"""


def test_a_fault_and_an_activation_that_is_named_alone_are_of_the_session_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for factor in (1, 2):
        monkeypatch.setattr(FAULTS, "_components", dict(FAULTS._components))
        monkeypatch.setattr(ACTIVATIONS, "_components", dict(ACTIVATIONS._components))
        names: dict[str, Any] = {"__name__": HERE, "FAULTS": FAULTS, "replace": replace, "tanh": ACTIVATIONS["tanh"]}
        exec(compile(FAULT.format(factor), "<nowhere>", "exec"), names)
        exec("def bent(): return tanh()", names)
        ACTIVATIONS.register(names["bent"])
        spec = spec_of("data=xor")
        network = spec.network.model_copy(update={"output": "bent"})
        found.append(sources_here(spec.model_copy(update={"fault": ("typed_here",), "network": network})))
    assert [list(one) for one in found] == [["activation=bent", "fault=typed_here"]] * 2
    assert found[0] != found[1]


def test_only_components_that_a_run_uses_are_of_the_session(at_the_prompt) -> None:
    assert defined_here([at_the_prompt(TYPED.format("sin", 1))]) == ["init=typed_here"]
    assert defined_here([spec_of("data=xor")]) == [] and sources_here(spec_of("data=xor")) == {}
