"""Hydra's view of the stacked launcher: this folder is put on the path, because Hydra takes plugins from there only."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.utils import JobReturn, configure_log, setup_globals
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from runner.base.errors import RunsFailed, UserError


@dataclass
class StackedLauncherConfig:
    """What `hydra/launcher=stacked` stands for."""

    _target_: str = "hydra_plugins.stacked.StackedLauncher"


@dataclass
class GridSweeperConfig:
    """What `hydra/sweeper=grid` stands for."""

    _target_: str = "hydra_plugins.stacked.GridSweeper"
    params: dict[str, str] | None = None
    grids: list[dict[str, Any]] | None = None


class StackedLauncher(Launcher):
    """Receives all jobs of a sweep at once and trains them as stacks."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config
        self.delivery: Any = None

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from runner.app.launching import launch

        setup_globals()
        configure_log(self.config.hydra.hydra_logging, self.config.hydra.verbose)
        loader, so_far = self.hydra_context.config_loader, self.delivery if initial_job_idx else None
        self.delivery, returned = launch(loader, self.config, job_overrides, initial_job_idx, so_far)
        return returned


class GridSweeper(BasicSweeper):
    """Every combination of the given values. All jobs are validated first; what others trained is published at the end.

    Hydra's own sweeper composes every job once to see that it can be composed. The stacked launcher does that itself.
    """

    def __init__(self, params: DictConfig | None = None, **_: Any) -> None:  # the grids are looked up in the config
        super().__init__(max_batch_size=None, params=params or {})  # type: ignore[arg-type]  # Hydra passes its own node
        self.prepared: tuple[Any, Any] | None = None

    # Hydra's own is static, and is called on the object all the same.
    def split_arguments(  # type: ignore[override]
        self, overrides: list[Override], _max_batch_size: int | None
    ) -> list[list[list[str]]]:
        """All jobs, as one batch."""
        from runner.app.grids import jobs_of

        assert self.hydra_context is not None
        assert self.config is not None
        return [jobs_of(overrides, self.hydra_context.config_loader, self.config)]

    def get_job_batch(self) -> Sequence[Sequence[str]]:
        """All jobs; for another launcher one for each run that they make."""
        batch = super().get_job_batch()
        if isinstance(self.launcher, StackedLauncher):
            return batch
        from runner.app.launching import prepare

        assert self.hydra_context is not None
        assert self.config is not None
        self.prepared = prepare(self.hydra_context.config_loader, self.config, batch)
        return [list(run.overrides) for run in self.prepared[1].runs]

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """The launcher, or `prepare`, has its own look at all jobs."""

    def sweep(self, arguments: list[str]) -> Any:
        assert self.config is not None
        if OmegaConf.select(self.config, "search") is not None:
            return self._search(self.config, arguments)
        if self.config.dry_run is True:
            return self._preview(self.config, arguments)
        try:
            returned = super().sweep(arguments)
        except BaseException:
            with suppress(RunsFailed):  # what ended the sweep says more
                self._publish()
            raise
        self._publish()
        return returned

    def _search(self, config: DictConfig, arguments: list[str]) -> None:
        """Go through a space, or say how that would be done."""
        from runner.app.searching import preview, search
        from runner.runs.result import failures

        if not isinstance(self.launcher, StackedLauncher):
            raise UserError(f"search={config.search.name} needs hydra/launcher=stacked")
        assert self.hydra_context is not None
        setup_globals()
        configure_log(config.hydra.hydra_logging, config.hydra.verbose)
        loader, overrides = self.hydra_context.config_loader, [*self._parse_config(), *arguments]
        if config.dry_run is True:
            return preview(loader, config, overrides)
        if failed := failures(search(loader, config, overrides).results):
            raise failed
        return None

    def _preview(self, config: DictConfig, arguments: list[str]) -> None:
        """What `sweep` would do, without the folder that it makes."""
        from runner.app.launching import preview

        if not isinstance(self.launcher, StackedLauncher):
            raise UserError("dry_run=true needs hydra/launcher=stacked")
        assert self.hydra_context is not None
        loader = self.hydra_context.config_loader
        overrides = OverridesParser.create(config_loader=loader).parse_overrides([*self._parse_config(), *arguments])
        (jobs,) = self.split_arguments(overrides, None)
        preview(loader, config, jobs)

    def _publish(self) -> None:
        from runner.app.launching import publish

        if self.prepared is not None:
            publish(*self.prepared)


ConfigStore.instance().store(group="hydra/launcher", name="stacked", node=StackedLauncherConfig, provider="runner")
ConfigStore.instance().store(group="hydra/sweeper", name="grid", node=GridSweeperConfig, provider="runner")
