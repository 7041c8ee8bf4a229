"""What a stored command line says of a run, for commands that train it again."""

import shlex

OPTIONS = ("--config-dir", "-cd", "--config-path", "-cp", "--config-name", "-cn")  # options that a setting may need


def typed(command: str) -> tuple[tuple[str, ...], list[str]]:
    """The overrides of a command line, and those of its options that they may need; nothing of another program's."""
    if not is_ours(command):
        return (), []
    overrides: list[str] = []
    options: list[str] = []
    rest = iter(shlex.split(command)[3:])
    for word in rest:
        if word.partition("=")[0] in OPTIONS:
            options += [word] if "=" in word else [word, next(rest, "")]
        elif not word.startswith("-"):
            overrides.append(word)
    return tuple(overrides), options


def is_ours(command: str) -> bool:
    """Whether a command line is one of `python -m runner`."""
    return f"{command} ".startswith("python -m runner ")
