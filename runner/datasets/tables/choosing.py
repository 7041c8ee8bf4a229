"""Which columns of a table are learned from, and which is learned: by their names or by patterns such as petal*."""

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Strict

from runner.base.texts import listed
from runner.datasets.samples import DataError


def _as_text(value: Any) -> Any:
    return str(value) if type(value) in (int, float) else value


Name = Annotated[str, BeforeValidator(_as_text), Strict()]  # of a column, which may be called 2020


def choose(
    names: Sequence[str], features: Sequence[str] | None, drop: Sequence[str], target: str | None
) -> tuple[list[str], str]:
    """The feature columns, in the order in which they were named, and the target column; the last one unless named.

    Raises DataError for a name or a pattern that no column has.
    """
    dropped = set(_matching(names, drop, "drop"))
    left = [name for name in names if name not in dropped]
    if target is None:
        if not left:
            raise DataError("leaves no column out of those of the file", "drop")
        goal = left[-1]
    else:
        goal = target
        if goal not in names:
            raise DataError(_unknown([goal], names), "target", _nearest([goal], names, "target"))
        if goal in dropped:
            raise DataError(f"names the target, {goal!r}", "drop")
    if features is None:
        return [name for name in left if name != goal], goal
    chosen = [name for name in _matching(names, features, "features") if name not in dropped]
    if goal in features:
        said = {"features": [one for one in features if one != goal] or None}
        raise DataError(f"must not hold the target {goal!r}", "features", {"without the target": said})
    return [name for name in chosen if name != goal], goal


def _matching(names: Sequence[str], wanted: Sequence[str], setting: str) -> list[str]:
    """The columns that these names and patterns stand for, each once; a name that is a column is no pattern."""
    unknown, found = list[str](), dict[str, None]()
    if setting == "features" and not wanted:
        raise DataError("must name at least one column, or be null for all but the target", "features")
    if twice := [one for place, one in enumerate(wanted) if one in wanted[:place]]:
        raise DataError(f"names {listed(twice)} twice", setting, {"": {setting: list(dict.fromkeys(wanted))}})
    for pattern in wanted:
        its = [pattern] if pattern in names else [name for name in names if fnmatchcase(name, pattern)]
        unknown += [] if its else [pattern]
        found.update(dict.fromkeys(its))
    if unknown:
        raise DataError(_unknown(unknown, names), setting, _nearest(wanted, names, setting))
    return list(found)


def _unknown(unknown: Sequence[str], names: Sequence[str]) -> str:
    near = [one for name in unknown for one in _near(name, names)]
    meant = f" (did you mean {listed(near)}?)" if near else ""
    return f"names {listed(unknown)}, which is no column of the file{meant}; the columns are {listed(names, 30)}"


def _near(name: str, names: Sequence[str]) -> list[str]:
    by_lower = {one.casefold(): one for one in reversed(names)}
    return [by_lower[one] for one in get_close_matches(name.casefold().strip(), list(by_lower), n=1)]


def _nearest(wanted: Sequence[str], names: Sequence[str], setting: str) -> dict[str, dict[str, object]]:
    """The same choice with the nearest names; nothing where there are none."""
    meant = list[str]()
    for one in wanted:
        is_known = one in names or any(fnmatchcase(name, one) for name in names)
        meant += [one] if is_known else _near(one, names)
    if len(meant) < len(wanted):
        return {}
    return {"with the nearest names": {setting: meant[0] if setting == "target" else list(dict.fromkeys(meant))}}
