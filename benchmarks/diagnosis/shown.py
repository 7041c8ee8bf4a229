"""The figures as Markdown."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.diagnosis.figures import CLEAR, MILD, Case, Figures, Share, share
from benchmarks.diagnosis.labels import WEAK, Labels
from benchmarks.markdown import markdown

FEWEST = 20  # runs of a cause that its lowest recall is asked for
WEAKLY = "{:,} runs do not count, as a control or the twin does not reach what can be reached; those of odd seeds:"
READ = """\
A run has the cause that was put in where its score is more than 0.1 below that of its twin. Another name is right
too where a fix of that cause, trained on the same seed, brings the run to its twin. Precision counts every run that was
given a name, harmless injections included, that of strong and middle runs healthy ones too, and macro precision every
name that was given."""
GOALS = {
    "macro recall, strong and middle": ">= 0.95",
    "macro recall by the name alone that was put in, strong and middle": "",
    "macro precision, strong and middle": ">= 0.95",
    "macro recall, mild": ">= 0.80",
    "macro recall by the name alone that was put in, mild": "",
    "macro precision, mild": ">= 0.90",
    f"lowest recall of a cause with {FEWEST} runs or more, strong": ">= 0.85",
    "false alarms on healthy runs": "<= 0.015",
    "the same, upper end of the interval": "<= 0.025",
    "a cause named for a harmless injection": "<= 0.03",
    "runs that learn although their code is wrong, of which both is said": "",
    "precision of proved": ">= 1",
    "precision of wrong gradient": ">= 1",
    "unknown among ill runs": "<= 0.05",
    "unknown where the cause and those like it were taken out of the list": ">= 0.50",
    "milliseconds of processor time a run, median": "<= 50",
}


def tables(even: Figures, odd: Figures, labels: Labels) -> Iterator[str]:
    """Everything; `odd` seeds judge."""
    reached, before = _reached(odd), _reached(even)
    missed = [name for name, goal in GOALS.items() if goal and not _is_met(goal, reached[name][0])]
    yield f"Missed: {'; '.join(missed) or 'none of the goals'}.\n\n{READ}\n"
    rows = [[name, goal, reached[name][1], before[name][1]] for name, goal in GOALS.items()]
    yield f"Goals:\n\n{markdown(['number', 'goal', 'odd seeds', 'even seeds'], rows)}\n"
    yield f"Each cause, odd seeds, with 95 % intervals:\n\n{_causes(odd)}\n"
    yield f"What they are called, odd seeds:\n\n{_confusions(odd)}\n"
    yield f"Healthy runs, odd seeds:\n\n{_kinds(odd.healthy, 'kind')}\n"
    yield f"Harmless injections, odd seeds:\n\n{_kinds(odd.harmless, 'injected')}\n"
    yield f"{WEAKLY.format(sum(one.label == WEAK for one in labels.all))}\n\n{_kinds(odd.weak, 'kind, or injected')}\n"
    yield f"Two causes at once, odd seeds:\n\n{_two(odd, labels)}\n"
    name, recall = odd.commonest(*CLEAR)
    yield f"Always naming the commonest cause, {name}, has a macro recall of {recall:.3f} on strong and middle ones.\n"


def _reached(half: Figures) -> dict[str, tuple[float, str]]:
    """Of each goal the number, and how it is shown."""
    shares = half.recall, half.own_recall, half.precision
    macro = [half.macro(one, *severities) for severities in (CLEAR, MILD) for one in shares]
    cause, lowest = half.lowest(FEWEST, "strong")
    alarms = half.false_alarms
    counted = [half.blamed, half.although, half.proved, half.wrong_gradient, half.unknown, half.unknown_without]
    middle, high = half.milliseconds
    values = [
        *((value, f"{value:.3f}") for value in macro), (lowest.value, f"{lowest} {cause}" if lowest.n else "-"),
        (alarms.value, str(alarms)), (alarms.interval[1], f"{alarms.interval[1]:.3f}"),
        *((one.value, str(one)) for one in counted), (middle, f"{middle:.0f}; 95 %: {high:.0f}"),
    ]  # fmt: skip
    return dict(zip(GOALS, values, strict=True))


def _is_met(goal: str, value: float) -> bool:
    """Whether a number is on the right side of a goal, or is none, as no run was asked."""
    side, limit = goal.split()
    return math.isnan(value) or (value >= float(limit) if side == ">=" else value <= float(limit))


def _causes(half: Figures) -> str:
    header = ["cause", "recall, strong", "recall, middle", "recall, mild", "precision, clear", "precision, mild"]
    rows = [
        [
            cause,
            *(str(half.recall(cause, severity)) for severity in ("strong", "middle", "mild")),
            *(str(half.precision(cause, *severities)) for severities in (CLEAR, MILD)),
        ]
        for cause in half.causes
    ]
    return markdown(header, rows)


def _confusions(half: Figures) -> str:
    rows = []
    for cause in half.causes:
        for name, severities in (("clear", CLEAR), ("mild", MILD)):
            found = [case for case in half.of(*severities) if case.run.label == cause]
            if found:
                rows.append([cause, name, str(len(found)), _counted(case.name for case in found)])
    return markdown(["cause", "severity", "runs", "called"], rows)


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


def _kinds(cases: Sequence[Case], what: str) -> str:
    kinds: dict[str, list[Case]] = {}
    for case in cases:
        kinds.setdefault(case.run.entry.kind or case.run.entry.causes[0], []).append(case)
    rows = [[kind, str(len(some)), _counted(case.shown for case in some)] for kind, some in sorted(kinds.items())]
    return markdown([what, "runs", "called"], rows)


def _two(half: Figures, labels: Labels) -> str:
    """Runs with two causes: whether the first name is one of them, and the next one the other when that is cured."""
    rows, known = [], {case.run.key: case for case in half.ill}
    for pair in dict.fromkeys(case.run.entry.causes for case in half.two):
        found = [case for case in half.two if case.run.entry.causes == pair]
        named = [case for case in found if case.is_right]
        left = [one for case in named if (one := labels.left(case.run, case.name))]
        then = share(known[one.key].is_right for one in left)
        rows.append(
            [
                " and ".join(pair),
                _counted(case.name for case in found),
                _of(share(case.is_right for case in found)),
                _of(then),
            ]
        )
    return markdown(["causes", "called", "one of them", "then the other"], rows) if rows else "none"


def _of(one: Share) -> str:
    return f"{one.k} of {one.n}"
