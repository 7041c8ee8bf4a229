"""Which columns of a table are features and which is the target: by name or by a pattern such as petal*."""

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Strict

from runner.base.texts import listed
from runner.datasets.samples import DataError

SHOWN = 30


def _as_text(value: Any) -> Any:
    return str(value) if type(value) in (int, float) else value


Name = Annotated[str, BeforeValidator(_as_text), Strict()]  # of a column, which may be called 2020


def choose(
    names: Sequence[str], features: Sequence[str] | None, drop: Sequence[str], target: str | None
) -> tuple[list[str], str]:
    """The feature columns, in the order in which they were named, and the target column (by default the last).

    Raises DataError with everything that is wrong with these settings, and one change that fixes all of it.
    """
    choice = _Choice(names, features, drop, target)
    choice.check()
    if choice.told:
        raise choice.refusal()
    return choice.chosen(), choice.goal()


class _Choice:
    """The settings as they were given; each check reports what is wrong and puts it right for those after it."""

    def __init__(
        self, names: Sequence[str], features: Sequence[str] | None, drop: Sequence[str], target: str | None
    ) -> None:
        self.names, self.features, self.drop, self.target = names, features, list(drop), target
        self.told: list[tuple[str, str]] = []  # setting, what is wrong with it
        self.words: dict[str, None] = {}  # what the way does
        self.changes: dict[str, Any] = {}
        self.unknown = False

    def check(self) -> None:
        self.spelling()
        self.repetitions()
        self.features_at_all()
        self.target_apart()
        self.anything_left()

    def columns_of(self, patterns: Sequence[str]) -> list[str]:
        """The columns that these names and patterns stand for, each once; a name that is a column is no pattern."""
        found = [name for pattern in patterns for name in self._its(pattern)]
        return list(dict.fromkeys(found))

    def _its(self, pattern: str) -> list[str]:
        return [pattern] if pattern in self.names else [name for name in self.names if fnmatchcase(name, pattern)]

    def left(self) -> list[str]:
        dropped = set(self.columns_of(self.drop))
        return [name for name in self.names if name not in dropped]

    def goal(self) -> str:
        return (self.left() or self.names)[-1] if self.target is None else self.target

    def chosen(self) -> list[str]:
        left, goal = self.left(), self.goal()
        wanted = left if self.features is None else self.columns_of(self.features)
        return [name for name in wanted if name in left and name != goal]

    def spelling(self) -> None:
        goal = [] if self.target is None else [self.target]
        given: dict[str, Sequence[str]] = {"target": goal, "features": self.features or (), "drop": self.drop}
        for setting, wanted in given.items():
            is_known = [one in self.names if setting == "target" else bool(self._its(one)) for one in wanted]
            if all(is_known):
                continue
            self.unknown = True
            meant = {one: _near(one, self.names) for one, known in zip(wanted, is_known, strict=True) if not known}
            near, gone = [name for its in meant.values() for name in its], [one for one in meant if not meant[one]]
            said = f"names {listed(meant)}, which is not a column of the file"
            said += f" (did you mean {listed(near)}?)" if near else ""
            words = ["with the nearest names"] * bool(near)
            words += [f"without {listed(gone)}"] * bool(gone and setting != "target")
            right = list(dict.fromkeys(name for one in wanted for name in meant.get(one, [one])))
            right_or_none = right[0] if right and setting == "target" else right or None
            self._set(setting, right if setting == "drop" else right_or_none, said, words)
        if self.target is None and "target" in self.changes:
            self.target = self.changes["target"] = self.goal()
            self.words[f"to learn the last column, {self.target!r}"] = None

    def repetitions(self) -> None:
        for setting, wanted in {"features": self.features or (), "drop": self.drop}.items():
            if twice := [one for place, one in enumerate(wanted) if one in wanted[:place]]:
                self._set(setting, list(dict.fromkeys(wanted)), f"names {listed(twice)} twice", ["each once"])

    def features_at_all(self) -> None:
        if self.features is not None and not self.features:
            said = "must name at least one column, or be null for all but the target"
            self._set("features", None, said, ["all but the target"])

    def target_apart(self) -> None:
        goal = self.goal()
        if self.features is not None and goal in self.features:
            others = [one for one in self.features if one != goal] or None
            self._set("features", others, f"must not hold the target {goal!r}", ["without the target"])
        if goal in self.columns_of(self.drop):
            others = [one for one in self.drop if goal not in self._its(one)]
            self._set("drop", others, f"names the target, {goal!r}", ["with the target"])

    def anything_left(self) -> None:
        said = f"leaves nothing to learn {self.goal()!r} from"
        if self.features is not None and set(self.columns_of(self.features)) <= {self.goal()}:
            self._set("features", None, said, ["all but the target"])
        if not self.chosen():
            self._set("drop", [], said, ["with nothing left out"])

    def _set(self, setting: str, value: Any, said: str, words: Sequence[str]) -> None:
        setattr(self, setting, value)
        self.changes[setting] = value
        self.told.append((setting, said))
        self.words |= dict.fromkeys(words)

    def refusal(self) -> DataError:
        first = self.told[0][0]
        said = "; ".join(f"data.{setting} {one}" for setting, one in self.told).removeprefix(f"data.{first} ")
        said += f"; the columns are {listed(self.names, SHOWN)}" if self.unknown else ""
        return DataError(said, first, {", ".join(self.words): self.changes})


def _near(name: str, names: Sequence[str]) -> list[str]:
    """The column that is spelt most like a name; those that a pattern stands for in any case of letters."""
    by_lower = {one.casefold(): one for one in reversed(names)}
    wanted = name.casefold().strip()
    if any(sign in name for sign in "*?["):
        return [one for one in names if fnmatchcase(one.casefold(), wanted)]
    return [by_lower[one] for one in get_close_matches(wanted, list(by_lower), n=1)]
