"""Bad keys, bad names and bad types: the message names the key, the value, what is allowed, and the override."""

import re
from typing import Any, Literal, get_args, get_origin

import pytest

from nn.registry import Setting
from runner.base.paths import CONF
from runner.datasets.tables.choosing import Name
from runner.runs.components import REGISTRIES
from runner.runs.spec import DataCommon, NetworkSpec, Single, TestSpec, TrainingSpec, component_model
from tests.runner.building import COMPONENTS, SETTINGS, blames, refusal, refusals, says_what_there_is, types_of

SECTIONS = {"network": NetworkSpec, "training": TrainingSpec, "test": TestSpec}
WRONG_BY_TYPE: dict[Any, dict[str, str]] = {
    int: {"1.5": "must be a whole number", "2.0": "must be a whole number", "true": "must be a whole number",
          "many": "must be a whole number", "[3]": "must be a whole number", "''": "must be a whole number"},
    float: {"much": "must be a number", "true": "must be a number", "[0.5]": "must be a number",
            "{a:1}": "must be a number", "''": "must be a number"},
    bool: {"1": "must be true or false", "yes": "must be true or false", "[true]": "must be true or false"},
    str: {"1": "must be text", "true": "must be text", "[a]": "must be text"},
    Name: {"true": "must be text", "[a]": "must be text"},
    tuple: {"1": "must be a list", "text": "must be a list", "true": "must be a list"},
    Literal: {"nonsense": "must be ", "1": "must be "},
}  # fmt: skip

GENERAL = [
    ("learning_rate=fast", "learning_rate must be a number, got 'fast'"),
    ("learning_rate=true", "learning_rate must be a number, got True"),
    ("learning_rate=null", "learning_rate must be a number, got None"),
    ("learning_rate=[0.1]", "learning_rate must be a number, got [0.1]"),
    ("learning_rate=", "learning_rate must be a number, got ''"),
    ("score=3", "score must be text, got 3"),
    ("seed=1.0", "seed must be a whole number, got 1.0"),
    ("seed=one", "seed must be a whole number, got 'one'"),
    ("dtype=float16", "dtype must be 'float64' or 'float32', got 'float16'"),
    ("network.hidden=null", "network.hidden must be a list, such as [4] or [6,4], got None"),
    ("network.hidden=[wide]", "network.hidden[0] must be a whole number, got 'wide'"),
    ("network.hidden=[4,4.5]", "network.hidden[1] must be a whole number, got 4.5"),
    ("network.hidden=[[4]]", "network.hidden[0] must be a whole number, got [4]"),
    ("network.activations=3", "network.activations must be a list, such as [4] or [6,4], got 3"),
    ("network.activations=[3]", "network.activations[0] must be text, got 3"),
    ("network.bias=1", "network.bias must be true or false, got 1"),
    ("network.bias=yes", "network.bias must be true or false, got 'yes'"),
    ("network.bias_init=ones", "network.bias_init must be 'zero', 'init' or 'hidden', got 'ones'"),
    ("network.output=3", "network.output must be text, got 3"),
    ("training.mode=batch", "training.mode must be 'online', 'minibatch' or 'full', got 'batch'"),
    ("training.epochs=1.5", "training.epochs must be a whole number, got 1.5"),
    ("training.epochs=true", "training.epochs must be a whole number, got True"),
    ("training.steps=1.5", "training.steps must be a whole number, got 1.5"),
    ("training.order=random", "training.order must be 'auto', 'fresh', 'shuffled', 'given' or 'cyclic', got 'random'"),
    ("training.reduction=max", "training.reduction must be 'mean' or 'sum', got 'max'"),
    ("training.online_cost=1", "training.online_cost must be true or false, got 1"),
    ("training.l2_of=biases", "training.l2_of must be 'weights' or 'all', got 'biases'"),
    ("network.input=3", "network.input must be text, got 3"),
    (
        "network.target_range=wide",
        "network.target_range must be auto, null or two finite numbers such as [-1,1], got 'wide'",
    ),
    (
        "network.target_range=[1]",
        "network.target_range must be auto, null or two finite numbers such as [-1,1], got [1]",
    ),
    ("network.start=3", "network.start must be text, got 3"),
    ("cost=3", "cost must be text, got 3"),
    ("fault=3", "fault must be a list, such as [4] or [6,4], got 3"),
    ("test.set=train", "test.set must be 'held_out', 'grid' or 'fresh', got 'train'"),
    ("test.points=7.5", "test.points must be a whole number, got 7.5"),
    ("test.margin=wide", "test.margin must be a number, got 'wide'"),
    ("test.probes=3", "test.probes must be a list, such as [4] or [6,4], got 3"),
    ("training.batch_size=8.0", "training.batch_size must be a whole number, got 8.0"),
    ("training.evaluations=few", "training.evaluations must be a whole number, got 'few'"),
    ("training.patience=0.5", "training.patience must be a whole number, got 0.5"),
    ("training.stop_cost=low", "training.stop_cost must be a number, got 'low'"),
    ("training.l2=null", "training.l2 must be a number, got None"),
    ("training.l1=auto", "training.l1 must be a number, got 'auto'"),
    ("training.dropout=half", "training.dropout must be a number, got 'half'"),
    ("training.clip_value=[1]", "training.clip_value must be a number, got [1]"),
    ("training.clip_norm=big", "training.clip_norm must be a number, got 'big'"),
    ("training.class_weights=null", "training.class_weights must be 'none' or 'balanced', got None"),
    ("data.seed=0.5", "data.seed must be a whole number, got 0.5"),
    ("data.test_fraction=half", "data.test_fraction must be a number, got 'half'"),
    ("data.validation_fraction=half", "data.validation_fraction must be a number, got 'half'"),
    ("data.split_seed=first", "data.split_seed must be a whole number, got 'first'"),
    ("data.folds=few", "data.folds must be a whole number, got 'few'"),
    ("training.restore_best=last", "training.restore_best must be true or false, got 'last'"),
    ("data.fold=last", "data.fold must be a whole number, got 'last'"),
    ("data.label_noise=true", "data.label_noise must be a number, got True"),
    ("data.outliers=some", "data.outliers must be a number, got 'some'"),
    ("data.imbalance=null", "data.imbalance must be a number, got None"),
    ("data.input_noise=[1]", "data.input_noise must be a number, got [1]"),
    ("data.target_scale=sqrt", "data.target_scale must be 'standardize', 'none' or 'log', got 'sqrt'"),
    ("data.standardize=1", "data.standardize must be true or false, got 1"),
]


