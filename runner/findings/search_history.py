"""The section of a report about a search: its space, how it went, and what it shows about each key."""

from collections.abc import Sequence

from runner.base.console import count
from runner.base.texts import short
from runner.findings.findings import Findings
from runner.findings.numbers.answer import title_of
from runner.findings.numbers.confirmed import Confirmed
from runner.findings.numbers.key_importance import BEST, FEWEST, Importances, importances
from runner.findings.numbers.scores import chosen_on, dropped, in_words, told_on
from runner.findings.numbers.searched import Key, Level, Searched, searched
from runner.findings.pictures import MAX_DATA
from runner.findings.section import Picture, Section, Table
from runner.findings.sketch import Sketch, sketch_of
from runner.runs.overrides import settings_in, values_of

SEARCH = "The search"
MAX_TYPED = 200
SHARE = {
    True: f"share of what tells the best {100 * BEST:.0f} % of the settings from all",
    False: "share of the variance of the score that a key explains alone",
}
BY = {
    True: "by PED-ANOVA of Optuna; settings with more seeds count as better, as in the search",
    False: "by the variance between the values of each key; Optuna, which is not installed, would give PED-ANOVA",
}


def search_history(sweep: Findings) -> list[Section]:
    """A section for every data set of a search with scored settings; none for a grid."""
    parts = [one for one in sweep.parts[:MAX_DATA] if settings_in(one.keys)] if sweep.about.space else []
    found = [(one, searched(one.results, one.keys, one.about.space, one.over_seeds)) for one in parts]
    return [_of_data(one, numbers) for one, numbers in found if numbers.tried]


def _of_data(sweep: Findings, found: Searched) -> Section:
    matter = importances(found)
    pictures = _pictures(sweep, found, matter)
    return Section(title_of(SEARCH, sweep.label), _note(sweep, found), _table(sweep, found, matter), pictures)


def _table(sweep: Findings, found: Searched, matter: Importances | None) -> Table:
    """A row per key: what was typed, what the best setting has, and how much the key matters."""
    best = sweep.best_run.overrides if sweep.best_run else ()
    chosen = values_of(best, [key.key for key in found.keys])
    names, shares = ["key", "searched over", "best setting"], dict(matter.shares) if matter else {}
    rows = [[key.key, short(key.typed, MAX_TYPED), chosen[key.key] if best else "-"] for key in found.keys]
    if matter:
        names.append("importance")
        rows = [[*row, f"{100 * shares[key]:.0f} %"] for row, key in zip(rows, found.keys, strict=True)]
    return Table(names, rows, frozenset({3} if matter else ()))


def _note(sweep: Findings, found: Searched) -> str:
    """How many settings had how many seeds."""
    (first, *others), n_runs = found.rungs.items(), count(len(sweep.results), "run")
    parts = [f"{count(first[1], 'setting')} on {count(first[0], found.repeated)}"]
    parts += [f"{settings}{' of them' * (place == 0)} on {n}" for place, (n, settings) in enumerate(others)]
    behind = dropped(sweep.results, [key.key for key in found.keys])
    said = [f"{n_runs}: {', '.join(parts)}.", f"{behind}." if behind else ""]
    if found.unknown:
        said.append(f"{count(found.unknown, 'setting')} {'has' if found.unknown == 1 else 'have'} no score.")
    return " ".join(filter(None, said))


def _pictures(sweep: Findings, found: Searched, matter: Importances | None) -> list[Picture]:
    told, about = f"{chosen_on(sweep.results)}{found.score}", f" ({sweep.label})" if sweep.label else ""
    dots = f"a dot is a setting, larger the more {found.repeated}s it had"
    over = "" if sweep.over_seeds == "mean" else f"; of these the {sweep.over_seeds} counts"
    level = _confirmed(sweep, sweep.confirmed) if sweep.confirmed else None
    keys = [key for key, _ in matter.shares] if matter else found.keys
    keys = [key for key in keys if found.having(key)]
    made = {
        "search": _sketch(
            "history", f"The search, run by run{about}", found, told, level, len(sweep.results), note=dots + over
        ),
        "slices": _sketch("slices", f"Searched {told} by each key{about}", found, keys, told, note=dots + over),
    }
    if matter:
        title, label = f"Which keys matter to the {told}{about}", SHARE[matter.by_optuna]
        note = f"{BY[matter.by_optuna]}; over {count(len(found.tried), 'setting')} on {_seeds(found)}"
        made["importance"] = _sketch("importance", title, matter, label, note=note)
        if pair := _pair(found, keys):
            title = f"Searched {told} by {pair[0].name} and {pair[1].name}{about}"
            note = f"the brighter the better; {dots}; colours between dots are interpolated"
            made["contour"] = _sketch("contour", title, found, *pair, told, note=note)
    return [Picture(f"{name}{sweep.ending}.png", title, sketch) for name, (title, sketch) in made.items()]


def _sketch(name: str, title: str, *arguments: object, note: str) -> tuple[str, Sketch]:
    return title, sketch_of(f"draw_search_{name}", *arguments, title, note)


def _confirmed(sweep: Findings, one: Confirmed) -> Level:
    part, (low, high) = told_on(sweep.results), one.interval
    label = f"confirmed {part and f'{part}score '}on {in_words(one.fresh, 'fresh ')}"
    return Level(f"{label}, 95 % interval" if low == low else label, one.value, low, high)


def _seeds(found: Searched) -> str:
    counts = list(found.rungs)
    return count(counts[0], found.repeated) if len(counts) == 1 else f"{counts[0]} to {counts[-1]} {found.repeated}s"


def _pair(found: Searched, keys: Sequence[Key]) -> tuple[Key, Key] | None:
    """The two numbers that matter most, where enough settings have both."""
    first, second, *_ = [*(key for key in keys if key.is_number), None, None]
    if first is None or second is None:
        return None
    both = [one for one in found.having(first) if second.has(one.values[second.key])]
    return (first, second) if len(both) >= FEWEST else None
