"""Records of JSON, `{"a": 1, "b": "x"}`, as a table: one in each line, or all in one list."""

import json
from typing import TYPE_CHECKING, Any

from runner.base.texts import short
from runner.datasets.samples import DataError
from runner.datasets.tables.sources import Origin, after, beside, in_python, quoted

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 100


def read_json(text: str, origin: Origin) -> "pd.DataFrame":
    """The records; a name that one of them lacks is missing there. Raises DataError for anything else in JSON."""
    import pandas as pd

    records = _records(text, origin)
    names: dict[str, None] = {}
    for place, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise _no_records(origin.shown, f"record {place} is {short(json.dumps(record), LONGEST)}")
        names |= dict.fromkeys(record)
        nested = next((name for name, cell in record.items() if isinstance(cell, dict | list)), None)
        if nested is not None:
            raise _nested(origin.shown, f"{nested!r} of record {place}", text)
    if not names:
        raise DataError(f"{origin.shown!r} has no records", "path")
    return pd.DataFrame({name: [record.get(name) for record in records] for name in names})


def _records(text: str, origin: Origin) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            found: list[Any] = json.loads(text)
        except json.JSONDecodeError as error:
            raise _broken(origin, error.lineno, text, is_list=True) from error
        return found
    records: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            records += [json.loads(line)] if line.strip() else []
        except json.JSONDecodeError as error:
            if _is_one_object(text):
                raise _no_records(origin.shown, "it is one object") from error
            raise _broken(origin, number, text, is_list=False) from error
    if len(records) == 1 and any(isinstance(cell, dict | list) for cell in dict(records[0]).values()):
        raise _no_records(origin.shown, "it is one object")
    return records


def _is_one_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False


def _broken(origin: Origin, line: int, text: str, is_list: bool) -> DataError:
    lines = text.split("\n")
    cut = short(lines[min(line, len(lines)) - 1], LONGEST)
    message = f"{origin.shown!r} is a JSON file with a mistake in line {line}: {cut!r}"
    return DataError(message, "path", {} if is_list else origin.edited(f"{line}d"))


def _nested(shown: str, where: str, text: str) -> DataError:
    made, is_list = beside(shown, ".csv"), text.lstrip().startswith("[")
    load = "json.load(file)" if is_list else "map(json.loads, file)"
    code = f"import json, pandas; file = open({quoted(shown)}); pandas.json_normalize({load})"
    return DataError(
        f"{shown!r} has several values in {where}, where a cell holds one number or text",
        "path",
        after(in_python(f"{code}.to_csv({quoted(made)}, index=False)"), made),
    )


def _no_records(shown: str, why: str) -> DataError:
    made = beside(shown, ".csv")
    code = f"import pandas; pandas.read_json({quoted(shown)}).to_csv({quoted(made)}, index=False)"
    message = f'{shown!r} is a JSON file, but not of records such as {{"a": 1, "b": 2}}: {why}'
    return DataError(message, "path", after(in_python(code), made))
