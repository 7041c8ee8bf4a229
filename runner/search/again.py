"""The rest of a search, or of confirming a sweep, whose plan and results are on disk."""

from hydra.core.override_parser.overrides_parser import OverridesParser

from runner.base.errors import UserError
from runner.conduct.batches import Batches
from runner.conduct.resumption import Resumption
from runner.findings.findings import Findings
from runner.runs.overrides import swept_keys
from runner.runs.role import parted
from runner.runs.search_settings import ConfirmSettings
from runner.search.courses import budget_of, confirming, default_of
from runner.search.plans import Compose, has_default, plans_of, same_as_before, search_plans
from runner.search.racing import Course, rehearsed
from runner.search.space import Space


def is_planned_as_it_goes(found: Resumption) -> bool:
    """Whether more runs may follow those in the plan."""
    return bool(found.file.about.space) or bool(parted(found.runs)[1])


def left_of(found: Resumption, compose: Compose) -> Batches:
    """The batches of a sweep that `is_planned_as_it_goes`, beginning with those in its plan.

    Raises UserError if they would differ from those in the plan.
    """
    settings, space = found.sweep.settings, found.file.about.space
    _, fresh = parted(found.runs)
    if settings.search is None or (fresh and not budget_of(settings.search).confirms):
        return confirmation_of(found, compose)
    parsed = OverridesParser.create().parse_overrides(list(space))
    plans = search_plans(settings.search, Space.of(parsed, settings.search.digits), compose, settings)
    return Batches(same_as_before(plans, found.runs), settings.search.runs)


def confirmation_of(found: Resumption, compose: Compose) -> Batches:
    """Fresh seeds for the best settings of a finished sweep. Raises UserError if it has only one setting."""
    settings, sweep = found.sweep.settings, findings_of(found)
    confirm = settings.search.confirm if settings.search else ConfirmSettings()
    if len(sweep.settings) < 2:
        raise UserError("this sweep has one setting, so there is nothing to choose; more seeds measure how good it is")
    if not any(one.has_finished for one in sweep.results):
        raise UserError("no run of this sweep finished, so no setting is the best")
    defaults = [has_default(compose, (*default_of(part), "seed=0"), settings) for part in sweep.parts]

    def course() -> Course:
        return confirming(sweep, confirm, settings.over_seeds, defaults)

    searched, _ = parted(found.runs)
    plans = plans_of(course(), compose, lambda one: (*one.setting, *one.replicate), searched, settings)
    return Batches(same_as_before(plans, found.runs), len(searched) + len(rehearsed(course())))


def findings_of(found: Resumption) -> Findings:
    """The findings of a sweep on disk so far."""
    searched, fresh = parted(found.kept.values())
    keys, over = swept_keys([one.overrides for one in searched]), found.sweep.settings.over_seeds
    return Findings(found.sweep.about, searched, {}, "", keys, {}, fresh=fresh, over_seeds=over)
