"""Comparing two runs, usually one that does not learn and one that does: what differs, and what is the reason."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from nn.registry import Array
from nn.signals import LARGEST
from runner.base.console import count
from runner.base.errors import UserError
from runner.base.texts import number, short
from runner.diagnosis.causes import DRAWS, typed
from runner.diagnosis.conditions import number_of
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.sentences import headline
from runner.runs.commands import is_of
from runner.runs.diagnosis import Overrides
from runner.runs.flat import flatten
from runner.runs.outcome import Outcome
from runner.runs.overrides import settings_of
from runner.runs.result import RunResult, network_of

LABEL, VALUE = 30, 24  # columns, of a terminal that has 80
MOST_SETTINGS, MOST_LAYERS, COSTS = 12, 3, 7
APART = {"gradient_norm": 3.0, "weight_norm": 3.0, "moved": 3.0, "dead": 0.25}  # ratios, and of shares a difference
NOTHING = "-"
CODE = ("runner", "numpy", "git.commit")  # of the environment of a run

Pair = tuple[Judged, Judged]
Row = tuple[str, str, str]


def compared(first: Judged | Unjudged, second: Judged | Unjudged, names: tuple[str, str]) -> list[str]:
    """The comparison of two runs with these names, as lines.

    Raises UserError for a run that cannot be judged, and for runs that learn different kinds of tasks.
    """
    if isinstance(first, Unjudged) or isinstance(second, Unjudged):
        said = [
            f"{name}: {one.why}" for one, name in zip((first, second), names, strict=True) if isinstance(one, Unjudged)
        ]
        raise UserError(f"only trained runs can be compared; {'; '.join(said)}")
    both = first, second
    kinds = [_kind(one) for one in both]
    if kinds[0] != kinds[1]:
        raise UserError(f"{names[0]} and {names[1]} cannot be compared: {kinds[0]}, and {kinds[1]}")
    settings = differing(both)
    rows = [(key, *values) for key, values in settings.items()]
    if len(rows) > MOST_SETTINGS:
        rows[MOST_SETTINGS:] = [(f"and {len(rows) - MOST_SETTINGS} more", "", "")]
    sections = {
        "settings": rows,
        "data": list(_of_data(both)),
        "code": _of_code(both),
        "scores (0 is a constant, 1 is perfect)": list(_of_scores(both)),
        "layers": list(_of_layers(both)),
        "training cost": list(_of_costs(both)),
    }
    lines = [f"{name} {headline(one)}" for one, name in zip(both, names, strict=True)]
    lines += ["", _line(("", *names))]
    for title, of_section in sections.items():
        lines += [title, *map(_line, of_section)] if of_section else []
    return [*lines, "", reason(both, names, settings)]


def differing(both: Pair) -> dict[str, tuple[str, str]]:
    """The settings that differ, with both values as typed; `-` if a run has no such setting."""
    flat = [flatten(one.result.spec) for one in both]
    keys = [key for key in flat[0] | flat[1] if flat[0].get(key) != flat[1].get(key)]
    given = [{key: typed(value) for key, value in one.items()} for one in flat]
    for one, values in zip(both, given, strict=True):
        values |= {key: value for key, value in settings_of(one.result.overrides).items() if key in values}
    return {key: (given[0].get(key, NOTHING), given[1].get(key, NOTHING)) for key in keys}


def reason(both: Pair, names: tuple[str, str], settings: Mapping[str, tuple[str, str]]) -> str:
    """Which of the differing settings explains why one learns and the other does not, if known."""
    verdicts = [one.diagnosis.verdict for one in both]
    if verdicts.count("healthy") != 1:
        return "Both learn." if verdicts[0] == "healthy" else "Neither learns."
    at = verdicts.index("healthy") - 1  # the other one
    said, are_same_data = both[at].diagnosis, len({_digest(one) for one in both}) == 1
    others = [what for what, is_other in (("data", not are_same_data), ("code", bool(_of_code(both)))) if is_other]
    if not settings:
        does = f"; the {' and the '.join(others)} {'do' if others != ['code'] else 'does'}" if others else ""
        return f"No setting differs{does}."
    if len(settings) == 1 and (not others or settings.keys() <= DRAWS.keys()):
        return f"Only {next(iter(settings))} differs: it is the reason."
    if named := [key for key, values in settings.items() if _is_named(key, values[at], values[at - 1], said.fixes)]:
        how = "is the reason" if said.certainty == "proved" else "is the likely reason"
        return f"{' with '.join(named)} {how}: {said.code} of {names[at]} ({said.certainty})."
    if said.code:
        return f"None of these is what {said.code} of {names[at]} names as the cause; a third run may help."
    return "Which of these is the reason is not known: no known cause fits."


def _is_named(key: str, own: str, other: str, fixes: Sequence[Overrides]) -> bool:
    """Whether a fix sets a key: of numbers, to one that lies on the other run's side."""
    for name, _, value in (one.partition("=") for fix in fixes for one in fix):
        now, there, fixed = map(number_of, (own, other, value))
        if name != key or key in DRAWS or now is None or there is None or fixed is None:
            if is_of(key, name):
                return True
        elif (there > now) == (fixed > now):
            return True
    return False


def _kind(one: Judged) -> str:
    """What a run learns, as far as it decides whether its numbers can be beside those of another."""
    sizes = network_of(one.result).sizes
    samples = one.data.samples
    outputs = count(sizes[-1], "output") if samples.task == "regression" else f"{len(samples.classes)} classes"
    return f"a {samples.task} from {count(sizes[0], 'input')} to {outputs}"


