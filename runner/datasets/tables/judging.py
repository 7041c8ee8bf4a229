"""Why a table cannot be used as it is: all problems of all columns in one message, with commands that would work."""

from collections.abc import Mapping, Sequence
from typing import Any

from runner.base.texts import short
from runner.datasets.samples import DataError
from runner.datasets.tables.cells import Cells
from runner.datasets.tables.columns import COUNTS, MANY, Look, Trouble, look_at
from runner.datasets.tables.examined import Asked, Examined
from runner.datasets.tables.suspects import Suspect
from runner.datasets.tables.task import can_be_learned

MAX_TOLD, LONGEST = 6, 40
Changes = dict[str, Any]


def refusal_of(table: Examined, suspects: Sequence[Suspect] = ()) -> DataError | None:
    """What is wrong with the target, the features and their gaps; None where nothing is.

    Where all of it stands in one of the `suspects`, rows that may be none, the ways leave that out.
    """
    asked, goal = table.asked, table.goal
    troubles = [look.trouble for _, look in table.features if look.trouble]
    holes = [cells for cells, _ in table.used if cells.is_gap.any()] if asked.impute == "none" else []
    if goal.wrong is None and not troubles and not holes:
        return None if table.used else _nothing_left(table)
    all_of = ([goal.wrong] if goal.wrong else []) + troubles
    told = [f"{one.name!r} {one.said}" for one in all_of]
    told += [_holes(one) for one in holes]
    rest = f"; and {len(told) - MAX_TOLD} more" if len(told) > MAX_TOLD else ""
    said = "; ".join(told[:MAX_TOLD]) + rest
    setting = "path" if goal.wrong and (troubles or holes) else "target" if goal.wrong else "features"
    head = "" if len(told) == 1 else "has columns that cannot be used as they are: "
    for suspect in suspects if not holes else ():
        if all(one.rows and set(one.rows) <= set(suspect.rows) for one in all_of):
            as_names = {words: {**way, **_without_names(asked)} for words, way in suspect.as_names.items()}
            return DataError(head + said, "path", as_names | dict(suspect.ways))
    if len(all_of) > 1 and len({one.rows for one in all_of}) == len(all_of[0].rows) == 1:
        said += f"; does another table begin in row {all_of[0].rows[0]}?"
    return DataError(head + said, setting, _ways(table, troubles, holes))


def _nothing_left(table: Examined) -> DataError:
    """The refusal of a table of whose columns none can be learned from."""
    others = {key: value for key, value in _without_names(table.asked).items() if key != "target"}
    counters = [cells.name for cells, look in table.features if look.left_out == COUNTS]
    ways: dict[str, Changes] = {"to learn from the row number": {"features": counters}} if counters else {}
    ways |= {"with all columns": others} if others else {}
    return DataError(f"leaves nothing to learn from: {_reasons(table.features)}", "features", ways)


def _without_names(asked: Asked) -> Changes:
    """The settings that name columns, as if they did not."""
    none: Changes = {"features": None, "drop": [], "target": None}
    given = {"features": asked.features, "drop": list(asked.drop), "target": asked.target}
    return {key: value for key, value in none.items() if given[key] != value}


def _holes(cells: Cells) -> str:
    return f"{cells.name!r} has {int(cells.is_gap.sum())} missing values, the first in row {cells.row(cells.is_gap)}"


def _reasons(found: Sequence[tuple[Cells, Look]]) -> str:
    said = [f"{one.name!r} ({look.left_out}{_example(one, look)})" for one, look in found[:MAX_TOLD]]
    return ", ".join(said) + (f" and {len(found) - MAX_TOLD} more" if len(found) > MAX_TOLD else "")


def _example(cells: Cells, look: Look) -> str:
    """A value of a column of text, in which a person sees why it holds no numbers."""
    text = next((str(word) for word in cells.words[cells.numbers.bad]), "")
    return f", such as {short(text, LONGEST)!r}" if text and look.left_out.startswith(MANY) else ""


def _ways(table: Examined, troubles: Sequence[Trouble], holes: Sequence[Cells]) -> Mapping[str, Changes]:
    """Changes of settings, each of which ends all of this."""
    asked, goal, is_left, target = table.asked, table.goal, bool(table.used), _other_target(table)
    ways: dict[str, Changes] = {}
    fill: Changes = {"impute": "median"} if holes else {}
    marked, all_of = list(asked.missing or ()), [*troubles, *([goal.wrong] if goal.wrong and goal.wrong.gaps else [])]
    if target is None:
        return {}
    in_target = [*goal.wrong.gaps] if goal.wrong else []
    if all_of and all(one.gaps for one in troubles):
        ways["with these as missing values"] = {"missing": _united(marked, _gaps_of(all_of)), **target, **fill}
    if any(one.is_doubt for one in all_of):
        sure = [one for one in troubles if not one.is_doubt]
        meant = [] if goal.wrong is None or goal.wrong.is_doubt else in_target
        if all(one.gaps for one in sure):
            ways["as they are"] = {"missing": _united(marked, [*meant, *_gaps_of(sure)]), **target, **fill}
    if troubles and is_left:
        drop = {"drop": _united(asked.drop, [one.name for one in troubles])}
        ways["without these columns"] = (
            drop | ({"missing": _united(marked, in_target)} if in_target else {}) | target | fill
        )
    if not all_of:
        meaning = [f"to learn {one!r}" if key == "target" else f"as a {one}" for key, one in target.items()]
        ways[", ".join(meaning + ["with the gaps filled"] * bool(holes))] = {**target, **fill}
        if holes and not goal.wrong and is_left:
            ways["without these columns"] = {"drop": _united(asked.drop, [one.name for one in holes])}
    return {words: way for words, way in ways.items() if way}


def _gaps_of(troubles: Sequence[Trouble]) -> list[str | float]:
    return [gap for one in troubles for gap in one.gaps]


def _united(given: Sequence[str], more: Sequence[str | float]) -> list[str | float]:
    return list(dict.fromkeys([*given, *more]))


def _other_target(table: Examined) -> Changes | None:
    """What to change so that there is a target: the task, or the last column that can be one; None if nothing is known.

    With gaps that can be named nothing has to.
    """
    goal, asked = table.goal, table.asked
    if goal.wrong is None or goal.wrong.gaps:
        return {}
    if goal.instead:
        return {"task": goal.instead}
    its = look_at(table.target, asked.may_doubt)
    others = len(table.used) - 1 + (its.column is not None)
    for cells, _ in reversed(table.used):
        if not its.trouble and others > 0 and can_be_learned(cells, asked.task, asked.may_doubt):
            return {"target": cells.name}
    return None
