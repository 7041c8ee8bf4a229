"""Formats that are not read: named, with what to do. None of them is opened: a pickle can run code when it is."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runner.datasets.samples import DataError
from runner.datasets.tables.sources import after, beside, in_python, quoted

Command = Callable[[str, str], str]  # makes the file of its second name out of that of its first


@dataclass(frozen=True)
class _Foreign:
    """A format by the `sign` at its beginning; `advice`, and a command that makes a CSV file where there is one."""

    name: str
    sign: bytes
    advice: str = "write it as a CSV file first"
    command: Command | None = None
    header: bool | None = None  # of what the command makes, where that is no guess


def _pandas(reader: str) -> Command:
    def command(path: str, made: str) -> str:
        return in_python(f"import pandas; pandas.read_{reader}({quoted(path)}).to_csv({quoted(made)}, index=False)")

    return command


def _tool(template: str) -> Command:
    return lambda path, made: template.format(shlex.quote(path), shlex.quote(made))


def _matrix(path: str, made: str) -> str:
    return in_python(f'import numpy; numpy.savetxt({quoted(made)}, numpy.load({quoted(path)}), delimiter=",")')


def _office(path: str, made: str) -> str:
    return f"soffice --headless --convert-to csv --outdir {shlex.quote(str(Path(made).parent))} {shlex.quote(path)}"


def _from_r(path: str, made: str) -> str:
    return f"Rscript -e {shlex.quote(f'write.csv(readRDS({quoted(path)}), {quoted(made)}, row.names=FALSE)')}"


PICTURE = "a table is needed: numbers and words, not a picture of them"
FORMATS = (
    _Foreign("an old Excel file (.xls)", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx or .csv in Excel",
             _office),
    _Foreign("a word processor's or a spreadsheet's file", rb"PK\x03\x04", "save its table as .xlsx or .csv", _office),
    _Foreign("a PDF", rb"%PDF", "copy its table into a spreadsheet and save that as .csv"),
    _Foreign("a SQLite database", rb"SQLite format 3\x00", "write one of its tables as a CSV file",
             _tool("sqlite3 -header -csv {} 'select * from TABLE' > {}")),
    _Foreign("an HDF5 file", rb"\x89HDF\r\n\x1a\n", command=_pandas("hdf")),
    _Foreign("a netCDF file", rb"CDF[\x01\x02\x05]"),
    _Foreign("a Feather (Arrow) file", rb"ARROW1|FEA1", command=_pandas("feather")),
    _Foreign("an ORC file", rb"ORC", command=_pandas("orc")),
    _Foreign("an Avro file", rb"Obj\x01"),
    _Foreign("a Stata file", rb"<stata_dta>|[\x71-\x73][\x01\x02]\x01\x00", command=_pandas("stata")),
    _Foreign("an SPSS file", rb"\$FL[23]", command=_pandas("spss")),
    _Foreign("a SAS file", rb"HEADER RECORD\*{7}LIBRARY|\x00{12}\xc2\xea\x81\x60", command=_pandas("sas")),
    _Foreign("a file of R", rb"RD[AX][23]\n|X\n\x00\x00\x00[\x02\x03]", "write its table with write.csv", _from_r),
    _Foreign("a MATLAB file", rb"MATLAB 5\.0", "write its table with writematrix or writetable"),
    _Foreign("an array of NumPy", rb"\x93NUMPY", "write it as a CSV file, without a header", _matrix, False),
    _Foreign("a picture", rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF.{4}WEBP", PICTURE),
    _Foreign("an ARFF file (of Weka)", rb"(?i)(\s*%[^\n]*\n|\s+)*@relation\b",
             "what follows its line @data is a CSV file without a header",
             _tool("sed '1,/^@[Dd][Aa][Tt][Aa]/d; /^%/d' {} > {}"), False),
    _Foreign("a web page (HTML)", rb"(?i)\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|table)\b",
             "download the table itself; or take the first table of the page", _pandas("html")),
    _Foreign("an XML file", rb"\s*<\?xml", command=_pandas("xml")),
    _Foreign("a zstd file", rb"\x28\xb5\x2f\xfd", "unpack it first", _tool("zstd -d {} -o {}")),
    _Foreign("a 7z file", rb"7z\xbc\xaf\x27\x1c", "unpack it first: 7z x FILE"),
    _Foreign("a RAR file", rb"Rar!\x1a\x07", "unpack it first: unrar x FILE"),
    _Foreign("a tar archive", rb".{257}ustar", "unpack it first: tar xf FILE, and name the table in it"),
    _Foreign("a table of libsvm (1:0.5 3:0.2)", rb"[-+.\d]+( \d+:[-+.\deE]+){2,}\s*\n",
             "write it as a CSV file, with a cell for every column"),
)  # fmt: skip


def foreign(contents: bytes, shown: str) -> DataError | None:
    """The refusal of a format that is not read; None for anything else."""
    head = contents[:65536].removeprefix(b"\xef\xbb\xbf")
    if re.match(rb"\x80[\x02-\x05]", head) and contents.endswith(b"."):
        pickle = _Foreign("a pickle", b"", "it can run code when it is opened, so that is never done here; "
                          "if you made it yourself, write it as a CSV file", _pandas("pickle"))  # fmt: skip
        return _refusal(pickle, shown)
    found = next((one for one in FORMATS if re.match(one.sign, head, re.DOTALL)), None)
    return None if found is None else _refusal(found, shown)


def _refusal(found: _Foreign, shown: str) -> DataError:
    message = f"{shown!r} is {found.name}, which is not read here; {found.advice}"
    if found.command is None:
        return DataError(message, "path")
    made = beside(shown, ".csv")
    if made == shown:
        made = beside(shown, ".table.csv")
    settings = {} if found.header is None else {"header": found.header}
    return DataError(message, "path", after(found.command(shown, made), made, **settings))
