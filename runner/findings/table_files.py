"""Tables as files: CSV, Parquet and JSON, with every digit."""

import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def as_file(table: "pd.DataFrame", ending: str) -> bytes:
    """A table as the contents of a file that ends in `.csv`, `.parquet` or `.json`; ValueError for another ending."""
    match ending:
        case ".csv":
            buffer = io.BytesIO()  # as text it would take eight times the memory of the file
            table.to_csv(buffer, index=False, mode="wb")
            return buffer.getvalue()
        case ".json":  # by Python, which writes every digit
            plain = table.astype(object).where(table.notna(), None)
            return json.dumps(plain.to_dict("records"), indent=1).encode()
        case ".parquet":
            return _of_one_type_each(table).to_parquet(index=False)
    raise ValueError(f"tables are not written as {ending}")


def _of_one_type_each(table: "pd.DataFrame") -> "pd.DataFrame":
    """Parquet has no column of numbers and words: two parts may have settings of one name and of different types."""
    mixed = [name for name in table if table[name].dropna().map(type).nunique() > 1]
    return table.assign(**{str(name): table[name].map(str, na_action="ignore") for name in mixed})
