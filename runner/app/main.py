"""The Hydra application: finds its configs from any folder, and turns errors into one clear message."""

import gc
import os
import sys
from typing import NoReturn

from runner.base.starting import RARELY

STRICT = "--strict"
# Options with which runs are trained; any other prints something for a program, or for somebody who reads it.
TRAINING = ("-m", "--multirun", "-cd", "--config-dir", "-cn", "--config-name", "-cp", "--config-path", STRICT)
FIRST_LINE = "checking all runs before training"


def main() -> int:
    """Run the command line in `sys.argv`; returns the exit code: 0 only on success."""
    # Imports make a million objects that stay. Looking through them for garbage again and again was a fifth of the time
    # to a first result; `Delivery` sets the thresholds back when all is imported.
    gc.set_threshold(*RARELY)
    show_traceback = os.environ.get("HYDRA_FULL_ERROR", "0") not in ("", "0")
    # With this set Hydra hands exceptions on instead of printing them its own way and exiting.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    from runner.app.answering import answered
    from runner.base.files import ensure_streams

    ensure_streams()
    return answered(sys.argv[1:], lambda rest: _guarded(rest, show_traceback))


def _guarded(arguments: list[str], show_traceback: bool) -> int:
    """Run a command line; what is wrong becomes one clear message."""
    from runner.base import progress
    from runner.base.exit_codes import ExitCode
    from runner.base.files import lose_output

    sys.argv[1:] = arguments
    try:
        try:
            begin_progress(sys.argv[1:])  # before the imports that take most of a second
            return _run()
        finally:
            progress.end()
    except KeyboardInterrupt as interrupt:
        from runner.base.interrupts import exit_code

        return exit_code(interrupt)
    except BrokenPipeError:
        lose_output(sys.stdout)
        return ExitCode.FAILURE
    except Exception as error:
        from runner.base.errors import RunsFailed, UserError, complain

        if (hidden := _hidden_interrupt(error)) is not None:
            from runner.base.interrupts import exit_code

            return exit_code(hidden)
        error = _composition_problem(error) or error
        if show_traceback or not isinstance(error, (UserError, RunsFailed, OSError)):
            raise
        complain(error)
        return ExitCode.FAILURE


def _hidden_interrupt(error: BaseException) -> KeyboardInterrupt | None:
    """The Ctrl-C that an error hides: Hydra fails to close a file that it had no time to open."""
    before = error.__context__ if isinstance(error, UnboundLocalError) else None
    return before if isinstance(before, KeyboardInterrupt) else None


def begin_progress(arguments: list[str]) -> None:
    """Show that something happens, unless the command trains nothing or is to be quiet."""
    from runner.base import progress

    trains = all(one.partition("=")[0] in TRAINING for one in arguments if one.startswith("-"))
    if not trains or "quiet=true" in arguments:
        return
    is_sweep = any(one in ("-m", "--multirun") or one.startswith("sweep=") for one in arguments)
    progress.begin(line=FIRST_LINE if is_sweep and "dry_run=true" not in arguments else None)


def _run() -> int:
    from runner.app.completion import script_for
    from runner.store.surroundings import using_mlflow

    if STRICT in sys.argv:
        sys.argv = [argument for argument in sys.argv if argument != STRICT] + ["strict=true"]
    if script := script_for(sys.argv[1:]):
        print(script, flush=True)
        return 0
    with using_mlflow():
        try:
            _start_hydra()
        except SystemExit:  # of Hydra's own, after --help
            sys.stdout.flush()
            raise
    sys.stdout.flush()  # here, where a reader that has gone is no error
    return 0


def _start_hydra() -> None:
    from runner.base.typed import set_typed

    _check_encoding(sys.argv[1:])
    _check_flags(sys.argv[1:])
    set_typed(sys.argv[1:])
    from runner.app.setup import set_up_hydra

    set_up_hydra(sys.argv[1:])

    import hydra
    from omegaconf import DictConfig

    from runner.base.paths import CONF

    failures: list[Exception] = []

    @hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")
    def application(config: DictConfig) -> float | None:
        from hydra.core.hydra_config import HydraConfig
        from hydra.types import RunMode

        from runner.app.launching import run_job

        if HydraConfig.get().mode == RunMode.MULTIRUN:
            return run_job(config)
        try:
            return run_job(config)
        except Exception as error:  # Hydra would print a line of its own about a failed job first
            failures.append(error)
            return None

    application()
    if failures:
        raise failures[0]


def _check_encoding(arguments: list[str]) -> None:
    """What is not text cannot be written to any store; Python hands it on as halves of signs."""
    from runner.base.errors import UserError

    for argument in arguments:
        if not argument.isascii() and argument.encode(errors="ignore").decode() != argument:
            raise UserError(f"{argument} is not text in UTF-8")


def _check_flags(arguments: list[str]) -> None:
    """Refuse flags that there are not, and Hydra's that unpickles a file; its parser knows one by its first letters."""
    from runner.app.hydra_private import get_args_parser
    from runner.base.errors import UserError

    parser = get_args_parser()

    def refuse(message: str) -> NoReturn:
        from runner.app.answering import JSON
        from runner.app.commands import NO_OPTION, options_of, refuse_arguments

        what = f"{NO_OPTION}, and settings are typed as key=value"
        refuse_arguments([STRICT, JSON, *options_of(parser)], "python -m runner --hydra-help", what, message)

    parser.error = refuse  # type: ignore[method-assign]  # it is Hydra's own, and argparse would print its usage
    if parser.parse_args(arguments).experimental_rerun is not None:
        raise UserError(
            "--experimental-rerun would run code that is in the file (docs/security.md); "
            "python -m runner.reproduce RUN trains a run again"
        )


def _composition_problem(error: Exception) -> Exception | None:
    """One of Hydra's own complaints in a sentence; None for an error that is not about the input."""
    import yaml
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from runner.app.hydra_private import is_from_composing
    from runner.app.refusal import all_problems
    from runner.base.errors import UserError

    if isinstance(error, yaml.YAMLError):
        said = " ".join(str(error).split())
        return UserError(f"a config file cannot be read, as it is not plain YAML: {said}")
    if not isinstance(error, (HydraException, OmegaConfBaseException)) and not is_from_composing(error):
        return None
    return all_problems(error, sys.argv[1:])
