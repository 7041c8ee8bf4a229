"""A spec as one level of keys, as in MLflow."""

from typing import Any

from pydantic import BaseModel

from runner.runs.field_types import AUTO
from runner.runs.spec import Spec


def flatten(spec: Spec) -> dict[str, Any]:
    """The spec as one level of dotted keys; a component's name is under the key of its kind: `activation: tanh`."""
    flat: dict[str, Any] = {}
    for key, value in vars(spec).items():
        if not isinstance(value, BaseModel):
            flat[key] = _listed(value)
            continue
        for inner, inner_value in vars(value).items():
            plain = _listed(inner_value) if isinstance(inner_value, (list, tuple)) else inner_value
            flat[key if inner == "name" else f"{key}.{inner}"] = plain
    if spec.network.activations is not None:  # then the other one is of no layer
        flat = {key: value for key, value in flat.items() if key.partition(".")[0] != "activation"}
    flat["warm_start"] = [data.model_dump() for data in spec.warm_start]
    if flat.get("score") == AUTO:
        del flat["score"]
    return flat


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, (list, tuple)) else value
