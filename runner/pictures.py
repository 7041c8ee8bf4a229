"""The pictures of a sweep: which there are, and what each of them shows; and that of its best run."""

from collections.abc import Sequence

from runner import comparison, terminal
from runner.data_sets import data_sets
from runner.effects import effects, pairs, profiles
from runner.results import RunResult


def pictures_of(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """The sweep's pictures by file name; none where nothing was trained.

    Data that has gone, such as a CSV file, takes the pictures that show it, and no other.
    """
    if not any(result.history.get("step") for result in results):
        return {}
    pictures = _of_scores(results, keys) | _of_keys(results, keys)
    try:
        pictures |= _of_data(results, keys)
    except Exception as error:  # a data set is a person's own part, and may raise anything
        terminal.warn(f"no pictures of data and fits: {type(error).__name__}: {error}")
    return pictures


def picture_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run's picture; one that cannot be drawn takes nothing from the sweep."""
    from runner.figures import draw_run
    from runner.preparation import prepare

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
        pictures["heatmaps.png"] = figures.draw_heatmaps(pairs(results, found, score), score)
        pictures["profiles.png"] = figures.draw_profiles(profiles(results, found, score), score)
    return pictures


def _of_data(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    from runner import figures
    from runner.fits import fit_of
    from runner.preparation import prepare

    pictures = {"data.png": figures.draw_data([(label, prepare(spec)) for label, spec in data_sets(results)])}
    typical, n_settings = comparison.typical_runs(results, keys)
    if typical:
        fits = [(label, fit_of(result, prepare(result.spec))) for label, result in typical]
        note = "fit of the run with the median training cost of each setting"
        if n_settings > len(fits):
            note += f" (the first {len(fits)} of {n_settings})"
        pictures["fits.png"] = figures.draw_fits(fits, note)
        if surfaces := [pair for pair in fits if pair[1].kind == "surface"]:
            pictures["surfaces.png"] = figures.draw_surfaces(surfaces, f"{note}; dots: samples")
    return pictures
