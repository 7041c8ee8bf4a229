"""The files of a sweep's parent run: tables of the comparison, pictures, and the verdict."""

from collections.abc import Sequence

from runner import comparison, terminal
from runner.expectations import Verdict
from runner.results import RunResult


def comparison_files(results: Sequence[RunResult], keys: Sequence[str], pictures: bool) -> dict[str, bytes]:
    """The parent's artifacts: tables, and pictures where there is something to draw."""
    by_seed, by_run = comparison.seed_table(results, keys), comparison.run_table(results, keys)
    files = {
        "comparison.csv": by_seed.to_csv(index=False).encode(),
        "comparison.parquet": by_seed.to_parquet(index=False),
        "runs.csv": by_run.to_csv(index=False).encode(),
        "runs.parquet": by_run.to_parquet(index=False),
    }
    if pictures and any(result.history.get("step") for result in results):
        try:
            files |= {f"plots/{name}": content for name, content in pictures_of(results, keys).items()}
        except Exception as error:  # data that has gone takes no table with it
            terminal.warn(f"no pictures of the sweep: {type(error).__name__}: {error}")
    return files


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


def verdict_table(verdicts: Sequence[Verdict]) -> bytes:
    """One row per expectation: whether it holds, its numbers, the sentence and the inequality."""
    import pandas as pd

    rows = [(verdict.holds, verdict.numbers, verdict.sentence, verdict.inequality) for verdict in verdicts]
    return pd.DataFrame(rows, columns=["holds", "numbers", "expected", "inequality"]).to_csv(index=False).encode()


def pictures_of(results: Sequence[RunResult], keys: Sequence[str]) -> dict[str, bytes]:
    """The sweep's pictures by file name."""
    from runner import figures
    from runner.fits import fit_of
    from runner.preparation import prepare

    bands, n_settings = comparison.bands(results, keys)
    note = "training cost: mean, and the middle 80 % of the seeds"
    if n_settings > len(bands):
        note += f"; the best {len(bands)} of {n_settings} settings"
    pictures = {"curves.png": figures.draw_bands(bands, "training cost", note)}
    strips, score = comparison.strips(results, keys)
    if any(strip.values for strip in strips):
        pictures["scores.png"] = figures.draw_strips(strips, score)
    effects, score = comparison.effects(results, keys)
    if effects:
        pictures["effects.png"] = figures.draw_effects(effects, f"final {score}")
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
