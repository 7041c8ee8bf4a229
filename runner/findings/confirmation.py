"""The section of a report about fresh seeds: what the best settings were searched with, and what is confirmed."""

import math

from runner.base.console import count
from runner.base.texts import number
from runner.findings.findings import Findings
from runner.findings.numbers.answer import CONFIRMED, title_of
from runner.findings.numbers.chance import Paired
from runner.findings.numbers.confirmed import Confirmed
from runner.findings.numbers.scores import chosen_on, in_words, told_on
from runner.findings.section import Section, Table

DEFAULT = "the default setting"


def confirmation(sweep: Findings) -> list[Section]:
    """Of every data set, the settings that have met on fresh seeds; of a search without these, that it has none."""
    return [one for one in map(_of_data, sweep.parts) if one]


def _of_data(sweep: Findings) -> Section | None:
    title = title_of(CONFIRMED, sweep.label)
    if sweep.confirmed:
        return Section(title, _note(sweep.confirmed), _table(sweep, sweep.confirmed))
    if not sweep.headline:
        return None
    return Section(title, " ".join(sweep.headline), commands=[f"python -m runner.confirm {sweep.about.sweep_id}"])


def _table(sweep: Findings, found: Confirmed) -> Table:
    """A column for each set of seeds, on which all settings in it were trained."""
    finalists, one = found.finalists, "seed" if len({fold for fold, _ in found.fresh}) == 1 else "run"
    counts = {each.searched_seeds for each in finalists} or {len(found.searched)}
    of_all = f", {count(max(counts), one)}" if len(counts) == 1 else ""
    names = ["setting", f"searched {chosen_on(sweep.results)}{found.score}{of_all}"]
    rows = [[each.label, number(each.searched), number(each.fresh), ""] for each in finalists]
    for row, each in zip(rows, finalists if not of_all else (), strict=False):
        row[1] += f" on {count(each.searched_seeds, one)}"
    names += [f"{count(finalists[0].seeds, f'fresh {one}')} that chose"] if finalists else []
    names.append(
        f"confirmed {told_on(sweep.results)}{found.score}, {len(found.fresh)} {'other ' * bool(finalists)}fresh {one}s"
    )
    rows = rows or [[found.label, number(found.searched_score), ""]]
    rows[0][-1] = _with_interval(found.value, *found.interval)
    gap = [""] * (len(names) - 2)
    footer = [[DEFAULT, *gap, number(found.default_value)]] if found.default and not found.is_default else []
    if pair := found.against_default:
        footer.append([f"difference from {DEFAULT}", *gap, _difference(pair)])
    return Table(names, rows, frozenset(range(1, len(names))), footer=footer)


def _with_interval(value: float, low: float, high: float) -> str:
    return number(value) if math.isnan(low) else f"{number(value)} ({number(low)} to {number(high)})"


def _difference(pair: Paired) -> str:
    return f"{number(pair.mean, 3)} ({number(pair.low, 3)} to {number(pair.high, 3)}), p = {pair.p:.3g}"


def _note(found: Confirmed) -> str:
    """How the numbers came about, and what is to be known of them."""
    settings, seeds, beside = count(found.settings, "setting"), in_words(found.fresh), ""
    if found.finalists:
        first = f"The best {len(found.finalists)} of {settings} were trained on fresh seeds, which chose {found.label};"
        first += f" {seeds} that took no part in any choice say how good it is"
    else:
        first = f"{found.label} is the best of {settings}; {seeds} that chose nothing say how good it is"
    if found.default:
        beside = f". It is {DEFAULT}" if found.is_default else f", beside {DEFAULT} on the same ones"
    over = "" if found.over == "mean" else f"The {found.over} of a setting's seeds counts."
    sure = "" if math.isnan(found.interval[0]) else "In brackets: 95 % intervals."
    return " ".join(filter(None, [f"{first}{beside}.", over, sure, found.lost]))
