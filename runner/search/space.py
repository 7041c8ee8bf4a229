"""The space of a search, typed in Hydra's own grammar: axes, and points on them as overrides that can be typed."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hydra.core.override_parser.types import IntervalSweep, Override

from runner.base.errors import UserError, one_of
from runner.findings.numbers.data_sets import PREPARED
from runner.runs.components import REGISTRIES
from runner.runs.leftovers import lacks
from runner.runs.overrides import REPLICATES, settings_of
from runner.runs.settings import Settings

Setting = tuple[str, ...]  # overrides as a person would type them, in the order of the space
SEEDS = 16  # where none are typed
EXAMPLE = "'learning_rate=tag(log,interval(0.001,1))'"


@dataclass(frozen=True)
class Choice:
    """One of several texts; its numbers are their positions. A text of a zip stands for a row of overrides."""

    key: str
    texts: tuple[str, ...]
    rows: tuple[Setting, ...] = ()

    @property
    def numbers(self) -> range:
        """All that there are."""
        return range(len(self.texts))

    def overrides(self, number: float) -> Setting:
        """What to type for a number."""
        return self.rows[int(number)] if self.rows else (f"{self.key}={self.texts[int(number)]}",)

    @property
    def chooses_options(self) -> bool:
        """Whether other keys depend on it, because only some options have them."""
        return any(_key_of(one) in REGISTRIES for one in self.overrides(0))


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`, both included, uniform in the logarithm if it is logarithmic.

    A number that is not an integer has a fixed number of significant digits, so that it can be read and typed.
    """

    key: str
    low: float
    high: float
    is_log: bool
    is_whole: bool
    digits: int

    @property
    def numbers(self) -> range | None:
        """All numbers; None if they are not countable."""
        return range(int(self.low), int(self.high) + 1) if self.is_whole else None

    def at(self, share: float) -> float:
        """The number below which this share of the interval lies."""
        ends = (self.low - 0.5, self.high + 0.5) if self.is_whole else (self.low, self.high)
        if self.is_log:
            return self._rounded(math.exp(math.log(ends[0]) * (1 - share) + math.log(ends[1]) * share))
        return self._rounded(ends[0] * (1 - share) + ends[1] * share)

    def overrides(self, number: float) -> Setting:
        """What to type for a number."""
        return (f"{self.key}={self._rounded(number)!r}",)

    @property
    def chooses_options(self) -> bool:
        """Whether other keys depend on it."""
        return False

    def _rounded(self, number: float) -> float:
        kept = round(number) if self.is_whole else float(f"{number:.{self.digits - 1}e}") + 0.0  # never -0.0
        return min(max(kept, self.low), self.high)


Axis = Choice | Interval


@dataclass(frozen=True)
class Space:
    """What is searched: the axes, the overrides `fixed` for all settings, and the replicates of each setting."""

    axes: tuple[Axis, ...]
    fixed: tuple[str, ...]
    replicates: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, overrides: Sequence[Override], digits: int) -> "Space":
        """The space that overrides span; a later override replaces an earlier one of its key. Raises UserError."""
        _check_searches(overrides)
        axes, fixed, repeated = list[Axis](), list[str](), dict[str, list[str]]()
        for key, override in {_plain(one.get_key_element()): one for one in overrides}.items():
            texts = _texts(override)
            if key in REPLICATES and not override.is_delete():
                repeated[key] = [f"{override.get_key_element()}={text}" for text in texts]
            elif override.is_interval_sweep():
                axes.append(_interval(override, digits))
            elif len(texts) > 1:
                rows = getattr(override.value(), "rows", ())
                for of_row in {_key_of(one) for row in rows for one in row}:
                    _check_key(override, of_row)
                axes.append(Choice(override.get_key_element(), tuple(texts), rows))
            else:
                fixed += [f"{override.get_key_element()}={text}" for text in texts] or [str(override.input_line)]
        if not axes:
            name = next(iter(_searches(overrides)), "random")
            raise UserError(f"search={name} has nothing to search: give a key several values, such as {EXAMPLE}")
        space = cls(tuple(axes), tuple(fixed), tuple(_in_turn(repeated)))
        _check_options(space)
        return space

    def setting(self, numbers: Sequence[float]) -> Setting:
        """A number for each axis, as overrides."""
        given = {axis.key: number for axis, number in zip(self.axes, numbers, strict=True)}
        return self.drawn(lambda axis: given[axis.key])

    def drawn(self, draw: Callable[[Axis], float]) -> Setting:
        """The setting from one draw per axis, without axes that the drawn options do not have."""
        known, drawn = dict(self._given), dict[str, Setting]()
        for axis in self._options_first:
            if not lacks(known, _plain(axis.key)):
                drawn[axis.key] = axis.overrides(draw(axis))
                known |= settings_of(drawn[axis.key])
        return tuple(one for axis in self.axes for one in drawn.get(axis.key, ()))

    def overrides(self, setting: Setting, replicate: tuple[str, ...]) -> tuple[str, ...]:
        """All overrides of one run of a setting, without those that its options do not have."""
        options = settings_of(setting)
        return (*(one for one in self.fixed if not lacks(options, _key_of(one))), *setting, *replicate)

    @cached_property
    def _given(self) -> Mapping[str, str]:
        return settings_of(self.fixed)

    @cached_property
    def _options_first(self) -> list[Axis]:
        return sorted(self.axes, key=lambda axis: not axis.chooses_options)


