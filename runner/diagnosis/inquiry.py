"""The inquiry into one setting: fixes are trained on the failing seeds, and those that help on fresh ones.

First round: the run without a fix on fresh seeds that the sweep does not have, and every candidate on the run's own
seeds; if none helps, also the fixes of other causes. Second round: the best candidates, one by one, on fresh seeds that
fail too, with and without the fix.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from runner.diagnosis.candidates import (
    Candidate,
    Learning,
    candidates_of,
    fixes_of,
    narrow_named,
    no_trap,
    others_of,
    penalties_of,
)
from runner.diagnosis.effects import Tried, helps_some, middle, of_other_seeds, ranked
from runner.diagnosis.fresh import SPENT, FreshSeeds
from runner.diagnosis.judged import Judged
from runner.diagnosis.judging import does_well, judge, reaches
from runner.diagnosis.repeats import Repeats, subject_of
from runner.diagnosis.rules import Rules
from runner.diagnosis.subject import Subject
from runner.diagnosis.trials import MOST_STACKS, Runs, Trial, Trials, stacks_of
from runner.runs.commands import with_fix
from runner.runs.diagnosis import Experiment, is_of_seeds
from runner.train.blas import ONE_BLAS_THREAD

MOST_FIXES = 3  # that are trained on fresh seeds
SECOND = 2  # stacks for a second cause
ROOM = MOST_STACKS - SECOND - MOST_FIXES  # stacks for the first round


@dataclass(frozen=True)
class Answer:
    """What came out: everything that was `tried`, the `best` fix with the cause it stands for, whether it is confirmed,
    and the causes whose fixes have all `failed`.
    """

    tried: tuple[Experiment, ...]
    best: Candidate | None = None
    is_confirmed: bool = False
    failed: frozenset[str] = frozenset()


class Inquiry:
    """Runs that differ only in seed and fold and do not learn; the first has the cause to look into.

    Seeds from `fresh` on belong to no run, `rules` are those by which runs were judged, `learning` is what makes other
    runs learn.
    """

    def __init__(
        self,
        runs: Sequence[Judged],
        trials: Trials,
        fresh: int,
        rules: Rules,
        learning: Learning | None = None,
    ) -> None:
        self.runs, self._trials, self.rules, self._learning = list(runs), trials, rules, learning or {}
        asked = {rule.code: rule.asked for rule in rules}
        self._is_strict = asked.get(self.lead.diagnosis.code) == "missing"
        self._repeats = Repeats(self.runs, trials)
        self._fresh = FreshSeeds(fresh, self._repeats, trials, self.lead.reference, self._learns)
        self._candidates: list[tuple[Candidate, Runs]] = []
        self._skipped: list[Experiment] = []
        if self._repeats.why_not:
            self._skipped.append(Experiment((), why_not=self._repeats.why_not))
        else:
            beside = list(dict.fromkeys(one.diagnosis.cause for one in self.runs))
            said, subject = self.lead.diagnosis, subject_of(self.lead)
            listed = candidates_of(said, subject, beside, rules, self._learning)
            self._candidates = self._fitting(listed, ROOM, self._fresh.planned)

    @property
    def lead(self) -> Judged:
        """The run whose cause is looked into."""
        return self.runs[0]

    @property
    def planned(self) -> Runs:
        """The runs of the first round; none if no fix can be trained."""
        return [*self._fresh.planned, *_runs_of(*self._candidates)] if self._candidates else []

    @property
    def stacks_left(self) -> int:
        """How many stacked trainings the setting may still use."""
        return self._trials.left

    def _fitting(self, candidates: Iterable[Candidate], room: int, besides: Runs) -> list[tuple[Candidate, Runs]]:
        """Candidates with the own runs that have their fix, as many as need no more stacks; the others are skipped."""
        found: list[tuple[Candidate, Runs]] = []
        for candidate in candidates:
            if is_of_seeds(candidate.fix):
                found += [(candidate, [])] if self._fresh.planned else []
                continue
            runs = self._repeats.having(candidate.fix)
            if isinstance(runs, str):
                self._skipped.append(Experiment(candidate.fix, why_not=runs))
            elif stacks_of([*besides, *_runs_of(*found), *runs]) > room:
                self._skipped.append(Experiment(candidate.fix, why_not=SPENT))
            elif runs:
                found.append((candidate, runs))
        return found

    def answer(self, helpful: Sequence[Candidate] = ()) -> Answer:
        """Train what is needed and return the result; `helpful` fixes were confirmed for other settings."""
        if not self.planned:
            return Answer(tuple(self._skipped))
        on_own = self._first_round()
        on_own += self._with_second_cause(on_own)
        is_proved = self.lead.diagnosis.certainty == "proved"
        if not is_proved and not any(one.experiment.has_helped for one in on_own):
            others = others_of([one.candidate for one in on_own], helpful, subject_of(self.lead), self.rules)
            on_own += self._trained(self._fitting(others, ROOM + self._trials.left - MOST_STACKS, []))
        if self._fresh.as_they_are:
            some_learn = len(self._fresh.learning) > 1  # one of twenty may be luck
            named = narrow_named(some_learn and not no_trap(subject_of(self.lead), self.lead.diagnosis), self.rules)
            on_own = [replace(one, candidate=named(one.candidate)) for one in on_own]
        return self._on_fresh_seeds(on_own)

    def _on_fresh_seeds(self, on_own: Sequence[Tried]) -> Answer:
        """What comes of fixes that have helped, on fresh seeds, until one is confirmed.

        Where other seeds are, more units are tried as well: with them no seed need be looked for.
        """
        mine, helped = self.lead.diagnosis.cause, [one.candidate for one in on_own if one.experiment.has_helped]
        tried, refuted = [*(one.experiment for one in on_own), *self._skipped], list[Candidate]()
        confirmed, still_open = list[Candidate](), list[Candidate]()
        for candidate in ranked(on_own, mine)[:MOST_FIXES]:
            is_done = bool(confirmed) and not is_of_seeds(confirmed[0].fix)
            if is_done or (confirmed and candidate.cause != confirmed[0].cause):
                break
            if is_of_seeds(candidate.fix):
                confirmed.append(candidate)
            elif not still_open or still_open[0].cause != mine:
                found, afters = self._fresh.having(candidate.fix)
                tried.append(found)
                is_open = bool(found.why_not) or helps_some(found)
                if found.has_helped:
                    confirmed.append(candidate)
                elif is_open:
                    still_open.append(candidate)
                else:
                    refuted.append(candidate)
                if candidate in still_open and candidate.cause == mine:
                    more, better = self._with_second_on_fresh(candidate, afters)
                    tried, confirmed = tried + more, confirmed + better
        known = {one.candidate.cause for one in on_own if not one.experiment.why_not}
        failed = known - {one.cause for one in helped if one not in refuted}
        best = next(iter((*confirmed, *still_open)), None)
        return Answer(tuple(tried), best, bool(confirmed), frozenset(failed))

    def _first_round(self) -> list[Tried]:
        """Every candidate on the run's own seeds, and the run as it is on fresh ones."""
        trained, n_fresh = self._trials.train(self.planned, self.lead.reference), len(self._fresh.planned)
        self._fresh.as_they_are = trained[:n_fresh]
        return self._with(self._candidates, trained[n_fresh:])

    def _trained(self, chosen: Sequence[tuple[Candidate, Runs]]) -> list[Tried]:
        return self._with(chosen, self._trials.train(_runs_of(*chosen), self.lead.reference))

    def _with(self, chosen: Sequence[tuple[Candidate, Runs]], trained: Sequence[Trial]) -> list[Tried]:
        """Candidates with what came out of their runs, one after the other."""
        own, rest, found = self._repeats.as_they_are(), iter(trained), list[Tried]()
        fresh, mine = self._fresh, self.lead.diagnosis.cause
        for candidate, runs in chosen:
            if is_of_seeds(candidate.fix):
                is_named = candidate.cause == mine
                found.append(of_other_seeds(candidate, own, fresh.as_they_are, fresh.learning, is_named))
            else:
                found.append(Tried.of(candidate, own, [next(rest) for _ in runs]))
        return found

    def _with_second_cause(self, on_own: Sequence[Tried]) -> list[Tried]:
        """Where no fix of the named cause makes the run learn: with that of what is then the cause, and that alone.

        Where that is not known, without what holds weights back.
        """
        said = self.lead.diagnosis
        of_cause = [one for one in on_own if one.candidate.cause == said.cause or not said.cause]
        mine = [one for one in of_cause if not is_of_seeds(one.candidate.fix)]
        first = max(mine, key=lambda one: one.middle.score, default=None) if not said.cause else next(iter(mine), None)
        if first is None or first.middle.subject is None or any(self._learns(one.middle) for one in mine):
            return []
        chosen: list[tuple[Candidate, Runs]] = []
        known = {one.candidate.fix for one in on_own}
        for one in self._then(first.candidate, first.middle.subject):
            both = _together(first.candidate, one)
            for candidate in [both] if one.fix in known or said.certainty == "proved" else [both, one]:
                runs = [] if is_of_seeds(one.fix) else self._repeats.having(candidate.fix)
                if runs and not isinstance(runs, str) and stacks_of(_runs_of(*chosen, (candidate, runs))) <= SECOND:
                    chosen.append((candidate, runs))
        return self._trained(chosen)

    def _with_second_on_fresh(
        self, first: Candidate, afters: Sequence[Trial]
    ) -> tuple[list[Experiment], list[Candidate]]:
        """Where a fix makes some fresh seeds learn, and too few: with that of what is then the cause of the others.

        What was tried, and what that confirms: both together, or the second alone where that is enough. Where it could
        not be tried alone nothing is, as it might be.
        """
        short = [one for one in afters if one.subject is not None and not self._learns(one)]
        if first.second or not short or (subject := middle(short).subject) is None:
            return [], []
        named = narrow_named(len(afters) - len(short) > 1, self.rules)
        second = next((one for one in self._then(first, subject) if not is_of_seeds(one.fix)), None)
        if second is None:
            return [], []
        both, alone = named(_together(first, second)), named(second)
        found, _ = self._fresh.having(both.fix)
        if not found.has_helped:
            return [found], []
        found_alone, _ = self._fresh.having(alone.fix)
        confirmed = [] if found_alone.why_not else [alone] if found_alone.has_helped else [both]
        return [found, found_alone], confirmed

    def _then(self, first: Candidate, subject: Subject) -> list[Candidate]:
        """Fixes of another cause, which a run has that has the first fix; without a known one, going without what
        holds weights back.
        """
        with ONE_BLAS_THREAD:
            second = judge(subject, self.rules)
        if second.cause == first.cause:
            return []
        return fixes_of(second, subject) or penalties_of(subject, self.rules)

    def _learns(self, trial: Trial) -> bool:
        """As the run is judged: where its cause shows on other samples alone, training well is no excuse."""
        if (one := trial.subject) is None:
            return False
        return reaches(one.reference, one.scores) if self._is_strict else does_well(one, self.rules)


def _together(first: Candidate, second: Candidate) -> Candidate:
    return replace(first, fix=with_fix(first.fix, second.fix), second=second.cause)


def _runs_of(*chosen: tuple[Candidate, Runs]) -> Runs:
    return [run for _, runs in chosen for run in runs]
