"""The part `diagnosis` of the document that `--json` writes, which is also `diagnosis.json` of a sweep in MLflow."""

from typing import Any

from runner.runs.documents.parts import Part, told

Value = float | str | None  # a word where JSON has no number: `inf`, `nan`


class Evidence(Part):
    """What was measured."""

    signal: str = told("what")
    value: Value = told("how much")
    threshold: Value = told("beyond which it counts; null where that is not known")
    side: str | None = told("on which side of it")
    where: str | None = told("layer and step")


class Experiment(Part):
    """A fix that was trained."""

    overrides: list[str] = told("the fix")
    seeds: list[int] = told("on these seeds")
    metric: str | None = told("of `before` and `after`")
    before: Value = told("without it")
    after: Value = told("with it")
    helped: int = told("how many seeds it has helped")
    has_helped: bool = told("whether these are enough: the fix is confirmed")
    fresh: bool = told("whether the seeds are fresh")
    learn_without: int | None = told("how many learn without it")
    why_not: str | None = told("why it could not be trained")
    reach: str | None = told("how far it gets")


class Judged(Part):
    """A run that was judged."""

    index: int = told("its number in the sweep")
    run_key: str = told("its run key")
    verdict: str = told("`healthy`, `ill`, or `unknown` without a known cause")
    shortfall: str | None = told("how it does worse than the data allow")
    code: str | None = told("of the cause, a section of [diagnoses.md](diagnoses.md)")
    cause: str | None = told("the cause")
    second_cause: str | None = told("another one that was found as well")
    certainty: str | None = told("how sure it is")
    layer: int | None = told("where it shows")
    step: int | None = told("when it shows")
    score: Value = told("of the run")
    allowed: Value = told("what the data allow; null where that is not known")
    evidence: list[Evidence] = told("what it rests on")
    symptoms: list[Evidence] = told("what else is wrong")
    fix: list[str] = told("overrides to try")
    experiment: Experiment | None = told("the one that has confirmed the fix, or the last one that was trained")
    tried: list[Experiment] = told("all of them, and fixes that could not be trained")


class Group(Part):
    """Runs of a cause of which the same is said."""

    certainty: str | None = told("how sure it is")
    indices: list[int] = told("the runs")
    fix: list[str] = told("overrides to try")


class Healthy(Part):
    """What a signal is in runs that learn."""

    signal: str = told("the signal")
    layer: int | None = told("of this layer")
    low: Value = told("5th percentile")
    high: Value = told("95th percentile")
    runs: int = told("how many runs these are of")


class Failures(Part):
    """Runs that have a cause in common."""

    code: str | None = told("null where they have several")
    cause: str | None = told("null where they have several")
    indices: list[int] = told("the runs")
    rule: str | None = told("which settings explain it")
    inside: tuple[int, int] | None = told("how many of how many runs with these settings have it")
    outside: tuple[int, int] | None = told("how many of how many others")
    left_out: int = told("runs that say nothing of it")
    p: float | None = told("of a test that chance explains it")
    draw: str | None = told("whether it depends on the seed")


class Causes(Failures):
    """A cause of runs."""

    groups: list[Group] = told("its runs by certainty")
    healthy: list[Healthy] = told("what the evidence is in runs that learn")


class Diagnosis(Part):
    """Why runs do not learn."""

    version: int = told("of this part")
    runs: list[Judged] = told("the runs that were judged")
    causes: list[Causes] = told("the same by cause")
    failures: Failures | None = told("what all runs that do not learn have in common")
    not_judged: dict[str, int] = told("how many runs were not judged, and why")
    account: dict[str, Any] | None = told("at the end of a sweep: what was said of it", default=None)


class Sign(Part):
    """What shows before training."""

    kind: str = told("`note` or `warning`")
    code: str = told("a section of [diagnoses.md](diagnoses.md)")
    cause: str = told("the cause")
    certainty: str = told("how sure it is")
    run_keys: list[str] = told("the runs that it is about")
    evidence: list[Evidence] = told("what it rests on")
    fix: list[str] = told("overrides to try")


class Foreseen(Part):
    """What shows before training."""

    version: int = told("of this part")
    runs: int = told("how many are planned")
    looked_at: int = told("how many of them were looked at")
    foreseen: list[Sign] = told("what shows")
