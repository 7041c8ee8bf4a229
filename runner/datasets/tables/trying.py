"""Each suggested fix of a table is tried before it is shown, so that the message can say what it leads to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runner.datasets.samples import DataError, Samples
from runner.datasets.tables.sources import AFTER, STANDARD_INPUT

MOST = 3  # refusals one after another


def with_ways_tried(make: Callable[..., Samples], settings: Mapping[str, Any], most: int = MOST) -> Samples:
    """The samples that `make` returns for these settings.

    Raises its DataError with the suggestions that work. If a suggestion leads to another error, the suggestions for
    that error are tried too; one that never works is left out. The message says what each leads to. Suggestions that
    need another command first, or several files, are not tried.
    """
    try:
        return make(**settings)
    except DataError as error:
        if most == 0:
            raise DataError(str(error), error.setting) from error
        ways, later = dict[str, Mapping[str, Any]](), list[str]()
        for words, way in error.ways.items():
            is_file = "path" not in way or (len(error.ways) == 1 and way["path"] != STANDARD_INPUT)
            is_ready = AFTER not in words and is_file
            again = _refusal(make, {**settings, **_as_given(way)}, most - 1) if is_ready else None
            if again is None or ("path" in way and not again.ways):
                ways[words] = way
            else:
                ways |= {_joined(words, more): {**way, **its} for more, its in again.ways.items()}
                later.append(f"data.{again.setting} {again}")
        is_common = len(set(later)) == 1 and len(later) == len(error.ways)
        leads_on = later and (is_common or not ways) and str(error) not in later[0]
        said = f"{error}; then {later[0]}" if leads_on else str(error)
        raise DataError(said, error.setting, ways) from error


def _joined(words: str, more: str) -> str:
    """What a way and those after it do, each once."""
    return ", ".join(dict.fromkeys(filter(None, (*words.split(", "), *more.split(", ")))))


def _refusal(make: Callable[..., Samples], settings: Mapping[str, Any], most: int) -> DataError | None:
    try:
        with_ways_tried(make, settings, most)
    except DataError as error:
        return error
    return None


def _as_given(way: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a spec has them: columns and missing values are texts."""
    return {
        key: tuple(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for key, value in way.items()
    }
