"""The section of a report about fresh seeds: the searched scores of the best settings, and the confirmed ones."""

import math

from runner.base.console import count
from runner.base.texts import number
from runner.findings.findings import Findings
from runner.findings.numbers.answer import CONFIRMED, title_of
from runner.findings.numbers.confirmed import Confirmed
from runner.findings.numbers.scores import chosen_on, in_words, told_on
from runner.findings.section import Section, Table

DEFAULT, INTERVAL = "the default setting", "95 % interval"


def confirmation(sweep: Findings) -> list[Section]:
    """For each data set, the settings that were compared on fresh seeds; for a search, also if there are none."""
    return [one for one in map(_of_data, sweep.parts) if one]


def _of_data(sweep: Findings) -> Section | None:
    title = title_of(CONFIRMED, sweep.label)
    if sweep.confirmed:
        return Section(title, _note(sweep, sweep.confirmed), _table(sweep.confirmed))
    if not sweep.headline:
        return None
    return Section(title, " ".join(sweep.headline), commands=[f"python -m runner.confirm {sweep.about.sweep_id}"])


def _table(found: Confirmed) -> Table:
    """A column for each set of seeds, on which all settings in it were trained."""
    finalists, one = found.finalists, "seed" if len({fold for fold, _ in found.fresh}) == 1 else "run"
    counts = {each.searched_seeds for each in finalists} or {len(found.searched)}
    rows = [[each.label, number(each.searched), number(each.fresh), "", ""] for each in finalists]
    if len(counts) > 1:
        for row, each in zip(rows, finalists, strict=True):
            row[1] += f" on {count(each.searched_seeds, one)}"
    names = ["setting", f"searched, {count(max(counts), one)}" if len(counts) == 1 else "searched"]
    names += [f"chose, {count(finalists[0].seeds, one)}"] if finalists else []
    names += [f"confirmed, {count(len(found.fresh), one)}", INTERVAL]
    rows = rows or [[found.label, number(found.searched_score), "", ""]]
    rows[0][-2:] = number(found.value), _between(*found.interval)
    gap = [""] * (len(names) - 3)
    footer = [[DEFAULT, *gap, number(found.default_value), ""]] if found.default and not found.is_default else []
    if pair := found.against_default:
        footer.append([f"gain over {DEFAULT}", *gap, number(pair.mean, 3), _between(pair.low, pair.high, 3)])
        footer.append(["p, paired permutation test", *gap, f"{pair.p:.3g}", ""])
    return Table(names, rows, frozenset(range(1, len(names))), footer=footer)


def _between(low: float, high: float, digits: int = 4) -> str:
    return "" if math.isnan(low) else f"{number(low, digits)} to {number(high, digits)}"


def _note(sweep: Findings, found: Confirmed) -> str:
    """How the numbers came about, and what is to be known of them."""
    settings, seeds, beside = count(found.settings, "setting"), in_words(found.fresh), ""
    if found.finalists:
        first = f"The best {len(found.finalists)} of {settings} were trained on fresh seeds, which chose {found.label};"
        first += f" {seeds} that took no part in any choice say how good it is"
    else:
        first = f"{found.label} is the best of {settings}; {seeds} that took no part in the choice say how good it is"
    if found.default:
        beside = f". It is {DEFAULT}" if found.is_default else f", beside {DEFAULT} on the same ones"
    chosen, reported = (f"{part}{found.score}" for part in (chosen_on(sweep.results), told_on(sweep.results)))
    scores = f"Numbers are the {found.over} {chosen} of a setting's seeds"
    scores += f", those that are confirmed the {reported}." if reported != chosen else "."
    return " ".join(filter(None, [f"{first}{beside}.", scores, found.lost]))
