"""What a stored command line says of a run, for commands that train it again."""

import shlex
from collections.abc import Sequence

OPTIONS = ("--config-dir", "-cd", "--config-path", "-cp", "--config-name", "-cn")  # what a setting may need
SEARCHED = "hydra.searchpath"  # an override that does what the first of them does


def typed(command: str) -> tuple[tuple[str, ...], list[str]]:
    """The overrides of a command line, and its options, as `parted` has them; nothing of another program's."""
    return parted(shlex.split(command)[3:]) if is_ours(command) else ((), [])


def parted(words: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The overrides among words that were typed, and those options that say where the configs are which they name."""
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