def wrong_values(setting: Setting) -> dict[str, str]:
    """Values that no type of the setting allows, and what the message must say; null where it is not a choice."""
    kinds = [one if one == Name else get_origin(one) or one for one in types_of(setting)]
    wrong = dict(next(WRONG_BY_TYPE[kind] for kind in kinds if kind in WRONG_BY_TYPE))
    if True in get_args(setting.type):
        del wrong["1"]  # which is true
    return wrong if type(None) in kinds else wrong | {"null": next(iter(wrong.values()))}


WRONG_TYPES = [
    (kind, name, setting, text, expected)
    for kind, name, setting in SETTINGS
    for text, expected in wrong_values(setting).items()
]


@pytest.mark.parametrize(
    ("kind", "name", "setting", "text", "expected"),
    WRONG_TYPES,
    ids=[f"{kind}.{name}.{setting.name}={text}" for kind, name, setting, text, _ in WRONG_TYPES],
)
def test_a_component_refuses_a_setting_of_the_wrong_type(kind, name, setting, text, expected):
    key = f"{kind}.{setting.name}"
    message = refusal(f"{kind}={name}", f"{key}={text}")
    assert message.startswith(f"{key} {expected}")
    assert blames(message, f"{key}={text}")
    assert ", got " in message
    for option in get_args(setting.type) if get_origin(setting.type) is Literal else ():
        assert repr(option) in message


@pytest.mark.parametrize(("override", "expected"), GENERAL)
def test_a_general_setting_of_the_wrong_type_is_refused_with_its_key_value_and_origin(override, expected):
    message = refusal(override)
    assert message.startswith(expected)
    assert blames(message, override)


def test_the_table_of_general_settings_covers_every_one():
    tested = {override.partition("=")[0] for override, _ in GENERAL}
    sections = {f"{key}.{name}" for key, model in SECTIONS.items() for name in model.model_fields}
    common = {f"data.{name}" for name in DataCommon.model_fields if name != "name"}
    assert tested == {*Single.model_fields, *sections, *common}


