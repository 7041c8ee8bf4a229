"""The plan of a command line, as `python -m runner` would make it: for one run, or for a sweep."""

from collections.abc import Sequence
from pathlib import Path

from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf.errors import OmegaConfBaseException

from runner.app.again import config_dir, searched
from runner.app.compose import Composer
from runner.app.grids import grid_of
from runner.app.refusal import all_problems
from runner.app.setup import config_loader, set_up_hydra
from runner.app.zipped import spread
from runner.base.errors import UserError, one_line
from runner.base.typed import set_typed
from runner.plan.plan import Plan, make_plan
from runner.runs.command_lines import parted
from runner.runs.leftovers import left_out

FLAGS, CONFIG_DIR = ("-m", "--multirun"), ("--config-dir", "-cd")


def plan_of(arguments: Sequence[str]) -> Plan:
    """The plan of what may follow `python -m runner`: overrides, `-m` and `--config-dir`.

    Raises UserError with every problem.
    """
    overrides, options = parted(arguments)
    others = [one for one in arguments if one.startswith("-") and one.partition("=")[0] not in (*FLAGS, *CONFIG_DIR)]
    if others:
        raise UserError(f"{others[0]} is not an option here; only overrides, -m and --config-dir are read")
    if (folder := config_dir(options)) is not None and not (folder and Path(folder).is_dir()):
        raise UserError(f"--config-dir needs a folder that exists, got {one_line(repr(folder))}")
    set_typed(arguments)
    set_up_hydra(list(overrides))
    try:
        return _planned([*searched(options), *overrides], is_sweep=any(one in FLAGS for one in arguments))
    except (HydraException, OmegaConfBaseException) as error:
        raise all_problems(error, arguments) from error


def _planned(overrides: list[str], is_sweep: bool) -> Plan:
    with config_loader() as loader:
        if not is_sweep:
            single = loader.load_configuration("config", overrides, RunMode.RUN)
            is_sweep = single.hydra.mode == RunMode.MULTIRUN
        master = loader.load_configuration("config", overrides, RunMode.MULTIRUN)
        jobs: list[Sequence[str]] = [list(master.hydra.overrides.task)]
        if is_sweep:
            jobs = [*left_out(grid_of(loader, master), spread(master.hydra.overrides.task))[0]]
        composer = Composer(loader, master)
        return make_plan([composer.compose(number, job) for number, job in enumerate(jobs)])
