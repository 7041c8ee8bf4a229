"""`--json FILE` for every command: its result as a document for programs, however the command ends."""

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import Any

from runner.base import answer
from runner.base.errors import UserError, complain
from runner.base.exit_codes import ExitCode
from runner.base.files import check_writable, lose_output, write_whole
from runner.base.version import __version__

JSON, TO_OUTPUT = "--json", "-"
HELP = ("--help", "-h", "--hydra-help")
USAGE = f"{JSON} FILE also writes what came out as JSON, for programs; {JSON} - prints that alone."


def answered(arguments: Sequence[str], run: Callable[[list[str]], int]) -> int:
    """Run a command line without its `--json FILE`, and write the document if requested; returns the exit code.

    With `-`, standard output has only the document, and everything that is printed goes to standard error.
    """
    try:
        target, rest = taken(arguments)
        if target not in (None, TO_OUTPUT):
            check_writable(Path(target))  # before it takes long to know what goes into it
    except (UserError, OSError) as error:
        complain(error)
        return ExitCode.FAILURE
    if target is None or set(rest) & set(HELP):
        return run(rest)
    with answer.collecting() as parts:
        with _aside() if target == TO_OUTPUT else nullcontext():
            code, raised = _outcome(run, rest, parts)
        is_written = _write(target, _document(rest, code, parts))
    if raised is not None:
        raise raised
    return code if is_written else ExitCode.FAILURE


def taken(arguments: Sequence[str]) -> tuple[Any, list[str]]:
    """The file that `--json FILE` or `--json=FILE` names, None without it, and the other arguments."""
    rest, named = list(arguments), list[str]()
    while places := [place for place, one in enumerate(rest) if one.partition("=")[0] == JSON]:
        option, equals, name = rest.pop(places[0]).partition("=")
        if not equals and places[0] < len(rest):
            name = rest.pop(places[0])
        if not name.strip() or (name.startswith("-") and name != TO_OUTPUT):
            raise UserError(f"{option} needs the name of a file, or {TO_OUTPUT} for standard output")
        named.append(name)
    if len(named) > 1:
        raise UserError(f"{JSON} names one file, got {' '.join(named)}")
    return (named[0] if named else None), rest


@contextmanager
def _aside() -> Iterator[None]:
    """What is printed to standard output goes to standard error, also from programs that are started in here."""
    import os

    try:
        output, other = sys.stdout.fileno(), sys.stderr.fileno()
    except OSError:  # in a notebook or test these are no files
        with redirect_stdout(sys.stderr):
            yield
        return
    sys.stdout.flush()
    kept = os.dup(output)
    os.dup2(other, output)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, output)
        os.close(kept)


def _outcome(
    run: Callable[[list[str]], int], arguments: list[str], parts: dict[str, Any]
) -> tuple[int, BaseException | None]:
    """The exit code, and what was raised, where that is to end the program as it would without `--json`."""
    try:
        return run(arguments), None
    except SystemExit as end:  # of Hydra's own
        return end.code if isinstance(end.code, int) else ExitCode.FAILURE if end.code else ExitCode.SUCCESS, end
    except BaseException as error:
        parts.setdefault("error", f"{type(error).__name__}: {error}")
        return ExitCode.FAILURE, error


def _document(arguments: Sequence[str], code: int, parts: dict[str, Any]) -> str:
    from runner.runs.documents.whole import SCHEMA, Document

    name = Path(sys.argv[0]).stem
    module = "runner" if name == "__main__" else f"runner.{name}"
    said = {"schema": SCHEMA, "version": __version__, "command": shlex.join(["python", "-m", module, *arguments])}
    absent = {name: None for name in Document.model_fields if name != "schema_"}
    return Document(**absent | parts | said | {"exit_code": int(code)}).model_dump_json(indent=1, by_alias=True) + "\n"


def _write(target: str, text: str) -> bool:
    """Whether it could be written, whole."""
    try:
        if target != TO_OUTPUT:
            write_whole(Path(target), text.encode())
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        lose_output(sys.stdout)
        return False
    except OSError as error:
        complain(error)
        return False
    return True
