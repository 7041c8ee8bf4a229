"""The part `diagnosis` of the document that `--json` writes; also `diagnosis.json` of a sweep in MLflow."""

from typing import Any

from runner.runs.documents.parts import Part, told

Value = float | str | None  # a word where JSON has no number: `inf`, `nan`


class Evidence(Part):
    """One measurement."""

    signal: str = told("what was measured")
    value: Value = told("its value")
    threshold: Value = told("the threshold; null if unknown")
    side: str | None = told("on which side of the threshold it lies")
    where: str | None = told("layer and step")


class Experiment(Part):
    """A fix that was trained."""

    overrides: list[str] = told("the fix")
    seeds: list[int] = told("the seeds it was trained on")
    metric: str | None = told("the metric of `before` and `after`")
    before: Value = told("the metric without the fix")
    after: Value = told("the metric with the fix")
    helped: int = told("on how many seeds the fix helped")
    has_helped: bool = told("whether these are enough to confirm the fix")
    fresh: bool = told("whether the seeds are fresh")
    learn_without: int | None = told("how many learn without the fix")
    why_not: str | None = told("why it could not be trained")
    reach: str | None = told("how far it gets")


class Judged(Part):
    """A run that was judged."""

    index: int = told("its index in the sweep")
    run_key: str = told("its run key")
    verdict: str = told("`healthy`, `ill`, or `unknown` if no cause is known")
    shortfall: str | None = told("in which way it does worse than the data allow")
    code: str | None = told("the code of the cause, a section of [diagnoses.md](diagnoses.md)")
    cause: str | None = told("the cause")
    second_cause: str | None = told("a second cause that was found")
    certainty: str | None = told("how certain it is")
    layer: int | None = told("the layer where it shows")
    step: int | None = told("the step when it shows")
    score: Value = told("the score of the run")
    allowed: Value = told("the score that the data allow; null if unknown")
    evidence: list[Evidence] = told("the evidence")
    symptoms: list[Evidence] = told("other findings")
    fix: list[str] = told("overrides to try")
    experiment: Experiment | None = told("the experiment that confirmed the fix, or the last one")
    tried: list[Experiment] = told("all experiments, including fixes that could not be trained")


class Group(Part):
    """Runs of a cause with the same certainty and fix."""

    certainty: str | None = told("how certain it is")
    indices: list[int] = told("the runs")
    fix: list[str] = told("overrides to try")


class Healthy(Part):
    """The range of a signal in runs that learn."""

    signal: str = told("the signal")
    layer: int | None = told("its layer")
    low: Value = told("5th percentile")
    high: Value = told("95th percentile")
    runs: int = told("how many runs this is based on")


class Failures(Part):
    """Runs that share a cause."""

    code: str | None = told("null if they have several")
    cause: str | None = told("null if they have several")
    indices: list[int] = told("the runs")
    rule: str | None = told("which settings explain it")
    inside: tuple[int, int] | None = told("runs with these settings: how many have it, out of how many")
    outside: tuple[int, int] | None = told("all other runs: how many have it, out of how many")
    left_out: int = told("how many runs are left out, because they give no information")
    p: float | None = told("p-value of the test that chance explains it")
    draw: str | None = told("whether it depends on the seed")


class Causes(Failures):
    """A cause, with its runs."""

    groups: list[Group] = told("its runs by certainty")
    healthy: list[Healthy] = told("the same measurements in runs that learn")


class Diagnosis(Part):
    """Why runs do not learn."""

    version: int = told("version of this part")
    runs: list[Judged] = told("the runs that were judged")
    causes: list[Causes] = told("the same runs by cause")
    failures: Failures | None = told("what all runs that do not learn share")
    not_judged: dict[str, int] = told("how many runs were not judged, by reason")
    account: dict[str, Any] | None = told("what the sweep printed at its end", default=None)


class Sign(Part):
    """One warning before training."""

    kind: str = told("`note` or `warning`")
    code: str = told("a section of [diagnoses.md](diagnoses.md)")
    cause: str = told("the cause")
    certainty: str = told("how certain it is")
    run_keys: list[str] = told("the runs it applies to")
    evidence: list[Evidence] = told("the evidence")
    fix: list[str] = told("overrides to try")


class Foreseen(Part):
    """What can be foreseen before training."""

    version: int = told("version of this part")
    runs: int = told("how many runs are planned")
    looked_at: int = told("how many of them were checked")
    foreseen: list[Sign] = told("the notes and warnings")
