"""Random overrides, from valid to absurd, over every setting there is: registries and models say which."""

import json
import sys
from typing import Any

from hypothesis import strategies as st

from nn.activations import ACTIVATIONS
from nn.faults import FAULTS
from nn.losses import LOSSES
from runner.runs.components import REGISTRIES
from runner.runs.settings import Settings
from runner.runs.spec import NetworkSpec, Single, TestSpec, TrainingSpec, component_model
from tests.runner.building import config_of, loader

Schema = dict[str, Any]
MODELS = {"network": NetworkSpec, "training": TrainingSpec, "test": TestSpec, "": Single}
NAMES = ["auto", "matching", "none", *FAULTS, *(name for registry in REGISTRIES.values() for name in registry)]
POOLS = {
    "network.output": ACTIVATIONS,
    "network.input": ACTIVATIONS,
    "network.activations": ACTIVATIONS,
    "cost": LOSSES,
    "fault": FAULTS,
}
WORDS = [
    "", "sine", "weights.npz", "b", "0", "ünïcödé ☃", "it's", 'a "quote"', "two\nlines", "\x00", "x" * 5000, "../..",
]  # fmt: skip
LARGE = [2**31, 10**9, 10**12, 2**53, 2**53 + 1, 2**64, 10**30, 10**400]
FAR = [-1e308, -1e150, 0.0, 1e-320, 1e-160, 1e-3, 0.999999, 1e4, 1e20, 1e150, 1e300, 1.7e308]
NO_VALUES = [
    None, True, [], {}, [[]], [[[1]]], [None], ["a", 1], {"a": 1}, {"name": "sine"}, "nan", "-inf", "1e999", -1,
]  # fmt: skip
# What is not key=value with a value of some type: Hydra's own syntax, right and wrong.
SYNTAX = [
    "+new=1", "+network.new=1", "++training.new=[1]", "+seed=1", "~seed", "~training", "~network.hidden", "~data",
    "~data.samples", "~activation", "~tracking=1", "seed", "=", "", " ", "seed=", "=3", "seed==3", "a.b.c=1",
    "seed.x=1", "network.hidden.0=3", "network.hidden[0]=3", "network.hidden[9]=3", "network=3", "network=null",
    "network=[]", "training={}", "training={epochs:1}", "data={name:xor}", "data=null", "data=[xor,sine]", "data=",
    "data@test=xor", "activation=tanh,relu", "seed=range(3)", "seed=1,2", "learning_rate=interval(0,1)",
    "seed=choice(1,2)", "data=glob(*)", "learning_rate=${seed}", "seed=${seed}", "seed=${nowhere}",
    "seed=${oc.env:NO_SUCH_THING}", "seed=${oc.decode:x}", "seed=???", "cost=???", "network.hidden=???",
    "training=???", "data=${seed}", "seed='1", "network.hidden=[1", "seed=}", "modules=[no_such_module]",
    "modules=['']", "modules=[..]", "modules=[a b]", "hydra.job.num=x", "hydra=1", "case=nothing", "sweep=nothing",
    "warm_start=[{}]", "warm_start=[{samples:5}]", "warm_start=[{name:xor}]", "warm_start=[{samples:-5},{}]",
    "warm_start=[[]]", "warm_start=x", "warm_start=[{name:3}]", "warm_start=[{1:2}]", "network.start=/",
    "data.path=/", "fault=[none,none]", "fault=[[]]", "fault={a:1}", "expect={a:b}", "expect=[a]",
    "expect={'a':'count() > 0'}", "strict=1", "test.probes=[[nan]]", "test.probes=[1e308,-1e308]",
    "test.probes=[[]]", "test.probes=[[0,0]]", "test.probes=[a]", "executor=null", "executor=3", "executor={name:a}",
    "executor.address=x", "executor=nothing", "executor=[dask]", "executor.name=dusk", "~executor", "~executor.name",
    "search=random", "search=tpe", "search=null", "search=nothing", "search={name:random}", "search=random,tpe",
    "search.runs=5", "search.name=tpe",
]  # fmt: skip


def overrides() -> st.SearchStrategy[list[str]]:
    """What a user might type, or a cat on the keyboard."""
    return st.sampled_from(["sensible", "extreme", "absurd"]).flatmap(_overrides)


