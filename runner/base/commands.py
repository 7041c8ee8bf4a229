"""Commands ready to paste: what was typed, with other settings."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from runner.base.typed import typed

PLAIN = re.compile(r"[\w./:+@%*-]+", re.ASCII)  # what Hydra's grammar reads as one word, without quotes
MEANS_MORE = re.compile(r"(?i)null|true|false|[+-]?(\d[\d_]*)?\.?\d+(e[+-]?\d+)?|[+-]?(inf|nan)")


LISTS_CHOICES = "python -m runner --help"  # lists components and executors
LISTS_SWEEPS = "python -m runner.sweeps --all"
LISTS_FAULTS = "python -m runner.gradcheck --faults"


def lists_settings(section: str, component: str = "") -> str:
    """The command that lists the settings of a section of the config, or of one component."""
    if section.startswith("hydra"):
        return "python -m runner --hydra-help"
    chosen = [f"{section}={component}"] if component else []
    return " ".join(["python -m runner", *chosen, "--cfg job", *([f"-p {section}"] if section else [])])


def section_of_reference(name: str) -> str:
    """The section of the reference page for what no command lists."""
    return f"docs/reference.md, section {name},"


def command_with(changes: Mapping[str, Any]) -> str:
    """The typed command for a shell, with these settings added or replaced."""
    kept = [one for one in typed() if one.partition("=")[0].lstrip("+~") not in changes]
    words = ["python", "-m", "runner", *kept, *(f"{key}={written(one)}" for key, one in changes.items())]
    return " ".join(map(quoted, words))


def quoted(word: str) -> str:
    """A word quoted for a shell; in double quotes if it has single quotes and nothing that these would expand."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)


def command_of(program: str, options: Sequence[str], overrides: Sequence[str]) -> str:
    """A command to paste."""
    return " ".join(["python -m", program, *map(quoted, (*options, *overrides))])


def own_modules(modules: Sequence[str]) -> list[str]:
    """The override that makes a command import the user's modules; none if there are none."""
    return [f"modules=[{','.join(modules)}]"] if modules else []


def written(value: Any) -> str:
    """A value in the grammar of Hydra's overrides, which reads it back unchanged."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{key}:{written(one)}' for key, one in value.items())}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(written(one) for one in value)}]"
    text = str(value)
    if PLAIN.fullmatch(text) and not MEANS_MORE.fullmatch(text):
        return text
    return "'" + re.sub(r"(\\*)('|$)", lambda found: 2 * found[1] + (r"\'" if found[2] else ""), text) + "'"
