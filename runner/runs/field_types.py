"""Types of a spec's fields: no silent conversion of single values, and the short forms that users may type."""

import math
from typing import Annotated, Any

from pydantic import Field, Strict
from pydantic_core import PydanticCustomError

from nn.faults import FAULTS

AUTO = "auto"
Whole = Annotated[int, Strict(), Field(le=2**53)]  # what a float can hold exactly; nothing here needs more
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Flag = Annotated[bool, Strict()]
Units = Annotated[Whole, Field(gt=0)]
Share = Annotated[Number, Field(ge=0, lt=1)]
Positive = Annotated[Number, Field(gt=0)]


def target_range(value: Any) -> Any:
    """`auto`, null or two finite numbers. Raises PydanticCustomError for anything else."""
    is_pair = isinstance(value, (list, tuple)) and len(value) == 2
    if value in (None, AUTO) or (is_pair and all(type(end) in (int, float) and math.isfinite(end) for end in value)):
        return value
    raise PydanticCustomError("target_range", "must be auto, null or two finite numbers such as [-1,1]")


def layers(value: Any) -> Any:
    """A list of units; a single number stands for one layer."""
    return [value] if type(value) is int else value


def names(value: Any) -> Any:
    """`none`, one name or a list of names, as a list of unique names in the order in which faults are applied."""
    names = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        return value
    return sorted({name for name in names if name != "none"}, key=lambda name: (FAULTS.position(name), name))


def listed(value: Any) -> Any:
    """A list of names; a single name stands for a list of one."""
    return [value] if isinstance(value, str) else value


def points(value: Any) -> Any:
    """A list of points; a single number stands for a point with one coordinate."""
    if not isinstance(value, (list, tuple)):
        return value
    return [[point] if isinstance(point, (int, float)) else point for point in value]
