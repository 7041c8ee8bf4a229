"""`runner.gradcheck`: healthy networks pass, and every fault of the gradient is caught and named."""

import numpy as np
import pytest

from nn import gradients
from nn.faults import FAULTS
from nn.gradients import Comparison, cosine
from runner.gradcheck import check, conclude, main
from tests.runner.building import plan_of

QUADRANTS = ("data=quadrants", "network.hidden=[2]", "activation=sigmoid")
SQUARE = ("data=square", "data.samples=40", "activation=sigmoid", "network.hidden=[3,3]")
C1 = (
    *QUADRANTS, "loss=half_mse", "network.output=sigmoid", "init=gaussian", "network.bias_init=zero",
    "network.target_range=null", "training.mode=full", "training.reduction=sum", "data.test_fraction=0",
)  # fmt: skip

# A config in which each fault shows, the arrays it spoils, and how their verdicts begin.
CAUGHT = {
    "derivative_of_activated": (QUADRANTS, ["W1", "b1"], ["wrong direction (cosine 0."] * 2),
    "softplus_as_relu_derivative": (("data=xor", "activation=relu"), ["W1", "b1"], ["wrong direction"] * 2),
    "sigmoid_as_relu_derivative": (("data=xor", "activation=floored_relu"), ["W1", "b1"], ["wrong direction"] * 2),
    "stale_pre_activation": (("data=sine", "init=constant"), ["W1", "b1"], ["scaled by 1."] * 2),
    "column_labels": (
        ("data=quadrants", "network.output=softmax"),
        ["W1", "b1", "W2", "b2"],
        ["wrong direction (cosine "] * 4,
    ),
    "weights_subtracted": (SQUARE, ["W1", "b1", "W2", "b2"], ["the weights themselves", "the biases themselves"] * 2),
    "missing_factor": (SQUARE, ["W3"], ["wrong direction (cosine 0.9"]),
    "transposed_gradient": (SQUARE, ["W2"], ["transposed"]),
    "broadcast_update": (SQUARE, ["W3"], ["wrong shape: (3, 1) minus (3,) broadcasts to (3, 3)"]),
    "missing_derivative": (SQUARE, ["W1", "b1", "W2", "b2"], ["wrong direction (cosine "] * 4),
    "early_update": (("data=xor", "activation=tanh"), ["W1", "b1"], ["wrong direction (cosine "] * 2),
    "regulariser_sign": (
        ("data=sine", "training.l2=0.0001"),
        ["W1", "W2"],
        ["the penalty has the wrong sign"] * 2,
    ),
}  # fmt: skip

# Where no gradient can show a fault, and how it is said.
ELSEWHERE = {
    "shuffled_inputs": ((), "of the batch: The inputs are shuffled before training but their targets are not"),
    "shifted_labels": (("data=xor", "training.mode=online"), "of the batch: The targets are shifted by one row"),
    "update_sign": (("optimizer=momentum",), "of the update: W + rate * gradient instead of W - rate * gradient"),
    "missing_bias_correction": (("optimizer=adam",), "of the update: Adam without bias correction"),
    "mixed_units": (("network.output=tanh",), "of the cost that is shown: The cost compares scaled outputs"),
}

HEALTHY = [
    (),
    ("data=xor", "activation=gelu", "training.mode=online"),
    ("data=quadrants", "activation=softplus", "network.output=softmax", "training.reduction=sum"),
    ("data=quadrants", "loss=half_mse", "network.output=sigmoid", "network.input=tanh"),
    ("data=quadrants", "loss=half_mse", "network.output=tanh", "activation=relu", "network.hidden=[5,4]"),
    ("data=quadrants", "network.output=clipped_softmax", "activation=floored_relu", "training.l2=0.01"),
    ("data=quadrants", "training.class_weights=balanced", "seed=1", "network.output=softmax", "training.l2=0.1"),
    ("data=quadrants", "training.class_weights=balanced", "loss=absolute_error", "training.mode=online"),
    ("data=square", "activation=leaky_relu", "loss=squared_error", "training.l2=0.1", "training.l2_of=all"),
    ("data=square", "loss=absolute_error", "network.bias=false", "training.mode=full"),
    ("data=sine", "loss=matching", "network.output=tanh", "training.reduction=sum", "network.input=sigmoid"),
    ("data=sine", "loss=matching", "network.output=sigmoid", "data.standardize=true"),
    ("data=sine", "network.hidden=[]", "training.clip_norm=0.001", "training.clip_value=0.001", "init=he"),
    ("data=identity", "training.mode=online", "training.order=fresh", "cost=squared_error"),
    ("data=surface", "init=glorot", "warm_start=[{function:bowl}]", "data.function=waves", "dtype=float32"),
]


