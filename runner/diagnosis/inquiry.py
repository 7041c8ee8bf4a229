"""One setting looked into: fixes are trained on the seeds that fail, and those that help on fresh ones.

First round: the run as it is on FRESH seeds that the sweep does not have, and every candidate on the run's own seeds.
Second round: the best candidates, one after the other, on fresh seeds that fail too, each beside the run as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runner.diagnosis.candidates import Candidate, candidates_of, fixes_of
from runner.diagnosis.commands import fixed, with_fix
from runner.diagnosis.effects import Tried, at_least, enough, middle, on_fresh_seeds, ranked, shown_both
from runner.diagnosis.judged import Judged
from runner.diagnosis.judging import judge, learns, reaches
from runner.diagnosis.rules import Rules
from runner.diagnosis.subject import Subject
from runner.diagnosis.trials import MOST_STACKS, Runs, Spent, Trial, Trials, largest_stack, stacks_of
from runner.plan.phases import Checked
from runner.runs.diagnosis import Experiment, Overrides, is_of_seeds
from runner.runs.spec import to_plain
from runner.train.blas import ONE_BLAS_THREAD

MOST_OWN = 3  # runs of a setting on whose seeds fixes are tried
FRESH = 20  # seeds that no run of the sweep has
MOST_FRESH, FEWEST_FRESH = 10, 3  # of those that fail, on which a fix is trained; with fewer nothing is confirmed
MOST = 0.7  # the share of the seeds that a fix must help
LEARN = 0.25  # the share of the fresh seeds that learn as they are, from which on another seed is a fix
SOME = 0.25  # the share of the fresh seeds that a fix must help for its cause to stay likely
LUCK = 0.05  # how likely it may be that as many seeds learn although the fix does nothing
MOST_FIXES = 3  # that are trained on fresh seeds
SECOND = 2  # stacks for a second cause

OTHER_RUN = "its overrides do not make this run again: configs or files have changed, or no command has started it"
SPENT = f"{MOST_STACKS} stacked trainings are the most for one setting"


@dataclass(frozen=True)
class Answer:
    """What came out: everything that was `tried`, the `best` fix with the cause it stands for, whether it is confirmed,
    and whether all fixes of the named cause `have_failed`.
    """

    tried: tuple[Experiment, ...]
    best: Candidate | None = None
    is_confirmed: bool = False
    have_failed: bool = False


class Inquiry:
    """Runs that differ in seed and fold alone and do not learn, the first of them with the cause to look into.

    `fresh` are seeds to train on besides, `rules` those by which runs were judged.
    """

    def __init__(self, runs: Sequence[Judged], trials: Trials, fresh: Sequence[int], rules: Rules) -> None:
        self.runs, self._trials, self._rules = list(runs), trials, rules
        asked = {rule.code: rule.asked for rule in rules}
        self._is_strict = asked.get(self.lead.diagnosis.code) == "missing"
        self._own: list[Judged] = []
        self._fresh: Runs = []
        self._candidates: list[tuple[Candidate, Runs]] = []
        self._skipped: list[Experiment] = []
        if why_not := self._find_own():
            self._skipped.append(Experiment((), why_not=why_not))
        else:
            self._fresh = largest_stack(self._on(fresh, ()))
            self._find_candidates()

    @property
    def lead(self) -> Judged:
        """The run whose cause is looked into."""
        return self.runs[0]

    @property
    def planned(self) -> Runs:
        """The runs of the first round; none where no fix can be trained."""
        return [*self._fresh, *_runs_of(*self._candidates)] if self._candidates else []

    @property
    def stacks_left(self) -> int:
        """How many of the stacked trainings that a setting may have are not spent."""
        return self._trials.left

    def _find_own(self) -> str:
        """The runs to try fixes on; or why there are none."""
        checked = [self._trials.check(fixed(one.result.overrides, ())) for one in self.runs[:MOST_OWN]]
        if isinstance(checked[0], str):
            return checked[0]
        for one, run in zip(self.runs, checked, strict=False):
            is_same = isinstance(run, Checked) and to_plain(run.spec) == to_plain(one.result.spec)
            if is_same and isinstance(run, Checked) and stacks_of([((), checked[0]), ((), run)]) == 1:
                self._own.append(one)
        return "" if self._own[:1] == self.runs[:1] else OTHER_RUN

    def _find_candidates(self) -> None:
        lead, room = self.lead, MOST_STACKS - SECOND - MOST_FIXES
        beside = list(dict.fromkeys(one.diagnosis.cause for one in self.runs))
        for candidate in candidates_of(lead.diagnosis, _subject(lead), beside, self._rules):
            if is_of_seeds(candidate.fix):
                self._candidates += [(candidate, [])] if self._fresh else []
                continue
            runs = self._with(candidate.fix)
            if isinstance(runs, str):
                self._skipped.append(Experiment(candidate.fix, why_not=runs))
            elif stacks_of([*self._fresh, *_runs_of(*self._candidates), *runs]) > room:
                self._skipped.append(Experiment(candidate.fix, why_not=SPENT))
            elif runs:
                self._candidates.append((candidate, runs))

    def _with(self, fix: Overrides) -> Runs | str:
        """The own runs with a fix; or why they cannot have it. None where they have what it sets."""
        runs: Runs = []
        for one in self._own:
            overrides = fixed(one.result.overrides, fix)
            checked = self._trials.check(overrides)
            if isinstance(checked, str):
                return checked
            if to_plain(checked.spec) != to_plain(one.result.spec):
                runs.append((overrides, checked))
        return runs if len(runs) == len(self._own) else []

    def _on(self, seeds: Sequence[int], fix: Overrides) -> Runs:
        """The run with a fix on other seeds, the own folds in turn; without seeds that cannot be trained."""
        runs: Runs = []
        for seed in seeds:
            own = self._own[seed % len(self._own)]
            overrides = fixed(own.result.overrides, (*fix, f"seed={seed}"))
            if isinstance(checked := self._trials.check(overrides), Checked):
                runs.append((overrides, checked))
        return runs

    def answer(self) -> Answer:
        """Train what is needed, and say what came out."""
        if not self.planned:
            return Answer(tuple(self._skipped))
        on_own, fresh = self._first_round()
        on_own += self._with_second_cause(on_own)
        tried = [*(one.experiment for one in on_own), *self._skipped]
        failing, mine = [one for one in fresh if not self._learns(one)], self.lead.diagnosis.cause
        still_open: list[Candidate] = []  # neither confirmed nor refuted
        for candidate in ranked(on_own, mine)[:MOST_FIXES]:
            if is_of_seeds(candidate.fix):
                return Answer(tuple(tried), candidate, is_confirmed=True)
            found = self._on_failing(candidate, failing[:MOST_FRESH], len(fresh) - len(failing), len(fresh))
            tried.append(found)
            if found.has_helped:
                return Answer(tuple(tried), candidate, is_confirmed=True)
            still_open += [candidate] if found.why_not or _helps_some(found) else []
            if still_open and candidate.cause == mine:
                break
        is_refuted = any(one.candidate.cause == mine and not one.experiment.why_not for one in on_own)
        is_mine = any(one.cause == mine for one in still_open)
        return Answer(tuple(tried), next(iter(still_open), None), have_failed=is_refuted and not is_mine)

    def _first_round(self) -> tuple[list[Tried], list[Trial]]:
        """Every candidate on the run's own seeds, and the run as it is on fresh ones."""
        trained = self._trials.train(self.planned, self.lead.reference)
        fresh, rest = trained[: len(self._fresh)], iter(trained[len(self._fresh) :])
        own, found = self._as_they_are(), list[Tried]()
        for candidate, runs in self._candidates:
            if is_of_seeds(candidate.fix):
                found.append(self._other_seeds(candidate, own, fresh))
            else:
                found.append(Tried.of(candidate, own, [next(rest) for _ in runs]))
        return found, fresh

    def _as_they_are(self) -> list[Trial]:
        return [Trial(one.result.spec.seed, _subject(one)) for one in self._own]

    def _with_second_cause(self, on_own: Sequence[Tried]) -> list[Tried]:
        """Where no fix of the named cause makes the run learn: with that of what is then the cause, and that alone."""
        said = self.lead.diagnosis
        of_cause = [one for one in on_own if one.candidate.cause == said.cause or not said.cause]
        mine = [one for one in of_cause if not is_of_seeds(one.candidate.fix)]
        first = max(mine, key=lambda one: one.middle.score, default=None) if not said.cause else next(iter(mine), None)
        if first is None or first.middle.subject is None or any(self._learns(one.middle) for one in mine):
            return []
        with ONE_BLAS_THREAD:
            second = judge(first.middle.subject, self._rules)
        chosen: list[tuple[Candidate, Runs]] = []
        named, known = first.candidate, {one.candidate.fix for one in on_own}
        for one in fixes_of(second, first.middle.subject) if second.cause != named.cause else ():
            both = replace(named, fix=with_fix(named.fix, one.fix), second=second.cause)
            for candidate in [both] if one.fix in known or said.certainty == "proved" else [both, one]:
                runs = [] if is_of_seeds(one.fix) else self._with(candidate.fix)
                if runs and not isinstance(runs, str) and stacks_of(_runs_of(*chosen, (candidate, runs))) <= SECOND:
                    chosen.append((candidate, runs))
        trained, own = iter(self._trials.train(_runs_of(*chosen), self.lead.reference)), self._as_they_are()
        return [Tried.of(candidate, own, [next(trained) for _ in runs]) for candidate, runs in chosen]

    def _on_failing(self, candidate: Candidate, befores: Sequence[Trial], learn: int, n: int) -> Experiment:
        """A fix on fresh seeds that fail without it, beside `learn` of all `n` that do not."""
        if len(befores) < FEWEST_FRESH:
            return Experiment(candidate.fix, why_not=f"{learn} of {n} fresh seeds learn without it", is_fresh=True)
        runs = self._on([one.seed for one in befores], candidate.fix)
        try:
            afters = {one.seed: one for one in self._trials.train(runs, self.lead.reference)}
        except Spent:
            return Experiment(candidate.fix, why_not=SPENT, is_fresh=True)
        pairs = [(one, afters[one.seed]) for one in befores if one.seed in afters]
        found = on_fresh_seeds(candidate.fix, pairs)
        is_luck = at_least(found.helped, len(pairs), learn / n) > LUCK
        return replace(found, learn=learn, has_helped=_helps_most(found) and not is_luck)

    def _other_seeds(self, candidate: Candidate, own: Sequence[Trial], fresh: Sequence[Trial]) -> Tried:
        """What fresh seeds reach without a fix; the one to try is the first that learns."""
        reached = middle(own).score
        least = reached + enough(reached, self.lead.reference)
        learn = [one for one in fresh if self._learns(one) and one.score > least]
        fix = (f"seed={learn[0].seed}",) if learn else candidate.fix
        after, seeds = middle(fresh), tuple(one.seed for one in fresh)
        metric, before, reach = shown_both(middle(own), after)
        is_enough = len(learn) >= LEARN * len(fresh)
        found = Experiment(fix, metric, seeds, before, reach, len(learn), is_enough, is_fresh=True)
        return Tried(replace(candidate, fix=fix), found, middle(learn or fresh))

    def _learns(self, trial: Trial) -> bool:
        """As the run is judged: where its cause shows on other samples alone, training well is no excuse."""
        one, is_enough = trial.subject, reaches if self._is_strict else learns
        return one is not None and is_enough(one.reference, one.scores)


def _helps_most(found: Experiment) -> bool:
    return not found.why_not and found.helped >= MOST * len(found.seeds)


def _helps_some(found: Experiment) -> bool:
    return found.helped >= SOME * len(found.seeds)


def _runs_of(*chosen: tuple[Candidate, Runs]) -> Runs:
    return [run for _, runs in chosen for run in runs]


def _subject(one: Judged) -> Subject:
    return Subject(one.result, one.data, one.reference)
