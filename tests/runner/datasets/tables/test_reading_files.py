"""The bytes of a table: encodings, compressions, formats with types, and standard input."""

import bz2
import gzip
import io
import json
import lzma
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from runner.base.machine import machine_bytes
from runner.datasets.samples import DataError
from runner.datasets.tables import sources
from runner.datasets.tables.reading import Reading, ReadingOptions, read
from tests.runner.datasets.tables.files import cells, readings_of_ways, refusal, write

TABLE = "name,size\nann,4.5\nbob,5\n"
CELLS = {"name": ["ann", "bob"], "size": ["4.5", "5"]}
PACKED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def zipped(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def workbook(*sheets: list[list[Any]]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for place, rows in enumerate(sheets):
        sheet = book.create_sheet(f"sheet {place + 1}")
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


@pytest.fixture
def read_bytes(tmp_path) -> Callable[..., Reading]:
    def read_bytes(contents: bytes | str, name: str = "table.csv", **options: Any) -> Reading:
        return read(write(tmp_path, name, contents), ReadingOptions(**options))

    return read_bytes


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("größe,ort\n1,Köln\n2,Bächle\n", "utf-8", "utf-8"),
        ("größe,ort\n1,Köln\n2,Bächle\n", "utf-8-sig", "utf-8"),
        ("größe,ort\n1,Köln\n2,Bächle\n", "utf-16", "utf-16"),
        ("größe,ort\n1,Köln\n2,Bächle\n", "utf-16-le", "utf-16-le"),
        ("größe,ort\n1,Köln\n2,Bächle\n", "utf-16-be", "utf-16-be"),
        ("größe,ort\n1,Köln\n2,Bächle\n", "utf-32", "utf-32"),
        ("größe,ort\n1,Köln\n2,Bächle\n", "latin-1", "cp1252"),
        ("temp °C,kind\n20.5,a\n21.5,b\n", "latin-1", "cp1252"),
        ("año,niño\n2000,José\n2001,Íñigo\n", "latin-1", "cp1252"),
        ("size,price\n1,5 €\n2,7 €\n", "cp1252", "cp1252"),
        ("imię,miasto\nŁukasz,Łódź\nGrażyna,Świdnica\n", "cp1250", "cp1250"),
        ("имя,город\nИван,Москва\nОльга,Казань\n", "cp1251", "cp1251"),
        ("名前,都市\n太郎,東京\n花子,大阪\n", "shift_jis", "shift_jis"),
        ("姓名,城市\n王伟,北京\n李娜,上海\n", "gb18030", "gb18030"),
    ],
)
def test_the_encoding_is_found(read_bytes, text, encoding, found):
    reading = read_bytes(text.encode(encoding))
    names, *rows = [line.split(",") for line in text.split()] if "°" not in text and "€" not in text else [
        line.split(",") for line in text.strip().split("\n")
    ]  # fmt: skip
    assert list(cells(reading)) == names
    assert reading.frame.to_numpy().tolist() == rows
    assert reading.words == "2 rows" + (f"; {found}" if found != "utf-8" else "")
    is_said = f"its bytes are not UTF-8; read as {found} (data.encoding=NAME for another)" in reading.notes
    assert is_said == (not found.startswith("utf"))
    assert read_bytes(text.encode(encoding), encoding=encoding).frame.equals(reading.frame)


@pytest.mark.parametrize(
    ("encoding", "why"),
    [("utf-8", "does not fit"), ("ascii", "does not fit"), ("klingon", "is unknown"), ("zip", "is unknown")],
)
def test_a_wrong_encoding_is_refused_with_the_one_it_looks_like(tmp_path, encoding, why):
    path = write(tmp_path, "table.csv", "größe,ort\n1,Köln\n2,Bächle\n".encode("latin-1"))
    error = refusal(path, encoding=encoding)
    assert error.setting == "encoding"
    assert str(error).startswith(f"{encoding!r} {why}") and str(error).endswith("it looks like cp1252")
    assert [list(cells(one)) for one in readings_of_ways(error, path, encoding=encoding)] == [["größe", "ort"]]


