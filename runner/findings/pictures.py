"""The pictures of a sweep, as far as they can be drawn, and that of its best run."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import count

from runner.base.console import warn
from runner.base.errors import RAISED, with_trace
from runner.base.texts import short
from runner.datasets.samples import DataError
from runner.findings.artist import Artist
from runner.findings.numbers.data_sets import by_data
from runner.findings.numbers.fits import fits_of
from runner.findings.numbers.scores import rank_of_run, survivors
from runner.findings.rendering import DRAWING, render_here
from runner.findings.section import slug
from runner.findings.sketch import Drawn, Render, Sketch, sketch_of
from runner.runs.data import Prepared, digest_of, prepare
from runner.runs.explaining import explain_data
from runner.runs.overrides import settings_in
from runner.runs.result import RunResult
from runner.runs.settings import Settings

MANY_RUNS = 100  # up to which each run of a sweep has a picture, with `tracking.plots=auto`
MAX_DATA = 6
MAX_DRAWN = 12  # data sets with pictures of their own
MAX_LABEL = 60
NO_PICTURE = "no picture: "  # begins the error of a run that has its numbers


def with_picture(result: RunResult, data: Prepared | None = None) -> RunResult:
    """A result with its picture; if it cannot be drawn, only the run's `error` says why.

    Without `data`, the run's data are prepared again. It draws in any process, usually where the stack was trained.
    """
    try:
        from runner.findings.figures import draw_run

        with DRAWING:
            return draw_run(result, data or _learned_from(result))
    except RAISED as error:
        return replace(result, error=f"{NO_PICTURE}{with_trace(error)}")


def _learned_from(result: RunResult) -> Prepared:
    """The same as `learned_from`. Raises DataError where it is no longer available."""
    found = learned_from(result)
    if isinstance(found, str):
        raise DataError(f"no data {result.spec.data.name}: {found}")
    return found


def drawing(settings: Settings, runs: int) -> Callable[[RunResult, Prepared | None], RunResult] | None:
    """The function that draws each run's picture, if `tracking.plots` asks for all of this many runs."""
    plots = settings.tracking.plots
    return with_picture if plots == "all" or (plots == "auto" and runs <= MANY_RUNS) else None


def standing_for(members: Sequence[RunResult]) -> list[RunResult]:
    """The best, the median and the worst of a setting's runs, of those that have a history; one that did not finish is
    the worst.
    """
    there = [one for one in members if one.history.get("step")]
    finished = sorted((one for one in there if one.has_finished), key=rank_of_run)
    ordered = [*finished, *(one for one in there if not one.has_finished)]
    places = {0, len(finished) // 2, len(ordered) - 1} if ordered else set()
    return [ordered[place] for place in sorted(places)]


def pictures_by_data(
    results: Sequence[RunResult], keys: Sequence[str], render: Render = render_here, is_search: bool = False
) -> dict[str, dict[str, Drawn]]:
    """A sweep's pictures by file name for each of its data sets; none if nothing was trained.

    If data is gone or has changed, such as a CSV file, only its own panels are missing. A picture that cannot be drawn
    is left out, and a warning says why. For a search, the pictures compare the settings still in the race.
    """
    groups = {label: some for label, some in by_data(results).items() if any(one.history.get("step") for one in some)}
    lost, gone, endings = Lost(), Gone(), endings_of(by_data(results))
    composed: dict[tuple[str, str], Sketch] = {}
    for label in list(groups)[:MAX_DRAWN]:
        about = f" ({short(label, MAX_LABEL)})" if len(groups) > 1 else ""
        last = survivors(groups[label], settings_in(keys))
        for name, draw in Artist(last, keys, about, gone.data_of, is_search).pictures.items():
            if sketch := lost.try_to(draw, file := f"{name}{endings[label]}.png"):
                composed[label, file] = sketch
    found: dict[str, dict[str, Drawn]] = {label: {} for label in list(groups)[:MAX_DRAWN]}
    for (label, file), made in zip(composed, render(list(composed.values())), strict=True):
        if isinstance(made, Exception):
            lost.note(file, made)
        else:
            found[label][file] = made
    lost.warn()
    if len(groups) > MAX_DRAWN:
        warn(f"pictures show the first {MAX_DRAWN} of {len(groups)} data sets")
    return found


def pictures_of(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, Drawn]:
    """The pictures of all data sets by file name: `scores.png`, or `scores-xor.png` with several data sets."""
    return {name: one for some in pictures_by_data(results, keys).values() for name, one in some.items()}


def endings_of(labels: Collection[str]) -> dict[str, str]:
    """The suffixes of file names for several data sets; different labels get different suffixes."""
    endings: dict[str, str] = dict.fromkeys(labels, "")
    for label in labels if len(labels) > 1 else ():
        named = (f"-{slug(label)[:MAX_LABEL]}{f'-{n}' if n else ''}" for n in count())
        endings[label] = next(name for name in named if name not in endings.values())
    return endings


def picture_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run's picture; none if it cannot be drawn."""
    drawn = with_picture(result)
    if drawn.lost_picture:
        warn(f"the best run has {drawn.lost_picture}")
    return {f"plots/{name}": content for name, content in drawn.pictures.items()}


def fit_pictures(results: Sequence[RunResult], now: int, render: Render = render_here) -> dict[int, dict[str, bytes]]:
    """The fit of each run by its index, with shared axes, as files that MLflow shows in a grid.

    They are named as by MLflow's own client; `now` is in milliseconds. If the data is gone, there are none.
    """
    there = [(one, data) for one in results if not isinstance(data := learned_from(one), str)]
    try:
        (drawn,) = render([sketch_of("draw_grid", fits_of(there))])
        if isinstance(drawn, Exception):
            raise drawn
    except Exception as error:
        warn(f"MLflow has no pictures of the settings: {type(error).__name__}: {error}")
        return {}
    files = {}
    for (one, _), (picture, small) in zip(there, drawn, strict=True):
        name = f"images/fit+step+0+timestamp+{now}+{uuid.uuid4()}"
        files[one.index] = {f"{name}.png": picture, f"{name}+compressed.webp": small}
    return files


class Lost:
    """Pictures that could not be drawn, by reason."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def try_to(self, draw: Callable[[], Sketch | None], name: str) -> Sketch | None:
        """A picture that is drawn later."""
        try:
            return draw()
        except Exception as error:
            self.note(name, error)
            return None

    def note(self, name: str, error: Exception) -> None:
        """Record a lost picture."""
        self._names.setdefault(f"{type(error).__name__}: {error}", []).append(name)

    def warn(self) -> None:
        """Print each reason once."""
        for reason, names in self._names.items():
            warn(f"no {', '.join(names)}: {reason}")


class Gone:
    """Data sets that no longer contain what runs learned from; each reason is reported once."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def data_of(self, result: RunResult) -> Prepared | None:
        """What a run learned from; None if that is no longer available."""
        found = learned_from(result)
        if not isinstance(found, str):
            return found
        told = f"no pictures of the data {result.spec.data.name}: {found}"
        if told not in self._told:
            warn(told)
        self._told.add(told)
        return None


def learned_from(result: RunResult) -> Prepared | str:
    """What a run learned from, or why that is no longer available."""
    try:
        data = prepare(result.spec)
    except Exception as error:  # a data set may be a user's own part, and raise anything
        return str(explain_data(result.spec.data.name, error))
    return data if digest_of(data.samples) == (result.data and result.data.digest) else "it has changed since"
