"""An activation for each hidden layer: what is refused, which runs it makes, and what is said of them."""

import json

import pytest

from runner.plan.stacks import plan
from runner.runs.flat import flatten
from runner.runs.overrides import config_of, label_of
from runner.runs.spec import from_plain, to_plain
from runner.runs.structure import activations_of, hidden_activations, in_words
from tests.runner.building import blames, build, checked, refusal, spec_of, trained

TWO = ("network.hidden=[6,4]", "network.activations=[relu,leaky_relu]")


@pytest.mark.parametrize(
    ("hidden", "own"), [("[6]", "[relu,tanh]"), ("[6,4]", "[relu]"), ("[6,4]", "[]"), ("[]", "[relu]")]
)
def test_as_many_names_as_layers_are_needed_and_the_refusal_has_both_keys(hidden: str, own: str) -> None:
    message = refusal(f"network.hidden={hidden}", f"network.activations={own}")
    assert message.startswith(
        f"network.activations={own} does not have one name for each layer of network.hidden={hidden}"
    )
    assert "is unknown" not in message


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("[relu,tnah]", " is unknown: 'tnah' (did you mean tanh?); python -m runner --help lists all"),
        ("[softmax,tanh]", "=softmax is for the output only; say network.output=softmax"),
    ],
)
def test_a_name_that_no_hidden_layer_can_have_is_refused(own: str, expected: str) -> None:
    message = refusal("network.hidden=[6,4]", f"network.activations={own}")
    assert message.startswith(f"network.activations{expected}")
    assert blames(message, f"network.activations={own}")


def test_an_activation_for_all_beside_one_for_each_is_refused_with_what_to_type_instead() -> None:
    found = build(*TWO, "activation=tanh")
    assert isinstance(found, list)
    (problem,) = found
    assert str(problem).startswith("network.activations names an activation for each layer, and activation=tanh would")
    for way in problem.ways:
        overrides = [f"{key}={'null' if value is None else value}" for key, value in way.changes.items()]
        assert spec_of(*TWO, "activation=tanh", *overrides)


def test_each_layer_has_its_own_with_the_usual_settings() -> None:
    spec = spec_of(*TWO)
    assert [one.model_dump() for one in activations_of(spec)] == [
        {"name": "relu"},
        {"name": "leaky_relu", "slope": 0.01},
    ]
    assert in_words(spec) == "relu,leaky_relu"
    assert [one.name for one in activations_of(spec_of("network.hidden=[6,4]", "activation=sine"))] == ["sine"] * 2
    assert spec_of("network.activations=tanh").network.activations == ("tanh",)


def test_runs_of_other_activations_are_in_other_stacks_and_those_of_the_same_in_one() -> None:
    kinds = ("[relu,tanh]", "[tanh,relu]", "[relu,tanh]", "null")
    runs = [
        checked("network.hidden=[6,4]", f"network.activations={own}", f"seed={seed}") for seed, own in enumerate(kinds)
    ]
    assert sorted(plan(runs, 1)) == [[0, 2], [1], [3]]


def test_what_a_run_was_given_has_no_activation_that_no_layer_has() -> None:
    spec, overrides = spec_of(*TWO), list(TWO)
    assert not {key for key in flatten(spec) if key.startswith("activation")}
    assert config_of(spec, overrides)["network.activations"] == ["relu", "leaky_relu"]
    assert label_of(overrides, ["network.activations"]) == "activations=[relu,leaky_relu]"


def test_a_stored_run_comes_back_and_one_from_before_has_none() -> None:
    plain = json.loads(json.dumps(to_plain(spec_of(*TWO))))
    assert from_plain(plain) == spec_of(*TWO)
    for section, key in (("network", "activations"), ("training", "l1"), ("training", "dropout")):
        del plain[section][key]
    old = from_plain(plain)
    assert old.network.activations is None
    assert (old.training.l1, old.training.dropout) == (0.0, 0.0)


def test_a_stored_run_with_a_part_that_is_not_registered_here_is_refused_with_its_name() -> None:
    plain = to_plain(spec_of(*TWO))
    plain["network"]["activations"] = ["relu", "swoosh"]
    with pytest.raises(Exception, match="this needs the activation 'swoosh', which is not registered here"):
        from_plain(plain)


def test_a_fault_of_relu_needs_one_layer_of_it() -> None:
    fault = "fault=sigmoid_as_relu_derivative"
    assert checked("network.hidden=[6,4]", "network.activations=[tanh,relu]", fault)
    message = refusal("network.hidden=[6,4]", "network.activations=[tanh,elu]", fault)
    assert message.startswith("fault=sigmoid_as_relu_derivative needs a hidden layer of activation=relu or")


def test_the_stored_network_names_each_of_them() -> None:
    result = trained(*TWO, "training.epochs=1")
    assert result.network is not None
    structure = result.network.structure
    assert structure["activation"] == [{"name": "relu"}, {"name": "leaky_relu", "slope": 0.01}]
    assert len(hidden_activations(structure)) == 2
