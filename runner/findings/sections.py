"""The sections of a report, in its order, each made from what a sweep has found; None where it has nothing to say.

A new one is one function, here or in a module of one's own, whose sections come last.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nn.registry import Registry
from runner.base.texts import number, short
from runner.findings.best import best_run, columns
from runner.findings.failures import failures
from runner.findings.findings import Findings
from runner.findings.numbers.baselines import rows_of
from runner.findings.numbers.data_sets import by_data, not_comparable
from runner.findings.numbers.scores import columns_of, told_on
from runner.findings.numbers.tables import scores_in, seed_table
from runner.findings.numbers.units import cost_in_words
from runner.findings.pictures import MAX_DATA, learned_from
from runner.findings.section import Block, Picture, Section, Strong, Table
from runner.runs.outcome import Outcome
from runner.runs.overrides import settings_in, short_names
from runner.runs.result import RunResult

__all__ = ["SECTIONS", "Block", "Picture", "Section", "Strong", "Table"]

MAX_RUNS, MAX_SETTINGS, SLOWEST, MAX_ERROR, MAX_VALUES = 500, 500, 5, 300, 3
CAPTIONS = {
    "scores.png": "Final score of every run, by setting",
    "curves.png": "Training cost over the steps, by setting",
    "effects.png": "Final score by the values of each swept key",
    "heatmaps.png": "Final score by the values of two swept keys",
    "profiles.png": "Settings as lines through the values of all swept keys",
    "fits.png": "What the networks learned",
    "surfaces.png": "Surfaces that the networks learned",
    "data.png": "What there was to learn",
}
DATA = "data.png"
ORDER = {
    "test ": "The order is that on validation samples; the score on test samples is reported.",
    "validation ": "Scores are on validation samples, as there are no test samples.",
    "": "Scores are on test samples where the data has them.",
}
HOLDS = {True: "yes", False: Strong("no"), None: "not judged"}

SECTIONS: Registry[Callable[[Findings], Section | None]] = Registry("report section")
SECTIONS.register(failures)


@SECTIONS.register
def expected(sweep: Findings) -> Section | None:
    """What was expected of the sweep, and whether it is so."""
    rows = [[one.sentence, one.numbers, HOLDS[one.holds]] for one in sweep.verdicts]
    return Section("What was expected", table=Table(["expected", "numbers", "holds"], rows)) if rows else None


@SECTIONS.register
def settings(sweep: Findings) -> Section:
    """One row per setting, best first, over its seeds; and the pictures that compare them."""
    where = ORDER[told_on(sweep.results)]
    note = (
        f"Mean, standard deviation (sd) and median over the finished runs of a setting. {where} Success: the share of "
        "all its runs that finished better than what needs no network: the best constant and, where it is known, a "
        "straight line or logistic regression."
    )
    for told in (cost_in_words(sweep.results), not_comparable(sweep.results)):
        note += f" {told[0].upper()}{told[1:]}." if told else ""
    pictures = [one for one in _pictures(sweep) if one.name != DATA]
    return Section("Settings, best first", note, _settings(sweep.results, sweep.keys), pictures)


def _settings(results: Sequence[RunResult], keys: Sequence[str]) -> Table:
    settings = settings_in(keys)
    table = seed_table(results, keys)
    scores = scores_in(table)
    outcomes = [one for one in Outcome if one is not Outcome.STOPPED and one in table and table[one].any()]
    texts = list(short_names(settings).values()) or [""]
    has_verdict = bool(table["no_better_than"].any())
    texts += ["verdict"] * has_verdict
    names = [*texts, "runs"]
    for score in scores:
        names += [f"{score}, mean", "sd", "median"]
    names += ["success", *outcomes]
    rows = [
        [*([str(row[key]) for key in settings] or ["network"]), *_verdict(row) * has_verdict, str(row["runs"])]
        + [
            _number(row[f"{score}{part}"], digits)
            for score in scores
            for part, digits in (("", 4), ("_std", 2), ("_median", 4))
        ]
        + [f"{100 * row['success']:.0f} %", *(str(row[outcome]) for outcome in outcomes)]
        for row in table.head(MAX_SETTINGS).to_dict("records")
    ]
    numbers = frozenset(range(len(texts), len(names)))
    for label, one in rows_of(results):
        row = [label, *[""] * (len(names) - 1)]
        for score in one.columns:
            if score in scores:
                place = names.index(f"{score}, mean")
                row[place : place + 2] = one.shown
        rows.append(row)
    return Table(names, rows, numbers, max(0, len(table) - MAX_SETTINGS), is_sortable=True)


def _verdict(row: Mapping[Any, Any]) -> list[str]:
    return [Strong(f"no better than {row['no_better_than']}") if row["no_better_than"] else ""]


SECTIONS.register(best_run)
SECTIONS.register(columns)


def _pictures(sweep: Findings) -> list[Picture]:
    return [Picture(name, text, sweep.pictures[name]) for name, text in CAPTIONS.items() if name in sweep.pictures]


@SECTIONS.register
def unfinished(sweep: Findings) -> Section | None:
    """Runs without an end: never hidden."""
    runs = [result for result in sweep.results if not result.has_finished]
    rows = [[sweep.name_of(one), one.outcome, str(one.last_step), _error(one)] for one in runs[:MAX_RUNS]]
    table = Table(["run", "outcome", "last step", "error"], rows, frozenset({2}), max(0, len(runs) - MAX_RUNS))
    return Section("Runs that did not finish", table=table) if rows else None


@SECTIONS.register
def slowest(sweep: Findings) -> Section | None:
    """Where the time went."""
    runs = sorted(sweep.results, key=lambda one: (-one.provenance.seconds, one.index))[:SLOWEST]
    rows = [
        [sweep.name_of(one), f"{seconds:.3g}", str(one.last_step)]
        for one in runs
        if (seconds := one.provenance.seconds)
    ]
    table = Table(["run", "seconds", "steps"], rows, frozenset({1, 2}))
    return Section("Slowest runs", "A run's share of the time of its stack.", table) if rows else None


@SECTIONS.register
def data(sweep: Findings) -> Section | None:
    """Every data set that runs learned from, with its settings; how many different samples of it there are."""
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
    return Section("Data", "", table, [one for one in _pictures(sweep) if one.name == DATA]) if rows else None


def _settings_of_data(members: Sequence[RunResult]) -> str:
    """All that runs on the same samples had set: `noise=0.1, standardize=False or True`."""
    values: dict[str, list[str]] = {}
    for member in members:
        for key, value in member.spec.data.model_dump(mode="json", exclude={"name"}, exclude_none=True).items():
            if str(value) not in values.setdefault(key, []):
                values[key].append(str(value))
    several = {key: f" or {len(found) - MAX_VALUES} more" for key, found in values.items() if len(found) > MAX_VALUES}
    return ", ".join(f"{key}={' or '.join(found[:MAX_VALUES])}{several.get(key, '')}" for key, found in values.items())


@SECTIONS.register
def reading(sweep: Findings) -> Section | None:
    """How tables became samples: what was found out and left out; of those that are still there and the same."""
    groups = by_data([result for result in sweep.results if result.network and result.network.encoding])
    rows = []
    for label, members in list(groups.items())[:MAX_DATA]:
        found = learned_from(members[0])
        for note in () if isinstance(found, str) else found.samples.notes:
            what, _, value = note.partition(": ")
            rows.append([label, what, value][len(groups) == 1 :])
    table = Table(["data", "what", "value"][len(groups) == 1 :], rows)
    return Section("How the table was read", table=table) if rows else None


@SECTIONS.register
def runs(sweep: Findings) -> Section:
    """Every run with its scores and what identifies its numbers."""
    results = sweep.results
    scores = [one for one in columns_of(results) if not all(math.isnan(one.of(result)) for result in results)]
    rows = []
    for result in sweep.results[:MAX_RUNS]:
        digests = result.digests
        rows.append(
            [sweep.name_of(result), result.outcome, *(_number(score.of(result)) for score in scores)]
            + [sweep.run_ids.get(result.index, ""), result.key[:12]]
            + [digests.get(name, "")[:12] for name in ("digest.weights", "digest.history")]
        )
    names = ["run", "outcome", *(score.name for score in scores), "MLflow run id", "run key", "weights", "history"]
    left_out = max(0, len(sweep.results) - MAX_RUNS)
    table = Table(names, rows, frozenset(range(2, 2 + len(scores))), left_out, is_sortable=True)
    note = "Keys and digests are cut to twelve characters. Equal run keys mean equal results, equal digests equal bits."
    return Section("All runs", note, table)


@SECTIONS.register
def environment(sweep: Findings) -> Section | None:
    """What trained the runs: every value that there is."""
    values: dict[str, list[str]] = {}
    for result in sweep.results:
        for name, value in result.provenance.environment.items() if result.data else ():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    table = Table(["what", "value"], [[name, " or ".join(found)] for name, found in sorted(values.items())])
    return Section("Environment", table=table) if table.rows else None


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
    return [f"modules=[{','.join(sweep.modules)}]"] if sweep.modules else []


def _error(result: RunResult) -> str:
    return short(result.error.partition("\n")[0], MAX_ERROR) if result.outcome is Outcome.FAILED else ""


def _number(value: Any, digits: int = 4) -> str:
    """A number with this many digits, whatever the locale; a dash for what is not there."""
    return "-" if value is None or value != value else number(value, digits)
