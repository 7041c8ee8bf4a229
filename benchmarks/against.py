"""A new result beside an old one: the ratios that got worse. Times are not compared, as machines differ."""

from collections.abc import Iterable, Iterator

WORSE = 1.25
KEYS = ("layers", "batch", "runs", "workers")  # columns that say, with the first one, what a row is about
LARGER_IS_BETTER = (" / this", " / here", "times one")
OF_OTHER_MACHINES = ("published / here",)
SMALLER_IS_BETTER = ("of the floor", "of a file")

Ratios = dict[str, tuple[float, bool]]


def worse(old: str, *new: str) -> tuple[list[str], int]:
    """A line for each ratio that got worse by a quarter than in an old Markdown result, and how many were compared.

    Of several new results the better ratio counts, because a busy machine makes some worse.
    """
    before, now = ratios(old), _best(ratios(one) for one in new)
    lines = []
    compared = [name for name in now if name in before]
    for name in compared:
        (was, is_larger_better), (now_is, _) = before[name], now[name]
        factor = was / now_is if is_larger_better else now_is / was
        if factor >= WORSE:
            lines.append(f"{name}: {now_is:g}, was {was:g}; {factor:.2f} times as bad")
    return lines, len(compared)


def _best(results: Iterable[Ratios]) -> Ratios:
    best: Ratios = {}
    for name, (value, is_larger_better) in (item for one in results for item in one.items()):
        choose = max if is_larger_better else min
        best[name] = choose(best.get(name, (value, False))[0], value), is_larger_better
    return best


def ratios(text: str) -> Ratios:
    """All ratios of a result by part, table, row and column, and whether larger ones are better."""
    found: Ratios = {}
    for where, header, row in _rows(text):
        keys = [cell for place, cell in enumerate(row) if place == 0 or header[place] in KEYS]
        for column, cell in zip(header, row, strict=True):
            is_larger_better = column.endswith(LARGER_IS_BETTER)
            is_ratio = is_larger_better or column in SMALLER_IS_BETTER
            if is_ratio and column not in OF_OTHER_MACHINES and cell != "-":
                name = f"{where}, {' '.join(keys)}, {column!r}"
                found[name] = float(cell.replace(",", "")), is_larger_better
    return {name: pair for name, pair in found.items() if pair[0] > 0}


def _rows(text: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Every row of every table with its heading and its table's header."""
    part, caption, header = "", "", list[str]()
    for line in text.splitlines():
        if line.startswith("## "):
            part, caption = line.removeprefix("## "), ""
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not header:
                header = cells
            elif not set(line) <= set("|-: "):
                yield f"{part}: {caption}" if caption else part, header, cells
        else:
            header = []
            caption = line.rstrip(":") if line.endswith(":") else caption
