"""Numbers out of range: every numeric setting of every component and section, at and beyond each of its bounds."""

import math
from dataclasses import dataclass

import pytest
from pydantic import BaseModel, ValidationError

from nn.registry import Range
from runner.runs.spec import DataCommon, NetworkSpec, Single, Spec, TestSpec, TrainingSpec, component_model
from tests.runner.building import COMPONENTS, SETTINGS, blames, build, refusal, spec_of, types_of

# The general settings and their bounds, as conf/config.yaml explains them.
GENERAL = {
    "learning_rate": Range(gt=0),
    "seed": Range(ge=0),
    "training.epochs": Range(ge=1),
    "training.steps": Range(ge=1),
    "training.batch_size": Range(ge=1),
    "training.evaluations": Range(ge=1, le=1000),
    "training.stop_cost": Range(),
    "training.patience": Range(ge=1),
    "training.l2": Range(ge=0),
    "training.l1": Range(ge=0),
    "training.dropout": Range(ge=0, lt=1),
    "training.clip_value": Range(gt=0),
    "training.clip_norm": Range(gt=0),
    "test.points": Range(ge=2, le=1_000_000),
    "test.margin": Range(ge=0, le=1e100),
    "data.seed": Range(ge=0),
    "data.label_noise": Range(ge=0, lt=1),
    "data.outliers": Range(ge=0, lt=1),
    "data.imbalance": Range(ge=1),
    "data.input_noise": Range(ge=0),
    "data.test_fraction": Range(ge=0, lt=1),
    "data.validation_fraction": Range(ge=0, lt=1),
    "data.folds": Range(ge=2, le=1000),
    "data.fold": Range(ge=0),
    "data.split_seed": Range(ge=0),
}
WHOLE = {
    "seed", "training.epochs", "training.steps", "training.batch_size", "training.evaluations", "training.patience",
    "test.points", "data.seed", "data.split_seed", "data.folds", "data.fold",
}  # fmt: skip

SECTIONS: dict[str, type[BaseModel]] = {"training": TrainingSpec, "test": TestSpec}


@dataclass(frozen=True)
class Number:
    """A numeric setting: the component it belongs to, its key, its type and its bounds."""

    choice: tuple[str, ...]
    key: str
    is_whole: bool
    range: Range

    def outside(self) -> list[tuple[float, str]]:
        """Values just beyond each bound, and the bound as the message must say it."""
        away = 1 if self.is_whole else 1e-9
        bounds = [(">", self.range.gt, 0), (">=", self.range.ge, -away), ("<", self.range.lt, 0)]
        bounds.append(("<=", self.range.le, away))
        return [
            (bound + step * max(1, abs(bound)), f"{sign} {bound:g}")
            for sign, bound, step in bounds
            if bound is not None
        ]

    def inside(self) -> list[float]:
        """The values at the edges, or as near to them as is legal."""
        step = 1 if self.is_whole else 1e-9
        edges = [(self.range.gt, step), (self.range.ge, 0), (self.range.lt, -step), (self.range.le, 0)]
        return [bound + away for bound, away in edges if bound is not None]


COMPONENT_NUMBERS = [
    Number((f"{kind}={name}",), f"{kind}.{setting.name}", int in types_of(setting), setting.range or Range())
    for kind, name, setting in SETTINGS
    if {int, float} & set(types_of(setting))
]
NUMBERS = COMPONENT_NUMBERS + [Number((), key, key in WHOLE, limits) for key, limits in GENERAL.items()]
BEYOND = [(number, value, bound) for number in NUMBERS for value, bound in number.outside()]
EDGES = [(number, value) for number in NUMBERS for value in number.inside()]
FRACTIONS = [number for number in NUMBERS if not number.is_whole]


@pytest.mark.parametrize(
    ("number", "value", "bound"), BEYOND, ids=[f"{' '.join((*n.choice, n.key))}={v}" for n, v, _ in BEYOND]
)
def test_a_number_beyond_its_bound_is_refused_with_the_bound_the_value_and_the_override(number, value, bound):
    override = f"{number.key}={int(value) if number.is_whole else repr(value)}"
    message = refusal(*number.choice, override)
    assert message.startswith(f"{number.key} must be {bound}, got {value}")
    assert blames(message, override)


