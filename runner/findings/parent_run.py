"""What the parent run of a sweep gets once its runs are complete: tables, pictures, the report, numbers and a note."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from runner.base.texts import code, markdown
from runner.findings.explorer.offering import FILE as EXPLORER
from runner.findings.findings import Findings
from runner.findings.mlflow_pages import CHARTS, page_of, view_page
from runner.findings.mlflow_view import BANDS, saved_views
from runner.findings.numbers import scores
from runner.findings.numbers.answer import Sentence
from runner.findings.render import page_of as report_of
from runner.findings.setting_runs import Listed, by_rank, in_bands
from runner.findings.table_files import as_file
from runner.plan.expectations import Verdict
from runner.runs.about import About
from runner.runs.account import TAG
from runner.runs.flat import flatten
from runner.runs.outcome import Outcome, counted
from runner.runs.spec import Frozen
from runner.store.records import MAX_PARAM, MAX_TAG, ParentRecord

REPORT = "report.html"
TABLES = (".csv", ".parquet")
IN_NOTE, FEW_IN_NOTE = 10, 4  # settings
EMPTY: Mapping[str, str] = MappingProxyType({})
SAID = {True: "yes", False: "**no**", None: "not judged"}


def parent_record(
    sweep: Findings, with_pictures: bool, now: int, settings: Sequence[Listed] = (), ids: Mapping[str, str] = EMPTY
) -> ParentRecord:
    """Everything from a sweep's results, `now` in milliseconds, and from its settings, whose runs have these `ids` by
    label. Without pictures there is no report either.
    """
    metrics = _counts(sweep)
    if (best := sweep.best) is not None:
        metrics |= {f"best/{name}": value for name, value in scores.reported_of(best).items()}
        if best.scored_on != best.reported_on:
            metrics |= {f"best/{best.scored_on}_{name}": value for name, value in scores.scores_of(best).items()}
    if (confirmed := sweep.confirmed if len(sweep.parts) == 1 else None) is not None:
        metrics |= confirmed.numbers
    files = _tables(sweep)
    if with_pictures:
        files |= {f"plots/{name}": drawing.png for name, drawing in sweep.pictures.items()}
        files[REPORT] = report_of(sweep).encode()
    if sweep.verdicts:
        held, judged = _judged(sweep.verdicts)
        metrics |= {
            "expect/held": held,
            "expect/failed": judged - held,
            "expect/not_judged": len(sweep.verdicts) - judged,
        }
    return replace(description(sweep, with_pictures, now, settings, ids), files=files, metrics=metrics)


def description(
    sweep: Findings, has_report: bool, now: int, settings: Sequence[Listed], ids: Mapping[str, str]
) -> ParentRecord:
    """The description of a sweep's parent, and the saved views: see `parent_record`."""
    tags = {"mlflow.note.content": note_of(sweep.about, sweep.answer, sweep.verdicts)}
    links = _links(sweep, settings, has_report) if settings else ""
    for rows in (IN_NOTE, FEW_IN_NOTE, 0) if settings else ():
        table = _table(sweep, settings, rows, ids)
        tags["mlflow.note.content"] = note_of(sweep.about, sweep.answer, sweep.verdicts, links, table)
        if len(tags["mlflow.note.content"]) <= MAX_TAG:
            break
    if (best := sweep.best) is not None:
        tags |= {"best_run": sweep.run_ids.get(best.index, ""), "best_setting": sweep.name_of(best)}
    if sweep.about.space:
        tags["space"] = " ".join(sweep.about.space)[:MAX_TAG]
    if sweep.verdicts:
        held, judged = _judged(sweep.verdicts)
        left_out = f", {len(sweep.verdicts) - judged} not judged" if judged < len(sweep.verdicts) else ""
        tags["verdict"] = f"{held} of {judged} expectations hold{left_out}"
    return ParentRecord({}, {}, tags, saved_views(sweep, settings, now), _common_settings(sweep))


