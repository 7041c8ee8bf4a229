"""Settings that only make sense together, or with the data: each is refused in words that say what would do."""

import pytest

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from runner.plan.validation import MATCHING_LOSSES
from tests.runner.building import blames, build, refusal, refusals, spec_of

SINE = "data=sine"
REFUSED = [
    (("data=xor",), "training.order=fresh", "=fresh needs a distribution, and data=xor has fixed samples"),
    (("data.sampling=grid",), "training.order=fresh", "=fresh needs a distribution, and data=sine has fixed samples"),
    (("training.mode=full",), "training.order=shuffled", "=shuffled is for training.mode=online or minibatch, got "),
    (("training.mode=full",), "training.order=cyclic", "=cyclic is for training.mode=online or minibatch, got "),
    ((), "network.target_range=[1,-1]", " must be two numbers in ascending order, got [1.0, -1.0]"),
    ((), "network.target_range=[2,2]", " must be two numbers in ascending order, got [2.0, 2.0]"),
    ((), "network.target_range=[1,2,3]", " must be auto, null or two finite numbers such as [-1,1], got [1, 2, 3]"),
    ((), "network.target_range=true", " must be auto, null or two finite numbers such as [-1,1], got True"),
    ((), "network.target_range=['0',1]", " must be auto, null or two finite numbers such as [-1,1], got ['0', 1]"),
    ((), "test.probes=[[1,2]]", " needs points with 1 numbers each for data=sine, got [1.0, 2.0]"),
    (("data=surface",), "test.probes=[3,-2]", " needs points with 2 numbers each for data=surface, got [3.0]"),
    (("data=xor",), "test.probes=[[0,0],[1]]", " needs points with 2 numbers each for data=xor, got [1.0]"),
    ((), "test.probes=[[a]]", "[0][0] must be a number, got 'a'"),
    ((), "test.probes=[1,true]", "[1][0] must be a number, got True"),
    ((), "test.probes=[nan]", "[0][0] must be a finite number, got nan"),
    ((), "cost=half_msee", " is unknown: 'half_msee' (did you mean half_mse?); "),
    ((), "cost=binary_cross_entropy", "=binary_cross_entropy needs network.output=sigmoid, got network.output="),
    (("data=xor",), "cost=tanh_matching", "=tanh_matching needs network.output=tanh, got network.output=sigmoid"),
    ((), "cost=softmax_cross_entropy", "=softmax_cross_entropy is for a classification, but data=sine is a regression"),
    ((), "network.input=softmax", " is unknown: 'softmax'; "),
    ((), "network.input=tnah", " is unknown: 'tnah' (did you mean tanh?); "),
    ((), "fault=[missing_factor,3]", "[1] must be text, got 3"),
    ((), "warm_start=3", " must be a list of data settings, such as [{function:bowl}]; got 3"),
    ((), "warm_start=[bowl]", " must be a list of data settings, such as [{function:bowl}]; got ['bowl']"),
    ((), "warm_start=[{sampels:3}]", "[0].sampels is not a setting (did you mean samples or sampling?); "),
    ((), "warm_start=[{},{noise:-1}]", "[1].noise must be >= 0, got -1"),
    ((), "warm_start=[{name:sinus}]", "[0].name is unknown: 'sinus'"),
    ((), "warm_start=[{domain:[2,1]}]", "[0].domain must be two finite numbers in ascending order, got [2, 1]"),
    ((), "warm_start=[{test_fraction:0.999}]", "[0].test_fraction of 0.999 leaves no training sample out of 200"),
    ((), "warm_start=[{name:surface}]", "[0] has other inputs or targets than data=sine"),
    ((), "warm_start=[{noise:1},{name:xor}]", "[1] has other inputs or targets than data=sine"),
    (("data=xor",), "warm_start=[{name:bars}]", "[0] has other inputs or targets than data=xor"),
    (("network.output=relu",), "loss=matching", "=matching is known for network.output=identity, sigmoid, tanh, "),
    ((), "training.class_weights=balanced", "=balanced is for a classification, but data=sine is a regression"),
    ((), "network.start=/nowhere/weights.npz", "=/nowhere/weights.npz cannot be read: No such file or directory"),
]  # fmt: skip


@pytest.mark.parametrize(("others", "override", "expected"), REFUSED, ids=[one[1] for one in REFUSED])
def test_a_wrong_value_is_refused_with_its_key_the_reason_and_the_override(others, override, expected):
    message = refusal(*others, override)
    key = override.partition("=")[0]
    assert message.startswith(f"{key}{expected}")
    assert blames(message, override)


