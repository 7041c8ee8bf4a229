"""What needs no network, such as a constant or a straight line: what it reaches, and which runs do not beat it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nn.metrics import METRICS
from runner.base.commands import written
from runner.base.moments import mean, spread
from runner.base.texts import number
from runner.findings.numbers.data_sets import DISTURBED, MAX_DATA, PREPARED, by_data
from runner.findings.numbers.scores import reported_of
from runner.runs.result import RunResult

NOTHING = "learned nothing"
# What some rows of a rare class do not reach by luck.
ABOVE_CHANCE = {"balanced_accuracy": 0.05, "roc_auc": 0.15}
TOLD = {"linear": "a straight line", "logistic": "logistic regression"}
ROWS = {"linear": "straight line", "logistic": "logistic regression", "bayes": "best possible rule"}


@dataclass(frozen=True)
class Baseline:
    """A predictor that needs no network: its `name` as in `baseline/<name>_<score>`, its mean score over some runs.

    `row` names it in a table, `told` in a sentence. `spread` is the standard deviation over runs that trained on other
    rows, 0 where all reach the same; `part` names the samples that all of it is measured on.
    """

    name: str
    row: str
    told: str
    score: str
    value: float
    spread: float = 0.0
    part: str = "test"

    @property
    def measured(self) -> str:
        """`rmse 15,090`."""
        return f"{self.score} {number(self.value, thousands=',')}"

    @property
    def columns(self) -> tuple[str, str]:
        """What the column of a table may be called that it belongs to: see `scores.columns_of`."""
        return self.score, f"{self.part} {self.score}"

    @property
    def shown(self) -> tuple[str, str]:
        """Its mean and, where runs differ, its standard deviation, as in a table."""
        return number(self.value), number(self.spread, 2) if self.spread > 0 else ""


def baselines_of(results: Sequence[RunResult]) -> list[Baseline]:
    """Those that runs of one data set and one score stand beside, the constant first, in the units of the score."""
    scores = {result.score for result in results if result.measures}
    if len(scores) != 1:
        return []
    (score,) = scores
    keys = {name: f"baseline/{name}_{score}" for name in ("constant", *ROWS)}
    values = {name: [one.measures[key] for one in results if key in one.measures] for name, key in keys.items()}
    part = next(one.reported_on for one in results if one.measures)
    names = {name: (row, TOLD.get(name, "")) for name, row in ROWS.items()}
    if all(one.spec.training.class_weights == "balanced" for one in results):
        names["logistic"] = (f"balanced {ROWS['logistic']}", f"balanced {TOLD['logistic']}")
    names = {"constant": _constant(results, score)} | names
    return [
        Baseline(name, *names[name], score, mean(values[name]), spread(values[name]), part)
        for name in names
        if values[name]
    ]


def _constant(results: Sequence[RunResult], score: str) -> tuple[str, str]:
    """What the best constant answer is: in a table, and in a sentence."""
    known = [one.measures["baseline/constant"] for one in results if "baseline/constant" in one.measures]
    classes = next((one.network.classes for one in results if one.network), ())
    if METRICS.metric(score).of in ("scores", "probabilities"):
        return "share of each class", "always answering the share of each class"
    if METRICS.metric(score).task == "regression":
        answer = number(mean(known), thousands=",") if known else ""
        return (f"always {answer}", f"always answering {answer}") if known else ("best constant", "the best constant")
    if known and classes:
        name = repr(str(classes[int(Counter(known).most_common(1)[0][0])]))
        return f"most frequent class {name}", f"always answering {name}"
    return "most frequent class", "always answering the most frequent class"


def rows_of(results: Sequence[RunResult]) -> list[tuple[str, Baseline]]:
    """Baselines as rows of a table of these runs: each with its name, which says the data set where there are more.

    One that depends on how the samples are prepared, as a line does on the features, has a row for each way.
    """
    groups = by_data([result for result in results if result.data])
    rows: list[tuple[str, Baseline]] = []
    for label, members in list(groups.items())[:MAX_DATA]:
        found = {way: baselines_of(some) for way, some in list(_by_way(members).items())[:MAX_DATA]}
        for way, those in found.items():
            for one in those:
                same = [other for some in found.values() for other in some if other.name == one.name]
                is_same = all((other.row, other.shown) == (one.row, one.shown) for other in same)
                about = ", ".join([label] * (len(groups) > 1) + [way[0]] * (not is_same and way[0] != ""))
                rows.append((f"{one.row} ({about})" if about else one.row, one))
    return list(dict(rows).items())


def _by_way(results: Sequence[RunResult]) -> dict[tuple[str, str], list[RunResult]]:
    """Runs on one data set by how their samples are prepared, named by what differs, and by their class weights."""
    alike: dict[str, list[RunResult]] = {}
    for one in results:
        prepared = [(key, value) for key, value in vars(one.spec.data).items() if key in PREPARED | DISTURBED]
        alike.setdefault(repr((prepared, one.spec.training.class_weights)), []).append(one)
    ways = [_prepared(some[0]) for some in alike.values()]
    differing = [key for key in ways[0] if len({way.get(key) for way in ways}) > 1]
    found: dict[tuple[str, str], list[RunResult]] = {}
    for way, some in zip(ways, alike.values(), strict=True):
        label = " ".join(f"{key}={way.get(key, '')}" for key in differing)
        found.setdefault((label, some[0].spec.training.class_weights), []).extend(some)
    return found


def _prepared(result: RunResult) -> dict[str, str]:
    return {key: written(value) for key, value in vars(result.spec.data).items() if key in PREPARED | DISTURBED}


def shortfall_of(results: Sequence[RunResult]) -> str:
    """What the runs of a setting do not beat on average, said of it; empty where they beat what needs no network.

    `learned nothing: no better than always answering 7.98 (rmse 9.27)`, or `is no better than a straight line (...)`.
    """
    worst = _not_beaten(results)
    if worst is None:
        return ""
    told = f"no better than {worst.told} ({worst.measured})"
    if worst.name != "constant":
        return f"is {told}"
    return f"is {told}{rare}" if (rare := _on_rare_classes(results)) else f"{NOTHING}: {told}"


def _on_rare_classes(results: Sequence[RunResult]) -> str:
    """That runs tell classes apart which are too rare to show in the accuracy; empty where they do not."""
    n_classes = max((len(one.network.classes) for one in results if one.network), default=0)
    chance = {"balanced_accuracy": 1 / max(n_classes, 1), "roc_auc": 0.5}
    for name, least in ABOVE_CHANCE.items() if n_classes > 1 else ():
        finals = [one.finals.get(f"{one.reported_on}/{name}", math.nan) for one in results if one.score == "accuracy"]
        reached = [value for value in finals if not math.isnan(value)]
        if reached and mean(reached) > chance[name] + least:
            known = f"its {name} is {number(mean(reached))} (a constant answer has {number(chance[name])})"
            return f", but {known}: score={name} ranks by it"
    return ""


def not_beaten(results: Sequence[RunResult]) -> str:
    """The same in a few words, for a table: `always answering 7.98`."""
    worst = _not_beaten(results)
    return worst.told if worst else ""


def _not_beaten(results: Sequence[RunResult]) -> Baseline | None:
    """The least of the baselines that runs do not beat on average: the constant before a line."""
    reached = [(one, value) for one in results if (value := reported_of(one).get(one.score)) is not None]
    if not reached or len({one.score for one, _ in reached}) != 1:
        return None
    found, value = baselines_of([one for one, _ in reached]), mean([value for _, value in reached])
    lost = [one for one in found if one.told and METRICS.metric(one.score).sign * (value - one.value) <= 0]
    return lost[0] if lost else None


def has_learned(result: RunResult) -> bool:
    """Whether a finished run has a better score than the best constant, and than a line where there is one."""
    score, measures = result.score, result.measures
    value, sign = reported_of(result).get(score), METRICS.metric(score).sign
    if value is None or f"baseline/constant_{score}" not in measures:
        return False
    least = (measures.get(f"baseline/{name}_{score}") for name in ("constant", *TOLD))
    return not any(one is not None and sign * (value - one) <= 0 for one in least)
