"""What a stored command line says about a run, for commands that retrain it."""

import shlex
from collections.abc import Sequence

OPTIONS = ("--config-dir", "-cd", "--config-path", "-cp", "--config-name", "-cn")  # what a setting may need
SEARCHED = "hydra.searchpath"  # an override that does what the first of them does


def typed(command: str) -> tuple[tuple[str, ...], list[str]]:
    """The overrides and options of a command line, as from `parted`; nothing for another program's command line."""
    return parted(shlex.split(command)[3:]) if is_ours(command) else ((), [])


def parted(words: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The overrides among typed words, and the options that say where their configs are."""
    overrides: list[str] = []
    options: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.partition("=")[0] in OPTIONS:
            options += [word] if "=" in word else [word, next(rest, "")]
        elif word.partition("=")[0] == SEARCHED:
            options.append(word)
        elif not word.startswith("-"):
            overrides.append(word)
    return tuple(overrides), options


def is_ours(command: str) -> bool:
    """Whether a command line is one of `python -m runner`."""
    return f"{command} ".startswith("python -m runner ")
