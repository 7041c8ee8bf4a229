"""Files of a run as plain data: whoever wrote them, reading them runs nothing."""

import io
from typing import Any

import yaml


def read_yaml(content: bytes) -> Any:
    """What `yaml.safe_load` makes of a document, in a tenth of its time where libyaml is there."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(content)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def read_history(content: bytes) -> dict[str, list[float]]:
    """The columns of a Parquet file. Raises ValueError unless they are numbers with a step."""
    from pyarrow import parquet

    table = parquet.read_table(io.BytesIO(content))
    if "step" not in table.column_names or not all(map(_is_number, table.schema.types)):
        raise ValueError("history.parquet is not a table of numbers with a step")
    return {name: table.column(name).to_pylist() for name in table.column_names}


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_floating(kind) or types.is_integer(kind))