def _row(label: str, both: Pair, words: Callable[[Judged], str]) -> Row:
    return label, words(both[0]), words(both[1])


def _of_data(both: Pair) -> Iterator[Row]:
    yield _row("digest", both, lambda one: _digest(one)[:12])
    names = {one.result.spec.data.name for one in both}
    counts = {(len(one.data.X_train), len(one.data.X_test)) for one in both}
    if len(names) > 1:
        yield _row("name", both, lambda one: one.result.spec.data.name)
    if len(counts) > 1:
        yield _row("training and test samples", both, lambda one: f"{len(one.data.X_train)} and {len(one.data.X_test)}")


def _of_code(both: Pair) -> list[Row]:
    """The versions that differ."""
    environments = [one.result.provenance.environment for one in both]
    pairs = [(name, *(one.get(name, NOTHING) for one in environments)) for name in CODE]
    return [(name, first[:12], second[:12]) for name, first, second in pairs if first != second]


def _of_scores(both: Pair) -> Iterator[Row]:
    parts = ["training" if part == "train" else part for part in dict.fromkeys(one.scores.part for one in both)]
    yield _row(f"on {' and '.join(parts)} samples", both, lambda one: _score(one, one.scores.tested))
    if parts != ["training"]:
        yield _row("on training samples", both, lambda one: _score(one, one.scores.trained))
    yield _row("what the data allow", both, _allowed)


def _of_layers(both: Pair) -> Iterator[Row]:
    """From the first hidden layer to the output; what asks about units is without the last."""
    if not all(one.result.signals for one in both):
        return
    if parted := _first_apart(*(one.result for one in both)):
        yield parted
    yield _row("gradient norm at first", both, lambda one: _layers(one.result.signals["gradient_norm"][0]))
    longest = [_longest(one.result) for one in both]
    yield "largest step / weights", longest[0][0], longest[1][0]
    yield "... where", longest[0][1], longest[1][1]
    if all("dead" in one.result.signals for one in both):
        yield _row("share of dead units, last", both, lambda one: _layers(one.result.signals["dead"][-1]))


def _first_apart(first: RunResult, second: RunResult) -> Row | None:
    """The first step at which a signal of a layer is far from that of the other run."""
    one, other = first.signals, second.signals
    names = [name for name in APART if name in one and name in other]
    if any(one[name].shape[1:] != other[name].shape[1:] for name in names):
        return None
    for at, (before, step) in enumerate(pairwise([-1, *one["step"].tolist()])):
        there = other["step"].tolist()
        if step not in there:
            continue
        place = there.index(step)
        is_same_way = before == [-1, *there][place]  # what has moved is measured from the record before
        for name in [name for name in names if is_same_way or name != "moved"]:
            a, b = one[name][at].astype(np.float64), other[name][place].astype(np.float64)
            least, most = np.minimum(a, b), np.maximum(a, b)
            far = most - least > APART[name] if name == "dead" else most > APART[name] * least
            if far.any():
                layer = int(far.argmax())
                values = [f"{name}/{layer + 1} {_size(float(each[layer]))}" for each in (a, b)]
                return f"first apart at step {step}", values[0], values[1]
    return None


def _longest(result: RunResult) -> tuple[str, str]:
    """The largest step of a layer between two records, relative to its weights, and where that was; none before one."""
    moved = result.signals["moved"]
    if not moved.any():
        return NOTHING, NOTHING
    at, layer = np.unravel_index(int(moved.argmax()), moved.shape)
    return _size(float(moved[at, layer])), f"layer {layer + 1}, step {result.signals['step'][at]}"


def _of_costs(both: Pair) -> Iterator[Row]:
    """At a few steps at which both were evaluated, or one of them where the other had left or has too few of them."""
    costs = [dict(zip(one.result.history["step"], one.result.history["train/cost"], strict=True)) for one in both]
    common = costs[0].keys() & costs[1].keys()
    steps = sorted(common if len(common) >= COSTS else max(costs, key=lambda one: len(one)))
    for place in sorted({round(place) - 1 for place in np.geomspace(1, len(steps), COSTS).tolist()} if steps else ()):
        first, second = (_cost(one.result, cost, steps[place]) for one, cost in zip(both, costs, strict=True))
        yield f"step {steps[place]:.0f}", first, second


def _cost(result: RunResult, costs: Mapping[float, float], step: float) -> str:
    has_diverged = result.outcome is Outcome.DIVERGED and step > max(costs, default=0.0)
    return number(costs[step], 3) if step in costs else "diverged" if has_diverged else NOTHING


def _size(value: float, digits: int = 3) -> str:
    return "over 3e+38" if value >= LARGEST else number(value, digits)


def _layers(values: Array) -> str:
    shown = [_size(float(value), 2) for value in values]
    if len(shown) > MOST_LAYERS:
        return f"{shown[0]} ... {shown[-1]} ({len(shown)} layers)"
    return ", ".join(shown) or NOTHING


def _score(one: Judged, score: float) -> str:
    return number(score, 3) if math.isfinite(score) else "none" if one.result.has_finished else "diverged"


def _allowed(one: Judged) -> str:
    return number(one.reference.score, 3) if one.reference.is_known else NOTHING


def _digest(one: Judged) -> str:
    return one.result.data.digest if one.result.data else ""


def _line(row: Row) -> str:
    """A row that fits a terminal of 80 columns."""
    label, first, second = row
    return f"  {short(label, LABEL - 3):<{LABEL - 2}}{short(first, VALUE - 1):<{VALUE}}{short(second, VALUE)}".rstrip()
