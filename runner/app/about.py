"""The name, question and command of a sweep."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from runner.app.named_sweeps import read_header, sweep_files
from runner.base.console import count
from runner.base.paths import SWEEPS
from runner.base.texts import short
from runner.base.typed import typed
from runner.runs.about import About
from runner.runs.overrides import MAX_LABEL, settings_of, short_names, swept_keys
from runner.runs.settings import Settings

MAX_KEYS = 200


def about_sweep(
    sweep: str | None, sweep_id: str, all_overrides: Sequence[Sequence[str]], folders: Iterable[Path] = ()
) -> About:
    """A named sweep has its file's name and question; any other is named after its swept keys and its case.

    `folders` are those in which Hydra finds configs; a user's own sweeps are in their folder `sweep/`.
    """
    files = [folder / "sweep" / f"{sweep}.yaml" for folder in folders] + [sweep_files(SWEEPS).get(sweep or "")]
    if sweep and (found := [file for file in files if file and file.is_file()]):
        with suppress(ValueError):  # a user's own file may come without a header
            return About(sweep, read_header(found[0]).question, sweep_id, command())
        return About(sweep, "", sweep_id, command())
    keys = " x ".join(key.rpartition(".")[2] for key in swept_keys(all_overrides)) or "sweep"
    name = f"{short(keys, MAX_KEYS)} ({count(len(all_overrides), 'run')})"
    return About(short(f"{name}{_of_case(all_overrides)}", MAX_LABEL), "", sweep_id, command())


def about_search(kind: str, keys: Sequence[str], runs: int, sweep_id: str, space: Sequence[str]) -> About:
    """A search is named after its sampler and the keys of its space, which the overrides `space` span."""
    over = short(" x ".join(key.rpartition(".")[2] for key in keys), MAX_KEYS)
    return About(f"{kind} search over {over} ({count(runs, 'run')})", "", sweep_id, command(), tuple(space))


def about_run(case: str | None, otherwise: str, run_id: str, overrides: Sequence[str]) -> About:
    """A single run is named after its case and what differs from it, or else `otherwise`."""
    name = f"case {case}{_with(settings_of(overrides))}" if case else otherwise
    return About(short(name, MAX_LABEL), "", run_id, command())


def _of_case(all_overrides: Sequence[Sequence[str]]) -> str:
    """The case of a sweep, and what all its runs have that differs from it; nothing where no case was typed."""
    if not all(settings_of(overrides).get("case", "null") != "null" for overrides in all_overrides):
        return ""
    first = settings_of(all_overrides[0])
    shared = set(first.items())
    for overrides in all_overrides:
        shared &= settings_of(overrides).items()
    in_order = {key: value for key, value in first.items() if (key, value) in shared}
    return (f" of case {in_order['case']}" if "case" in in_order else "") + _with(in_order)


def _with(settings: Mapping[str, str]) -> str:
    """What was typed beside a case and is part of a run."""
    chosen = [key for key in settings if key.partition(".")[0] not in (*Settings.model_fields, "case", "sweep")]
    names = short_names(chosen)
    return " ".join([" with", *(f"{names[key]}={settings[key]}" for key in chosen)]) if chosen else ""


def command() -> str:
    """The command line that does the same again."""
    return shlex.join(["python", "-m", "runner", *typed()])
