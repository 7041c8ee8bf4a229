"""Bugs in code: a wrong gradient, and faults of other steps of training."""

from collections.abc import Sequence
from functools import lru_cache

from runner.diagnosis.probes import CLEARLY, distance, wrong_arrays
from runner.diagnosis.rules.rule import Asked, Rule
from runner.diagnosis.subject import Subject
from runner.plan.fault_checks import places_of
from runner.runs.diagnosis import Evidence, Overrides


@lru_cache(maxsize=8)
def _wrong(subject: Subject) -> list[Evidence]:
    return [
        Evidence(
            f"relative error of the gradient of {row.name}, {row.verdict.words}",
            distance(row),
            CLEARLY,
            layer=int(row.name[1:]),
        )
        for row in wrong_arrays(subject)
    ]


def _faults_of(place: str, subject: Subject) -> list[str]:
    phase = subject.phase
    return [fault for fault in subject.spec.fault if place in places_of(fault, phase.but(fault=(fault,)))]


def _of_place(code: str, cause: str, place: str, asked: Asked = "every") -> Rule:
    """A fault that no gradient shows: the step of training that it changes is compared with the right one."""
    return Rule(
        code,
        cause,
        when=lambda subject: bool(_faults_of(place, subject)),
        evidence=lambda subject: [
            Evidence(f"planned mistake in the {place}", f"fault={one}") for one in _faults_of(place, subject)
        ],
        fixes=_without_faults,
        proves=True,
        asked=asked,
        spares=True,
        before=True,
    )


def _without_faults(subject: Subject) -> Sequence[Overrides]:
    return [("fault=none",)] if subject.spec.fault else []


WRONG_GRADIENT = Rule(
    "D101",
    "wrong_gradient",
    when=lambda subject: bool(_wrong(subject)),
    evidence=_wrong,
    fixes=_without_faults,
    proves=True,
    asked="every",
    spares=True,
    before=True,
)
WRONG_UPDATE = _of_place("D102", "wrong_update", "update")
WRONG_PAIRS = _of_place("D103", "wrong_pairs", "batch")
WRONG_COST = _of_place("D104", "mixed_units", "cost", asked="learning")  # no weight is another one for it
