"""The pictures of a sweep: which there are, and what each of them shows; and that of its best run."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from runner.base.console import warn
from runner.base.errors import with_trace
from runner.findings.numbers.curves import bands, strips, typical_runs
from runner.findings.numbers.data_sets import by_data
from runner.findings.numbers.effects import Effect, effects, pairs, profiles
from runner.findings.numbers.fits import Fit, fit_of
from runner.findings.numbers.scores import chosen_on, told_on
from runner.runs.data import Prepared, digest_of, prepare
from runner.runs.explaining import explain_data
from runner.runs.result import RunResult
from runner.runs.settings import Settings

MAX_DATA = 6
DRAWING = threading.Lock()  # matplotlib draws in one thread at a time
NO_PICTURE = "no picture: "  # begins the error of a run that has its numbers


def with_picture(result: RunResult, data: Prepared | None = None) -> RunResult:
    """A picture that cannot be drawn costs the run nothing else; the run's `error` says why.

    Without `data` the run's own are prepared once more. It draws in any process: where the stack was trained.
    """
    try:
        from runner.findings.figures import draw_run

        with DRAWING:
            return draw_run(result, data or prepare(result.spec.phases[-1]))
    except Exception as error:
        return replace(result, error=f"{NO_PICTURE}{with_trace(error)}")


def drawing(settings: Settings) -> Callable[[RunResult, Prepared], RunResult] | None:
    """What draws the picture of each run, where `tracking.plots` asks for all of them."""
    return with_picture if settings.tracking.plots == "all" else None


def pictures_of(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """The sweep's pictures by file name; none where nothing was trained.

    Data that is gone or changed, such as a CSV file, costs its own panels, and no others. A picture that cannot be
    drawn is left out, and a warning says why.
    """
    if not any(result.history.get("step") for result in results):
        return {}
    artist = Artist(results, keys)
    drawn: dict[str, bytes] = {}
    lost: dict[str, list[str]] = {}
    for name, draw in artist.pictures.items():
        try:
            content = draw()
        except Exception as error:
            lost.setdefault(f"{type(error).__name__}: {error}", []).append(name)
        else:
            drawn |= {name: content} if content else {}
    for reason, names in lost.items():
        warn(f"no {', '.join(names)}: {reason}")
    return drawn


def picture_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run's picture; one that cannot be drawn takes nothing from the sweep."""
    drawn = with_picture(result)
    if drawn.lost_picture:
        warn(f"the best run has {drawn.lost_picture}")
    return {f"plots/{name}": content for name, content in drawn.pictures.items()}


class Artist:
    """Draws the pictures of a sweep: each by a method of its own, which gives None where there is nothing to show."""

    def __init__(self, results: Sequence[RunResult], keys: Sequence[str]) -> None:
        self._results, self._keys, self._lost = results, keys, Lost()

    @property
    def pictures(self) -> dict[str, Callable[[], bytes | None]]:
        """What draws each file."""
        return {
            "curves.png": self.curves, "scores.png": self.scores,
            "effects.png": self.effects, "heatmaps.png": self.heatmaps, "profiles.png": self.profiles,
            "data.png": self.data, "fits.png": self.fits, "surfaces.png": self.surfaces,
        }  # fmt: skip

    def curves(self) -> bytes:
        from runner.findings.figures import draw_bands

        shown, n_settings = bands(self._results, self._keys)
        note = "training cost: mean, and the middle 80 % of the runs of a setting"
        if n_settings > len(shown):
            note += f"; the best {len(shown)} of {n_settings} settings"
        return draw_bands(shown, "training cost", note)

    def scores(self) -> bytes | None:
        shown, score = strips(self._results, self._keys)
        if not any(strip.values for strip in shown):
            return None
        from runner.findings.figures import draw_strips

        return draw_strips(shown, f"{told_on(self._results)}{score}")

    @cached_property
    def _effects(self) -> tuple[list[Effect], str]:
        return effects(self._results, self._keys)

    @property
    def _has_grid(self) -> bool:
        """Whether there are two keys, and a run that finished."""
        found, _ = self._effects
        return len(found) > 1 and any(effect.means for effect in found)

    def effects(self) -> bytes | None:
        """What each swept key did, where one was swept."""
        found, score = self._effects
        if not found:
            return None
        from runner.findings.figures import draw_effects

        return draw_effects(found, f"final {chosen_on(self._results)}{score}")

    def heatmaps(self) -> bytes | None:
        """What every two keys did together."""
        found, score = self._effects
        grids = pairs(self._results, found, score) if self._has_grid else []
        if not grids:
            return None
        from runner.findings.figures import draw_heatmaps

        return draw_heatmaps(grids, score, chosen_on(self._results))

    def profiles(self) -> bytes | None:
        """What all keys did together."""
        if not self._has_grid:
            return None
        from runner.findings.figures import draw_profiles

        found, score = self._effects
        return draw_profiles(profiles(self._results, found, score), score, chosen_on(self._results))

    def data(self) -> bytes | None:
        """What there was to learn."""
        trained = [result for result in self._results if result.data]
        first = [(label, members[0]) for label, members in list(by_data(trained).items())[:MAX_DATA]]
        sets = [(f"{label} (seed {one.spec.data_seed})", self._lost.data_of(one)) for label, one in first]
        there = [(label, data) for label, data in sets if data]
        if not there:
            return None
        from runner.findings.figures import draw_data

        return draw_data(there)

    @cached_property
    def _fits(self) -> tuple[list[tuple[str, Fit]], str]:
        """What the typical run of each setting made of its data; and a note that says so."""
        typical, n_settings = typical_runs(self._results, self._keys)
        shown = [(label, result, self._lost.data_of(result)) for label, result in typical]
        fits = [(label, fit_of(result, data)) for label, result, data in shown if data]
        note = "fit of the run with the median training cost of each setting"
        return fits, note + (f" ({len(fits)} of {n_settings})" if n_settings > len(fits) else "")

    def fits(self) -> bytes | None:
        fits, note = self._fits
        if not fits:
            return None
        from runner.findings.figures import draw_fits

        return draw_fits(fits, note)

    def surfaces(self) -> bytes | None:
        fits, note = self._fits
        surfaces = [pair for pair in fits if pair[1].kind == "surface"]
        if not surfaces:
            return None
        from runner.findings.figures import draw_surfaces

        return draw_surfaces(surfaces, f"{note}; dots: training rows, triangles: validation, crosses: test")


class Lost:
    """Data sets that are no longer what runs learned from; each reason is reported once."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def data_of(self, result: RunResult) -> Prepared | None:
        """What a run learned from; None where that is no longer available."""
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
