"""The files of a sweep's parent run: tables of the comparison, pictures, the report, and the verdict."""

from collections.abc import Sequence

from runner import comparison, terminal
from runner.expectations import Verdict
from runner.findings import Findings
from runner.pictures import pictures_of
from runner.rendering import page_of
from runner.reporting import report_of
from runner.results import RunResult

REPORT = "report.html"


def comparison_files(sweep: Findings, with_pictures: bool) -> dict[str, bytes]:
    """The parent's artifacts: tables, and, with pictures, those and the report."""
    by_seed = comparison.seed_table(sweep.results, sweep.keys)
    by_run = comparison.run_table(sweep.results, sweep.keys)
    files = {
        "comparison.csv": by_seed.to_csv(index=False).encode(),
        "comparison.parquet": by_seed.to_parquet(index=False),
        "runs.csv": by_run.to_csv(index=False).encode(),
        "runs.parquet": by_run.to_parquet(index=False),
    }
    if with_pictures:
        pictures = pictures_of(sweep.results, sweep.keys)
        files |= {f"plots/{name}": content for name, content in pictures.items()}
        files[REPORT] = page_of(report_of(sweep, pictures)).encode()
    return files


def picture_of(result: RunResult) -> dict[str, bytes]:
    """The files of a run's picture; one that cannot be drawn takes nothing from the sweep."""
    from runner.figures import draw_run
    from runner.preparation import prepare

    try:
        drawn = draw_run(result, prepare(result.spec.phases[-1]))
    except Exception as error:
        terminal.say(f"no picture of the best run: {type(error).__name__}: {error}")
        return {}
    return {f"plots/{name}": content for name, content in drawn.pictures.items()}


def verdict_table(verdicts: Sequence[Verdict]) -> bytes:
    """One row per expectation: whether it holds, its numbers, the sentence and the inequality."""
    import pandas as pd

    rows = [(verdict.holds, verdict.numbers, verdict.sentence, verdict.inequality) for verdict in verdicts]
    return pd.DataFrame(rows, columns=["holds", "numbers", "expected", "inequality"]).to_csv(index=False).encode()
