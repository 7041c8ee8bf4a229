"""A space is typed in Hydra's grammar, and what comes out of it can be typed again."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.base.errors import UserError
from runner.search.samplers import RandomSampler
from runner.search.space import SEEDS, Axis, Space
from tests.runner.building import keys_of
from tests.runner.search.spaces import LOG_RATE, MOMENTUM, RATE, read, space_of

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


def text_of(axis: Axis, number: float) -> str:
    """What a person types for a number of an axis."""
    (override,) = axis.overrides(number)
    return override.partition("=")[2]


def only(space: Space):
    (axis,) = space.axes
    return axis


def refused(*typed: str) -> str:
    with pytest.raises(UserError) as caught:
        space_of(*typed)
    return str(caught.value)


@given(
    ends=st.lists(FINITE, min_size=2, max_size=2, unique=True).map(sorted),
    share=st.floats(0, 1),
    digits=st.integers(1, 15),
)
def test_a_number_of_an_interval_is_inside_it_and_typed_back_is_the_same_number(ends, share, digits):
    axis = only(space_of(f"learning_rate=interval({ends[0]!r},{ends[1]!r})", digits=digits))
    number, (typed,) = axis.at(share), read(f"learning_rate={text_of(axis, axis.at(share))}")
    assert ends[0] <= number <= ends[1]
    assert typed.value() == number and type(typed.value()) is float


@given(
    ends=st.lists(st.integers(-(2**40), 2**40), min_size=2, max_size=2, unique=True).map(sorted), share=st.floats(0, 1)
)
def test_a_whole_number_of_an_interval_is_inside_it_and_typed_back_is_the_same_number(ends, share):
    axis = only(space_of(f"training.steps=int(interval({ends[0]},{ends[1]}))"))
    number, (typed,) = axis.at(share), read(f"training.steps={text_of(axis, axis.at(share))}")
    assert ends[0] <= number <= ends[1]
    assert typed.value() == number and type(typed.value()) is int


@pytest.mark.parametrize(
    ("typed", "share", "text"),
    [
        ("interval(0,1)", 0.123456, "0.123"),
        ("interval(0,4)", 0.5, "2.0"),
        ("interval(-1,1)", 0.5, "0.0"),
        ("interval(-1,1)", 0.4999999, "-2e-07"),
        ("interval(0.12345,1)", 0.0, "0.12345"),
        ("interval(0,98765)", 1.0, "98765.0"),
        ("tag(log,interval(0.001,1))", 0.5, "0.0316"),
        ("tag(log,interval(1e-9,1e-3))", 0.7, "1.58e-05"),
        ("tag(log,interval(1e-8,1e20))", 0.9, "1.58e+17"),
        ("int(interval(1,12))", 0.0, "1"),
        ("int(interval(1,12))", 1.0, "12"),
        ("int(interval(1,123456))", 0.5, "61728"),
        ("tag(log,int(interval(1,100)))", 0.5, "7"),
        ("int(tag(log,interval(1,100)))", 0.5, "7"),
        ("float(interval(1,3))", 0.5, "2.0"),
    ],
)
def test_a_share_of_an_interval_is_a_number_that_a_person_can_type(typed, share, text):
    axis = only(space_of(f"learning_rate={typed}"))
    assert text_of(axis, axis.at(share)) == text


def test_a_logarithmic_interval_is_even_in_the_logarithm():
    axis = only(space_of(LOG_RATE, digits=15))
    logs = [math.log10(axis.at(share / 100)) for share in range(101)]
    assert logs == pytest.approx([-3 + 3 * share / 100 for share in range(101)], abs=1e-12)


def test_each_whole_number_has_an_equal_share():
    axis = only(space_of("network.hidden=int(interval(1,4))"))
    numbers = [axis.at((place + 0.5) / 400) for place in range(400)]
    assert [numbers.count(one) for one in (1, 2, 3, 4)] == [100] * 4


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("network.hidden=[2],[4,4],[]", ("[2]", "[4,4]", "[]")),
        ("training.epochs=range(1,4)", ("1", "2", "3")),
        ("learning_rate=choice(0.1,1e-5,1)", ("0.1", "1e-05", "1")),
        ("learning_rate=0.1,0.1,0.2", ("0.1", "0.2")),
        ("optimizer=glob(*da*)", ("adadelta", "adagrad", "adam", "adamw", "nadam")),
        ("network.start='a b.csv',\"it's.csv\"", ("'a b.csv'", '"it\'s.csv"')),
        ("+network.start=a,null", ("a", "null")),
        ("training.l2=range(0,0.3,0.1)", ("0.0", "0.1", "0.2")),
    ],
)
def test_a_choice_has_the_texts_that_a_grid_would_have(typed, texts):
    axis = only(space_of(typed))
    found = tuple(text_of(axis, number) for number in axis.numbers)
    assert found == tuple(text for text in texts if text != "adadelta")
    values = [read(f"{axis.key}={text}")[0].value() for text in found]
    grid = [read(f"{axis.key}={text}")[0].value() for text in read(typed)[0].sweep_string_iterator()]
    assert values == [one for place, one in enumerate(grid) if one not in grid[:place]]


def test_what_has_one_value_is_fixed_as_it_was_typed():
    space = space_of(RATE, "data=xor", "workers=2", "training.l2=range(1,2)", "~test", "+data.samples='7'", "seed=3")
    assert space.fixed == ("search=random", "data=xor", "workers=2", "training.l2=1", "~test", "+data.samples='7'")


def test_a_later_override_of_a_key_replaces_an_earlier_one():
    space = space_of("activation=tanh,relu", RATE, "learning_rate=0.5", "activation=elu,gelu", "seed=1,2", "seed=7")
    assert only(space).texts == ("elu", "gelu")
    assert (space.fixed, space.replicates) == (("search=random", "learning_rate=0.5"), (("seed=7",),))


def test_seeds_and_folds_are_never_searched_but_repeat_every_setting():
    assert space_of(RATE).replicates == tuple((f"seed={seed}",) for seed in range(SEEDS))
    assert space_of(RATE, "seed=range(3,6)").replicates == (("seed=3",), ("seed=4",), ("seed=5",))
    assert space_of(RATE, "seed=7").replicates == (("seed=7",),)
    assert space_of(RATE, "data.fold=2").replicates[:2] == (("data.fold=2", "seed=0"), ("data.fold=2", "seed=1"))


@pytest.mark.parametrize(("folds", "seeds"), [(2, 4), (5, 5), (3, 4), (4, 6), (6, 4), (1, 3)])
def test_the_first_repetitions_differ_in_fold_and_seed_and_all_pairs_come_once(folds, seeds):
    found = space_of(RATE, f"data.fold=range({folds})", f"seed=range({seeds})").replicates
    assert sorted(found) == sorted((f"data.fold={f}", f"seed={s}") for f in range(folds) for s in range(seeds))
    for key in (0, 1):
        first = [pair[key] for pair in found[: min(folds, seeds)]]
        assert len(set(first)) == len(first)


def test_a_key_of_an_option_is_left_out_where_another_is_drawn_whatever_the_order_of_what_is_typed():
    space = space_of(MOMENTUM, "optimizer=sgd,momentum,auto", LOG_RATE)
    assert space.setting((0.7, 0, 0.01)) == ("optimizer=sgd", "learning_rate=0.01")
    assert space.setting((0.7, 1, 0.01)) == ("optimizer.momentum=0.7", "optimizer=momentum", "learning_rate=0.01")
    assert space.setting((0.7, 2, 0.01)) == ("optimizer=auto", "learning_rate=0.01")
    asked = []
    space.drawn(lambda axis: asked.append(axis.key) or 0)
    assert asked == ["optimizer", "learning_rate"]


def test_an_option_in_quotes_is_the_option():
    space = space_of("optimizer='sgd',\"momentum\"", MOMENTUM)
    assert space.setting((0, 0.7)) == ("optimizer='sgd'",)
    assert space.setting((1, 0.7)) == ('optimizer="momentum"', "optimizer.momentum=0.7")


def test_all_overrides_of_a_run_leave_out_what_is_fixed_and_of_another_option():
    space = space_of("optimizer=sgd,momentum", "optimizer.momentum=0.9", "data=xor")
    assert space.overrides(("optimizer=sgd",), ("seed=1",)) == ("search=random", "data=xor", "optimizer=sgd", "seed=1")
    assert space.overrides(("optimizer=momentum",), ("seed=1",)) == (
        "search=random", "optimizer.momentum=0.9", "data=xor", "optimizer=momentum", "seed=1",
    )  # fmt: skip


def test_settings_that_are_equal_after_rounding_are_one():
    space = space_of(LOG_RATE)
    assert space.setting((0.012345,)) == space.setting((0.012312,)) == ("learning_rate=0.0123",)


def test_a_setting_typed_again_has_the_same_run_key():
    space = space_of(LOG_RATE, "optimizer=sgd,momentum", MOMENTUM, "network.hidden=[2],[4]", "data=xor")
    setting = space.setting((0.0123456, 1, 0.98765, 1))
    assert setting == ("learning_rate=0.0123", "optimizer=momentum", "optimizer.momentum=0.988", "network.hidden=[4]")
    typed = ("data=xor", "learning_rate=0.0123", "optimizer=momentum", "optimizer.momentum=0.988", "network.hidden=[4]")
    assert keys_of(space.overrides(setting, ("seed=3",))) == keys_of((*typed, "seed=3"))


def test_all_runs_of_drawn_settings_can_be_planned_and_are_different():
    activation = ("activation=tanh,elu", "activation.alpha=interval(0.5,2)", "schedule=constant,step")
    space = space_of(LOG_RATE, "optimizer=sgd,momentum", MOMENTUM, *activation, "network.hidden=[2],[4]", "data=xor")
    asked = RandomSampler(space, 0).ask(40)
    runs = [space.overrides(setting, replicate) for setting in asked for replicate in space.replicates[:2]]
    assert len(set(keys_of(*runs))) == 80


NOTHING = "has nothing to search: give a key several values, such as 'learning_rate=tag(log,interval(0.001,1))'"
NO_NUMBER = "is not searched, as it changes no number of a run; give it one value"
ENDS = "needs two finite numbers, the smaller one first"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("sweep=activations,optimizers", "names several; run one at a time"),
        ("workers=1,2", NO_NUMBER),
        ("search.runs=1,2", NO_NUMBER),
        ("tracking.points=int(interval(2,9))", NO_NUMBER),
        ("seed=interval(0,9)", "would search over seed, which repeats a setting; give it values, as seed=range(5)"),
        ("learning_rate=interval(1,0.1)", ENDS),
        ("training.epochs=int(interval(3,3))", ENDS),
        ("learning_rate=interval(0,inf)", ENDS),
        ("learning_rate=interval(nan,1)", ENDS),
        ("learning_rate=interval(-1e308,1e308)", ENDS),
        ("learning_rate=tag(log,interval(0,1))", "is logarithmic, so its numbers must be > 0"),
        ("learning_rate=tag(log,often,interval(1,2))", "has the tag 'often'; the only choice is log"),
        (
            "training.epochs=tag(log,range(1,5))",
            "has a tag, which is for an interval, as in 'learning_rate=tag(log,interval(0.001,1))'",
        ),
        ("activation=shuffle(tanh,relu)", "is shuffled, but a search has its own order; leave out shuffle"),
        ("training.epochs=range(0)", "has no values to search"),
    ],
)
def test_an_override_that_cannot_be_searched_is_refused_in_one_sentence(typed, told):
    assert refused("training.l2=interval(0,1)", typed) == f"the override {typed} {told}"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("data=xor", "seed=range(5)"), f"search=random {NOTHING}"),
        ((RATE, "search=tpe"), "search=random and search=tpe are several searches; run one at a time"),
        ((MOMENTUM, "optimizer=sgd"), "optimizer.momentum is not a setting of optimizer=sgd"),
        ((MOMENTUM, "optimizer=sgd,adam"), "optimizer.momentum is not a setting of optimizer=sgd or optimizer=adam"),
        (
            ("optimizer=sgd,adam", "optimizer.momentum=0.9"),
            "optimizer.momentum is not a setting of optimizer=sgd or optimizer=adam",
        ),
    ],
)
def test_overrides_that_are_no_space_together_are_refused_in_one_sentence(typed, told):
    assert refused(*typed) == told


def test_several_searches_in_one_override_are_refused():
    with pytest.raises(UserError) as caught:
        Space.of(read("search=random,tpe", RATE), 3)
    assert str(caught.value) == "the override search=random,tpe names several; run one at a time"
