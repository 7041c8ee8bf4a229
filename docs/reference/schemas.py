"""JSON schemas of settings, in words."""

from collections.abc import Mapping
from typing import Any

from runner.runs.spec import Component, Frozen

SIGNS = {"exclusiveMinimum": ">", "minimum": ">=", "exclusiveMaximum": "<", "maximum": "<="}
LARGEST_WHOLE = 2**53  # what a float can hold exactly: no limit that anybody meets


def schemas(model: type[Frozen]) -> dict[str, dict[str, Any]]:
    """The JSON schema of every key of a model, by dotted name; a component is one key."""
    found: dict[str, dict[str, Any]] = {}
    for name, schema in model.model_json_schema()["properties"].items():
        inner = model.model_fields[name].annotation
        if isinstance(inner, type) and issubclass(inner, Frozen) and not issubclass(inner, Component):
            found |= {f"{name}.{key}": one for key, one in schemas(inner).items()}
        else:
            found[name] = schema
    return found


def allowed(schema: Mapping[str, Any]) -> str:
    """The values that a JSON schema allows, in a few words."""
    if "anyOf" in schema:
        return " or ".join(allowed(one) for one in schema["anyOf"])
    if choices := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{choice}`" for choice in choices)
    match schema.get("type"):
        case "integer" | "number" as kind:
            limits = [f"{sign} {_shown(schema[name])}" for name, sign in SIGNS.items() if _limits(schema.get(name))]
            return " ".join(["whole number" if kind == "integer" else "number", " and ".join(limits)]).strip()
        case "array" if "prefixItems" in schema:
            return f"[{', '.join(allowed(one) for one in schema['prefixItems'])}]"
        case "array":
            return f"[{allowed(schema['items'])}, ...]"
        case "boolean":
            return "`true`, `false`"
        case "null":
            return "`null`"
        case "string":
            return "text"
    return "{key: value, ...}"


def _limits(bound: float | None) -> bool:
    return bound is not None and bound != LARGEST_WHOLE


def _shown(number: float) -> str:
    return f"{int(number):,}" if abs(number) < LARGEST_WHOLE and number == int(number) else f"{number:g}"
