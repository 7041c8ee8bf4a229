"""The spec: plain data there and back for every component, hashable, and flat for people."""

import json
import pickle
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.losses import LOSSES
from nn.metrics import METRICS
from nn.registry import Range, Setting
from runner.runs.components import REGISTRIES
from runner.runs.flat import flatten
from runner.runs.spec import NetworkSpec, Spec, TestSpec, TrainingSpec, component_model, from_plain, to_plain
from tests.runner.building import COMPONENTS, spec_of, types_of

LARGEST = 2**53  # whole numbers of a spec are those that a float can hold exactly
FINITE = {"allow_nan": False, "allow_infinity": False}


def floats(limits: Range) -> st.SearchStrategy[float]:
    bounds = [bound for bound in (limits.gt, limits.ge) if bound is not None]
    tops = [bound for bound in (limits.lt, limits.le) if bound is not None]
    return st.floats(
        bounds[0] if bounds else None, tops[0] if tops else None,
        exclude_min=limits.gt is not None, exclude_max=limits.lt is not None, **FINITE,
    )  # fmt: skip


def values_of(kind: Any, limits: Range | None) -> st.SearchStrategy[Any]:
    """Legal values of one type."""
    limits = limits or Range()
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is Annotated:
        return values_of(get_args(kind)[0], limits)
    if get_origin(kind) is tuple:
        items = get_args(kind)
        if items[-1] is Ellipsis:
            return st.lists(values_of(items[0], None), max_size=4).map(tuple)
        return st.tuples(*(values_of(item, None) for item in items))
    if kind is int:
        low, high = (None if b is None else int(b) for b in (limits.ge, limits.le))
        return st.integers(-LARGEST if low is None else low, LARGEST if high is None else high)
    return {float: floats(limits), bool: st.booleans(), str: st.text(max_size=20), type(None): st.none()}[kind]


def legal(setting: Setting) -> st.SearchStrategy[Any]:
    return st.one_of(*(values_of(kind, setting.range) for kind in types_of(setting)))


@st.composite
def components(draw, kind: str, name: str | None = None) -> Any:
    name = name or draw(st.sampled_from(list(REGISTRIES[kind])))
    given = {setting.name: draw(legal(setting)) for setting in REGISTRIES[kind].settings(name)}
    if kind == "data":
        given |= {"seed": draw(st.none() | st.integers(0, LARGEST)), "test_fraction": draw(st.floats(0, 0.99))}
    return component_model(kind, name)(name=name, **given)


positive = st.floats(0, exclude_min=True, **FINITE)
networks = st.builds(
    NetworkSpec, hidden=st.lists(st.integers(1, LARGEST), max_size=4).map(tuple),
    input=st.sampled_from(list(ACTIVATIONS)), output=st.sampled_from(list(ACTIVATIONS)),
    target_range=st.sampled_from([None, "auto"]) | st.tuples(*[st.floats(**FINITE)] * 2),
    bias=st.booleans(), bias_init=st.sampled_from(["zero", "init", "hidden"]), start=st.none() | st.text(max_size=40),
    activations=st.none() | st.lists(st.sampled_from(list(ACTIVATIONS)), max_size=3).map(tuple),
)  # fmt: skip
trainings = st.builds(
    TrainingSpec, mode=st.sampled_from(["online", "minibatch", "full"]),
    epochs=st.none() | st.integers(1, LARGEST), steps=st.none() | st.integers(1, LARGEST),
    order=st.sampled_from(["auto", "fresh", "shuffled", "given", "cyclic"]), reduction=st.sampled_from(["mean", "sum"]),
    online_cost=st.booleans(), l2_of=st.sampled_from(["weights", "all"]),
    batch_size=st.none() | st.integers(1, LARGEST), evaluations=st.integers(1, 1000),
    stop_cost=st.none() | st.floats(**FINITE),
    patience=st.none() | st.integers(1, LARGEST), l2=st.floats(0, **FINITE), clip_value=st.none() | positive,
    clip_norm=st.none() | positive, class_weights=st.sampled_from(["none", "balanced"]), l1=st.floats(0, **FINITE),
    dropout=st.floats(0, 1, exclude_max=True),
)  # fmt: skip
tests = st.builds(
    TestSpec, set=st.sampled_from(["held_out", "grid", "fresh"]), points=st.integers(2, 1_000_000),
    margin=st.floats(0, 1e100), probes=st.lists(st.lists(st.floats(**FINITE), max_size=3).map(tuple)).map(tuple),
)  # fmt: skip
specs = st.builds(
    Spec, **{kind: components(kind) for kind in REGISTRIES}, network=networks, training=trainings, test=tests,
    warm_start=st.lists(components("data"), max_size=3).map(tuple), cost=st.sampled_from(["auto", *LOSSES]),
    score=st.sampled_from(["auto", *METRICS]),
    fault=st.lists(st.sampled_from(list(FAULTS)), max_size=3).map(tuple),
    learning_rate=positive, dtype=st.sampled_from(["float64", "float32"]), seed=st.integers(0, LARGEST),
)  # fmt: skip


