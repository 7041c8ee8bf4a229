"""How the columns of a table become the inputs of a network, as plain data that is kept beside the weights."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["number", "flag", "category"]
NO = (("no", "n"), ("false", "f"), ("off",))  # what flags are written as, in any case; its opposite has the same place
YES = (("yes", "y"), ("true", "t"), ("on",))


@dataclass(frozen=True)
class Column:
    """A feature column. A number is one input, and so is a flag: 0 for the first of its two `levels`, 1 for the other.

    A category has one input for each of its `levels`, 1 where the cell is that level and 0 elsewhere. `unit` is what
    numbers have beside them in the table, such as $ or kg.
    """

    name: str
    kind: Kind = "number"
    levels: tuple[str, ...] = ()
    unit: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return tuple(f"{self.name}={level}" for level in self.levels) if self.kind == "category" else (self.name,)


@dataclass(frozen=True)
class Encoding:
    """The feature columns of a table in the order of its inputs, and the name of its target.

    `missing` are texts and numbers that stand for a missing value, besides the usual markers; `target_unit` is what the
    numbers of a target have beside them.
    """

    columns: tuple[Column, ...]
    target: str
    missing: tuple[str, ...] = ()
    target_unit: str = ""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Of all inputs, in their order."""
        return tuple(name for column in self.columns for name in column.inputs)

    def plain(self) -> dict[str, Any]:
        """As plain data for JSON; `encoding_of` reads it back."""
        return asdict(self)


def encoding_of(plain: dict[str, Any]) -> Encoding:
    """What `plain` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    columns = tuple(Column(one["name"], one["kind"], tuple(one["levels"]), one["unit"]) for one in plain["columns"])
    return Encoding(columns, plain["target"], tuple(plain["missing"]), plain["target_unit"])
