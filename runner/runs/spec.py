"""The spec of one run: its whole identity as plain, frozen, validated data."""

import json
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, create_model

from nn.metrics import METRICS, USUAL
from nn.registry import Setting
from runner.base.errors import UserError, one_line
from runner.datasets.samples import LARGEST
from runner.runs import field_types
from runner.runs.components import REGISTRIES
from runner.runs.field_types import AUTO, Flag, Number, Positive, Share, Units, Whole

KINDS = {"data": "data set", "init": "initializer"}  # where the word in a sentence is not that of the config

Section = TypeVar("Section", bound=BaseModel)


class Frozen(BaseModel):
    """Data that cannot change and that holds nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Component(Frozen):
    """A chosen component: its `name`, and its own settings as further fields."""

    name: str

    def settings(self) -> dict[str, Any]:
        """The settings that the component's function takes, by name."""
        known = {setting.name for setting in REGISTRIES[self.kind()].settings(self.name)}
        return {key: value for key, value in dict(self).items() if key in known}

    def kind(self) -> str:
        """The kind of component: the name of its config group."""
        return str(type(self).__name__)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.kind(), dict(self))


class DataCommon(Component):
    """Settings that every data set has, in addition to its own."""

    seed: Annotated[Whole, Field(ge=0)] | None = None
    split_seed: Annotated[Whole, Field(ge=0)] | None = None
    test_fraction: Share = 0.25
    validation_fraction: Share = 0.0
    folds: Annotated[Whole, Field(ge=2, le=1000)] | None = None
    fold: Annotated[Whole, Field(ge=0)] = 0
    standardize: Flag = False
    target_scale: Literal["standardize", "none", "log"] = "none"
    label_noise: Share = 0.0
    outliers: Share = 0.0
    imbalance: Annotated[Number, Field(ge=1)] = 1.0
    input_noise: Annotated[Number, Field(ge=0)] = 0.0


class NetworkSpec(Frozen):
    """Layers, activations of input and output, biases, and the initial weights if they do not come from `init`."""

    hidden: Annotated[tuple[Units, ...], BeforeValidator(field_types.layers)]
    activations: Annotated[tuple[Annotated[str, Strict()], ...] | None, BeforeValidator(field_types.listed)] = None
    input: str
    output: str
    target_range: Annotated[Literal["auto"] | tuple[Number, Number] | None, BeforeValidator(field_types.target_range)]
    bias: Flag
    bias_init: Literal["zero", "init", "hidden"]
    start: str | None


class TrainingSpec(Frozen):
    """How long and in which batches a run trains, when it stops, and what is applied to its gradient."""

    mode: Literal["online", "minibatch", "full"]
    epochs: Annotated[Whole, Field(ge=1)] | None
    steps: Annotated[Whole, Field(ge=1)] | None
    batch_size: Annotated[Whole, Field(ge=1)] | None
    order: Literal["auto", "fresh", "shuffled", "given", "cyclic"]
    reduction: Literal["mean", "sum"]
    evaluations: Annotated[Whole, Field(ge=1, le=1000)]
    online_cost: Flag
    stop_cost: Number | None
    patience: Annotated[Whole, Field(ge=1)] | None
    restore_best: Flag = False  # a default is for specs that were stored before there was such a setting
    l2: Annotated[Number, Field(ge=0)]
    l1: Annotated[Number, Field(ge=0)] = 0.0
    l2_of: Literal["weights", "all"]
    clip_value: Positive | None
    clip_norm: Positive | None
    dropout: Share = 0.0
    class_weights: Literal["none", "balanced"] = "none"


class TestSpec(Frozen):
    """What a trained network is tested on: held-out samples, a noise-free grid, or fresh samples; and `probes`."""

    __test__ = False  # pytest takes it for a test otherwise

    set: Literal["held_out", "grid", "fresh"]
    points: Annotated[Whole, Field(ge=2, le=1_000_000)]
    margin: Annotated[Number, Field(ge=0, le=LARGEST)]
    probes: Annotated[tuple[tuple[Number, ...], ...], BeforeValidator(field_types.points)]


class Single(Frozen):
    """Settings outside any section. `fault` names the faults to inject; empty for none.

    `score` is the metric that ranks; if it is named, it also decides when a run with patience stops.
    """

    cost: str
    score: str
    fault: Annotated[tuple[Annotated[str, Strict()], ...], BeforeValidator(field_types.names)]
    learning_rate: Positive
    dtype: Literal["float64", "float32"]
    seed: Annotated[Whole, Field(ge=0)]