@pytest.mark.parametrize("how", PACKED)
def test_a_compressed_table_is_unpacked(read_bytes, how):
    for name in (f"table.csv.{how}", "table.csv"):
        reading = read_bytes(PACKED[how](TABLE.encode()), name)
        assert (cells(reading), reading.words, reading.notes) == (CELLS, f"2 rows; {how}", ())


def test_a_zip_file_with_one_table_is_unpacked_whatever_a_system_put_beside_it(read_bytes):
    reading = read_bytes(zipped({"a.csv": TABLE, "__MACOSX/._a.csv": "x"}), "table.zip")
    assert (cells(reading), reading.words) == (CELLS, "2 rows; zip")
    assert cells(read_bytes(gzip.compress(zipped({"a.csv": TABLE})), "table.zip.gz")) == CELLS


def test_a_zip_file_with_several_tables_is_refused_with_a_command_for_each(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "all.zip", zipped({"one.csv": TABLE, "in/two.csv": TABLE}))
    error = refusal("all.zip")
    assert str(error) == "'all.zip' holds 2 files, where one table is needed: 'one.csv', 'in/two.csv'"
    for way, name in zip(error.ways.items(), ("one.csv", "two.csv"), strict=True):
        assert way == (f"after  unzip -p all.zip {'in/' * (name == 'two.csv')}{name} > {name}", {"path": name})


@pytest.mark.parametrize("how", PACKED)
def test_a_compressed_table_that_is_cut_short_is_refused(tmp_path, how):
    path = write(tmp_path, "table.csv", PACKED[how](TABLE.encode())[:-9])
    assert str(refusal(path)) == f"{path!r} is a {how} file, and damaged or cut short; copy or download it again"


@pytest.mark.parametrize("how", ["", *PACKED])
def test_what_is_too_large_is_refused_with_a_command_that_takes_a_part(tmp_path, monkeypatch, how):
    monkeypatch.setattr(sources, "machine_bytes", lambda: 80_000)
    monkeypatch.setattr(sources, "FIRST_LINES", 1000)
    table = b"a,b\n" + b"1,2\n" * 3000
    path = write(tmp_path, "table.csv", PACKED[how](table) if how else table)
    error = refusal(path)
    assert str(error).startswith(f"{path!r} is too large for the memory of this machine: 0 MiB take about 0 MiB")
    assert [len(one.frame) for one in readings_of_ways(error, path)] == [999]
    monkeypatch.setattr(sources, "machine_bytes", machine_bytes)
    assert len(read(path, ReadingOptions()).frame) == 3000


FRAME = pd.DataFrame({"n": [1, 2, 3], "x": [0.1, np.nan, 1e300], "kind": ["a", None, "b"], "yes": [True, False, True]})


def test_a_parquet_file_keeps_its_types_and_loses_an_index(read_bytes):
    for frame in (FRAME, FRAME.set_index(np.array([5, 7, 6]))):
        reading = read_bytes(frame.to_parquet(), "table.parquet")
        pd.testing.assert_frame_equal(reading.frame.reset_index(drop=True), FRAME, check_dtype=False)
        assert [reading.frame[name].dtype.kind for name in ("n", "x", "yes")] == ["i", "f", "b"]
        assert reading.words == "3 rows; Parquet"


def test_a_damaged_parquet_file_is_refused(tmp_path):
    path = write(tmp_path, "table.parquet", FRAME.to_parquet()[:-20])
    assert str(refusal(path)) == f"{path!r} is a Parquet file, and damaged or cut short; copy or download it again"


def test_an_excel_file_is_read_whatever_it_is_called(read_bytes):
    rows = [["n", "x", "kind"], [1, 0.5, "a"], [2, None, "b"]]
    reading = read_bytes(workbook(rows), "table.xlsx")
    assert reading.frame["n"].tolist() == [1, 2] and reading.frame["kind"].tolist() == ["a", "b"]
    assert reading.frame["x"].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)
    assert (reading.words, reading.notes) == ("2 rows; Excel", ())
    other = read_bytes(workbook(rows), "table.csv")
    assert other.frame.equals(reading.frame)
    assert other.notes == ("it is an Excel file, although it is called .csv",)


