"""All runs of a sweep, each with its diagnosis; their data are prepared once, and other runs serve for comparison."""

import json
import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from runner.base.errors import RAISED, what_raised
from runner.datasets.samples import DataError
from runner.diagnosis.judging import NEAR, diagnose, does_well, is_luck, symptoms
from runner.diagnosis.reference import Reference, reference_of
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.rules.data import NOTHING
from runner.diagnosis.rules.rule import AS_GOOD
from runner.diagnosis.scores import Scores, counts_of, scores_of, targets_of
from runner.diagnosis.subject import Neighbour, Subject
from runner.runs.data import Prepared, digest_of, prepare
from runner.runs.diagnosis import Diagnosis, Evidence, Verdict
from runner.runs.result import RunResult
from runner.runs.spec import Spec, to_plain
from runner.train.blas import ONE_BLAS_THREAD

FAR = 2.0  # times the error that the data allow
SMALL = 0.02  # of the targets' variance
_Rivals = tuple[str, str]  # the samples, and how classes are counted
CHANGED = "the data have changed since it was trained"


@dataclass(frozen=True, eq=False)
class Judged:
    """A trained run, its data, what these allow, and its diagnosis."""

    result: RunResult
    data: Prepared
    reference: Reference
    scores: Scores
    diagnosis: Diagnosis

    @property
    def is_of_rare_classes(self) -> bool:
        """Whether it was compared with what the data allow with equal class weights."""
        return any(rule.code == self.diagnosis.code and rule.asked == "neglecting" for rule in RULES)

    @property
    def allowed(self) -> float:
        """The score that its data allow, on which its verdict is based."""
        return self.reference.balanced if self.is_of_rare_classes else self.reference.score

    @property
    def learns_training_only(self) -> bool:
        """Whether an unhealthy run still learns its training samples, and clearly more than others."""
        trained, is_ill = self.scores.trained, self.diagnosis.verdict != "healthy"
        is_near = trained >= max(self.allowed - NEAR, NOTHING) and not is_luck(self.reference, self.scores)
        return is_ill and is_near and trained - self.scores.tested > AS_GOOD

    @property
    def falls_short(self) -> bool:
        """Whether a run that learns has errors more than twice as large as the data allow, beyond sampling error.

        If the data allow nearly everything, such a run may still come near their score. Errors that are small compared
        with the spread of the targets do not count.
        """
        allowed, left = self.reference.score, 1 - self.scores.tested
        is_far = left > max(SMALL, FAR**2 * (1 - allowed), 1 - allowed + 2 * self.reference.error)
        return self.diagnosis.verdict == "healthy" and self.metric == "rmse" and self.reference.is_known and is_far

    @cached_property
    def symptoms(self) -> Sequence[Evidence]:
        """Noticeable facts, also for a run that learns."""
        return symptoms(Subject(self.result, self.data, self.reference))

    @property
    def metric(self) -> str:
        """The metric in which scores are shown."""
        return metric_of(self.data)

    def shown(self, score: float) -> float:
        """A score in the units of `metric`, on the samples whose scores are reported."""
        return shown(self.data, score, self.scores.part)


def metric_of(data: Prepared) -> str:
    """The metric in which scores are shown: `rmse` in the units of the targets, `R2`, or `balanced accuracy`."""
    if data.samples.task == "classification":
        return "balanced accuracy"
    return "rmse" if data.Y_train.shape[1] == 1 and not data.scaling.y_log else "R2"


def shown(data: Prepared, score: float, part: str) -> float:
    """A score on the samples of a part, in the units of `metric_of`."""
    metric = metric_of(data)
    if metric == "rmse":
        spread = float(np.sqrt(np.mean((targets_of(data, part) - data.Y_train.mean(axis=0)) ** 2)))
        return abs(data.scaling.y_scale) * spread * math.sqrt(max(0.0, 1 - score))
    if metric == "R2":
        return score
    chance = 1 / max(1, int(np.count_nonzero(counts_of(data, part))))
    return chance + score * (1 - chance)


@dataclass(frozen=True)
class Unjudged:
    """A run that cannot be judged: it failed, was killed, its data have changed, or a component raises."""

    result: RunResult
    why: str