@given(spec=specs)
def test_any_spec_survives_the_way_through_json(spec):
    again = from_plain(json.loads(json.dumps(to_plain(spec))))
    assert again == spec
    assert hash(again) == hash(spec)
    assert to_plain(again) == to_plain(spec)


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_every_component_with_any_legal_settings_survives_the_way_through_json(kind, name):
    base = spec_of()

    @given(component=components(kind, name))
    def check(component):
        spec = base.model_copy(update={kind: component})
        again = from_plain(json.loads(json.dumps(to_plain(spec))))
        assert again == spec
        assert dict(again)[kind].settings() == component.settings()

    check()


@given(spec=specs)
def test_any_spec_survives_the_way_to_another_process_and_back(spec):
    again = pickle.loads(pickle.dumps(spec))
    assert again == spec
    assert hash(again) == hash(spec)


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_the_settings_of_a_component_are_what_its_function_takes(kind, name):
    component = component_model(kind, name)(name=name)
    settings = REGISTRIES[kind].settings(name)
    assert component.settings() == {setting.name: setting.default for setting in settings}
    assert component.kind() == kind


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


@given(spec=specs)
def test_the_flat_form_has_every_value_under_a_dotted_key_and_names_under_their_kind(spec):
    flat, parts = flatten(spec), to_plain(spec)
    if spec.network.activations is not None:  # then it is of no layer
        del parts["activation"]
    for key, part in parts.items():
        if not isinstance(part, dict):
            assert plain(flat[key]) == part
            continue
        for name, value in part.items():
            assert plain(flat[key if name == "name" else f"{key}.{name}"]) == value
    assert len(flat) == sum(len(part) if isinstance(part, dict) else 1 for part in parts.values())


def test_the_flat_form_of_the_default_run_is_the_one_written_here():
    assert flatten(spec_of("data=xor", "training.epochs=7", "optimizer=momentum")) == {
        "learning_rate": 0.1, "dtype": "float64", "seed": 0, "cost": "binary_cross_entropy",
        "fault": [], "warm_start": [],
        "test.set": "held_out", "test.points": 1001, "test.margin": 0.0, "test.probes": [],
        "data": "xor", "data.seed": None, "data.test_fraction": 0.0, "data.standardize": False,
            "data.split_seed": None, "data.validation_fraction": 0.0, "data.folds": None, "data.fold": 0,
            "data.target_scale": "none", "data.label_noise": 0.0, "data.outliers": 0.0, "data.imbalance": 1.0,
            "data.input_noise": 0.0,
        "data.targets": [0.0, 1.0],
        "network.hidden": [6], "network.input": "identity", "network.output": "sigmoid", "network.target_range": "auto",
        "network.bias": True, "network.bias_init": "init", "network.start": None,
        "network.activations": None,
        "activation": "tanh", "loss": "binary_cross_entropy", "loss.label_smoothing": 0.0,
        "init": "normal", "init.gain": 1.0,
        "optimizer": "momentum", "optimizer.momentum": 0.9, "schedule": "constant",
        "training.mode": "minibatch", "training.epochs": 7, "training.steps": None, "training.batch_size": 4,
        "training.order": "shuffled", "training.reduction": "mean", "training.evaluations": 50,
        "training.online_cost": False,
        "training.stop_cost": None, "training.patience": None, "training.restore_best": False,
        "training.l2": 0.0, "training.l2_of": "weights", "training.l1": 0.0, "training.dropout": 0.0,
        "training.clip_value": None,
        "training.clip_norm": None, "training.class_weights": "none",
    }  # fmt: skip


def test_a_spec_stored_before_there_were_class_weights_means_a_run_without():
    stored = to_plain(spec_of("data=xor"))
    del stored["training"]["class_weights"]
    assert from_plain(stored) == spec_of("data=xor")


def test_equal_specs_are_one_key_of_a_dictionary_and_others_another():
    table = {spec_of(): "default", spec_of("seed=0", "learning_rate=0.1"): "again", spec_of("seed=1"): "other"}
    assert list(table.values()) == ["again", "other"]


def test_a_whole_number_where_a_fraction_is_meant_makes_no_other_spec():
    assert spec_of("learning_rate=1") == spec_of("learning_rate=1.0")
    assert to_plain(spec_of("learning_rate=1"))["learning_rate"] == 1.0
    assert spec_of("data.domain=[-5,5]") == spec_of()


@pytest.mark.parametrize("change", [{"extra": 1}, {"seed": -1}, {"dtype": "float16"}, {"training": {"mode": "full"}}])
def test_plain_data_that_is_no_spec_of_this_version_is_refused(change):
    with pytest.raises(ValidationError):
        from_plain(to_plain(spec_of()) | change)


@pytest.mark.parametrize("field", ["learning_rate", "seed"])
def test_a_spec_and_its_parts_are_frozen(field):
    spec = spec_of()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(spec, field, 3)
    with pytest.raises(ValidationError, match="frozen"):
        spec.training.epochs = 3
    with pytest.raises(ValidationError, match="frozen"):
        spec.data.samples = 3


def test_a_spec_stored_before_there_were_wrong_labels_and_the_like_means_a_run_without():
    stored = to_plain(spec_of("data=moons"))
    for key in ("label_noise", "outliers", "imbalance", "input_noise"):
        del stored["data"][key]
    assert from_plain(stored) == spec_of("data=moons")
