"""The figures as Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.diagnosis.figures import CLEAR, MILD, Case, Figures, Share, share
from benchmarks.diagnosis.judged import Said
from benchmarks.diagnosis.labels import WEAK, Labels
from benchmarks.diagnosis.trained import Key
from benchmarks.markdown import markdown

FEWEST = 20  # runs of a cause that its lowest recall is asked for
GOALS = {
    "macro recall, strong and middle": ">= 0.95",
    "macro precision, strong and middle": ">= 0.95",
    "macro recall, mild": ">= 0.80",
    "macro precision, mild": ">= 0.90",
    f"lowest recall of a cause with {FEWEST} runs or more, strong": ">= 0.85",
    "false alarms on healthy runs": "<= 0.015, to 0.025",
    "a cause named for a harmless injection": "<= 0.03",
    "precision of proved": "1.00",
    "precision of wrong gradient": "1.00",
    "unknown among ill runs": "<= 0.05",
    "unknown where the cause was taken out of the list": ">= 0.50",
    "milliseconds of processor time a run, median and 95 %": "<= 50",
}


def tables(even: Figures, odd: Figures, labels: Labels, said: Mapping[Key, Said], seconds: float) -> Iterator[str]:
    """Everything; `odd` seeds judge."""
    n, weak = len(labels.all), sum(one.label == WEAK for one in labels.all)
    yield f"{n:,} runs, {len(said):,} of them different ones, trained in {seconds:.0f} s.\n"
    yield f"{weak:,} do not count: their twin, or a control, does not learn as well as it should.\n"
    reached = [_reached(odd), _reached(even)]
    rows = [[name, goal, *(one[name] for one in reached)] for name, goal in GOALS.items()]
    yield f"Goals:\n\n{markdown(['number', 'goal', 'odd seeds', 'even seeds'], rows)}\n"
    yield f"Each cause, odd seeds, with 95 % intervals:\n\n{_causes(odd)}\n"
    yield f"What they are called, odd seeds:\n\n{_confusions(odd)}\n"
    yield f"Healthy runs, odd seeds:\n\n{_kinds(odd.healthy, 'kind')}\n"
    yield f"Harmless injections, odd seeds:\n\n{_kinds(odd.harmless, 'injected')}\n"
    yield f"Two causes at once, odd seeds:\n\n{_two(odd, labels, said)}\n"
    name, recall = odd.commonest(*CLEAR)
    yield f"Always naming the commonest cause, {name}, has a macro recall of {recall:.3f} on strong and middle ones.\n"


def _reached(half: Figures) -> dict[str, str]:
    clear, mild = half.macro(*CLEAR), half.macro(*MILD)
    cause, lowest = half.lowest(FEWEST, "strong")
    values = [
        *(f"{value:.3f}" for value in (*clear, *mild)), f"{lowest} {cause}",
        *map(str, (half.false_alarms, half.blamed, half.proved, half.wrong_gradient)),
        *map(str, (half.unknown, half.unknown_without)),
        "{:.0f}, {:.0f}".format(*half.milliseconds),
    ]  # fmt: skip
    return dict(zip(GOALS, values, strict=True))


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
    rows = [[kind, str(len(some)), _counted(case.name for case in some)] for kind, some in sorted(kinds.items())]
    return markdown([what, "runs", "called"], rows)


def _two(half: Figures, labels: Labels, said: Mapping[Key, Said]) -> str:
    """Runs with two causes: whether the first name is one of them, and the next one the other when that is cured."""
    rows = []
    for pair in dict.fromkeys(case.run.entry.causes for case in half.two):
        found = [case for case in half.two if case.run.entry.causes == pair]
        named = [case for case in found if case.is_right]
        left = [one for case in named if (one := labels.left(case.run, case.name))]
        then = share(Case(one, said[one.key]).is_right for one in left)
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
