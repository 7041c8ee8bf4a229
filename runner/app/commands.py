"""What the commands beside `python -m runner` share: help, options, and errors as one clear message."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from runner.base.console import say
from runner.base.errors import RunsFailed, UserError, complain, unknown
from runner.base.files import ensure_streams, in_words, lose_output
from runner.base.interrupts import exit_code
from runner.base.starting import hear_interrupts
from runner.store.surroundings import using_mlflow

HELP = ("--help", "-h")


def run_command(run: Callable[[Sequence[str]], int], arguments: Sequence[str], usage: str) -> int:
    """Run a command line, or print its `usage` when that is asked for; returns the exit code."""
    hear_interrupts()
    ensure_streams()
    try:
        if set(arguments) & set(HELP):
            say(usage)
            code = 0
        else:
            with using_mlflow():
                code = run(arguments)
        sys.stdout.flush()  # here, where a reader that has gone is no error
        return code
    except KeyboardInterrupt as interrupt:
        return exit_code(interrupt)
    except BrokenPipeError:
        lose_output(sys.stdout)
        return 1
    except (UserError, RunsFailed, OSError) as error:
        if os.environ.get("HYDRA_FULL_ERROR", "0") not in ("", "0"):
            raise
        complain(in_words(error))
        return 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}; python -m {self.prog} --help shows what there is")


def parser_of(module: str) -> argparse.ArgumentParser:
    """A parser for the command line of a module, whose mistakes are UserError; help is `run_command`'s."""
    return _Parser(prog=module, add_help=False, allow_abbrev=False)


def split_options(arguments: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[str]]:
    """Options, and everything else. Raises UserError for an option that is not `known`."""
    options = [argument for argument in arguments if argument.startswith("-")]
    for option in options:
        if option not in known:
            raise UserError(unknown(option, [*known, *HELP], "{given} is not an option"))
    return options, [argument for argument in arguments if argument not in options]
