"""The sections of a report, in order, made from the findings of a sweep; None if a section has nothing to show.

A new section is one function, here or in your own module, whose sections come last.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from nn.registry import Registry
from runner.base.commands import own_modules
from runner.base.texts import aligned, short
from runner.findings.best import best_run, columns
from runner.findings.confirmation import confirmation
from runner.findings.explorer.offering import see_it_learn
from runner.findings.failures import failures
from runner.findings.findings import Findings
from runner.findings.numbers.answer import EXPECTED, SETTINGS, UNFINISHED, title_of
from runner.findings.numbers.data_sets import DISTURBED, by_data, wrong_with
from runner.findings.numbers.scores import columns_of, dropped, survivors, told_on
from runner.findings.numbers.solved import rule_of
from runner.findings.numbers.units import cost_in_words
from runner.findings.pictures import MAX_DATA, learned_from
from runner.findings.search_history import search_history
from runner.findings.section import Block, Link, Picture, Section, Strong, Table
from runner.findings.settings_table import settings_table
from runner.runs.outcome import Outcome
from runner.runs.overrides import settings_in
from runner.runs.result import RunResult

__all__ = ["SECTIONS", "Block", "Picture", "Section", "Strong", "Table"]

MAX_RUNS, FEW, MAX_ERROR, MAX_VALUES, CUT = 500, 8, 300, 3, 12
SUCCESS = (
    "Success: the share of runs that beat what needs no network: the best constant and, where it is known, a straight "
    "line or logistic regression."
)
DATA = "data"
ORDER = {
    "test ": "The order is that on validation samples; the score on test samples is reported.",
    "validation ": "Scores are on validation samples, as there are no test samples.",
    "": "Scores are on test samples.",
}
UNTESTED = "Scores are on the training samples, as there are no others."
HOLDS = {True: "yes", False: Strong("no"), None: "not judged"}

SECTIONS: Registry[Callable[[Findings], Section | Sequence[Section] | None]] = Registry("report section")
SECTIONS.register(confirmation)
SECTIONS.register(failures)


@SECTIONS.register
def unfinished(sweep: Findings) -> Section | None:
    """Runs that did not finish: never hidden."""
    failed_first = sorted(sweep.results, key=lambda one: one.outcome is not Outcome.FAILED)
    runs = [result for result in failed_first if not result.has_finished]
    rows = [[_named(sweep, one), one.outcome, str(one.last_step), _error(one)] for one in runs[:MAX_RUNS]]
    left_out = max(0, len(runs) - MAX_RUNS)
    table = Table(["run", "outcome", "last step", "error"], rows, frozenset({2}), left_out, shown=FEW)
    return Section(UNFINISHED, table=table) if rows else None


@SECTIONS.register
def expected(sweep: Findings) -> Section | None:
    """The sweep's expectations, and whether they hold."""
    rows = [[one.sentence, one.found, HOLDS[one.holds]] for one in sweep.verdicts]
    return Section(EXPECTED, table=Table(["expected", "found", "holds"], rows)) if rows else None


@SECTIONS.register
def settings(sweep: Findings) -> list[Section]:
    """For every data set, one row per setting, best first, over its seeds; and the pictures that compare them."""
    return [
        _settings(one, _pictures(sweep, one.label), is_folded=place >= MAX_DATA)
        for place, one in enumerate(sweep.parts)
    ]


def _settings(sweep: Findings, drawn: Sequence[Picture], is_folded: bool) -> Section:
    is_untested = all(one.reported_on == "train" for one in sweep.results if one.has_finished)
    where = UNTESTED if is_untested else ORDER[told_on(sweep.results)]
    rule = rule_of(sweep.results)
    share = f"Solved: {rule}." if rule else SUCCESS
    behind = dropped(sweep.results, settings_in(sweep.keys))
    table, lost = settings_table(
        replace(sweep, results=survivors(sweep.results, settings_in(sweep.keys))) if behind else sweep
    )
    notes = [f"{behind}: in comparison.csv and runs.csv of the sweep." if behind else "", lost]
    notes.append(f"Mean, standard deviation (sd) and median over the finished runs of a setting. {where} {share}")
    if cost := cost_in_words(sweep.results):
        notes.append(f"{cost[0].upper()}{cost[1:]}.")
    pictures = [one for one in drawn if not one.name.startswith(DATA)]
    title = title_of(SETTINGS, sweep.label)
    return Section(title, " ".join(filter(None, notes)), table, pictures, is_folded=is_folded)


SECTIONS.register(see_it_learn)
SECTIONS.register(search_history)
SECTIONS.register(best_run)
SECTIONS.register(columns)


def _pictures(sweep: Findings, label: str) -> list[Picture]:
    """Those of a data set; all where there is one, which has no label."""
    drawn = sweep.pictures_by_data.get(label, {}) if label else sweep.pictures
    return [Picture(name, drawing.title, drawing) for name, drawing in drawn.items()]