@pytest.mark.parametrize("value", ["3", "null", "text", "[1]"])
@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_is_not_a_section_is_refused_in_words_a_user_understands(section, value):
    (message, *_) = refusals(f"{section}={value}")
    assert message.startswith(f"{section} ")
    assert blames(message, f"{section}={value}")
    for jargon in ("dictionary", "instance of", "Spec", "NoneType"):
        assert jargon not in message


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_an_unknown_setting_of_a_component_is_refused_with_those_it_has(kind, name):
    message = refusal(f"{kind}={name}", f"{kind}.wrong=1")
    assert message.startswith(f"{kind}.wrong is not a setting")
    assert blames(message, f"{kind}.wrong=1")
    settings = [field for field in component_model(kind, name).model_fields if field != "name"]
    assert says_what_there_is(message, settings)
    assert settings or message == f"{kind}.wrong is not a setting; {kind}={name} has none"


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_a_setting_added_with_a_plus_is_refused_with_those_that_the_component_has(kind, name):
    message = refusal(f"{kind}={name}", f"+{kind}.wrong=1")
    assert message.startswith(f"{kind}.wrong is not a setting")
    assert blames(message, f"+{kind}.wrong=1")
    assert says_what_there_is(message, [one for one in component_model(kind, name).model_fields if one != "name"])


@pytest.mark.parametrize("plus", ["", "+"])
@pytest.mark.parametrize("section", SECTIONS)
def test_an_unknown_setting_of_a_section_is_refused_with_those_it_has(section, plus):
    message = refusal(f"{plus}{section}.wrong=1")
    assert message.startswith(f"{section}.wrong is not a setting")
    assert blames(message, f"{plus}{section}.wrong=1")
    assert says_what_there_is(message, SECTIONS[section].model_fields)


@pytest.mark.parametrize("plus", ["", "+"])
def test_an_unknown_key_at_the_top_is_refused_with_the_command_that_lists_all(plus):
    message = refusal(f"{plus}wrong=1")
    assert message == "wrong is not a setting; python -m runner --cfg job lists all"


def test_a_misspelt_key_is_answered_with_the_nearest_one():
    assert "(did you mean epochs?)" in refusal("training.epoch=3")
    assert "(did you mean learning_rate?)" in refusal("learning_rat=3")


@pytest.mark.parametrize("kind", REGISTRIES)
def test_an_unknown_option_is_refused_with_all_options_or_what_lists_them(kind):
    message = refusal(f"{kind}=qqq")
    assert message.startswith(f"{kind} is unknown: 'qqq'; ")
    assert blames(message, f"{kind}=qqq")
    assert says_what_there_is(message, {*REGISTRIES[kind], *(path.stem for path in (CONF / kind).glob("*.yaml"))})


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, name in COMPONENTS if len(name) > 3])
def test_a_near_miss_of_an_option_is_answered_with_the_option(kind, name):
    message = refusal(f"{kind}={name}x")
    assert re.match(rf"{kind} is unknown: '{name}x' \(did you mean {name}(, \w+)?( or \w+)?\?\); ", message)


@pytest.mark.parametrize("kind", REGISTRIES)
def test_a_component_name_that_is_set_as_a_value_is_checked_too(kind):
    message = refusal(f"{kind}.name=qqq")
    assert message.startswith(f"{kind}.name is unknown: 'qqq'; ")
    assert blames(message, f"{kind}.name=qqq")
    assert says_what_there_is(message, REGISTRIES[kind])


def test_an_unknown_output_activation_is_refused_with_the_nearest_and_what_lists_all():
    told = "network.output is unknown: 'sigmod' (did you mean sigmoid?); python -m runner --help lists all"
    assert refusal("network.output=sigmod") == told


@pytest.mark.parametrize("key", [*Single.model_fields, *REGISTRIES, *SECTIONS, "training.l2", "network.hidden"])
def test_a_deleted_setting_is_reported_as_missing(key):
    assert refusals(f"~{key}") == [f"{key} is missing (from the override ~{key})"]


def test_a_value_that_nobody_overrode_is_traced_to_its_file():
    (message,) = refusals("data=csv")
    assert blames(message, "data=csv")
    (message,) = refusals("training.mode=online", "training.batch_size=4")
    assert blames(message, "training.batch_size=4")