class Bench:
    """The runs of a sweep for comparison: the data of each, prepared once, and its score on them."""

    def __init__(self, results: Sequence[RunResult]) -> None:
        known: dict[str, Prepared | str] = {}
        self._results, self._found = results, [_data_of(result, known) for result in results]
        self.scores = scores = dict[int, Scores]()
        with ONE_BLAS_THREAD:  # a limit takes longer to set than most scores
            for place, (run, data) in enumerate(zip(results, self._found, strict=True)):
                if isinstance(data, Prepared):
                    try:
                        scores[place] = scores_of(run, data)
                    except RAISED as error:
                        self._found[place] = f"the network cannot be used: {what_raised(error)}"
        self._beside = {place: Neighbour(results[place].spec, one.tested) for place, one in scores.items()}
        self._best = _two_best({place: (_rivals(results[place].spec), one.tested) for place, one in scores.items()})

    def reference(self, place: int) -> Reference:
        """What the data of a run with a score allow."""
        data, spec = self._found[place], self._results[place].spec
        assert isinstance(data, Prepared)
        on_the_same = [score for one, score in self._best[_rivals(spec)] if one != place]
        return reference_of(data, on_the_same, spec.training.class_weights == "balanced")

    @property
    def unjudged(self) -> list[Unjudged]:
        """The runs without a score."""
        pairs = zip(self._results, self._found, strict=True)
        return [Unjudged(result, found) for result, found in pairs if isinstance(found, str)]

    def learns(self, place: int) -> bool:
        """Whether a run with a score is about as good as its data allow, except for sampling error.

        Also for rare classes. A run counts as learning if a rule cannot be checked; judging it says why.
        """
        data = self._found[place]
        assert isinstance(data, Prepared)
        subject = Subject(self._results[place], data, self.reference(place))
        subject.__dict__["scores"] = self.scores[place]
        try:
            return does_well(subject)
        except RAISED:
            return True

    def unasked(self, place: int, verdict: Verdict) -> Judged:
        """A run that has a score, with a verdict for which no rule was asked."""
        result, data = self._results[place], self._found[place]
        assert isinstance(data, Prepared)
        return Judged(result, data, self.reference(place), self.scores[place], Diagnosis(verdict))

    @property
    def neighbours(self) -> dict[int, Neighbour]:
        """All runs that have a score, for others, by their place."""
        return self._beside

    def judge(
        self, place: int, rules: Rules = RULES, neighbours: Iterable[Neighbour] | None = None
    ) -> Judged | Unjudged:
        """A run beside all others, or beside these `neighbours`; one that a rule or part cannot be asked of is not."""
        result, data = self._results[place], self._found[place]
        if not isinstance(data, Prepared):
            return Unjudged(result, data)
        if neighbours is None:
            neighbours = [neighbour for one, neighbour in self._beside.items() if one != place]
        reference = self.reference(place)
        try:
            said = diagnose(result, data, reference, neighbours, rules)
        except RAISED as error:
            return Unjudged(result, what_raised(error))
        return Judged(result, data, reference, self.scores[place], said)


def judge_all(
    results: Sequence[RunResult], asked: Container[int] | None = None, rules: Rules = RULES
) -> list[Judged | Unjudged]:
    """The runs of a sweep, in order, each compared with all others: all of them, or those with the `asked` indices."""
    bench = Bench(results)
    return [bench.judge(place, rules) for place, one in enumerate(results) if asked is None or one.index in asked]


def _two_best(scores: Mapping[int, tuple[_Rivals, float]]) -> dict[_Rivals, list[tuple[int, float]]]:
    """The places and scores of the two best of each rivals: whichever is asked for, the best other is there."""
    found: dict[_Rivals, list[tuple[int, float]]] = {}
    for place, (rivals, score) in scores.items():
        ranked = [*found.get(rivals, []), (place, -math.inf if math.isnan(score) else score)]
        found[rivals] = sorted(ranked, key=lambda one: -one[1])[:2]
    return found


def _data_of(result: RunResult, known: dict[str, Prepared | str]) -> Prepared | str:
    """The data of a run's last phase, made once for all runs that have them; or why there is nothing to judge."""
    if result.network is None or result.data is None:
        return result.outcome.value
    data = prepared(result.spec, known)
    return CHANGED if isinstance(data, Prepared) and digest_of(data.samples) != result.data.digest else data


def prepared(spec: Spec, known: dict[str, Prepared | str]) -> Prepared | str:
    """The data of a run, made once for all runs that have them; or why they cannot be used."""
    key = prepared_key(spec)
    if key not in known:
        try:
            known[key] = prepare(spec)
        except RAISED as error:
            why = str(error) if isinstance(error, DataError | OSError) else what_raised(error)
            known[key] = f"the data cannot be used: {why}"
    return known[key]


def prepared_key(spec: Spec) -> str:
    """What decides the data of a run as its network sees them."""
    return _json([samples_of(spec), spec.network.output, spec.network.target_range, spec.dtype])


def samples_of(spec: Spec) -> str:
    """What decides which samples a run has, and how they are split."""
    plain = to_plain(spec)
    return _json([plain["data"], plain["test"], spec.data_seed])


def _rivals(spec: Spec) -> _Rivals:
    """What runs share that say of each other what is possible: one that weights its classes aims at something else."""
    return samples_of(spec), spec.training.class_weights


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