def rows_of(*overrides: str, on_all: bool = False) -> list[Comparison]:
    return check(plan_of(overrides), on_all)[0]


def notes_of(*overrides: str) -> str:
    return "\n".join(check(plan_of(overrides))[2])


def test_every_fault_of_the_gradient_is_among_these():
    assert {*CAUGHT, *ELSEWHERE} == set(FAULTS)


@pytest.mark.parametrize("fault", CAUGHT)
def test_a_fault_is_caught_in_its_arrays_and_no_others_and_named(fault, capsys):
    overrides, names, beginnings = CAUGHT[fault]
    rows = rows_of(*overrides, f"fault={fault}")
    wrong = {row.name: row.verdict.words for row in rows if not row.verdict.is_right}
    assert list(wrong) == names
    assert [words[: len(begin)] for words, begin in zip(wrong.values(), beginnings, strict=True)] == beginnings
    assert conclude(rows, [fault]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"{len(names)} of {len(rows)} arrays ") and told[0].endswith(f": {', '.join(names)}")
    assert told[1].startswith(f"fault={fault}: ") and len(told) == 2


@pytest.mark.parametrize("on_all", [False, True])
@pytest.mark.parametrize("overrides", HEALTHY, ids=" ".join)
def test_a_healthy_network_passes(overrides, on_all):
    rows = rows_of(*overrides, on_all=on_all)
    assert {row.name: row.verdict.words for row in rows if not row.verdict.is_right} == {}
    for row in rows:
        used, true = row.known
        assert np.linalg.norm(used - true) <= 1e-7 * np.linalg.norm(true)
        assert used.size > 0.8 * row.chosen


@pytest.mark.parametrize("l2", [1e-9, 1e-4, 1.0])
def test_a_regulariser_with_the_wrong_sign_is_never_too_small_to_be_seen(l2):
    rows = rows_of("data=square", f"training.l2={l2}", "training.l2_of=all", "fault=regulariser_sign")
    assert {row.verdict.words for row in rows} == {"the penalty has the wrong sign"}


def test_faults_that_are_made_together_are_caught_together():
    faults = "fault=[weights_subtracted,missing_factor,regulariser_sign]"
    rows = rows_of(*SQUARE, "network.bias=false", "training.l2=0.1", faults)
    flipped = "; the penalty has the wrong sign"
    assert [row.verdict.words for row in rows[:2]] == ["the weights themselves" + flipped] * 2
    assert rows[2].verdict.words.startswith("wrong direction (cosine") and rows[2].verdict.words.endswith(flipped)


def test_weights_in_place_of_their_gradient_are_zero_where_the_biases_are():
    rows = rows_of(*SQUARE, "network.bias_init=zero", "fault=weights_subtracted")
    assert [row.verdict.words for row in rows[:2]] == ["the weights themselves", "zero, and should not be"]


@pytest.mark.parametrize("on_all", [False, True])
@pytest.mark.parametrize("fault", ELSEWHERE)
def test_where_the_gradient_is_right_it_is_said_where_the_fault_lies(fault, on_all, capsys):
    overrides, where = ELSEWHERE[fault]
    rows, _, notes = check(plan_of((*overrides, f"fault={fault}")), on_all)
    assert all(row.verdict.is_right for row in rows)
    assert [note for note in notes if note.startswith(f"fault={fault} is not a fault of the gradient but {where}")]
    assert not any("changes no gradient here" in note for note in notes)
    assert conclude(rows, ()) == 0


def test_beside_a_fault_of_the_gradient_one_elsewhere_is_not_blamed_for_it(capsys):
    assert main(["activation=tanh", "fault=[early_update,shuffled_inputs,update_sign]"]) == 1
    told = capsys.readouterr().out
    assert "2 of 4 arrays are wrong: W1, b1\nfault=early_update: " in told
    assert "fault=shuffled_inputs is not a fault of the gradient but of the batch" in told
    assert "fault=update_sign is not a fault of the gradient but of the update" in told
    assert told.splitlines()[-1].startswith("fault=early_update: ")


