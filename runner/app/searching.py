"""Between Hydra and searches: what the sweeper calls if `search` is set, and what resumes or previews one."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ValueType
from omegaconf import DictConfig

from runner.app.about import about_search
from runner.app.again import composing_again
from runner.app.compose import Composer, plain
from runner.app.compositions import split_hydra
from runner.app.grids import check_zips
from runner.app.notes import say_notes
from runner.app.setup import run_id
from runner.base import progress
from runner.base.console import count
from runner.base.errors import UserError, refuse
from runner.base.progress import Phase
from runner.base.typed import typed
from runner.conduct import sweep
from runner.conduct.batches import Batches
from runner.conduct.context import SweepContext
from runner.conduct.delivery import Delivery
from runner.plan.plan import make_plan
from runner.runs.role import Role
from runner.runs.search_settings import Search
from runner.runs.settings import read_settings
from runner.search.courses import budget_of, course_of
from runner.search.plans import Compose, has_default, search_plans
from runner.search.racing import FEWEST_TO_CONFIRM, Trial, rehearsed
from runner.search.space import Space
from runner.store.folder import SweepFolder


def search(loader: Any, master: DictConfig, overrides: Sequence[str], prints_result: bool = True) -> Delivery:
    """Go through a space as `search` says, and conclude once; returns how all runs were delivered.

    Raises UserError with what is wrong before any training.
    """
    settings, space, compose = _begin(loader, master, overrides)
    needed, lines = _foreseen(settings, space, compose)
    batches = Batches(search_plans(settings, space, compose), needed)
    plan = batches.plan
    assert plan is not None
    say_notes(plan, lines, foresees=False)  # bad settings are what a search is to find
    keys = [axis.key for axis in space.axes]
    about = about_search(settings.name, keys, needed, run_id(), spanning(overrides, loader))
    folder = SweepFolder(Path(master.hydra.sweep.dir))
    context = SweepContext(folder, about, plan.settings, composing=composing_again, prints_result=prints_result)
    sweep.run(delivery := Delivery(context), plan, batches)
    return delivery


def spanning(overrides: Sequence[str], loader: Any) -> list[str]:
    """Overrides that span the same space wherever they are read: those of a glob by name."""
    parsed = OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
    return [
        f"{one.get_key_element()}={','.join(one.sweep_string_iterator())}"
        if one.value_type is ValueType.GLOB_CHOICE_SWEEP
        else text
        for one, text in zip(parsed, overrides, strict=True)
    ]


def preview(loader: Any, master: DictConfig, overrides: Sequence[str]) -> None:
    """Say what a search would do (`dry_run=true`). Raises UserError like `search`."""
    from runner.conduct.dry_run import dry_run

    settings, space, compose = _begin(loader, master, overrides)
    trials = rehearsed(course_of(settings, space, _has_default(compose, space)))
    plan = make_plan(compose(space.overrides(one.setting, one.replicate)) for one in trials)
    say_notes(plan, _budget(settings, trials), foresees=False)
    dry_run(plan, is_sweep=True)


def _begin(loader: Any, master: DictConfig, overrides: Sequence[str]) -> tuple[Search, Space, Compose]:
    HydraConfig.instance().set_config(master)
    settings = _settings(master)
    if master.hydra.sweeper.get("grids"):
        raise UserError(f"search={settings.name} goes through one space, and this sweep file has several grids")
    parsed = OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
    check_zips(parsed, loader, master)
    space = Space.of(parsed, settings.digits)
    progress.enter(f"{Phase.CHECKING} {count(settings.runs, 'run')}")
    composer = Composer(loader, master)
    return settings, space, lambda texts: composer.compose(0, texts)


def _settings(master: DictConfig) -> Search:
    """Those of the search that the command line chooses. Raises UserError for those that there are not."""
    own, _ = split_hydra(master)
    found = read_settings(plain(own), typed(), typed())
    if isinstance(found, list):
        raise refuse({0: found}, 1)
    assert found.search is not None
    return found.search


def _has_default(compose: Compose, space: Space) -> bool:
    return has_default(compose, space.overrides((), space.replicates[0]))


def _foreseen(settings: Search, space: Space, compose: Compose) -> tuple[int, list[str]]:
    """How many runs there will be, and what they are for, in lines; Optuna would take long to be asked beforehand."""
    if settings.name == "tpe" and any(axis.numbers is None for axis in space.axes):
        budget = budget_of(settings)
        return settings.runs, [_in_words(budget.racing, "", budget.final * budget.confirms), *_too_few(settings)]
    trials = rehearsed(course_of(settings, space, _has_default(compose, space)))
    return len(trials), _budget(settings, trials)


def _budget(settings: Search, trials: Sequence[Trial]) -> list[str]:
    """What the runs of a search are for, in lines."""
    searched = [one for one in trials if one.role is Role.SEARCH]
    having = Counter(Counter(one.setting for one in searched).values())
    steps, left = list[str](), having.total()
    for seeds in sorted(having):
        steps.append(f"{left:,} on {count(seeds, 'seed')}")
        left -= having[seeds]
    fewer = f"the space has few settings, so {len(trials):,} of {count(settings.runs, 'run')} are enough"
    said = _in_words(len(searched), f" ({', then '.join(steps)})", len(trials) - len(searched))
    return [said, *_too_few(settings), *[fewer] * (len(trials) < settings.runs)]


def _too_few(settings: Search) -> list[str]:
    """That the budget is no match for what is to be confirmed, in a line."""
    budget, confirm = budget_of(settings), settings.confirm
    if budget.confirms or not confirm.settings or settings.runs < FEWEST_TO_CONFIRM:
        return []
    told = f"{count(confirm.settings, 'setting')} on {count(confirm.seeds, 'seed')}"
    needed = f"to confirm {told} takes {budget.final:,} runs in addition to the search"
    return [f"{needed}; lower search.confirm.settings or search.confirm.seeds"]


def _in_words(searched: int, steps: str, fresh: int) -> str:
    return f"{count(searched, 'run')} to search{steps}, {fresh or 'none'} to confirm the best setting on fresh seeds"
