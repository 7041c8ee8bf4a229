"""The diagnosis at the end of a sweep: as many runs as a small share of its time allows, the most informative first."""

import json
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

from runner.diagnosis.causes import causes_of, failures_of, kind_of
from runner.diagnosis.document import document
from runner.diagnosis.judged import Bench, Judged, Unjudged, samples_of
from runner.diagnosis.reference import MOST_ROWS
from runner.diagnosis.sentences import advice_of, evidence_text, headline, page_of, verdict_of
from runner.diagnosis.subject import Neighbour
from runner.diagnosis.tried import tried_lines
from runner.diagnosis.verdicts import WORSE, reached
from runner.findings.numbers.scores import by_setting
from runner.runs.account import Account, Cause
from runner.runs.commands import Command
from runner.runs.diagnosis import Diagnosis
from runner.runs.overrides import settings_in
from runner.runs.result import RunResult

MOST_DATA, MOST_SETTINGS, MOST_OF_SETTING, MOST_SEEDS = 5, 20, 3, 20
REFERENCE, SCORE = 1e-9, 1e-3  # seconds: times the cube of the rows, 0.7 for 940 of them; of a run
DRAWN = {"seed", "split_seed", "fold"}
NOTHING_WRONG = Diagnosis("healthy")


@dataclass(frozen=True)
class Look:
    """What was seen of `trained` runs: those that do as well as their data allow (`learn`), and those that do worse
    and were `judged`, or are `left`. Of `asked` ones that learn it is known whether something is wrong all the same.
    Of those that are `unjudged` nothing can be said.
    """

    trained: int
    learn: list[Judged]
    judged: list[Judged]
    left: list[Judged]
    asked: int = 0
    unjudged: tuple[Unjudged, ...] = ()

    @property
    def flawed(self) -> list[Judged]:
        """Runs that learn but have a problem."""
        return [one for one in self.learn if one.diagnosis != NOTHING_WRONG]

    @property
    def healthy(self) -> list[Judged]:
        """The other runs that learn."""
        return [one for one in self.learn if one.diagnosis == NOTHING_WRONG]

    @property
    def is_whole(self) -> bool:
        """Whether rules were checked for every run that was compared with what its data allow."""
        return not self.left and self.asked == len(self.learn)


def look(results: Sequence[RunResult], keys: Sequence[str], seconds: float) -> Look:
    """Diagnose the runs of a sweep that differ in `keys`, within this much processor time.

    Runs are compared with what their data allow on at most five draws of the data, at most three of a data set. Of each
    of twenty settings, three runs are judged: first those that do worse, then the others. A single run is always
    judged.
    """
    end = time.process_time() + seconds
    trained = [one for one in results if one.network is not None and one.data is not None]
    chosen = [one for some in _samples(trained, end) for one in some]
    bench = Bench(chosen)
    learn = [place for place in bench.scores if bench.learns(place)]
    miss = sorted(bench.scores.keys() - set(learn))
    groups = by_setting(trained, settings_in(keys)).values()
    beside = {one.index: seeds for some in groups for seeds in [_Seeds(some)] for one in some}
    judged, unjudged = dict[int, Judged](), bench.unjudged
    doubtful = sorted(learn, key=lambda place: _doubt(bench, place, chosen[place]), reverse=True)
    for place in [*_in_turn(chosen, miss, keys), *_in_turn(chosen, doubtful, keys)]:
        if time.process_time() > end and len(results) > 1:
            break
        one = bench.judge(place, neighbours=beside[chosen[place].index].but(chosen[place]))
        if isinstance(one, Judged):
            judged[place] = one
            if place in miss and one.diagnosis.verdict == "healthy":  # a mistake is why, which spares it
                miss.remove(place)
                learn.append(place)
        else:
            unjudged.append(one)
            (learn if place in learn else miss).remove(place)
    return Look(
        len(trained),
        _in_order(judged.get(place) or bench.unasked(place, "healthy") for place in learn),
        _in_order(judged[place] for place in miss if place in judged),
        _in_order(bench.unasked(place, "unknown") for place in miss if place not in judged),
        len(judged.keys() & set(learn)),
        tuple(unjudged),
    )


def _doubt(bench: Bench, place: int, one: RunResult) -> tuple[bool, float]:
    """How likely it is that something is wrong with a run that learns: a planned mistake, then how much it does worse
    than on its training samples.
    """
    lost = bench.scores[place].trained - bench.scores[place].tested
    return bool(one.spec.fault), math.inf if math.isnan(lost) else lost


def _in_order(some: Iterable[Judged]) -> list[Judged]:
    return sorted(some, key=lambda one: one.result.index)


def _samples(results: Sequence[RunResult], end: float) -> Iterator[list[RunResult]]:
    """The runs on each of the samples that are looked at, as far as there is time to know what these allow.

    Of every data set those with the most runs, then the first ones: what is said of some runs is said of all, so they
    must not be the worst ones.
    """
    groups: dict[str, list[RunResult]] = {}
    for one in results:
        groups.setdefault(_content_of(one), []).append(one)
    ranked: dict[str, list[list[RunResult]]] = {}
    for some in sorted(groups.values(), key=lambda some: -len(some)):
        ranked.setdefault(some[0].spec.data.model_dump_json(exclude=DRAWN), []).append(some)
    of_each = zip_longest(*(some[:MOST_OF_SETTING] for some in ranked.values()))
    turns = [some for turn in of_each for some in turn if some is not None]
    left = end - time.process_time()
    for some in turns[:MOST_DATA]:
        assert some[0].data is not None
        left -= REFERENCE * min(some[0].data.n_samples[0], MOST_ROWS) ** 3
        if left < 0 and len(results) > 1:
            return
        yield some[:: max(1, math.ceil(len(some) * SCORE / left))] if len(results) > 1 else some
        left -= len(some) * SCORE