@pytest.mark.parametrize("value", ["[0,inf]", "[nan,1]"])
def test_an_infinite_target_range_is_refused_without_words_of_a_library(value):
    message = refusal("network.output=tanh", f"network.target_range={value}")
    assert message.startswith("network.target_range must be auto, null or two finite numbers such as [-1,1], got ")


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("data=quadrants", "test.set=grid"), "data has no formula to compute a grid from; test.set=grid needs one"),
        (("data=bars", "test.set=grid"), "data has no formula to compute a grid from; test.set=grid needs one"),
        (("data=xor", "test.set=fresh"), "data has a fixed set of samples; test.set=fresh needs a distribution"),
        (("data.sampling=grid", "test.set=fresh"), "data has a fixed set of samples; test.set=fresh needs"),
    ],
)
def test_a_test_set_that_the_data_cannot_give_is_refused(overrides, said):
    assert refusal(*overrides).startswith(said)


@pytest.mark.parametrize("key", ["warm_start", "data"])
@pytest.mark.parametrize("name", ["[1]", "{a:1}", "null", "3"])
def test_a_name_that_is_no_name_is_refused_and_raises_nothing(key, name):
    override = f"data.name={name}" if key == "data" else f"warm_start=[{{name:{name}}}]"
    assert [message for message in refusals(override) if "name is unknown" in message]


def test_a_warm_start_without_a_data_set_says_what_is_missing():
    assert refusals("~data.name", "warm_start=[{noise:1}]")
    assert "data is missing (from the override ~data)" in refusals("~data", "warm_start=[{noise:1}]")


@pytest.mark.parametrize("order", ["training.order=fresh", "training.mode=online"])
def test_fresh_samples_need_a_distribution_in_every_phase(order):
    message = refusal(order, "warm_start=[{sampling:grid}]")
    assert message.startswith("warm_start[0]")


@pytest.mark.parametrize("output", MATCHING_LOSSES)
def test_matching_is_the_loss_whose_delta_is_a_minus_t(output):
    data = "data=quadrants" if ACTIVATIONS[output]().derivative is None else "data=sine"
    name = spec_of(data, f"network.output={output}", "loss=matching").loss.name
    assert name == MATCHING_LOSSES[output]
    assert LOSSES[name]().only_output in (output, None)
    assert spec_of(data, f"network.output={output}", f"loss={name}") == spec_of(
        data, f"network.output={output}", "loss=matching"
    )


@pytest.mark.parametrize("data", ["sine", "xor"])
def test_cross_entropy_of_a_sigmoid_goes_with_classes_and_with_numbers(data):
    spec = spec_of(f"data={data}", "network.output=sigmoid", "loss=binary_cross_entropy")
    assert (spec.loss.name, spec.cost) == ("binary_cross_entropy",) * 2


def test_the_cost_is_the_loss_unless_another_is_named():
    assert spec_of("loss=absolute_error").cost == "absolute_error"
    assert spec_of("cost=squared_error").cost == "squared_error"
    assert spec_of("cost=squared_error").loss.name == "half_mse"
    assert spec_of("data=quadrants", "network.output=softmax", "cost=half_mse").cost == "half_mse"


def test_steps_take_the_place_of_epochs_and_500_epochs_that_of_both():
    assert (spec_of("training.steps=7").training.epochs, spec_of("training.steps=7").training.steps) == (None, 7)
    assert spec_of() == spec_of("training.epochs=500") == spec_of("training.epochs=null")
    told = "training.epochs=3 and training.steps=7 both say how long; set one of them to null"
    assert refusal("training.epochs=3", "training.steps=7").startswith(told)


@pytest.mark.parametrize(
    ("overrides", "order"),
    [
        ((), "shuffled"),
        (("training.mode=full",), "given"),
        (("training.mode=online",), "fresh"),
        (("training.mode=online", "data.sampling=grid"), "shuffled"),
        (("training.mode=online", "data=xor"), "shuffled"),
        (("training.mode=online", "training.order=cyclic"), "cyclic"),
        (("training.order=given",), "given"),
    ],
)
def test_the_order_follows_from_the_mode_and_the_data_unless_it_is_named(overrides, order):
    assert spec_of(*overrides).training.order == order


@pytest.mark.parametrize(("text", "found"), [("[3,-2]", ((3,), (-2,))), ("[[3],-2]", ((3,), (-2,))), ("[]", ())])
def test_a_probe_of_one_number_may_be_written_as_the_number(text, found):
    assert spec_of(f"test.probes={text}").test.probes == found


def test_an_entry_of_a_warm_start_changes_the_data_or_names_another():
    spec = spec_of("data.noise=0.7", "data.samples=50", "warm_start=[{noise:0.2},{name:square,samples:9}]")
    first, second = (dict(data) for data in spec.warm_start)
    assert (first["name"], first["noise"], first["samples"]) == ("sine", 0.2, 50)
    assert (second["name"], second["noise"], second["samples"], second["domain"]) == ("square", 0.0, 9, (0, 1))
    assert [phase.data.name for phase in spec.phases] == ["sine", "square", "sine"]
    assert not isinstance(build("warm_start=[{}]"), list)