DEEP = ("activation=sigmoid", "network.hidden=[6,6,6,6,6]", "init=gaussian", "init.std=0.5", "data=square")
SIZES = {
    "vanishing": (DEEP, "W1 is ", " times smaller than that of W6: it vanishes in passing back through"),
    "large": (("data=square", "data.domain=[-2000,2000]"), "the input x is about ", " in size, so the gradient of its"),
    "tiny": (
        ("data=square", "data.domain=[-0.002,0.002]"),
        "no input is larger than about 0.00",
        "tiny beside that of",
    ),
}


@pytest.mark.parametrize("name", SIZES)
def test_the_table_is_explained_where_its_sizes_mean_something(name):
    overrides, begin, end = SIZES[name]
    rows = {row.name: gradients.norm(row.true) for row in rows_of(*overrides)}
    (note,) = check(plan_of(overrides))[2]
    assert begin in note and end in note
    if name == "vanishing":
        assert f"{rows['W6'] / rows['W1']:,.0f} times smaller" in note
        assert rows["W6"] > 100 * rows["W1"]
    if name == "large":
        size = int(note.split(" in size")[0].split()[-1].replace(",", ""))
        assert 1000 < size < 2000
        assert 0.3 < rows["W1"] / rows["b1"] / size < 3
        assert check(plan_of((*overrides, "data.standardize=true")))[2] == []


def test_inputs_of_unlike_sizes_are_named(csv_file):
    table = csv_file("area,rooms,price\n" + "".join(f"{70 + 9 * k},{k % 5 / 10},{k % 7}\n" for k in range(20)))
    (note,) = check(plan_of(("data=csv", table, "data.standardize=false")))[2]
    assert note.startswith("the input area is about 1") and "data.standardize=true brings all inputs to one" in note
    table = csv_file("area,rooms,price\n" + "".join(f"{70 + k % 9},{k % 5 / 10},{k % 7}\n" for k in range(20)))
    (note,) = check(plan_of(("data=csv", table, "data.standardize=false")))[2]
    assert (
        note.startswith("the input area is about 3") and " times rooms, and so is the gradient of its weights; " in note
    )


@pytest.mark.parametrize("overrides", [(), ("data=xor",), ("data=quadrants", "network.hidden=[8,8]")])
def test_nothing_is_explained_where_all_sizes_are_ordinary(overrides):
    assert check(plan_of(overrides))[2] == []


def test_a_gradient_that_does_not_reach_the_first_layer_is_reported():
    (note,) = check(plan_of(("activation=sigmoid", "init=constant", "init.value=0")))[2]
    assert note == "the gradient of W1 is zero: the gradient of W2 does not reach it"


def test_notes_mention_single_precision_a_warm_start_and_a_selection():
    told = notes_of("dtype=float32", "data=surface", "warm_start=[{function:bowl}]", "network.hidden=[60,50]")
    assert "dtype=float32 was asked for; the check is made in float64" in told
    assert "warm start" in told
    assert "2,000 of 3,000 of W2" in told


def test_entries_on_a_kink_are_left_out_and_counted():
    """With zero biases the sample (0, 0) of XOR lies on the kink of every unit."""
    overrides = ("data=xor", "activation=relu", "network.bias_init=zero", "data.test_fraction=0")
    rows = rows_of(*overrides)
    assert [row.verdict.is_right for row in rows] == [True, None, True, True]
    assert "6 of b1" in notes_of(*overrides)


def test_with_the_fault_of_c1_the_hidden_part_loses_the_direction():
    """problems.md C1.2, medians: cosine 0.96 over all weights, 0.58 on the hidden part, negative in 13% of seeds."""
    cosines = []
    for seed in range(30):
        rows = rows_of(*C1, "fault=derivative_of_activated", f"seed={seed}")
        used, true = zip(*(row.known for row in rows), strict=True)
        cosines.append([cosine(np.concatenate(used[:k]), np.concatenate(true[:k])) for k in (4, 2)])
    whole, hidden = np.median(cosines, axis=0)
    assert 0.9 < whole < 0.98
    assert 0.45 < hidden < 0.7
