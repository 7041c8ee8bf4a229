"""Diagnoses for programs: JSON in a versioned format."""

import math
from collections.abc import Sequence
from typing import Any

from runner.diagnosis.before import Foreseen
from runner.diagnosis.causes import Cause, causes_of, failures_of
from runner.diagnosis.judged import Judged, Unjudged
from runner.diagnosis.ranges import ranges_of
from runner.diagnosis.sentences import where
from runner.diagnosis.verdicts import shortfall
from runner.runs.diagnosis import Evidence, Experiment

VERSION = 1


def document(found: Sequence[Judged | Unjudged]) -> dict[str, Any]:
    """All judged runs, and how many were not judged, for JSON: `version`, `runs`, `causes`, `not_judged`.

    Empty fields are null. `experiment` is the one that confirmed the fix, or the last one; `tried` are all of them,
    including fixes that could not be trained.
    """
    left = [one.why for one in found if isinstance(one, Unjudged)]
    runs = [_run(one) for one in found if isinstance(one, Judged)]
    failures = failures_of(found)
    return {
        "version": VERSION,
        "runs": runs,
        "causes": [_cause(one) | {"groups": _groups(one), "healthy": _ranges(one, found)} for one in causes_of(found)],
        "failures": _cause(failures) if failures else None,
        "not_judged": {why: left.count(why) for why in dict.fromkeys(left)},
    }


def document_ahead(found: Foreseen) -> dict[str, Any]:
    """What is foreseen before training, for JSON: `version`, `runs`, `looked_at`, `foreseen`."""
    signs = [
        {
            "kind": "note" if one.is_note else "warning",
            "code": one.rule.code,
            "cause": one.rule.cause,
            "certainty": one.rule.certainty,
            "run_keys": [run.key for run in one.runs],
            "evidence": [_evidence(each) for each in one.evidence],
            "fix": list(one.fix),
        }
        for one in found.signs
    ]
    looked_at = len(found.looked_at.runs)
    return {"version": VERSION, "runs": len(found.plan.runs), "looked_at": looked_at, "foreseen": signs}


def _run(one: Judged) -> dict[str, Any]:
    said = one.diagnosis
    return {
        "index": one.result.index,
        "run_key": one.result.key,
        "verdict": said.verdict,
        "shortfall": shortfall(one) or None,
        "code": said.code or None,
        "cause": said.cause or None,
        "second_cause": said.second or None,
        "certainty": said.certainty or None,
        "layer": said.layer,
        "step": said.step,
        "score": _finite(one.scores.tested),
        "allowed": _finite(one.allowed) if one.reference.is_known else None,
        "evidence": [_evidence(each) for each in said.evidence],
        "symptoms": [_evidence(each) for each in said.symptoms],
        "fix": list(said.fix),
        "experiment": _experiment(said.experiment) if said.experiment else None,
        "tried": [_experiment(each) for each in said.tried],
    }


def _experiment(one: Experiment) -> dict[str, Any]:
    """`helped` counts the seeds that the fix has helped, and `has_helped` says whether they are enough."""
    return {
        "overrides": list(one.overrides),
        "seeds": list(one.seeds),
        "metric": one.metric or None,
        "before": one.before,
        "after": one.after,
        "helped": one.helped,
        "has_helped": one.has_helped,
        "fresh": one.is_fresh,
        "learn_without": one.learn,
        "why_not": one.why_not or None,
        "reach": one.reach or None,
    }


def _cause(one: Cause) -> dict[str, Any]:
    """`inside` and `outside` are how many of how many runs have the cause, those that learn beside them."""
    said = {(run.diagnosis.code or None, run.diagnosis.cause or None) for run in one.runs}
    code, cause = said.pop() if len(said) == 1 else (None, None)
    return {
        "code": code,
        "cause": cause,
        "indices": [run.result.index for run in one.runs],
        "rule": one.factor.rule if one.factor else None,
        "inside": one.factor.inside if one.factor else None,
        "outside": one.factor.outside if one.factor else None,
        "left_out": one.left_out,
        "p": one.factor.p if one.factor else None,
        "draw": one.draw or None,
    }


def _groups(one: Cause) -> list[dict[str, Any]]:
    """The runs of a cause of which the same is said together, with the fix of the first of them."""
    groups: dict[str, list[Judged]] = {}
    for run in one.runs:
        groups.setdefault(run.diagnosis.certainty, []).append(run)
    return [
        {
            "certainty": certainty or None,
            "indices": [run.result.index for run in some],
            "fix": list(some[0].diagnosis.fix),
        }
        for certainty, some in groups.items()
    ]


def _ranges(one: Cause, found: Sequence[Judged | Unjudged]) -> list[dict[str, Any]]:
    """What the evidence of the first run is in healthy runs: 5th and 95th percentile, where it can be measured."""
    ranges = ranges_of(one.runs[0], found)
    return [
        {"signal": each.signal, "layer": each.layer, "low": beside.low, "high": beside.high, "runs": beside.runs}
        for each, beside in ranges.items()
    ]


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "signal": one.signal,
        "value": _finite(one.value),
        "threshold": _finite(one.threshold) if one.is_beyond else None,
        "side": one.side if one.is_beyond else None,
        "where": where(one) or None,
    }


def _finite(value: float | str | None) -> float | str | None:
    """A value that JSON can hold; what is infinite or no number as a word."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