def test_the_table_of_an_excel_file_is_the_first_sheet_with_something_in_it_unless_it_is_named(tmp_path):
    table, second = [[None, None], [None, "n", "x"], [None, 1, 2], [None, 3, 4], [""]], [["a", "b"], [5, 6]]
    path = write(tmp_path, "table.xlsx", workbook([], table, second))
    reading = read(path, ReadingOptions())
    assert cells(reading) == {"n": [1, 3], "x": [2, 4]}
    assert reading.notes == ("sheet 'sheet 2'; not read: 'sheet 1', 'sheet 3'",)
    assert cells(read(path, ReadingOptions(sheet="sheet 3"))) == {"a": [5], "b": [6]}
    for sheet, why in (("Sheet", "the sheets of"), ("sheet 1", "which is empty in")):
        error = refusal(path, sheet=sheet)
        assert error.setting == "sheet" and str(error).startswith(f"names {sheet!r}") and why in str(error)
        first = next(iter(error.ways))
        assert first == ("sheet sheet 1" if sheet == "Sheet" else "with the first that is not")


def test_an_excel_file_without_openpyxl_is_refused_with_the_command_that_installs_it(tmp_path, monkeypatch):
    path = write(tmp_path, "table.xlsx", workbook([["a", "b"], [1, 2]]))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    error = refusal(path)
    assert str(error).startswith(f"{path!r} is an Excel file, which needs openpyxl")
    assert list(error.ways) == ["after  pip install 'small-network-runner[excel]'"]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": "x"}\n\n{"b": "y", "a": 2.5, "c": true}\n',
        '[{"a": 1, "b": "x"}, {"b": "y", "a": 2.5, "c": true}]',
    ],
)
def test_records_of_json_are_rows_with_types(read_bytes, text):
    for encoding in ("utf-8", "utf-8-sig"):
        reading = read_bytes(text.encode(encoding), "table.jsonl")
        assert cells(reading) == {"a": [1, 2.5], "b": ["x", "y"], "c": [None, True]}
        assert (reading.words, reading.notes) == ("2 rows; JSON", ())


@pytest.mark.parametrize(
    ("text", "why", "rows"),
    [
        (json.dumps({"a": [1, 2], "b": [3, 4]}), "is a JSON file, but not of records", 2),
        ('{"a": {"x": 1, "y": 2}}\n{"a": {"x": 4, "y": 5}}\n', "has several values in 'a' of record 1", 2),
        ('{"a": 1, "b": 2}\n{"a": 1, "b": \n{"a": 3, "b": 4}\n', "is a JSON file with a mistake in line 2", 2),
    ],
)  # fmt: skip
def test_other_json_is_refused_with_a_command_that_makes_a_table(tmp_path, text, why, rows):
    path = write(tmp_path, "table.json", text)
    error = refusal(path)
    assert str(error).startswith(f"{path!r} {why}")
    assert [len(one.frame) for one in readings_of_ways(error, path)] == [rows]


@pytest.mark.parametrize(
    "text", ["[1, 2, 3]", "[]", "{}", '[{"a": 1}, 2]', '{"a": 1}\n2\n', '[{"a": 1}', "[[1, 2], [3, 4]]"]
)
def test_json_without_records_is_refused(tmp_path, text):
    assert refusal(write(tmp_path, "table.json", text)).setting == "path"


def test_standard_input_is_kept_once_under_the_name_of_its_contents(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        sources.kept_input.cache_clear()  # as in another process
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
        path = sources.kept_input()
        assert cells(read(path, ReadingOptions())) == CELLS
    assert len(list(tmp_path.rglob("*"))) == 3  # outputs, standard_input and the table
    sources.kept_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(DataError, match="which is empty"):
        sources.kept_input()