@SECTIONS.register
def data(sweep: Findings) -> Section | None:
    """Every data set that runs learned from, with its settings, and how many different samples of it there are."""
    rows = []
    for members in by_data([result for result in sweep.results if result.data]).values():
        used = [one.data for one in members if one.data]
        parts = [(one.n_samples[0], one.n_validation, one.n_samples[1]) for one in used]
        sizes = dict.fromkeys(" + ".join(str(number) for number in sizes if number) for sizes in parts)
        chosen = {"features", "drop"}  # other columns of the same rows are no other draw
        drawn = {(one.spec.data.model_dump_json(include=chosen), one.data.digest) for one in members if one.data}
        draws = max(Counter(columns for columns, _ in drawn).values())
        rows.append([members[0].spec.data.name, " or ".join(sizes), str(draws), _settings_of_data(members)])
    table = Table(["data", "samples (train + validation + test)", "different draws", "settings"], rows, frozenset({2}))
    pictures = [one for part in sweep.parts for one in _pictures(sweep, part.label) if one.name.startswith(DATA)]
    return Section("Data", "", table, pictures, is_folded=True) if rows else None


def _settings_of_data(members: Sequence[RunResult]) -> str:
    """All that runs on the same samples had set: `noise=0.1, standardize=False or True`."""
    values: dict[str, list[str]] = {}
    for member in members:
        for key, value in member.spec.data.model_dump(mode="json", exclude={"name"}, exclude_none=True).items():
            if str(value) not in values.setdefault(key, []):
                values[key].append(str(value))
    said = set().union(*(wrong_with(member.spec) for member in members))
    values = {key: found for key, found in values.items() if key in said or key not in DISTURBED}
    several = {key: f" or {len(found) - MAX_VALUES} more" for key, found in values.items() if len(found) > MAX_VALUES}
    return ", ".join(f"{key}={' or '.join(found[:MAX_VALUES])}{several.get(key, '')}" for key, found in values.items())


@SECTIONS.register
def reading(sweep: Findings) -> Section | None:
    """How tables became samples: what was detected and left out; for tables that are still there and unchanged."""
    groups = by_data([result for result in sweep.results if result.network and result.network.encoding])
    rows = []
    for label, members in list(groups.items())[:MAX_DATA]:
        found = learned_from(members[0])
        for note in () if isinstance(found, str) else found.samples.notes:
            what, _, value = note.partition(": ")
            rows.append([label, what, value][len(groups) == 1 :])
    table = Table(["data", "what", "value"][len(groups) == 1 :], rows)
    return Section("How the table was read", table=table, is_folded=True) if rows else None


@SECTIONS.register
def runs(sweep: Findings) -> Section:
    """Every run with its scores; its name leads to its page in MLflow."""
    results, shown = sweep.results, sweep.results[:MAX_RUNS]
    scores = [one for one in columns_of(results) if not all(math.isnan(one.of(result)) for result in results)]
    columns = [aligned([score.of(one) for one in shown], []) for score in scores]
    rows = [[_named(sweep, one), one.outcome, *values] for one, *values in zip(shown, *columns, strict=True)]
    names, numbers = ["run", "outcome", *(score.name for score in scores)], frozenset(range(2, 2 + len(scores)))
    table = Table(names, rows, numbers, max(0, len(results) - MAX_RUNS), is_sortable=True)
    note = f"A name leads to the run in MLflow, at {sweep.pages.partition('/#')[0]}." if sweep.pages else ""
    return Section("All runs", note, table, is_folded=True)


@SECTIONS.register
def identities(sweep: Findings) -> Section:
    """What identifies the numbers of every run."""
    rows = [
        [sweep.name_of(one), sweep.run_ids.get(one.index, ""), one.key[:CUT]]
        + [one.digests.get(name, "")[:CUT] for name in ("digest.weights", "digest.history")]
        for one in sweep.results[:MAX_RUNS]
    ]
    left_out = max(0, len(sweep.results) - MAX_RUNS)
    table = Table(["run", "MLflow run id", "run key", "weights", "history"], rows, left_out=left_out)
    note = "Keys and digests are cut to twelve characters. Equal run keys mean equal results, equal digests equal bits."
    return Section("Run ids, keys and digests", note, table, is_folded=True)


@SECTIONS.register
def environment(sweep: Findings) -> Section | None:
    """What trained the runs: every value that there is."""
    values: dict[str, list[str]] = {}
    for result in sweep.results:
        for name, value in result.provenance.environment.items() if result.data else ():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    table = Table(["what", "value"], [[name, " or ".join(found)] for name, found in sorted(values.items())])
    return Section("Environment", table=table, is_folded=True) if table.rows else None


@SECTIONS.register
def reproduce(sweep: Findings) -> Section:
    """The commands that compare every bit with a second training."""
    is_run = [sweep.parent_id] == ids_of(sweep)
    commands = [
        " ".join(["python -m runner.reproduce", name if is_run else f"--all {name}", *modules_of(sweep)])
        for name in ids_of(sweep)
    ]
    return Section(
        "Reproduce it", "Trains every run again and compares each of its bits with the stored ones.", commands=commands
    )


def ids_of(sweep: Findings) -> list[str]:
    """Those of the sweeps in a report."""
    return [name for name in sweep.about.sweep_id.split("+") if name]


def modules_of(sweep: Findings) -> list[str]:
    """The argument that names the person's own modules; nothing where there are none."""
    return own_modules(sweep.modules)


def _error(result: RunResult) -> str:
    return short(result.error.partition("\n")[0], MAX_ERROR) if result.outcome is Outcome.FAILED else ""


def _named(sweep: Findings, result: RunResult) -> Link:
    return Link(sweep.name_of(result), sweep.page_of(result))