@pytest.mark.parametrize(("number", "value"), EDGES, ids=[f"{' '.join((*n.choice, n.key))}={v}" for n, v in EDGES])
def test_a_number_at_the_edge_of_its_range_is_legal(number, value):
    section, _, name = number.key.rpartition(".")
    if section in SECTIONS:
        start = dict(dict(spec_of())[section])
        assert dict(SECTIONS[section](**start | {name: value}))[name] == value
    elif section:
        component = number.choice[0].partition("=")[2] if number.choice else "sine"
        model = component_model(section, component)
        assert dict(model.model_validate({"name": component, name: value}))[name] == value
    else:
        assert dict(spec_of(f"{name}={value!r}"))[name] == value


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400"])
@pytest.mark.parametrize("number", FRACTIONS, ids=[" ".join((*n.choice, n.key)) for n in FRACTIONS])
def test_nan_and_infinity_are_refused_for_every_number(number, value):
    override = f"{number.key}={value}"
    message = refusal(*number.choice, override)
    assert message.startswith(f"{number.key} must be a finite number, got {float(value)!r}")
    assert blames(message, override)


@pytest.mark.parametrize("interval", ["[nan,1]", "[0,inf]", "[-inf,0]"])
@pytest.mark.parametrize("choice", ["data=sine", "data=square"])
def test_nan_and_infinity_are_refused_inside_a_list_with_the_place(choice, interval):
    message = refusal(choice, f"data.domain={interval}")
    place = next(i for i, part in enumerate(interval.strip("[]").split(",")) if not math.isfinite(float(part)))
    assert message.startswith(f"data.domain[{place}] must be a finite number, got ")
    assert blames(message, f"data.domain={interval}")


@pytest.mark.parametrize(("interval", "shown"), [("[2,1]", "[2, 1]"), ("[1,1]", "[1, 1]")])
@pytest.mark.parametrize("choice", ["data=sine", "data=square"])
def test_a_domain_that_does_not_ascend_is_refused(choice, interval, shown):
    message = refusal(choice, f"data.domain={interval}")
    assert message.startswith("data.domain must be two finite numbers in ascending order")
    assert shown in message
    assert blames(message, f"data.domain={interval}")


@pytest.mark.parametrize("interval", ["[1]", "[]", "[1,2,3]"])
def test_a_domain_that_has_not_two_numbers_is_refused(interval):
    messages = [str(problem) for problem in build(f"data.domain={interval}")]
    assert messages
    assert all(message.startswith("data.domain") for message in messages)
    assert all(blames(message, f"data.domain={interval}") for message in messages)


@pytest.mark.parametrize("targets", ["[0,2]", "[1,0]", "[-1,0]", "[0,0]"])
def test_xor_targets_other_than_those_of_sigmoid_and_tanh_are_refused(targets):
    message = refusal("data=xor", f"data.targets={targets}")
    assert message.startswith("data.targets must be [0, 1] or [-1, 1], got [")
    assert blames(message, f"data.targets={targets}")


@pytest.mark.parametrize("units", [0, -3])
@pytest.mark.parametrize("hidden", ["[{}]", "[4,{}]", "[{},4]"])
def test_a_layer_without_units_is_refused(units, hidden):
    override = f"network.hidden={hidden.format(units)}"
    place = hidden.strip("[]").split(",").index("{}")
    assert refusal(override) == f"network.hidden[{place}] must be > 0, got {units} (from the override {override})"


def test_no_hidden_layer_at_all_is_a_legal_linear_model():
    spec = spec_of("network.hidden=[]")
    assert spec.network == NetworkSpec(
        hidden=(), input="identity", output="identity", target_range="auto", bias=True, bias_init="init", start=None
    )


def test_every_numeric_general_setting_is_in_the_table_of_ranges():
    sections = {f"{key}.{name}" for key, model in SECTIONS.items() for name in _numeric_fields(model)}
    data = {f"data.{name}" for name in _numeric_fields(DataCommon)}
    assert sections | data | _numeric_fields(Single) == set(GENERAL)


def _numeric_fields(model: type[BaseModel]) -> set[str]:
    fields = model.model_json_schema()["properties"]
    types = {name: {one.get("type") for one in (field, *field.get("anyOf", ()))} for name, field in fields.items()}
    return {name for name, found in types.items() if found & {"integer", "number"}}


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_the_defaults_of_every_component_are_in_range(kind, name):
    model = component_model(kind, name)
    defaults = model(name=name).model_dump()
    assert model.model_validate(defaults) == model(name=name)


def test_a_spec_cannot_be_changed_after_it_was_checked():
    spec = spec_of()
    with pytest.raises(ValidationError, match="frozen"):
        spec.learning_rate = -1.0
    assert isinstance(spec, Spec)
    assert spec.learning_rate == 0.1