def _judged(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How many expectations hold, of how many that could be judged."""
    return sum(one.holds is True for one in verdicts), sum(one.holds is not None for one in verdicts)


def note_of(
    about: About, answer: Sequence[Sentence], verdicts: Sequence[Verdict], links: str = "", table: str = ""
) -> str:
    """The description of a sweep: question, answer, command, and the outcome of its expectations.

    MLflow shows the first lines only: these have the `links`, and the first sentence of the answer.
    """
    judged = [f"- {markdown(one.sentence)}: {markdown(one.numbers)} {SAID[one.holds]}" for one in verdicts]
    first, others = markdown(" ".join(answer[:1])), "\n".join(f"- {_in_markdown(one)}" for one in answer[1:])
    parts = links, markdown(about.question), first, others, table, code(about.command), "\n".join(judged)
    return "\n\n".join(part for part in parts if part)


def _in_markdown(sentence: Sentence) -> str:
    return f"{markdown(sentence.said)} {code(sentence.command)}" if sentence.command else markdown(sentence)


def _common_settings(sweep: Findings) -> dict[str, str]:
    """What all runs of a sweep have in common, as params of its parent."""
    first, common = sweep.results[0].spec, flatten(sweep.results[0].spec)
    for name, section in vars(first).items():
        found = {id(one): one for one in (vars(result.spec)[name] for result in sweep.results)}  # most are shared
        for other in found.values():
            if not isinstance(section, Frozen):
                differing = [name] if other != section else []
            else:
                differing = [key for key, value in vars(section).items() if vars(other).get(key) != value]
                differing = [name if key == "name" else f"{name}.{key}" for key in differing]
            for key in differing:
                common.pop(key, None)
    if "network.activations" not in common:
        common = {key: value for key, value in common.items() if key.partition(".")[0] != "activation"}
    return {key: str(value)[:MAX_PARAM] for key, value in common.items()}


def _links(sweep: Findings, settings: Sequence[Listed], has_report: bool) -> str:
    """Where all settings, their curves and the report are."""
    key = sweep.about.sweep_id
    links = {"all settings": view_page(sweep, key), "their curves": view_page(sweep, key, CHARTS)}
    if in_bands(settings):
        links["curves with bands"] = view_page(sweep, key + BANDS, CHARTS)
    if (best := sweep.best) is not None and best.index in sweep.run_ids:
        links["the best run"] = page_of(sweep, sweep.run_ids[best.index])
    links |= {"report": page_of(sweep, sweep.parent_id, f"/artifacts/{REPORT}")} if has_report else {}
    links |= {"see it learn": page_of(sweep, sweep.parent_id, f"/artifacts/{EXPLORER}")} if sweep.has_page else {}
    return " · ".join(f"[{name}]({address})" for name, address in links.items())


def _table(sweep: Findings, settings: Sequence[Listed], most: int, ids: Mapping[str, str]) -> str:
    """The best settings, each with its page."""
    heads = [name for name in dict.fromkeys(name for one in settings for name in one.texts) if name != TAG]
    rows = [["rank", "setting", *heads], ["---"] * (len(heads) + 2)]
    texts = {one.setting.label: one.texts for one in settings}
    for setting in by_rank(settings)[:most]:
        label = markdown(setting.label)
        name = f"[{label}]({page_of(sweep, ids[setting.label])})" if setting.label in ids else label
        rows.append([str(setting.rank), name, *(markdown(texts[setting.label].get(head, "")) for head in heads)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) if most else ""


def _counts(sweep: Findings) -> dict[str, float]:
    return {
        f"runs/{outcome}": sum(result.outcome is outcome for result in sweep.results)
        for outcome in counted(result.outcome for result in sweep.results)
        if outcome is not Outcome.KILLED
    }


def _tables(sweep: Findings) -> dict[str, bytes]:
    tables = {"comparison": sweep.comparison, "runs": sweep.runs}
    files = {f"{name}{ending}": as_file(table, ending) for name, table in tables.items() for ending in TABLES}
    if sweep.verdicts:
        files["verdict.csv"] = _verdict_table(sweep.verdicts)
    return files


def _verdict_table(verdicts: Sequence[Verdict]) -> bytes:
    """One row per expectation: whether it holds, its numbers, the sentence and the inequality."""
    import pandas as pd

    rows = [(verdict.holds, verdict.numbers, verdict.sentence, verdict.inequality) for verdict in verdicts]
    return as_file(pd.DataFrame(rows, columns=["holds", "numbers", "expected", "inequality"]), ".csv")
