"""What a search tried: its settings with their scores on their seeds, and how the search went."""

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override
from hydra.errors import OverrideParseException

from nn.metrics import METRICS
from runner.findings.numbers.scores import by_setting, replicate_of
from runner.findings.numbers.usable import score_over
from runner.runs.overrides import NONE, settings_in, short_names
from runner.runs.result import RunResult

FEW_NUMBERS = 6  # typed for a key, up to which they are choices


@dataclass(frozen=True)
class Point:
    """A score over this many seeds, known after this many runs of the search."""

    runs: int
    score: float
    seeds: int


@dataclass(frozen=True)
class Tried:
    """A setting: its value for each key, and its scores; the last one is over all of its seeds."""

    values: dict[str, str]
    points: tuple[Point, ...]

    @property
    def score(self) -> float:
        """The score over all of its seeds."""
        return self.points[-1].score

    @property
    def seeds(self) -> int:
        """The number of its seeds."""
        return self.points[-1].seeds


@dataclass(frozen=True)
class Key:
    """A key of the space: as typed, its short name, and its choices or the ends of its interval."""

    key: str
    name: str
    typed: str
    choices: tuple[str, ...] = ()
    low: float = math.nan
    high: float = math.nan
    is_log: bool = False
    is_whole: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers along an axis, rather than a few choices."""
        return not self.choices or (len(self.choices) > FEW_NUMBERS and all(map(_is_number, self.choices)))

    @property
    def is_counted(self) -> bool:
        """Whether it only has integers."""
        return self.is_whole or (bool(self.choices) and all(float(one).is_integer() for one in self.choices))

    def has(self, value: str) -> bool:
        """Whether it has this value."""
        return value in self.choices if self.choices else _is_number(value)

    def place(self, value: str) -> float:
        """The position of a value along its axis."""
        return float(value) if self.is_number else float(self.choices.index(value))


@dataclass(frozen=True)
class Level:
    """A score with its interval, NaN without one, and its name."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Searched:
    """The keys of the space, the settings with a score, the number of those without, and the name of the score."""

    keys: list[Key]
    tried: list[Tried]
    unknown: int
    score: str
    repeated: str

    def having(self, key: Key) -> list[Tried]:
        """The settings that have a key; others were drawn with an option that does not."""
        return [one for one in self.tried if key.has(one.values[key.key])]

    @property
    def best_so_far(self) -> list[Point]:
        """The best setting among those with most seeds, after each run at which it changes."""
        sign, found = METRICS.metric(self.score).sign, list[Point]()
        for one in sorted((point for tried in self.tried for point in tried.points), key=lambda point: point.runs):
            if not found or (one.seeds, sign * one.score) > (found[-1].seeds, sign * found[-1].score):
                found.append(one)
        return found

    @property
    def rungs(self) -> dict[int, int]:
        """How many settings had at least this many seeds."""
        counts = sorted({point.seeds for one in self.tried for point in one.points})
        return {n: sum(one.seeds >= n for one in self.tried) for n in counts}


def searched(results: Sequence[RunResult], keys: Sequence[str], space: Sequence[str], over: str) -> Searched:
    """The results of a search over `keys` on one data set; `over` says how the seeds of a setting are combined."""
    settings, score = settings_in(keys), next((one.score for one in results if one.score), "cost")
    ordered = sorted(results, key=lambda one: one.index)
    places = {one.index: place for place, one in enumerate(ordered, 1)}
    found = []
    for values, members in by_setting(ordered, settings).items():
        points = [_point(members, rung, places, score, over) for rung in sorted({one.rung for one in members})]
        known = tuple(one for one in points if not math.isnan(one.score))
        found.append(Tried(dict(zip(settings, values, strict=True)), known))
    having = [one for one in found if one.points]
    folds = {replicate_of(one)[0] for one in results}
    repeated = "run" if len(folds) > 1 else "seed"
    return Searched(_keys(space, settings, having), having, len(found) - len(having), score, repeated)


def _point(members: Sequence[RunResult], rung: int, places: dict[int, int], score: str, over: str) -> Point:
    so_far = [one for one in members if one.rung <= rung]
    return Point(max(places[one.index] for one in so_far), score_over(so_far, score, over), len(so_far))


def _keys(space: Sequence[str], settings: Sequence[str], tried: Sequence[Tried]) -> list[Key]:
    """Those in which settings differ; one that a space does not name itself, as in a zip, has what was drawn."""
    names, typed = short_names(settings), dict[str, Key]()
    for override in _parsed(space):
        key, value = override.get_key_element().lstrip("+~"), override.value()
        if key not in names or not override.is_sweep_override():
            continue
        text = override.get_value_string()
        if isinstance(value, IntervalSweep):
            low, high = value.start, value.end
            assert low is not None and high is not None
            typed[key] = Key(key, names[key], text, (), low, high, "log" in value.tags, isinstance(low, int))
        else:
            typed[key] = Key(key, names[key], text, tuple(dict.fromkeys(override.sweep_string_iterator())))
    return [typed.get(key) or _drawn(key, names[key], tried) for key in settings]


def _parsed(space: Sequence[str]) -> Iterator[Override]:
    """The overrides that Hydra reads, which knows no zip."""
    parser = OverridesParser.create()
    for text in space:
        with suppress(OverrideParseException):
            yield from parser.parse_overrides([text])


def _drawn(key: str, name: str, tried: Sequence[Tried]) -> Key:
    found = list(dict.fromkeys(one.values[key] for one in tried if one.values[key] != NONE))
    choices = sorted(found, key=float) if all(map(_is_number, found)) else found
    return Key(key, name, ",".join(choices), tuple(choices))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
