"""The runs of a search as plans, batch by batch: requested by the race, composed, validated and given run keys."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from runner.base.errors import UserError
from runner.base.generators import following
from runner.conduct.batches import Plans
from runner.findings.numbers.usable import loss_of
from runner.plan.jobs import Job, Refused
from runner.plan.plan import Plan, make_plan
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.search_settings import SearchSettings
from runner.runs.settings import Settings
from runner.search.courses import course_of
from runner.search.racing import Course, Trial
from runner.search.space import Space

Compose = Callable[[Sequence[str]], Job | Refused]


def plans_of(
    course: Course,
    compose: Compose,
    overrides: Callable[[Trial], Sequence[str]],
    earlier: Sequence[PlannedRun] = (),
    settings: Settings | None = None,
) -> Plans:
    """A plan for each batch of a course; `overrides` maps a trial to its overrides.

    `earlier` are the sweep's previous runs, `settings` those that it began with; None if it begins here. If a batch
    requests a run that is already planned, that run is used. Raises UserError for a run that cannot be trained.
    """
    planned, worst, trials = list(earlier), 0.0, following(course)
    while trials is not None:
        plan = _plan(trials, compose, overrides, planned, settings)
        settings = plan.settings
        planned += plan.runs
        results = yield plan
        if all(one.outcome is Outcome.FAILED for one in results):
            return  # more of them would fail as well
        losses = [loss_of(one) for one in results]
        worst = max([worst, *(one for one in losses if not math.isnan(one))])
        trials = following(course, [worst if math.isnan(one) else one for one in losses])


def _plan(
    trials: Sequence[Trial],
    compose: Compose,
    overrides: Callable[[Trial], Sequence[str]],
    planned: Sequence[PlannedRun],
    settings: Settings | None,
) -> Plan:
    jobs = [compose(overrides(one)) for one in trials]
    plan = make_plan(jobs, planned, settings=settings, are_settled=settings is not None)
    wanted = dict(zip(reversed(plan.of_jobs), reversed(trials), strict=True))  # of equal ones the first
    runs = [replace(run, role=wanted[run.index].role, rung=wanted[run.index].rung) for run in plan.runs]
    return replace(plan, runs=runs)


def search_plans(settings: SearchSettings, space: Space, compose: Compose, known: Settings | None = None) -> Plans:
    """The plans of a search; the sweep began with the settings `known`, None if it begins here."""
    course = course_of(settings, space, has_default(compose, space.overrides((), space.replicates[0]), known))
    return plans_of(course, compose, lambda one: space.overrides(one.setting, one.replicate), settings=known)


def has_default(compose: Compose, overrides: Sequence[str], known: Settings | None = None) -> bool:
    """Whether a run can be trained without the keys that differ between settings: a table has no default file."""
    try:
        make_plan([compose(overrides)], settings=known, are_settled=known is not None)
    except UserError:
        return False
    return True


def same_as_before(plans: Plans, stored: Sequence[PlannedRun]) -> Plans:
    """The same plans, compared with a plan on disk: a resumed search must propose the same runs.

    Raises UserError if it does not.
    """
    known, plan = {run.index: run.key for run in stored}, following(plans)
    while plan is not None:
        if any(known.get(run.index, run.key) != run.key for run in plan.runs):
            raise UserError(
                "this sweep cannot be resumed: other runs would now follow than those in its plan, so its code, its "
                "data or the version of Optuna has changed; finished runs are kept"
            )
        plan = following(plans, (yield plan))
