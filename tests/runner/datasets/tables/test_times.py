"""Columns of dates and times are found, however they are written, and nothing else is."""

import datetime as dt

import pandas as pd
import pytest

from runner.datasets.tables.cells import MARKERS
from runner.datasets.tables.times import dated, times_in
from tests.runner.datasets.tables.asking import samples_of
from tests.runner.datasets.tables.test_reading_files import workbook

DAYS = [dt.datetime(2024, 1, 28) + dt.timedelta(days=k, hours=k % 24) for k in range(60)]
WRITTEN = (
    "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%Y/%m/%d", "%d-%m-%Y", "%Y-%m", "%d-%b-%Y", "%d %B %Y",
    "%b %d, %Y",
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S.000Z", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S+01:00",
    "%b %Y", "%Y%m%d", "%Y-Q1",
)  # fmt: skip
NO_DATES = {
    "years": [str(2000 + k) for k in range(30)],
    "numbers": [f"{k / 7:.2f}" for k in range(30)],
    "eight digits": [str(20240101 + 37 * k) for k in range(30)],
    "two codes": ["20240101", "20240202"] * 15,
    "versions": [f"1.{k % 12}.{k}" for k in range(30)],
    "long versions": [f"10.{k % 12}.{k}.2024" for k in range(30)],
    "ids": [f"2024-{k:03}" for k in range(30)],
    "more ids": [f"{k % 28 + 1}-{k}-2024" for k in range(30)],
    "names": [f"May {k}x" for k in range(30)],
    "months": ["Jan", "Feb", "Mar"] * 10,
    "phones": [f"555-{k:04}" for k in range(30)],
    "scores": [f"{k % 5}:{k % 3}" for k in range(30)],
    "durations": [f"{k * 7 % 5}:{k * 13 % 60:02}" for k in range(30)],
    "dates and a word": ["2024-01-31", "soon"] * 15,
    "nothing": ["", "NA"] * 15,
}


def is_dated(cells: list) -> bool:
    return dated(pd.DataFrame({"c": cells}), MARKERS) == ["c"]


@pytest.mark.parametrize("how", WRITTEN)
def test_dates_are_found_in_every_usual_way_of_writing_them(how):
    words = [day.strftime(how) for day in DAYS]
    assert is_dated(["", "NA", *words]) and times_in(["", *words]) == ("" if how == "%Y%m%d" else "dates")


def test_dates_of_typed_columns_and_logged_times_are_found():
    assert is_dated(DAYS) and is_dated([day.date() for day in DAYS])
    assert is_dated([int(day.strftime("%Y%m%d")) for day in DAYS])
    assert is_dated([None, *(float(day.strftime("%Y%m%d")) for day in DAYS)])
    assert is_dated([f"{10 + k // 60}:{k % 60:02}:00" for k in range(80)])
    assert times_in(["0 days 00:01:30", "1 days 10:00:00"]) == times_in(["1:30", "12:05.5"]) == "times"


@pytest.mark.parametrize("cells", NO_DATES.values(), ids=NO_DATES)
def test_what_is_no_date_is_not_taken_for_one(cells):
    assert not is_dated(cells)


WARNING = (
    "warning: day holds dates or times, and rows are split at random; to predict later rows from earlier ones, put the "
    "later ones in a file of their own: data.test_path=FILE"
)


def test_a_column_of_dates_is_left_out_as_dates_and_warned_about_unless_there_is_a_test_file(tmp_path):
    frame = pd.DataFrame({"day": DAYS, "x": range(60), "y": [k * k % 31 + 0.5 for k in range(60)]})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False, sep=";", decimal=",", date_format="%d.%m.%Y")
    (tmp_path / "t.xlsx").write_bytes(workbook([list(frame), *frame.values.tolist()]))
    for name in ("t.parquet", "t.csv", "t.xlsx"):
        notes = samples_of(tmp_path / name).notes
        assert "left out: day (dates)" in notes and WARNING in notes
        assert WARNING in samples_of(tmp_path / name, drop=["day"]).notes
    frame.iloc[:9].to_csv(tmp_path / "later.csv", index=False)
    assert WARNING not in samples_of(tmp_path / "t.parquet", test_path=str(tmp_path / "later.csv")).notes


def test_dates_as_classes_are_kept_and_warned_about(file):
    notes = samples_of(
        file("day,x,y\n" + "".join(f"2024-01-0{k % 3 + 1},{k},{k * 7 % 5}.5\n" for k in range(30)))
    ).notes
    assert notes[0].startswith("read as: 30 rows, 2 features (1 number, 1 one-hot)") and notes[-1] == WARNING


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["(3.1)", "2"], "negative in brackets"),
        (["($3)", "$2"], "$, negative in brackets"),
        (["007", "12"], "007 as 7"),
        (["12E4", "31"], "12E4 as 120000"),
        ([day.strftime("%Y%m%d") for day in DAYS[:30]], "dates such as 20240128"),
        (["1.5e3", "0.25"], None),
        (["0", "10"], None),
    ],
)
def test_numbers_that_may_be_meant_in_another_way_are_said(cells, said, file):
    rows = [f"{cells[k % len(cells)]},{k * k % 7 + 0.5}\n" for k in range(30)]
    assert [line for line in samples_of(file("c,y\n" + "".join(rows))).notes if line.startswith("read as numbers")] == (
        [f"read as numbers: c ({said})"] if said else []
    )


def test_numbers_that_are_one_hot_because_of_some_text_are_said(file):
    rows = [f"{('<0.05', '1', '2', '4')[k % 4]},{k * k % 7 + 0.5}\n" for k in range(40)]
    assert (
        "one-hot, although most of the values are numbers: c (such as '<0.05')"
        in samples_of(file("c,y\n" + "".join(rows))).notes
    )
