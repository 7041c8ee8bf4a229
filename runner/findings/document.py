"""The results of a sweep as the part `sweep` of the document that `--json` writes."""

import math
from collections import Counter
from typing import TYPE_CHECKING

from nn.metrics import METRICS
from runner.base.errors import reason_of
from runner.findings.numbers.baselines import baselines_of
from runner.findings.numbers.confirmed import Confirmed
from runner.findings.numbers.scores import columns_of
from runner.findings.numbers.settings import TAILS, Setting, setting_label
from runner.runs.commands import commands_of
from runner.runs.documents import sweeps as documents
from runner.runs.result import RunResult

if TYPE_CHECKING:
    from runner.findings.findings import Findings


def sweep_of(found: "Findings") -> documents.Sweep:
    """All results of a sweep or a single run."""
    causes = [(one, False) for one in found.account.causes] if found.account else []
    causes += [(one, True) for one in found.account.flaws] if found.account else []
    return documents.Sweep(
        name=found.about.name,
        id=found.about.sweep_id,
        question=found.about.question,
        command=found.about.command,
        keys=found.keys,
        mlflow_id=found.parent_id or found.run_ids.get(0, ""),
        outcomes=dict(Counter(one.outcome.value for one in found.results)),
        answer=[str(one) for one in found.answer],
        on=[_on(part) for part in found.parts],
        runs=[_run(found, one) for one in (*found.results, *found.fresh)],
        causes=[
            documents.Cause(
                runs=list(one.runs), cause=one.text, settings=one.settings, evidence=list(one.evidence),
                tried=list(one.tried), to_try=list(one.to_try), to_do=one.to_do, page=one.page, is_flaw=is_flaw,
            )
            for one, is_flaw in causes
        ],
        verdicts=[
            documents.Verdict(sentence=one.sentence, inequality=one.inequality, holds=one.holds, found=one.found)
            for one in found.verdicts
        ],
    )  # fmt: skip


def best_of_parts(found: "Findings") -> list[documents.Best]:
    """The best run on each data set, if one finished."""
    return [best for part in found.parts if (best := _best(part)) is not None]


def _on(part: "Findings") -> documents.OnData:
    score = next((one.score for one in part.results if one.score), "")
    known = (one.name for one in columns_of(part.results) if any(map(math.isfinite, _means(part, one.name))))
    columns = sorted(known, key=lambda name: (name.endswith("cost"), score not in name.split()))
    return documents.OnData(
        data=part.label,
        score=score,
        better=METRICS.metric(score).better if score else "",
        baselines=[
            documents.Baseline(name=one.name, score=one.score, part=one.part, value=one.value, std=one.spread)
            for one in baselines_of(part.results)
        ],
        settings=[_setting(one, columns) for one in part.settings],
        best=_best(part),
        confirmed=_confirmed(part.confirmed) if part.confirmed else None,
    )


def _means(part: "Findings", name: str) -> list[float]:
    return [float(one.numbers[name]) for one in part.settings]


def _best(part: "Findings") -> documents.Best | None:
    best = part.best_run
    if best is None:
        return None
    return documents.Best(
        data=part.label,
        setting=setting_label(best.overrides, part.keys),
        run=best.index,
        run_id=part.run_ids.get(best.index, ""),
        command=commands_of(part.about.command)(best, ()),
    )


def _setting(one: Setting, columns: list[str]) -> documents.Setting:
    numbers = one.numbers
    ends = {"mean": "", "std": "_std", "median": "_median"} | {name: f"_{name}" for name in TAILS}
    scores = {
        name: documents.Score(**{field: _known(numbers[f"{name}{end}"]) for field, end in ends.items()})
        for name in columns
    }
    return documents.Setting(
        rank=one.rank,
        name=one.label,
        values=one.values,
        runs=len(one.members),
        finished=sum(result.has_finished for result in one.members),
        seeds=[result.spec.seed for result in one.members],
        scores=scores,
        success=_known(numbers["success"]),
        solved=_known(numbers["solved"]),
        no_better_than=numbers["no_better_than"] or None,
    )


def _confirmed(one: Confirmed) -> documents.Confirmed:
    (low, high), pair = one.interval, one.against_default
    return documents.Confirmed(
        setting=one.label,
        score=one.score,
        over=one.over,
        value=_known(one.value),
        low=_known(low),
        high=_known(high),
        seeds=[seed for _, seed in one.fresh],
        searched=_known(one.searched_score),
        default=_known(one.default_value),
        is_default=one.is_default,
        p=_known(pair.p) if pair else None,
        beats_default=one.beats_default,
    )


def _run(found: "Findings", one: RunResult) -> documents.Run:
    return documents.Run(
        index=one.index,
        name=found.name_of(one),
        run_id=found.run_ids.get(one.index, ""),
        run_key=one.key,
        overrides=list(one.overrides),
        data=one.spec.data.name,
        seed=one.spec.seed,
        role=one.role.value,
        outcome=one.outcome.value,
        last_step=one.last_step,
        seconds=_known(one.provenance.seconds),
        finals={name: _known(value) for name, value in sorted(one.finals.items())},
        error=reason_of(one.error) if one.error else None,
    )


def _known(value: float) -> float | None:
    """What JSON can hold."""
    return float(value) if math.isfinite(value) else None
