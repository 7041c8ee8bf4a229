"""Small files of every kind of column, gap, unit and target, with the inputs and targets that they must become."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

NAN = float("nan")
N = 24
NUMBERS = {"a": [k * 37 % 101 / 4 for k in range(N)], "b": [(k * k % 19 - 9) * 1234.5 for k in range(N)]}
TARGET = [k * 29 % 97 / 8 for k in range(N)]


@dataclass(frozen=True)
class Accepted:
    """A file that is read at once, as these columns of inputs and this target; `said` are parts of its notes."""

    contents: str
    inputs: dict[str, Sequence[float]]
    target: Sequence[Any]
    settings: dict[str, Any] = field(default_factory=dict)
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A file that is refused with this setting and words; each way gives the inputs of the table of its words."""

    contents: str
    setting: str
    said: str
    ways: dict[str, Accepted | None]
    settings: dict[str, Any] = field(default_factory=dict)


def text(columns: dict[str, Sequence[Any]], separator: str = ",") -> str:
    """A table whose cells are quoted where they have to be."""
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    return "".join(separator.join(_quoted(str(cell), separator) for cell in row) + "\n" for row in rows)


def _quoted(cell: str, separator: str) -> str:
    return f'"{cell}"' if separator in cell else cell


def numbers(
    write: Callable[[float], str],
    values: dict[str, Sequence[float]] | None = None,
    said: tuple[str, ...] = (),
    between: str = ",",
    **settings: Any,
) -> Accepted:
    """The same numbers, written in another way; with a semicolon `between` cells the target has decimal commas."""
    values, decimal = values or NUMBERS, "," if between == ";" else "."
    written = {name: [write(value) for value in column] for name, column in values.items()}
    contents = text({**written, "y": [str(value).replace(".", decimal) for value in TARGET]}, between)
    return Accepted(contents, values, TARGET, settings, said)


def column(
    name: str, cells: Sequence[Any], inputs: dict[str, Sequence[float]], said: tuple[str, ...] = (), **settings: Any
) -> Accepted:
    """A column of some kind beside one of numbers."""
    return Accepted(
        text({"a": NUMBERS["a"], name: cells, "y": TARGET}), {"a": NUMBERS["a"], **inputs}, TARGET, settings, said
    )


def target(cells: Sequence[Any], values: Sequence[Any], said: tuple[str, ...] = (), **settings: Any) -> Accepted:
    """A target of some kind."""
    return Accepted(text({**NUMBERS, "t": cells}), NUMBERS, values, settings, said)


def one_hot(name: str, cells: Sequence[str], gap: str = "") -> dict[str, list[float]]:
    levels = sorted({cell for cell in cells if cell != gap})
    return {f"{name}={one}": [NAN if cell == gap else float(cell == one) for cell in cells] for one in levels}


def german(value: float) -> str:
    return f"{value:,}".translate(str.maketrans(",.", ".,"))


WHOLE = {"a": [k * 37 % 101 * 1000 for k in range(N)], "b": [k * k % 19 * 250000 for k in range(N)]}
COLOURS = [("red", "green", "blue")[k % 3] for k in range(N)]
HOLED = [colour if k % 5 else "" for k, colour in enumerate(COLOURS)]
YES = [float(k % 3 == 0) for k in range(N)]
GAPS = [NAN if k % 6 == 2 else value for k, value in enumerate(NUMBERS["a"])]


def with_gaps(marker: str) -> list[str]:
    return [marker if value != value else str(value) for value in GAPS]


