"""What all commands share: help, options, and errors as one clear message."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import NoReturn

from runner.app.answering import JSON, USAGE, answered
from runner.app.usage import folded
from runner.base import progress
from runner.base.console import console, say
from runner.base.errors import RunsFailed, UserError, complain, unknown
from runner.base.exit_codes import ExitCode
from runner.base.files import ensure_streams, lose_output
from runner.base.interrupts import exit_code
from runner.base.starting import hear_interrupts
from runner.store.surroundings import using_mlflow

HELP = ("--help", "-h")
NO_OPTION = "{given} is not an option"
UNRECOGNIZED = "unrecognized arguments: "  # as argparse says it


def run_command(run: Callable[[Sequence[str]], int], arguments: Sequence[str], usage: str, reads: bool = False) -> int:
    """Run a command line, or print its `usage` on request; returns the exit code.

    A command that `reads` the store shows on a terminal that something happens.
    """
    hear_interrupts()
    ensure_streams()
    return answered(arguments, lambda rest: _guarded(run, rest, usage, reads))


def _guarded(run: Callable[[Sequence[str]], int], arguments: Sequence[str], usage: str, reads: bool) -> int:
    try:
        if set(arguments) & set(HELP):
            say(folded(f"{usage}\n\n{USAGE}", console().width))
            code: int = ExitCode.SUCCESS
        else:
            _refuse_empty(arguments)
            with using_mlflow(), _bar() if reads else nullcontext():
                code = run(arguments)
        sys.stdout.flush()  # here, where a reader that has gone is no error
        return code
    except KeyboardInterrupt as interrupt:
        return exit_code(interrupt)
    except BrokenPipeError:
        lose_output(sys.stdout)
        return ExitCode.FAILURE
    except (UserError, RunsFailed, OSError) as error:
        if os.environ.get("HYDRA_FULL_ERROR", "0") not in ("", "0"):
            raise
        complain(error)
        return ExitCode.FAILURE


def _refuse_empty(arguments: Sequence[str]) -> None:
    """Raise UserError for an argument without a character, which is a variable of the shell that is not set."""
    if not all(argument.strip() for argument in arguments):
        raise UserError("one of the arguments is empty; leave it out, or give it a value")


@contextmanager
def _bar() -> Iterator[None]:
    try:
        progress.begin(progress.Phase.READING)
        yield
    finally:
        progress.end()


def options_of(parser: argparse.ArgumentParser) -> list[str]:
    """The long names of a parser's options."""
    return re.findall(r"--[a-z][\w-]*", parser.format_usage())


def refuse_arguments(options: Sequence[str], usage: str, what: str, message: str) -> NoReturn:
    """Raise UserError for a parser's error; `usage` lists the options, `what` names the wrong one."""
    wrong = [argument for argument in message.removeprefix(UNRECOGNIZED).split() if argument.startswith("-")]
    if message.startswith(UNRECOGNIZED) and wrong:
        raise UserError(unknown(wrong[0], options, usage, what))
    raise UserError(f"{message}; {usage} shows what there is")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        refuse_arguments([*options_of(self), JSON, *HELP], f"python -m {self.prog} --help", NO_OPTION, message)


def parser_of(module: str) -> argparse.ArgumentParser:
    """A parser for the command line of a module, which raises UserError; `run_command` prints the help."""
    return _Parser(prog=module, add_help=False, allow_abbrev=False)


def split_options(arguments: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[str]]:
    """Options, and all other arguments. Raises UserError for an option that is not `known`."""
    options = [argument for argument in arguments if argument.startswith("-")]
    for option in options:
        if option not in known:
            raise UserError(unknown(option, [*known, JSON, *HELP], what=NO_OPTION))
    return options, [argument for argument in arguments if argument not in options]


def only_name(arguments: Sequence[str], what: str) -> str | None:
    """The name on a command line that has no options and may have `modules=[...]`; None where there is none.

    Raises UserError for several; `what` is that of which there is one at a time.
    """
    _, others = split_options(arguments, ())
    names = [argument for argument in others if not argument.startswith("modules=")]
    if len(names) > 1:
        raise UserError(f"one {what} at a time, got {' '.join(names)}")
    return names[0] if names else None
