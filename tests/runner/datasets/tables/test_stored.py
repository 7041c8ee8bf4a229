"""Specs of earlier versions name `csv`: their tables are read as they were then, to the last bit."""

import hashlib

import numpy as np
import pytest

from runner.datasets import DATASETS, Samples
from runner.datasets.samples import DataError, Streams
from runner.runs.spec import component_model

STREAMS = Streams(np.random.default_rng(0), np.random.default_rng(0))
DIGITS = "".join(f"{1 / (3 + i)!r}e{9 * i - 90},{'7' * (10 + i)}.{'3' * i}1,{i / 3!r}\n" for i in range(20))
# What the code of version 0.5.0 gave: task, inputs, target, classes, and a digest of X and Y.
GOLDEN = {
    "numbers": ("height,width,price\n1,10,2.5\n2,30,3.5\n3,20,4.25\n4,50,5.125\n5,40,6.5\n", {},
                ("regression", ("height", "width"), "price", (), "d24c5aa7d6cf608c")),
    "ten whole numbers": ("a,t\n" + "".join(f"{i / 7!r},{i % 10}\n" for i in range(44)), {},
                          ("classification", ("a",), "t", tuple("0123456789"), "a6885916df3e987e")),
    "eleven whole numbers": ("a,t\n" + "".join(f"{i / 7!r},{i % 11}\n" for i in range(44)), {},
                             ("regression", ("a",), "t", (), "645a14a9826f729f")),
    "whole numbers from 3": ("a,t\n1,3\n2,7\n3,5\n4,3\n5,5\n6,7\n", {},
                             ("classification", ("a",), "t", ("3", "5", "7"), "1459724cf4d57ce9")),
    "ten is before two": ("a,t\n1,10\n2,2\n3,10\n4,2\n", {},
                          ("classification", ("a",), "t", ("10", "2"), "5cbe50bdd7d856a1")),
    "truth values": ("a,b,t\n1,True,False\n2,False,True\n3,True,False\n4,False,True\n", {},
                     ("classification", ("a", "b"), "t", ("False", "True"), "5eb36e3204eb77de")),
    "text": ('"a, b";kind\n 1;x\n2;y\n\n3;"z z"\n4;x\n5;y\n6;"z z"\n7;x\n', {"separator": ";"},
             ("classification", ("a, b",), "kind", ("x", "y", "z z"), "6cda588f08f2f36a")),
    "a tab": ("a\tb\tc\n1\t2\t0.5\n2\t3\t1.5\n3\t2\t2.25\n4\t1\t3.5\n",
              {"separator": r"\t", "features": ("c", "a"), "target": "b", "task": "regression"},
              ("regression", ("c", "a"), "b", (), "e6bfde11b53152bd")),
    "floats as classes": ("a,t\n1,1.5\n2,2\n3,1.5\n4,2\n", {"task": "classification"},
                          ("classification", ("a",), "t", ("1.5", "2.0"), "5cbe50bdd7d856a1")),
    "many digits": ("a,b,t\n" + DIGITS, {}, ("regression", ("a", "b"), "t", (), "4e3ce10a1e729792")),
}  # fmt: skip


def read(folder, contents: str, **settings) -> Samples:
    """As a stored spec has it: with the five settings of that time, and nothing of what came later."""
    (folder / "t.csv").write_bytes(contents.encode())
    plain = {"name": "csv", "path": str(folder / "t.csv"), **settings}
    return DATASETS["csv"](STREAMS, **component_model("data", "csv").model_validate(plain).settings())


@pytest.mark.parametrize(("contents", "settings", "expected"), GOLDEN.values(), ids=GOLDEN)
def test_a_table_of_an_earlier_version_has_the_samples_that_it_had_then(contents, settings, expected, tmp_path):
    found = read(tmp_path, contents, **settings)
    bits = hashlib.sha256(found.X.tobytes() + found.Y.tobytes()).hexdigest()[:16]
    assert (found.task, found.input_names, found.target_name, found.classes, bits) == expected
    assert found.digest == hashlib.sha256(contents.encode()).hexdigest()
    assert (found.encoding, found.notes, found.impute) == (None, (), "none")


@pytest.mark.parametrize(
    ("contents", "settings", "setting", "said"),
    [
        ("", {}, "path", "is not a table of numbers"),
        ("a,b\n1,2,2.5\n2,3,3.5\n", {}, "path", "is not a table of numbers"),
        ("a,b\n1,2\n2,3\n", {"target": "c"}, "path", "has no column 'c'; its columns are 'a', 'b'"),
        ("a,b\nx,2\ny,3\n", {}, "features", "are not all numbers without gaps; data=table"),
        ("a,b\n1,2\n,3\n", {}, "features", "are not all numbers without gaps; data=table"),
        ("a,b\n1,x\n2,y\n", {"task": "regression"}, "target", "'b' is text"),
    ],
)
def test_a_file_that_is_no_longer_what_it_was_is_refused_in_words(contents, settings, setting, said, tmp_path):
    with pytest.raises(DataError, match=said) as caught:
        read(tmp_path, contents, **settings)
    assert caught.value.setting == setting


def test_a_file_that_is_gone_is_refused_with_its_name(tmp_path):
    with pytest.raises(DataError, match=r"none.csv' cannot be read: No such file"):
        DATASETS["csv"](STREAMS, path=str(tmp_path / "none.csv"))
