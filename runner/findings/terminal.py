"""What the terminal shows: a run's result, the comparison at the end, and where to look next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nn.metrics import METRICS
from runner.base.console import console, count, say, warn
from runner.base.texts import number
from runner.findings.comparison import print_comparison
from runner.findings.numbers.baselines import baselines_of, has_learned, rows_of, shortfall_of
from runner.findings.numbers.comparing import beyond_chance
from runner.findings.numbers.data_sets import MAX_DATA
from runner.findings.numbers.scores import dropped, reported_of, survivors, told_over
from runner.findings.numbers.tables import seed_table
from runner.findings.numbers.units import cost_in_words
from runner.findings.remedies import ways_out
from runner.plan.expectations import Verdict
from runner.runs.account import Account
from runner.runs.overrides import settings_in, values_of
from runner.runs.result import MAX_REASONS, RunResult

if TYPE_CHECKING:
    from runner.findings.findings import Findings

HOLDS = {True: ("yes", None), False: ("NO", "red"), None: ("not judged", None)}


def print_run(
    result: RunResult, where: str | Text, account: Account | None = None, verdicts: Sequence[Verdict] = ()
) -> None:
    """One run's result in a few lines, why it does not learn, and what was expected of it."""
    out, finals = console(), result.last if result.last_step else result.finals
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    names = [name for name in (result.score, "cost") if f"train/{name}" in finals]
    for name in names:
        table.add_column(name, justify="right")
    for part in ("train", "validation", "test"):
        if f"{part}/cost" in finals:
            found = [finals.get(f"{part}/{name}") for name in names]
            table.add_row(part, *("-" if value is None else number(value) for value in found))
    for one in baselines_of([result]) if names else ():
        table.add_row(one.row, number(one.value), *("" for _ in names[1:]), style="dim")
    if names:
        out.print(table)
    has_cause = account is not None and bool(account.causes)
    for line in (
        cost_in_words([result]),
        shortfall_of([result]).removeprefix("is "),
        "" if has_cause else _learned(result),
    ):
        if line:
            out.print(line, highlight=False)
    _print_probes(out, result.measures)
    out.print(f"outcome: {result.outcome.told(result.last_step, result.error)}{_restored(result)}")
    causes = (*account.causes, *account.flaws) if account else ()
    for line in ways_out([result]) if not causes else ():
        out.print(line, soft_wrap=True)
    say_account(account, is_sweep=False)
    print_verdicts(verdicts)
    out.print(where, soft_wrap=True)


def _learned(result: RunResult) -> str:
    """What a run learned, beside the best of what needs no network; empty where it is worse than any of that."""
    if not result.has_finished or not has_learned(result):
        return ""
    score, sign = result.score, METRICS.metric(result.score).sign
    best = max((one for one in baselines_of([result]) if one.told), key=lambda one: sign * one.value)
    reached, needs_none = (number(one, thousands=",") for one in (reported_of(result)[score], best.value))
    where = f"{score} {reached} on {result.reported_on} samples"
    if reached == needs_none:  # in the digits that are shown
        return f"as good as {best.told}, and no better: {where}"
    return f"learned: {where}, against {needs_none} for {best.told}"


def _restored(result: RunResult) -> str:
    """Which weights a run kept, where these are not its last ones."""
    if result.restored in (None, result.last_step):
        return ""
    return f"; its weights are those of step {result.restored}, the best on {result.scored_on} samples"


def _print_probes(out: Console, measures: Mapping[str, float]) -> None:
    """The outputs at chosen points."""
    for name, value in measures.items():
        if name.startswith("probe/"):
            at, error = name[len("probe/") :], measures.get(name.replace("probe/", "probe_error/"))
            out.print(f"output at {at}: {value:.4g}" + ("" if error is None else f" (error {error:.4g})"))


def print_sweep(sweep: "Findings", where: str | Text) -> None:
    """What came out of a sweep, why runs of it do not learn, and what was expected of it."""
    parts, account, verdicts = sweep.parts, sweep.account, sweep.verdicts
    for one in parts[:MAX_DATA]:
        notes = [line for line in [cost_in_words(one.results)] if line]
        title = f"on {one.label}" if one.label else ""
        settings = settings_in(one.keys)
        last = survivors(one.results, settings)
        if behind := dropped(one.results, settings):
            notes.append(f"{behind}: in comparison.csv of the sweep")
        table = seed_table(last, one.keys)
        chosen = values_of(one.confirmed.searched[0].overrides, settings) if one.confirmed else {}
        print_comparison(table, settings, rows_of(last), told_over(last), notes, title, chosen)
        for line in one.headline or beyond_chance(one.results, one.keys, one.smallest_difference):
            say(line)
    if len(parts) > 1:
        more = len(parts) - MAX_DATA
        say(f"\n{count(more, 'more data set')}: in the report\n" if more > 0 else "")
    for line in ways_out(sweep.results) if not (account and account.causes) else ():
        say(line)
    say_account(account)
    print_verdicts(verdicts)
    say(where)


def say_account(account: Account | None, is_sweep: bool = True) -> None:
    """Why runs of a sweep do not learn, a line for each cause; of a single run also what to try."""
    for line in account.lines if account and is_sweep else ():
        say(line)
    for cause in (*account.causes, *account.flaws) if account and not is_sweep else ():
        to_do = [f"to do: {cause.to_do}"] if cause.to_do else []
        for line in (cause.text, *cause.tried, *(f"to try: {way}" for way in cause.to_try), *to_do):
            say(line)


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """What was expected of the sweep, and whether it is so, with the numbers."""
    if not verdicts:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("expected", "found", ""):
        table.add_column(name, overflow="fold")
    for verdict in verdicts:
        said, style = HOLDS[verdict.holds]
        table.add_row(verdict.sentence, verdict.found, said, style=style)
    console().print(table)


def say_interrupted(done: int, missing: int, folder: str, resume: str, left: int = 0) -> None:
    """After Ctrl-C: what is kept, and how to resume; `left` are all runs to come, planned or not."""
    killed = f", {count(missing, 'unfinished one')} marked as killed" if missing else ""
    warn(
        f"\ninterrupted: {count(done, 'finished run')} kept in {folder} and now being written to MLflow{killed} "
        "(another Ctrl-C stops at once; nothing is lost).\n"
        f"{'Resume' if missing or left else 'All runs are trained; finish the comparison'} with: {resume}",
    )


def warn_of_lost_pictures(results: Sequence[RunResult]) -> None:
    """Say which pictures of runs could not be drawn; their numbers are kept."""
    reasons = Counter(result.lost_picture for result in results if result.lost_picture)
    for reason, n in reasons.most_common(MAX_REASONS):
        warn(f"{count(n, 'run')} with {reason}; the numbers are kept")
    if len(reasons) > MAX_REASONS:
        warn(f"... and runs without a picture for {len(reasons) - MAX_REASONS} more reasons")
