"""The jobs of a grid: all combinations of its dimensions, each of which sets one key or, as a zip, several.

A sweep file may have `grids` in addition to `params`: one after another, each crossed with everything else. Together
they are one dimension, whose rows are the combinations of each grid.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice, product
from types import MappingProxyType
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from runner.app.hydra_private import BasicSweeper
from runner.app.zipped import Row, refused_key, rows_of
from runner.base.errors import UserError

MAX_JOBS = 1_000_000
GRIDS = "hydra.sweeper.grids"
ONE_AT_A_TIME = ("search", "sweep")


def jobs_of(overrides: Sequence[Override], loader: Any, master: DictConfig) -> list[list[str]]:
    """The overrides of every job of a sweep. Raises UserError."""
    return [list(row) for row in _crossed(dimensions(overrides, loader, master))]


def texts_of(master: DictConfig) -> list[str]:
    """What a sweep goes through, as written: the `params` of its file, then the command line."""
    params = master.hydra.sweeper.get("params") or {}
    return [*(f"{key}={value}" for key, value in params.items()), *master.hydra.overrides.task]


def grid_of(loader: Any, master: DictConfig) -> list[list[str]]:
    """The overrides of every job of the sweep that the main process's config describes. Raises UserError."""
    parsed = OverridesParser.create(config_loader=loader).parse_overrides(texts_of(master))
    return jobs_of(parsed, loader, master)


def dimensions(overrides: Sequence[Override], loader: Any, master: DictConfig) -> list[list[Row]]:
    """The rows of every dimension: of what a sweep file sweeps over and what was typed, and of the file's grids.

    Raises UserError.
    """
    parser = OverridesParser.create(config_loader=loader)
    written: Any = OmegaConf.to_container(master.hydra.sweeper, resolve=False)
    grids = [
        parser.parse_overrides([f"{key}={value}" for key, value in one.items()]) for one in written.get("grids") or []
    ]
    _check_grids(grids)
    check_zips(overrides, loader, master, {GRIDS: {key for grid in grids for one in grid for key in _keys(one)}})
    for grid in grids:
        check_zips(grid, loader, master)
    found = [_rows(override) for override in _last_of_each(overrides)]
    together = [row for grid in grids for row in _crossed([_rows(one) for one in _last_of_each(grid)])]
    return [together, *found] if grids else found


def check_zips(
    overrides: Sequence[Override],
    loader: Any,
    master: DictConfig,
    together: Mapping[str, set[str]] = MappingProxyType({}),
) -> None:
    """Raise UserError for a zip that has the name of a setting or of another zip, and for a key that one of them sets
    and something else too; `together` are more keys that something sets.
    """
    params = master.hydra.sweeper.get("params") or {}
    _check_names([one for one in overrides if rows_of(one)], {*map(str, master), *loader.list_groups("")}, params)
    given = _last_of_each(overrides)
    zips = {str(one.input_line): _keys(one) for one in given if rows_of(one)}
    for override in given:
        for where, keys in {**together, **zips}.items():
            if where != override.input_line and (twice := keys & _keys(override)):
                key = min(twice)
                raise UserError(f"{key} is set by {where}, so {override.input_line} cannot set it too", [key])


def _last_of_each(overrides: Sequence[Override]) -> list[Override]:
    """Of several overrides of a key the later one counts."""
    return list({override.get_key_element(): override for override in overrides}.values())


def _crossed(found: Sequence[Sequence[Row]]) -> list[Row]:
    """All combinations, after a look at how many there would be: a slip of the finger must not fill the memory."""
    if math.prod(map(len, found)) > MAX_JOBS:
        raise UserError(f"this sweep would have more than {MAX_JOBS:,} runs; sweep over less at a time")
    return [tuple(chain.from_iterable(rows)) for rows in product(*found)]


def _rows(override: Override) -> list[Row]:
    if rows := rows_of(override):
        return list(rows)
    if override.is_discrete_sweep():
        n = sum(1 for _ in islice(override.sweep_string_iterator(), MAX_JOBS + 1))
        if n == 0:
            raise UserError(f"the override {override.input_line} has no values to sweep over")
        if n > 1 and override.get_key_element() in ONE_AT_A_TIME:
            raise UserError(f"the override {override.input_line} names several; run one at a time")
        if n > MAX_JOBS:
            raise UserError(f"this sweep would have more than {MAX_JOBS:,} runs; sweep over less at a time")
    (jobs,) = BasicSweeper.split_arguments([override], None)
    return [tuple(job) for job in jobs]


def _keys(override: Override) -> set[str]:
    """What an override sets."""
    texts = [text for row in rows_of(override)[:1] for text in row] or [override.get_key_element()]
    return {text.partition("=")[0].lstrip("+~") for text in texts}


def _check_names(zips: Sequence[Override], taken: set[str], written: Iterable[str]) -> None:
    """What is typed replaces the zip of that name among what is `written`; a name typed twice is a slip."""
    names = [one.key_or_group for one in zips]
    for name, override in zip(names, zips, strict=True):
        if name in taken:
            raise UserError(f"{name} is a setting, so it cannot be the name of a zip: {override.input_line}", [name])
        if names.count(name) > 1 + (name in written):
            raise UserError(f"{name} is the name of two zips; give each its own", [name])


def _check_grids(grids: Sequence[Sequence[Override]]) -> None:
    for override in chain.from_iterable(grids):
        for key in _keys(override):
            if reason := refused_key(key):
                raise UserError(f"in {GRIDS}, {reason}", [key])
