"""What a person sees: a run's result, the comparison at the end, and where to look next."""

import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runner.comparison import SCORES, short_names
from runner.expectations import Verdict
from runner.results import RunResult
from runner.texts import visible

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 20
HOLDS: dict[bool | None, tuple[str, str | None]] = {
    True: ("yes", None),
    False: ("NO", "red"),
    None: ("not judged", None),
}


class _Console(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """Whoever read has gone (`| head`); the sweep goes on, and says nothing more."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console() -> Console:
    """Standard output. A pipe gets plain text, wide enough that nothing is cut."""
    plain = _Console(markup=False, emoji=False)
    if plain.is_terminal:
        return plain
    return _Console(width=max(plain.width, 100), markup=False, emoji=False, highlight=False)


def count(n: int, what: str) -> str:
    """So many of something, in words that agree: `1 run`, `2 runs`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def print_run(result: RunResult, where: str) -> None:
    """One run's result in a few lines."""
    out, finals = console(), result.finals
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    names = [name for name in SCORES if f"train/{name}" in finals]
    for name in names:
        table.add_column(name, justify="right")
    for part in ("train", "test"):
        if f"{part}/cost" in finals:
            table.add_row(part, *(f"{finals[f'{part}/{name}']:.4g}" for name in names))
    if names:
        out.print(table)
    _print_measures(out, result.measures)
    out.print(f"outcome: {_outcome(result)}")
    out.print(where, soft_wrap=True)


def _print_measures(out: Console, measures: Mapping[str, float]) -> None:
    """What predictors reach that learned nothing, and the outputs at chosen points."""
    trivial = {name[len("baseline/") :]: value for name, value in measures.items() if name.startswith("baseline/")}
    if trivial:
        out.print(
            "trivial predictors: "
            + ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in trivial.items())
        )
    for name, value in measures.items():
        if name.startswith("probe/"):
            at, error = name[len("probe/") :], measures.get(name.replace("probe/", "probe_error/"))
            out.print(f"output at {at}: {value:.4g}" + ("" if error is None else f" (error {error:.4g})"))


def _outcome(result: RunResult) -> str:
    return {
        "stopped": f"stopped after {count(result.last_step, 'step')}",
        "converged": f"converged at step {result.last_step}",
        "diverged": f"diverged; the last finite values are those of step {result.last_step}",
        "failed": f"failed: {result.error.partition(chr(10))[0]}",
    }.get(result.outcome, result.outcome)


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """What was expected of the sweep, and whether it is so, with the numbers."""
    if not verdicts:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("expected", "numbers", ""):
        table.add_column(name, overflow="fold")
    for verdict in verdicts:
        said, style = HOLDS[verdict.holds]
        table.add_row(verdict.sentence, verdict.numbers, said, style=style)
    console().print(table)


def print_comparison(table: "pd.DataFrame", settings: Sequence[str]) -> None:
    """The settings of a sweep, best first, over their seeds."""
    out = console()
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in short_names(settings).values():
        shown.add_column(name, overflow="fold")
    scores = [score for score in SCORES if table[score].notna().any()]
    outcomes = [name for name in ("converged", "diverged", "failed", "killed") if table[name].any()]
    for name in ("runs", *reversed(scores), *outcomes):
        shown.add_column(name, justify="right")
    for row in table.head(MAX_ROWS).to_dict("records"):
        cells = [str(row[key]) for key in settings] + [str(row["runs"])]
        cells += [_with_spread(row[score], row[f"{score}_std"]) for score in reversed(scores)]
        shown.add_row(*cells, *(str(row[name]) for name in outcomes))
    out.print()
    out.print(shown)
    if len(table) > MAX_ROWS:
        out.print(f"... and {len(table) - MAX_ROWS} more settings, in comparison.csv of the sweep")
    out.print("mean ± standard deviation over seeds; on test samples where the data has them\n", style="dim")


def _with_spread(mean: Any, spread: Any) -> str:
    if math.isnan(mean):
        return "-"
    return f"{mean:.4g}" + ("" if math.isnan(spread) else f" ± {spread:.2g}")


def say_interrupted(done: int, missing: int, folder: str, resume: str) -> None:
    """After Ctrl-C: what is kept, and how to go on."""
    killed = f", and {count(missing, 'unfinished one')} marked as killed" if missing else ""
    say(
        f"\ninterrupted: {count(done, 'finished run')} kept in {folder}; now written to MLflow{killed} "
        "(Ctrl-C again stops at once; nothing is lost by that).\n"
        f"{'Train what is missing' if missing else 'All are trained; finish the comparison'}: {resume}",
    )


def say(text: str) -> None:
    """A sentence for the person at the terminal, not cut into lines."""
    console().print(text, soft_wrap=True)


def how_to_look(uri: str, default_uri: str, experiment_id: str) -> str:
    """The command that opens MLflow's pages over the store in use, and the address of the experiment's runs."""
    page = f"/#/experiments/{experiment_id}/runs?workflowType=machine_learning"
    if uri.startswith(("http://", "https://")):
        return f"look at it: {uri.rstrip('/')}{page}"
    command = "mlflow ui" if uri == default_uri else f"mlflow ui --backend-store-uri {uri}"
    return f"look at it: {command}\n            and open http://127.0.0.1:5000{page}"
