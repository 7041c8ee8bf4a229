"""Settings of an option that was replaced: they are dropped, unless the user asks for them.

A sweep over a group applies its settings to the options that have them. What a case or a sweep file sets for an option
is dropped if another option replaces it, on the command line or in a file that builds on it. Anything else that an
option does not have is rejected later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.default_element import GroupDefault
from hydra.plugins.config_source import ConfigResult
from omegaconf import OmegaConf

from runner.runs.components import DECIDED_LATER, REGISTRIES, settings_of_option
from runner.runs.spec import DataCommon


@dataclass(frozen=True)
class File:
    """What one file of a config sets: its keys in the section of each kind, and the options that it chooses."""

    keys: Mapping[str, frozenset[str]]
    chooses: Mapping[str, str]


def file_of(found: ConfigResult, is_whole: bool) -> File:
    """A file as Hydra read it. A file for a section only, not for the whole config, chooses nothing else."""
    sections = sections_of(found.config) if is_whole else {}
    named = [one for one in found.defaults_list or () if isinstance(one, GroupDefault)]
    chosen = {str(one.group).lstrip("/"): one.value for one in named if isinstance(one.value, str)}
    return File({kind: frozenset(one) for kind, one in sections.items() if isinstance(one, dict)}, chosen)


def sections_of(config: Any) -> dict[str, Any]:
    """The section of each kind of component as plain data, with interpolations as written."""
    plain: Any = OmegaConf.to_container(OmegaConf.masked_copy(config, list(REGISTRIES)), resolve=False)
    return dict(plain)


def left_over(config: Mapping[str, Any], files: Sequence[File]) -> list[tuple[str, str]]:
    """The kind and key of every setting in the files that belongs to a replaced option.

    `files` make up the config, in order. The last one that chooses an option replaces what earlier files set for
    others. If no file chooses the current option, the command line did.
    """
    gone = []
    for kind in REGISTRIES:
        section = config.get(kind)
        name = section.get("name") if isinstance(section, Mapping) else None
        if isinstance(section, Mapping) and isinstance(name, str):
            places = [place for place, file in enumerate(files) if kind in file.chooses]
            is_of_files = bool(places) and files[places[-1]].chooses[kind] == name
            valid = files[places[-1] :] if is_of_files else ()
            meant = frozenset().union(*(file.keys.get(kind, frozenset()) for file in valid))
            gone += [(kind, key) for key in section if key not in meant and _is_left_over(kind, name, key)]
    return gone


def left_out(jobs: Sequence[Sequence[str]], typed: Sequence[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    """The jobs of a sweep without settings that their options do not have, and a line for each such setting.

    `typed` are the overrides of the command line; all others are from a sweep file. A setting that no option of the
    sweep has stays, and is rejected later; so does a typed setting of a group that is not swept.
    """
    options, by_hand = [_options(job) for job in jobs], _keys(typed)
    drawn = {kind: {one.get(kind, "") for one in options} for kind in REGISTRIES}
    kept: list[tuple[str, ...]] = []
    lacking: dict[str, list[str]] = {}
    for job, chosen in zip(jobs, options, strict=True):
        gone = []
        for text in job:
            key = text.partition("=")[0]
            kind, _, setting = key.partition(".")
            is_replaced = kind in by_hand and key not in by_hand
            others = list(REGISTRIES.get(kind, ())) if is_replaced else drawn.get(kind, set())
            if setting and kind in chosen and _is_left_over(kind, chosen[kind], setting.partition(".")[0], others):
                gone.append(text)
                lacking.setdefault(key, []).append(f"{kind}={chosen[kind]}")
        kept.append(tuple(text for text in job if text not in gone))
    return kept, [_line(key, names) for key, names in lacking.items()]


def lacks(settings: Mapping[str, str], key: str) -> bool:
    """Whether a run's chosen option lacks this key, while another option of its kind has it."""
    kind, _, setting = key.partition(".")
    is_chosen = bool(setting) and kind in REGISTRIES and kind in settings
    return is_chosen and _is_left_over(kind, settings[kind].strip("'\""), setting.partition(".")[0])


def _line(key: str, options: Sequence[str]) -> str:
    names = list(dict.fromkeys(options))
    of_jobs = "1 job" if len(options) == 1 else f"{len(options)} jobs"
    return f"{key} is left out of {of_jobs}: {' and '.join(names)} {'does' if len(names) == 1 else 'do'} not have it"


def _options(overrides: Iterable[str]) -> dict[str, str]:
    """The option of each kind of component that overrides choose."""
    pairs = [text.partition("=")[::2] for text in overrides]
    return {kind: name.strip("'\"") for kind, name in pairs if kind in REGISTRIES and not name.startswith("{")}


def _keys(overrides: Iterable[str]) -> set[str]:
    return {text.partition("=")[0].lstrip("+~") for text in overrides}


def _is_left_over(kind: str, name: str, setting: str, others: Iterable[str] | None = None) -> bool:
    """Whether an option that there is lacks a setting that one of the others, by default of its kind, has."""
    is_known = name in REGISTRIES[kind] or name in DECIDED_LATER.get(kind, ())
    if not is_known or setting in _settings(kind, name):
        return False
    return any(setting in _settings(kind, other) for other in (REGISTRIES[kind] if others is None else others))


def _settings(kind: str, name: str) -> set[str]:
    """The keys that an option may have; `auto` has a name alone."""
    common = set(DataCommon.model_fields) if kind == "data" else {"name"}
    return common | {one.name for one in settings_of_option(kind, name)}
