"""From a composed config to the parts of a spec, each made by its model; problems are collected and reported later."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from runner.base.commands import LISTS_CHOICES
from runner.base.errors import Problem, Way, unknown
from runner.datasets.samples import DataError
from runner.datasets.tables.sources import STANDARD_INPUT, kept_input
from runner.plan.automatic import without_auto
from runner.runs.components import DECIDED_LATER, REGISTRIES
from runner.runs.explaining import Wrong, explain_data, no_setting
from runner.runs.field_types import AUTO
from runner.runs.settings import Settings
from runner.runs.spec import Component, DataCommon, NetworkSpec, Single, Spec, TestSpec, TrainingSpec, component_model

Made = tuple[BaseModel | None, Wrong | None]
MOST_KNOWN = 10_000  # parts that are remembered: they take some megabytes
MODELS: dict[str, type[BaseModel]] = {"network": NetworkSpec, "training": TrainingSpec, "test": TestSpec, "": Single}
# Valid values for those that nothing else depends on.
STAND_INS: dict[str, Any] = {
    "learning_rate": 1.0, "seed": 0, "training.clip_value": None, "training.clip_norm": None,
    "training.stop_cost": None, "training.patience": None, "training.evaluations": 1, "training.online_cost": False,
    "training.class_weights": "none",
}  # fmt: skip


def read_parts(
    config: Mapping[str, Any], known: dict[tuple[str, str], Made] | None = None
) -> tuple[dict[str, Any], list[Problem | Wrong], frozenset[str]]:
    """The fields of a spec, as far as the config gives them, everything that is wrong with it, and the keys whose value
    the data decides.

    `known` has the parts of other configs, by key and section: most are the same.
    """
    known = {} if known is None else known
    config, automatic = without_auto(config)
    parts, wrong = dict[str, Any](), list[Problem | Wrong]()
    data, is_lost = config.get("data"), False
    if isinstance(data, Mapping) and data.get("path") == STANDARD_INPUT:
        try:
            config["data"] = {**data, "path": kept_input()}
        except DataError as refused:
            wrong.append(explain_data(str(data.get("name")), refused))
            is_lost = True
    single = {key: config[key] for key in Single.model_fields if key in config}
    for key, value in {"": single, **config}.items():
        if key in Settings.model_fields or key in single:
            continue
        if key == "warm_start":
            made = _warm_start(value, config.get("data"))
            parts |= {key: made} if isinstance(made, tuple) else {}
            automatic |= _shares_of(parts.get(key, ()), value) if "data.validation_fraction" in automatic else set()
            wrong += made if isinstance(made, list) else []
        elif problem := _misnamed(key, value):
            wrong.append(problem)
        else:
            section = key, repr(value)
            part, error = known.get(section) or _made(key, _model_of(key, value), value)
            if key and len(known) < MOST_KNOWN:
                known[section] = part, error
            wrong += [error] if error else []
            if part is not None:
                parts |= {key: part} if key else dict(part)
    if is_lost:
        parts.pop("data", None)  # what would be said of its path is a consequence
    if "activation.name" not in automatic and (problem := _why_two_activations(config)):
        wrong.append(problem)
    missing = [key for key in Spec.model_fields if key not in (*config, *Single.model_fields, "warm_start")]
    return parts, [*wrong, *(Problem(key, "is missing") for key in missing)], automatic


def _misnamed(key: str, value: Any) -> Problem | None:
    """A part that there is not, or a component that nobody has registered."""
    if key in REGISTRIES:
        if not isinstance(value, Mapping):
            return Problem(key, f"must be a name, got {value!r}; {LISTS_CHOICES} lists all")
        if "name" not in value:
            return Problem(key, "is missing")
        name = value["name"]
        if name in [*REGISTRIES[key], *DECIDED_LATER.get(key, ())]:
            return None
        return Problem(f"{key}.name", unknown(name, list(REGISTRIES[key]), LISTS_CHOICES))
    known = list(Spec.model_fields)
    return None if key in MODELS else Problem(key, no_setting(key, known))


def _why_two_activations(config: Mapping[str, Any]) -> Problem | None:
    """Why hidden layers cannot have activations of their own: another one was asked for, and would do nothing."""
    activation, network = config.get("activation"), config.get("network")
    if not isinstance(activation, Mapping) or not isinstance(network, Mapping) or network.get("activations") is None:
        return None
    told = f"names an activation for each layer, and activation={activation.get('name')} would do nothing"
    ways = (Way({"network.activations": None}, "one for all layers"), Way({"activation": AUTO}, "one for each layer"))
    return Problem("network.activations", f"{told}; leave one of them out", ways=ways)


def _model_of(key: str, value: Any) -> type[BaseModel]:
    if key in MODELS:
        return MODELS[key]
    name = str(value["name"])
    like = DECIDED_LATER.get(key, {}).get(name, name)
    return component_model(key, like) if like else Component


def _shares_of(parts: Sequence[BaseModel], given: Sequence[Mapping[str, Any]]) -> set[str]:
    """The keys of validation parts of a warm start that are as automatic as those of the data itself."""
    return {
        f"warm_start[{at}].validation_fraction" for at in range(len(parts)) if "validation_fraction" not in given[at]
    }


def _made(key: str, model: type[BaseModel], value: Any) -> Made:
    """A part, and what is wrong with it; wrong values are replaced where nothing else depends on them."""
    try:
        return model.model_validate(value), None
    except ValidationError as error:
        repaired = _repaired(key, value, error)
        component = str(value["name"]) if issubclass(model, Component) else ""
        return model.model_validate(repaired) if repaired else None, Wrong(key, error, model.model_fields, component)


def _repaired(key: str, value: Any, error: ValidationError) -> dict[str, Any] | None:
    """A part of a config with wrong values replaced, so that what only makes sense together can be checked as well.

    None where something else depends on a wrong value: what would be said then could be a consequence of it.
    """
    if not isinstance(value, Mapping):
        return None
    repaired = dict(value)
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        full = f"{key}.{name}" if key else name
        if key in ("optimizer", "schedule") and name in repaired:
            del repaired[name]
        elif full in STAND_INS:
            repaired[name] = STAND_INS[full]
        elif name in repaired or key not in ("optimizer", "schedule"):
            return None
    return repaired


def _warm_start(value: Any, data: Any) -> tuple[BaseModel, ...] | list[Problem | Wrong]:
    """Each entry changes settings of the run's own data, or names another data set; what is wrong with the first."""
    if not isinstance(value, Sequence) or not all(isinstance(entry, Mapping) for entry in value):
        told = f"must be a list of data settings, such as [{{function:bowl}}]; got {value!r}"
        return [Problem("warm_start", told)]
    if not isinstance(data, Mapping) or data.get("name") not in list(REGISTRIES["data"]):
        return []  # what is wrong with the data is reported on its own
    components = []
    for place, entry in enumerate(value):
        key, name = f"warm_start[{place}]", entry.get("name", data["name"])
        if not isinstance(name, str) or name not in REGISTRIES["data"]:
            return [Problem(f"{key}.name", unknown(name, list(REGISTRIES["data"]), LISTS_CHOICES))]
        common = {key: value for key, value in data.items() if key in DataCommon.model_fields and key != "name"}
        own = data if name == data["name"] else {"name": name, **common}
        component, wrong = _made(key, component_model("data", name), {**own, **entry})
        if component is None or wrong:
            return [wrong] if wrong else []
        components.append(component)
    return tuple(components)