@st.composite
def _overrides(draw: st.DrawFn, kind: str) -> list[str]:
    chosen = {group: draw(st.sampled_from(list(registry))) for group, registry in REGISTRIES.items() if draw(_rarely)}
    lengths = ["training.epochs=3", "training.epochs=1", "training.steps=7"]
    told = [] if kind == "absurd" else [draw(st.sampled_from(lengths))]
    told += [f"{group}={name}" for group, name in chosen.items()]
    if draw(_seldom):
        group = draw(st.sampled_from(["case", "sweep"]))
        told.append(f"{group}={draw(st.sampled_from(loader().get_group_options(group)))}")
    keys = _general_keys() | _component_keys(chosen)
    likely = sorted(key for key in keys if kind == "absurd" or key not in ("training.epochs", "training.steps"))
    picked = draw(st.lists(st.sampled_from(likely), max_size=6, unique=kind != "absurd"))
    told += [f"{key}={written(draw(_values(key, keys[key], kind)))}" for key in picked]
    if kind == "absurd":
        told += draw(st.lists(st.sampled_from(SYNTAX) | st.text(max_size=30) | _nonsense(sorted(keys)), max_size=2))
    return told


_rarely = st.integers(0, 2).map(lambda number: number == 0)
_seldom = st.integers(0, 15).map(lambda number: number == 0)


def _component_keys(chosen: dict[str, str]) -> dict[str, Schema]:
    """The settings of the chosen components, and of those that a config has by default."""
    keys: dict[str, Schema] = {}
    for group, registry in REGISTRIES.items():
        name = chosen.get(group, config_of()[group]["name"])
        if name in registry:
            keys |= _keys_of(group, component_model(group, name).model_json_schema())
    return keys


def _general_keys() -> dict[str, Schema]:
    keys: dict[str, Schema] = {}
    for section, model in MODELS.items():
        keys |= _keys_of(section, model.model_json_schema())
    settings = Settings.model_json_schema()
    keys |= _keys_of("tracking", settings["$defs"]["TrackingSettings"])
    keys |= _keys_of("report", settings["$defs"]["ReportSettings"])
    return keys | {
        key: schema
        for key, schema in _keys_of("", settings).items()
        if key not in ("tracking", "report", "modules", "executor", "search")
    }


def _keys_of(section: str, schema: Schema) -> dict[str, Schema]:
    return {f"{section}.{name}".lstrip("."): one for name, one in schema["properties"].items() if name != "name"}


def _values(key: str, schema: Schema, kind: str) -> st.SearchStrategy[Any]:
    pool = [*POOLS.get(key, ()), "none" if key == "fault" else "auto"]
    values = st.sampled_from(pool) if key in POOLS else _legal(schema, kind)
    if kind == "absurd":
        junk = st.sampled_from(NO_VALUES) | st.sampled_from(LARGE) | st.sampled_from(WORDS) | st.floats() | st.text()
        values |= junk | st.lists(junk | st.lists(junk, max_size=2), max_size=3)
    return values


def _legal(schema: Schema, kind: str) -> st.SearchStrategy[Any]:
    """Values that the schema of a setting allows, or nearly so; modest ones unless they are to be `extreme`."""
    if "anyOf" in schema:
        return st.one_of([_legal(one, kind) for one in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if "prefixItems" in schema:
        return st.tuples(*(_legal(one, kind) for one in schema["prefixItems"])).map(sorted).map(list)
    match schema["type"]:
        case "array":
            return st.lists(_legal(schema["items"], kind), max_size=3)
        case "integer":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            most, small = schema.get("maximum", 2**60), st.integers(least, least + 40)
            return small if kind == "sensible" else small | st.integers(least, most) | st.sampled_from([least, most])
        case "number":
            return _numbers(schema, kind)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string":
            return st.sampled_from(NAMES) | st.sampled_from(WORDS[:6])
    return st.just({})


def _numbers(schema: Schema, kind: str) -> st.SearchStrategy[float]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -sys.float_info.max))
    most = schema.get("maximum", schema.get("exclusiveMaximum", sys.float_info.max))
    low = max(least, -3)
    open_ends = {"exclude_min": "exclusiveMinimum" in schema, "exclude_max": "exclusiveMaximum" in schema}
    modest = st.floats(low, min(most, low + 3), **open_ends)
    far = st.sampled_from([number for number in FAR if least <= number <= most])
    return modest if kind == "sensible" else far | st.floats(least, most, **open_ends) | modest


def _nonsense(keys: list[str]) -> st.SearchStrategy[str]:
    signs, ends = st.sampled_from(["", "+", "~", "++"]), st.sampled_from(["=", "", ".x=", "[0]="])
    return st.builds("{}{}{}{}".format, signs, st.sampled_from(keys), ends, st.text(max_size=8))


def written(value: Any) -> str:
    """A value as Hydra reads it on the command line."""
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, str) and not value.replace("_", "").replace("-", "").isalnum():
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value if isinstance(value, str) else json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")