def _content_of(one: RunResult) -> str:
    """What is the same for runs on the same samples; without test samples no seed decides which these are."""
    assert one.data is not None
    if one.data.n_samples[1] or one.data.n_validation:
        return samples_of(one.spec)
    return one.data.digest + one.spec.data.model_dump_json(exclude=DRAWN)


class _Seeds:
    """The runs of a setting, each with its score; few rules ask for them, so they are found when one does."""

    def __init__(self, runs: Sequence[RunResult]) -> None:
        self._runs = runs

    @cached_property
    def _found(self) -> dict[int, Neighbour]:
        some = self._runs[:MOST_SEEDS]
        return {some[place].index: one for place, one in Bench(some).neighbours.items()}

    def but(self, one: RunResult) -> Iterator[Neighbour]:
        """All but this one, which are its neighbours."""
        yield from (other for index, other in self._found.items() if index != one.index)


def _in_turn(results: Sequence[RunResult], places: Sequence[int], keys: Sequence[str]) -> list[int]:
    """The places of the runs to judge, in the order of these: one of every setting, then a second, then a third."""
    groups = by_setting([results[place] for place in places], settings_in(keys)).items()
    setting_of = {one.index: setting for setting, some in groups for one in some}
    settings: dict[tuple[str, ...], list[int]] = {}
    for place in places:
        settings.setdefault(setting_of[results[place].index], []).append(place)
    turns = zip_longest(*(some[:MOST_OF_SETTING] for some in list(settings.values())[:MOST_SETTINGS]))
    return [place for turn in turns for place in turn if place is not None]


def account(seen: Look, command: Command, rest: str) -> Account:
    """What is printed about runs; `command` trains one with other settings, and `rest` judges all of them.

    Which settings have a cause is only reported if no run is left to judge, because some runs of a setting would be too
    few. All runs that do worse than their data allow are known, so their settings are always reported.
    """
    where = {one.kind: one.words for one in causes_of([*seen.judged, *seen.learn])} if seen.is_whole else {}
    ill = _ranked(seen.judged)
    causes, flaws = (
        tuple(_cause(group, where.get(kind_of(group[0]), ""), command, seen.trained == 1) for group in groups)
        for groups in (ill, _ranked(seen.flawed))
    )
    as_good = [replace(one, diagnosis=NOTHING_WRONG) for one in seen.learn]
    whole = failures_of([*seen.judged, *seen.left, *as_good])
    settings = whole.words if whole and whole.factor and (seen.left or len(causes) > 1) else ""
    healthy = _nearest(ill[0][0].result, [one.result for one in seen.healthy]) if ill else None
    missed = len(seen.judged) + len(seen.left)
    return Account(
        seen.trained, missed + len(seen.learn), missed, len(seen.judged), settings, causes, healthy, rest,
        seen.asked, flaws, tuple(one.result.index for one in seen.left),
    )  # fmt: skip


def _ranked(some: Sequence[Judged]) -> list[list[Judged]]:
    """Runs of which the same is said together, those of most runs first."""
    groups: dict[tuple[tuple[str, str], str], list[Judged]] = {}
    for one in some:
        groups.setdefault((kind_of(one), one.diagnosis.certainty), []).append(one)
    return sorted(groups.values(), key=lambda group: -len(group))


def file_of(seen: Look, said: Account) -> bytes:
    """The document of the runs of which something is said, and what is said of them all, as JSON.

    Of most runs that learn the score alone was looked at, so no verdict of them is kept.
    """
    known = [*seen.judged, *(seen.learn if seen.is_whole else seen.flawed)]
    whole = document(known) | {"account": said.plain()}
    named = {one.result.index for one in (*seen.judged, *seen.flawed)}
    whole["runs"] = [one for one in whole["runs"] if one["index"] in named]
    return (json.dumps(whole, indent=1, allow_nan=False) + "\n").encode()


def _cause(group: Sequence[Judged], where: str, command: Command, is_alone: bool) -> Cause:
    """Numbers are those of the first run."""
    first = group[0]
    return Cause(
        runs=tuple(one.result.index for one in group),
        text=headline(first) if is_alone and first.diagnosis.verdict != "healthy" else verdict_of(group, after=WORSE),
        settings=where,
        evidence=tuple(evidence_text(each) for each in first.diagnosis.evidence),
        reached="" if math.isnan(first.scores.tested) else reached(first),
        tried=tuple(f"{label}: {text}" if label else text for label, text in tried_lines(group)),
        to_try=tuple(command(first.result, fix) for fix in first.diagnosis.fixes[:1]),
        page=page_of(first),
        to_do=advice_of(first),
        steps=tuple(one.diagnosis.step for one in group),
    )


def _nearest(one: RunResult, others: Sequence[RunResult]) -> int | None:
    """The index of the run on the same data, if there is one, that has most settings in common; None without any."""

    def distance(other: RunResult) -> tuple[bool, int, int]:
        return other.spec.data != one.spec.data, len({*one.overrides} ^ {*other.overrides}), other.index

    nearest = min(others, key=distance, default=None)
    return None if nearest is None else nearest.index
