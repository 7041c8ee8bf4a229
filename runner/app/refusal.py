"""Everything that is wrong with a command line that Hydra cannot compose: Hydra itself stops at the first error."""

from collections.abc import Sequence
from typing import Any

from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException, OverrideParseException
from hydra.types import RunMode
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.app.compose import Composer
from runner.app.composition_errors import explain, several_values
from runner.app.grammar import unreadable
from runner.app.grids import jobs_of
from runner.app.hydra_private import config_files_of, get_args_parser
from runner.base.errors import Problem, UserError
from runner.base.paths import CONF
from runner.plan.jobs import Refused
from runner.plan.plan import make_plan
from runner.runs.overrides import swept_keys


def all_problems(error: Exception, arguments: Sequence[str]) -> UserError:
    """What Hydra has raised for these arguments, as one error with all else that is wrong with them."""
    asked = get_args_parser().parse_args(list(arguments))
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader: Any = GlobalHydra.instance().config_loader()
        first, _ = explain(error, _parsed(loader, asked.overrides)[0], config_files_of(loader))
        if asked.config_dir or asked.config_path or asked.config_name:
            return UserError(str(first), [first.key])
        try:
            _judge(loader, asked.overrides, bool(asked.multirun))
        except UserError as judged:
            return judged
        except (
            HydraException,
            OmegaConfBaseException,
            ValueError,
            TypeError,
        ):  # in Hydra's own part
            pass
    return UserError(str(first), [first.key])


def _judge(loader: Any, overrides: Sequence[str], is_sweep: bool) -> None:
    """Raise UserError with every problem of every job of a command line."""
    parsed, known = _parsed(loader, overrides)
    own = [one for one in parsed if one.is_hydra_override() or one.key_or_group == "sweep"]
    rest = [one for one in parsed if one not in own]
    wrong = [one for one in own if one.is_hydra_override() and one.is_sweep_override()]
    known += [several_values(one) for one in wrong]
    own = [one for one in own if one not in wrong]
    master = loader.load_configuration(
        "config", [str(one.input_line) for one in own], RunMode.MULTIRUN, validate_sweep_overrides=False
    )
    if is_sweep or master.hydra.mode == RunMode.MULTIRUN:
        params = OmegaConf.to_container(master.hydra.sweeper.get("params") or OmegaConf.create({}), resolve=False)
        assert isinstance(params, dict)
        named, unread = _parsed(loader, [f"{key!s}={value}" for key, value in params.items()])
        known += unread
        chosen = [one for one in own if one.key_or_group == "sweep"]
        jobs = jobs_of([*named, *chosen, *rest], loader, master)
        swept = set(swept_keys(jobs))
    else:
        several = [one for one in rest if one.is_sweep_override()]
        known += [several_values(one) for one in several]
        jobs, swept = [[str(one.input_line) for one in rest if one not in several]], set[str]()
    composer = Composer(loader, master)
    if jobs and isinstance(found := composer.compose(0, jobs[0]), Refused):
        # What every job has is found once: thousands of jobs would take a while to say the same.
        shared = [one for one in found.wrong if one.partition("=")[0].lstrip("+~") not in swept]
        known += [one for one in found.problems if _is_of(one, shared)]
        jobs = [[one for one in job if one not in shared] for job in jobs]
    make_plan([composer.compose(number, job) for number, job in enumerate(jobs)], known=known)


def _parsed(loader: Any, overrides: Sequence[str]) -> tuple[list[Override], list[Problem]]:
    """The overrides that can be read, and what is wrong with the others."""
    parser, parsed, problems = OverridesParser.create(config_loader=loader), list[Override](), list[Problem]()
    for text in overrides:
        try:
            parsed += parser.parse_overrides([text])
        except OverrideParseException as error:
            problems.append(unreadable(error.override))
    return parsed, problems


def _is_of(problem: Problem, overrides: Sequence[str]) -> bool:
    return any(override in problem.origin for override in overrides)