ACCEPTED = {
    "plain numbers": numbers(str),
    "scientific numbers": numbers(lambda value: f"{value:.17e}"),
    "numbers with a plus": numbers(lambda value: f"{value:+}"),
    "a typographic minus": numbers(lambda value: str(value).replace("-", "\u2212")),
    "signs between thousands": numbers(lambda value: f"{value:,}", said=("thousands ','",)),
    "dollars": numbers(lambda value: f"${value:,}".replace("$-", "-$"), said=("read as numbers: a ($), b ($)",)),
    "euros, German": numbers(lambda value: german(value) + " \u20ac", between=";", separator=";"),
    "decimal commas": numbers(lambda value: str(value).replace(".", ","), between=";", said=("decimal ','",)),
    "brackets for what is owed": numbers(lambda value: f"({-value:,})" if value < 0 else f"{value:,}"),
    "percent": numbers(lambda value: f"{value}%", said=("read as numbers: a (%), b (%)",)),
    "kilograms": numbers(lambda value: f"{value} kg", said=("read as numbers: a (kg), b (kg)",)),
    "whole thousands": numbers(lambda value: f"{value:,}", WHOLE, decimal="."),
    "17 digits": numbers(repr, {"a": [1 / (k + 3) for k in range(N)], "b": [10.0 ** (k - 12) / 3 for k in range(N)]}),
    "text with three values": column("c", COLOURS, one_hot("c", COLOURS), said=("2 features (1 number, 1 one-hot)",)),
    "text with gaps": column("c", HOLED, one_hot("c", HOLED), said=("missing values", "c 5")),
    "yes and no": column("f", ["yes" if one else "no" for one in YES], {"f": YES}, said=("1 yes/no",)),
    "truth": column("f", [str(one == 1) for one in YES], {"f": YES}, said=("1 yes/no",)),
    "t and f": column("f", ["t" if one else "f" for one in YES], {"f": YES}),
    "zero and one": column("f", [int(one) for one in YES], {"f": YES}, said=("2 features (2 numbers)",)),
    **{
        f"gaps called {marker or 'nothing'}": column("g", with_gaps(marker), {"g": GAPS}, said=("g 4",))
        for marker in ("", "NA", "null", "None", "?", "-", ".", "#N/A", "nan")
    },
    "gaps called unknown": column("g", with_gaps("unknown"), {"g": GAPS}, missing=["unknown"]),
    "gaps called -999": column("g", with_gaps("-999"), {"g": GAPS}, missing=[-999]),
    "names": column("n", [f"name {k}x" for k in range(N)], {}, said=("left out: n (text with many values)",)),
    "dates": column("d", [f"2024-03-{k + 1:02}" for k in range(N)], {}, said=("left out: d (dates)",)),
    "a constant column": column("z", [7] * N, {}, said=("left out: z (always the same)",)),
    "an empty column": column("z", [""] * N, {}, said=("left out: z (empty)",)),
    "an id": column("id", range(1, N + 1), {}, said=("left out: id (a row number)",)),
    "two units": column("w", [f"{k} {('kg', 'lb')[k % 2]}" for k in range(N)], {}, said=("several units: kg, lb",)),
    "a column left out": column("x", TARGET, {}, drop=["x"]),
    "classes of text": target(COLOURS, COLOURS, said=("3 classes", "text: taken as classes")),
    "classes 1 to 4": target([k % 4 + 1 for k in range(N)], [str(k % 4 + 1) for k in range(N)], said=("as classes",)),
    "truth as target": target([k % 2 == 0 for k in range(N)], [str(k % 2 == 0) for k in range(N)],
                              said=("2 classes", "true or false: taken as classes")),
    "prices as target": target([f"${k * 1000 + 42000:,}" for k in range(N)], [k * 1000 + 42000 for k in range(N)],
                               said=("regression", "read as numbers: t ($)")),
    "years as target": target([2000 + k % 5 for k in range(N)], [2000 + k % 5 for k in range(N)], said=("regression",)),
    "one row of a class": target(["x"] * (N - 1) + ["y"], ["x"] * (N - 1) + ["y"], said=("single row: y",)),
    "classes that are asked for": target([k % 3 / 2 for k in range(N)], [("0", "0.5", "1")[k % 3] for k in range(N)],
                                         task="classification"),
    "a number that is asked for": target([k % 3 for k in range(N)], [k % 3 for k in range(N)], task="regression"),
}  # fmt: skip
SLIP = [*map(str, NUMBERS["a"][:5]), "oops", *map(str, NUMBERS["a"][6:])]
WITH_A_GAP = [*NUMBERS["a"][:5], NAN, *NUMBERS["a"][6:]]
CODED = [-999.0 if value != value else value for value in GAPS]
AS_GAPS, AS_IS, WITHOUT = "with these as missing values", "as they are", "without these columns"
REFUSED = {
    "a slip": Refused(
        column("s", SLIP, {}).contents, "features", "'s' holds numbers, but text in row 6: 'oops'",
        {AS_GAPS: column("s", SLIP, {"s": WITH_A_GAP}), WITHOUT: column("s", SLIP, {})},
    ),
    "-999": Refused(
        column("s", CODED, {}).contents, "features", "'s' is -999 in 4 rows",
        {AS_GAPS: column("s", CODED, {"s": GAPS}), AS_IS: column("s", CODED, {"s": CODED}),
         WITHOUT: column("s", CODED, {})},
    ),
    "gaps that are not to be filled": Refused(
        column("s", with_gaps(""), {}).contents, "features", "'s' has 4 missing values, the first in row 3",
        {"with the gaps filled": column("s", with_gaps(""), {"s": GAPS}), WITHOUT: column("s", with_gaps(""), {})},
        {"impute": "none"},
    ),
    "text for a regression": Refused(
        target(COLOURS, COLOURS).contents, "target", "holds text, such as 'red'",
        {"as a classification": target(COLOURS, COLOURS)},
        {"task": "regression"},
    ),
    "a name for every row": Refused(
        text({**NUMBERS, "t": [f"name {k}x" for k in range(N)]}), "target", "has 24 different classes in 24 rows",
        {"to learn 'b'": Accepted("", {"a": NUMBERS["a"]}, NUMBERS["b"])},
    ),
    "a constant target": Refused(
        text({**NUMBERS, "t": [3] * N}), "target", "is 3 in every row",
        {"to learn 'b'": Accepted("", {"a": NUMBERS["a"]}, NUMBERS["b"])},
    ),
    "a misspelt target": Refused(
        numbers(str).contents, "target", "did you mean 'y'?", {"with the nearest names": numbers(str)}, {"target": "Y"},
    ),
}  # fmt: skip
