"""From Hydra to searches: what the sweeper calls where `search` is chosen, and what resumes or previews one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig

from runner.app.about import about_search
from runner.app.again import composing_again
from runner.app.compose import Composer, plain
from runner.app.compositions import split_hydra
from runner.app.grids import dimensions
from runner.app.launching import say_notes
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
from runner.runs.result import failures
from runner.runs.search_settings import Search
from runner.runs.settings import read_settings
from runner.search.courses import budget_of, course_of
from runner.search.plans import Compose, has_default, search_plans
from runner.search.racing import rehearsed, rungs
from runner.search.space import Space
from runner.store.folder import SweepFolder


def search(loader: Any, master: DictConfig, overrides: Sequence[str]) -> None:
    """Go through a space as `search` says, and conclude once. Raises UserError with what is wrong before any training,
    RunsFailed when runs have failed.
    """
    settings, space, compose = _begin(loader, master, overrides)
    needed = _needed(settings, space)
    batches = Batches(search_plans(settings, space, compose), needed)
    plan = batches.plan
    assert plan is not None
    say_notes(plan, _budget(settings, space, needed), foresees=False)  # bad settings are what a search is to find
    about = about_search(settings.name, [axis.key for axis in space.axes], settings.runs, run_id(), overrides)
    folder = SweepFolder(Path(master.hydra.sweep.dir))
    results = sweep.run(Delivery(SweepContext(folder, about, plan.settings, composing=composing_again)), plan, batches)
    if failed := failures(results):
        raise failed


def preview(loader: Any, master: DictConfig, overrides: Sequence[str]) -> None:
    """Say what a search would do (`dry_run=true`). Raises UserError like `search`."""
    from runner.conduct.dry_run import dry_run

    settings, space, compose = _begin(loader, master, overrides)
    trials = rehearsed(course_of(settings, space, has_default(compose, space.overrides((), space.replicates[0]))))
    plan = make_plan(compose(space.overrides(one.setting, one.replicate)) for one in trials)
    say_notes(plan, _budget(settings, space, len(trials)), foresees=False)
    dry_run(plan, is_sweep=True)


def _begin(loader: Any, master: DictConfig, overrides: Sequence[str]) -> tuple[Search, Space, Compose]:
    HydraConfig.instance().set_config(master)
    settings = _settings(master)
    if master.hydra.sweeper.get("grids"):
        raise UserError(f"search={settings.name} goes through one space, and this sweep file has several grids")
    parsed = OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
    dimensions([one for one in parsed if not one.is_interval_sweep()], loader, master)  # refuses what is set twice
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


def _needed(settings: Search, space: Space) -> int:
    """How many runs there will be: fewer than there may be, where the space has few settings."""
    return settings.runs if settings.name == "tpe" else len(rehearsed(course_of(settings, space, with_default=True)))


def _budget(settings: Search, space: Space, needed: int) -> list[str]:
    """What the runs of a search are for, in lines."""
    budget = budget_of(settings)
    said = f"{count(budget.racing, 'run')} to search"
    if settings.name == "random" and needed == settings.runs:
        ladder = rungs(budget.racing, len(space.replicates), budget.left)
        steps = [f"{n:,} on {count(seeds, 'seed')}" for n, seeds in ladder]
        said += f" ({', then '.join(steps)})"
    told = f"{said}, {budget.final} to confirm the best" if budget.confirms else f"{said}, none to confirm the best"
    fewer = f"the space has few settings, so {needed:,} of {count(settings.runs, 'run')} are enough"
    return [f"{told} setting on fresh seeds", *[fewer] * (needed < settings.runs)]
