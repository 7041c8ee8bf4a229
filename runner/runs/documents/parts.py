"""What all parts of the document share."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Number = float | None  # null if it is unknown, undefined or infinite


def told(meaning: str, **more: Any) -> Any:
    """A field that is always present."""
    return Field(description=meaning, **more)


class Part(BaseModel):
    """Some fields of the document, and no others."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="null", populate_by_name=True)