def _plain(key: str) -> str:
    return key.lstrip("+")


def _key_of(text: str) -> str:
    return _plain(text.partition("=")[0])


def _searches(overrides: Sequence[Override]) -> list[str]:
    return [one.get_value_string() for one in overrides if one.get_key_element() == "search"]


def _check_searches(overrides: Sequence[Override]) -> None:
    names = list(dict.fromkeys(_searches(overrides)))
    if len(names) > 1:
        named = " and ".join(f"search={name}" for name in names)
        raise UserError(f"{named} are several searches; run one at a time", ["search"])


def _texts(override: Override) -> list[str]:
    """The values that are typed for a key, as they would be typed alone; none of an interval."""
    value, line, key = override.value(), override.input_line, _plain(override.get_key_element())
    if not override.is_sweep_override():
        return [] if override.is_delete() else [override.get_value_string()]
    if override.is_interval_sweep():
        if key in REPLICATES:
            told = f"would search over {key}, which repeats a setting; give it values, as {key}=range(5)"
            raise UserError(f"the override {line} {told}", [key])
        _check_key(override, key)
        return []
    if getattr(value, "shuffle", False):
        raise UserError(f"the override {line} is shuffled, but a search has its own order; leave out shuffle", [key])
    if getattr(value, "tags", ()):
        raise UserError(f"the override {line} has a tag, which is for an interval, as in {EXAMPLE}", [key])
    texts = list(dict.fromkeys(override.sweep_string_iterator()))
    if not texts:
        raise UserError(f"the override {line} has no values to search", [key])
    if len(texts) > 1:
        _check_key(override, key)
    return texts


def _check_key(override: Override, key: str) -> None:
    if key in ("search", "sweep"):
        raise UserError(f"the override {override.input_line} names several; run one at a time", [key])
    section, _, setting = key.partition(".")
    if section in ("data", "test") and setting not in PREPARED and key not in REPLICATES:
        told = "makes another data set, and scores are compared on one; give it one value"
        raise UserError(f"the override {override.input_line} {told}", [key])
    if section in Settings.model_fields:
        told = "is not searched, as it changes no number of a run; give it one value"
        raise UserError(f"the override {override.input_line} {told}", [key])


def _interval(override: Override, digits: int) -> Interval:
    key, line, value = override.get_key_element(), override.input_line, override.value()
    assert isinstance(value, IntervalSweep)
    low, high = value.start, value.end
    assert low is not None and high is not None
    if unknown := sorted(value.tags - {"log"}):
        raise UserError(f"the override {line} has the tag {unknown[0]!r}; the only choice is log", [key])
    if not 0 < high - low < math.inf:
        raise UserError(f"the override {line} needs two finite numbers, the smaller one first", [key])
    is_log = "log" in value.tags
    if is_log and low <= 0:
        raise UserError(f"the override {line} is logarithmic, so its numbers must be > 0", [key])
    return Interval(key, low, high, is_log, isinstance(low, int), digits)


def _check_options(space: Space) -> None:
    """Raise UserError for a key that no option has that its group may be, where the space says which."""
    given, drawn = settings_of(space.fixed), {_plain(axis.key): axis for axis in space.axes}
    for key in [*drawn, *given]:
        kind = key.partition(".")[0]
        group = drawn.get(kind)
        names = group.texts if isinstance(group, Choice) else [given[kind]] if key in drawn and kind in given else []
        if names and all(lacks({kind: name}, key) for name in names):
            raise UserError(f"{key} is not a setting of {one_of([f'{kind}={name}' for name in names])}", [key])


def _in_turn(repeated: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Every pair of a fold and a seed, such that the first ones differ in both."""
    seeds = repeated.get("seed") or [f"seed={seed}" for seed in range(SEEDS)]
    folds = repeated.get("data.fold") or [""]
    for shift in range(math.gcd(len(folds), len(seeds))):
        for place in range(math.lcm(len(folds), len(seeds))):
            pair = folds[place % len(folds)], seeds[(place + shift) % len(seeds)]
            yield tuple(text for text in pair if text)
