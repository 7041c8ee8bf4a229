"""The pictures of a sweep: which there are, and what each of them shows; and that of its best run."""

from collections.abc import Sequence

from runner import comparison, terminal
from runner.data_sets import by_data
from runner.effects import effects, pairs, profiles
from runner.preparation import Prepared, digest_of, prepare
from runner.results import RunResult

MAX_DATA = 6


def pictures_of(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """The sweep's pictures by file name; none where nothing was trained.

    Data that has gone or changed, such as a CSV file, takes its own panels, and no other.
    """
    if not any(result.history.get("step") for result in results):
        return {}
    return _of_scores(results, keys) | _of_keys(results, keys) | _of_data(results, keys)


def picture_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run's picture; one that cannot be drawn takes nothing from the sweep."""
    from runner.figures import draw_run

    try:
        drawn = draw_run(result, prepare(result.spec.phases[-1]))
    except Exception as error:
        terminal.warn(f"no picture of the best run: {type(error).__name__}: {error}")
        return {}
    return {f"plots/{name}": content for name, content in drawn.pictures.items()}


def _of_scores(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    from runner import figures

    bands, n_settings = comparison.bands(results, keys)
    note = "training cost: mean, and the middle 80 % of the seeds"
    if n_settings > len(bands):
        note += f"; the best {len(bands)} of {n_settings} settings"
    pictures = {"curves.png": figures.draw_bands(bands, "training cost", note)}
    strips, score = comparison.strips(results, keys)
    if any(strip.values for strip in strips):
        pictures["scores.png"] = figures.draw_strips(strips, score)
    return pictures


def _of_keys(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """What each swept key did, where one was swept, and what they did together, where there were more."""
    from runner import figures

    found, score = effects(results, keys)
    pictures = {"effects.png": figures.draw_effects(found, f"final {score}")} if found else {}
    if len(found) > 1 and any(effect.means for effect in found):
        if grids := pairs(results, found, score):
            pictures["heatmaps.png"] = figures.draw_heatmaps(grids, score)
        pictures["profiles.png"] = figures.draw_profiles(profiles(results, found, score), score)
    return pictures


def _of_data(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """The data sets, and what the typical run of each setting made of its own."""
    from runner import figures
    from runner.fits import fit_of

    trained, lost, pictures = [result for result in results if result.data_digest], Lost(), {}
    first = [(label, members[0]) for label, members in list(by_data(trained).items())[:MAX_DATA]]
    sets = [(f"{label} (seed {one.spec.data_seed})", lost.data_of(one)) for label, one in first]
    if there := [(label, data) for label, data in sets if data]:
        pictures["data.png"] = figures.draw_data(there)
    typical, n_settings = comparison.typical_runs(results, keys)
    shown = [(label, result, lost.data_of(result)) for label, result in typical]
    if fits := [(label, fit_of(result, data)) for label, result, data in shown if data]:
        note = "fit of the run with the median training cost of each setting"
        if n_settings > len(fits):
            note += f" ({len(fits)} of {n_settings})"
        pictures["fits.png"] = figures.draw_fits(fits, note)
        if surfaces := [pair for pair in fits if pair[1].kind == "surface"]:
            pictures["surfaces.png"] = figures.draw_surfaces(surfaces, f"{note}; dots: samples")
    return pictures


class Lost:
    """Data sets that are no longer what runs learned from; each reason is told once."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def data_of(self, result: RunResult) -> Prepared | None:
        """What a run learned from; None where that cannot be had any more."""
        try:
            data = prepare(result.spec)
            reason = "" if digest_of(data.samples) == result.data_digest else "it has changed since"
        except Exception as error:  # a data set may be a person's own part, and raise anything
            reason = f"{type(error).__name__}: {error}"
        if not reason:
            return data
        told = f"no pictures of the data {result.spec.data.name}: {reason}"
        if told not in self._told:
            terminal.warn(told)
        self._told.add(told)
        return None