class Spec(Single):
    """One run. Runs with equal specs, data contents and numeric code have bit-identical results."""

    data: Component
    warm_start: tuple[Component, ...] = ()
    test: TestSpec
    network: NetworkSpec
    activation: Component
    loss: Component
    init: Component
    optimizer: Component
    schedule: Component
    training: TrainingSpec

    @property
    def phases(self) -> "tuple[Spec, ...]":
        """The trainings of this run in order: one for each data set of the warm start, and then its own."""
        earlier = [self.model_copy(update={"data": data, "warm_start": ()}) for data in self.warm_start]
        return (*earlier, self)

    @property
    def data_seed(self) -> int:
        """The seed of everything about the data: samples, noise and split."""
        seed = vars(self.data)["seed"]
        return self.seed if seed is None else int(seed)


SECTIONS: dict[str, type[Frozen]] = {"test": TestSpec, "network": NetworkSpec, "training": TrainingSpec}


def setting_of(spec: Spec) -> Spec:
    """The spec of a run without seed and fold: what all runs of its setting share."""
    return spec.model_copy(update={"seed": 0, "data": spec.data.model_copy(update={"fold": 0})})


def component_model(kind: str, name: str) -> type[Component]:
    """The pydantic model of a component, made from the signature of its function."""
    return _model_of(kind, name, REGISTRIES[kind][name])


@cache
def _model_of(kind: str, name: str, _function: Any) -> type[Component]:
    """Cached by function, because a notebook may redefine a component."""
    fields: dict[str, Any] = {
        setting.name: (_annotation(setting), setting.default) for setting in REGISTRIES[kind].settings(name)
    }
    base = DataCommon if kind == "data" else Component
    return create_model(kind, __base__=base, **fields)


def _restore(kind: str, values: dict[str, Any]) -> Component:
    """Called when unpickling: the models are created at run time, so pickle cannot find their classes by name."""
    return component_model(kind, values["name"]).model_validate(values)


def _annotation(setting: Setting) -> Any:
    """A setting's type for pydantic: no silent conversion of single values, and its range."""
    single: Any = {int: Whole, float: Number, bool: Flag, str: Annotated[str, Strict()]}.get(setting.type)
    if single is not None:
        limits = setting.range
        return (
            single
            if limits is None
            else Annotated[single, Field(gt=limits.gt, ge=limits.ge, lt=limits.lt, le=limits.le)]
        )
    if get_origin(setting.type) is tuple:
        return tuple.__class_getitem__(tuple(Number if item is float else item for item in get_args(setting.type)))
    return setting.type


def score_of(spec: Spec, task: str) -> str:
    """The name of the metric that ranks runs of a task; empty if the task is unknown."""
    return USUAL.get(task, "") if spec.score == AUTO else spec.score


def to_plain(spec: Spec) -> dict[str, Any]:
    """The spec as nested plain data, ready for JSON or YAML; `from_plain` reads it. `score=auto` is omitted."""
    return spec.model_dump(mode="json", serialize_as_any=True, exclude={"score"} if spec.score == AUTO else None)


def from_plain(plain: dict[str, Any]) -> Spec:
    """Raises pydantic's ValidationError when the data is not a spec of this version, and UserError when it names a
    component that is not registered here.
    """
    parts = {"score": AUTO, **plain}
    for kind in REGISTRIES:
        parts[kind] = _registered(kind, plain[kind])
    for name, section in SECTIONS.items():
        parts[name] = _shared(section, json.dumps(plain[name]))
    parts["warm_start"] = tuple(_registered("data", data) for data in plain["warm_start"])
    _ = [_registered("activation", {"name": name}) for name in parts["network"].activations or ()]
    if parts["score"] not in (AUTO, *METRICS):
        raise _missing("metric", parts["score"])
    return Spec(**parts)


def _registered(kind: str, plain: dict[str, Any]) -> Component:
    if plain["name"] not in REGISTRIES[kind]:
        raise _missing(KINDS.get(kind, kind), plain["name"])
    made: Component = _shared(component_model(kind, plain["name"]), json.dumps(plain))
    return made


@lru_cache(1 << 10)
def _shared(section: type[Section], plain: str) -> Section:
    """A section from JSON: one for all runs that have it, as a sweep's runs differ in few of them."""
    return section.model_validate(json.loads(plain))


def _missing(kind: str, name: Any) -> UserError:
    return UserError(
        f"this needs the {kind} {one_line(repr(name))}, which is not registered here: the module that defines it must "
        "be one of modules=[...], and still define it; in a notebook, run the cell that does"
    )
