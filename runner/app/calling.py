"""A sweep or run in this process: what Hydra's main function does for a command line, without Hydra's main."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.app.compose import plain
from runner.app.compositions import Composition, split_hydra
from runner.app.grids import grid_of, texts_of
from runner.app.hydra_private import is_from_composing
from runner.app.launching import launch, train_alone
from runner.app.main import begin_progress
from runner.app.refusal import all_problems
from runner.app.searching import search
from runner.app.setup import config_loader, run_id, set_up_hydra
from runner.base import progress
from runner.base.errors import UserError
from runner.base.typed import set_typed
from runner.conduct.delivery import Delivery
from runner.plan.jobs import Job

SWEEPS = "-m"
OWN = ("hydra.sweep.dir", "hydra.run.dir", "hydra.searchpath")  # of Hydra's own settings, those that matter here


def train(overrides: Sequence[str], is_sweep: bool) -> Delivery:
    """Train what `python -m runner` would train with these overrides; returns their delivery.

    Raises UserError with every problem, KeyboardInterrupt after an orderly end.
    """
    arguments = [SWEEPS, *overrides] if is_sweep else list(overrides)
    _refuse_foreign(overrides)
    set_typed(arguments)
    run_id.cache_clear()
    set_up_hydra(list(overrides))
    begin_progress(arguments)
    try:
        with config_loader() as loader:
            return _sweep(loader, list(overrides)) if is_sweep else _alone(loader, list(overrides))
    except Exception as error:
        if isinstance(error, (HydraException, OmegaConfBaseException)) or is_from_composing(error):
            raise all_problems(error, arguments) from error
        raise
    finally:
        progress.end()


def _refuse_foreign(overrides: Sequence[str]) -> None:
    for text in overrides:
        if not isinstance(text, str):
            kind = type(text).__name__
            raise UserError(
                f"an argument without a keyword is text, such as 'seed=3', got a {kind}; data=... takes data"
            )
        if text.startswith("-"):
            raise UserError(f"{text} is an option of the command line; here are settings alone, as key=value")
        key = text.partition("=")[0].lstrip("+~")
        if key.startswith("hydra") and key not in OWN:
            raise UserError(f"{key} is for the command line: python -m runner {text}", [key])
        if key == "dry_run":
            raise UserError("dry_run=true is for the command line, which prints what it would do", [key])


def _sweep(loader: Any, overrides: list[str]) -> Delivery:
    master = loader.load_configuration("config", overrides, RunMode.MULTIRUN)
    HydraConfig.instance().set_config(master)
    if OmegaConf.select(master, "search") is not None:
        return search(loader, master, texts_of(master), prints_result=False)
    return launch(loader, master, grid_of(loader, master), prints_result=False)[0]


def _alone(loader: Any, overrides: list[str]) -> Delivery:
    config = loader.load_configuration("config", overrides, RunMode.RUN)
    HydraConfig.instance().set_config(config)
    own, hydra = split_hydra(config)
    if OmegaConf.select(own, "search") is not None:
        raise UserError("a search goes through many settings: runner.sweep(...) trains it", ["search"])
    job = Job(0, tuple(overrides), plain(own), Composition({}, pickle.dumps(hydra)))
    case = OmegaConf.select(hydra, "hydra.runtime.choices.case")
    return train_alone(job, Path(config.hydra.run.dir), case, prints_result=False)
