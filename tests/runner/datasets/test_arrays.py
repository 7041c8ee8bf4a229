"""Files of arrays: whatever is wrong with one is said in a sentence."""

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from runner.runs.data import make_samples
from tests.runner.building import refusal, spec_of

X = np.random.default_rng(0).normal(size=(30, 2))
NAMED = ("data=arrays", "data.path=mine.npz")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def damaged() -> bytes:
    """Packed numbers that cannot be unpacked, as where a copy went wrong."""
    packer = zlib.compressobj(wbits=-15)
    stream = packer.compress(b"numbers" * 100) + packer.flush()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("X.npy", stream)
    contents = bytearray(file.getvalue())
    for place in (8, contents.index(b"PK\x01\x02") + 10):
        contents[place] = zipfile.ZIP_DEFLATED
    contents[contents.index(stream)] = 7  # a kind of block that there is not
    return bytes(contents)


def of_shape(shape: str) -> bytes:
    """An array with this shape in the header of its file, whatever follows."""
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("X.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    return file.getvalue()


@pytest.mark.parametrize(
    "contents",
    [damaged(), of_shape(f"({10**20},)"), of_shape("(1, 2"), of_shape(f"({10**12}, 2)"), b"X"],
    ids=["packed", "beyond", "unclosed", "huge", "text"],
)
def test_a_damaged_file_is_one_sentence(contents, folder):
    (folder / "mine.npz").write_bytes(contents)
    assert "'mine.npz' is not an archive of arrays (" in refusal(*NAMED)


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (np.zeros(30, dtype=[("a", float)]), "has neither numbers nor text in y"),
        (X[:, 0] * 1j, "has neither numbers nor text in y (complex128)"),
        (X * 1e200, "cannot be used: y has values beyond +-1e+100; give it in another unit"),
        (np.where(X > 0, np.inf, X), "has infinite values in y, the first in row 0"),
        (np.empty((30, 0)), "needs X of shape (n, d_in) and y of (n,), got (30, 2) and (30, 0)"),
    ],
)
def test_targets_that_are_none_are_refused(y, sentence):
    np.savez("mine.npz", X=X, y=y)
    assert sentence in refusal(*NAMED)


def test_an_archive_may_be_packed_many_times_over():
    np.savez_compressed("mine.npz", X=np.tile(X, (10_000, 1)).round(), y=np.tile(X[:, 0], 10_000).round(1))
    samples = make_samples(spec_of(*NAMED).data, 0)
    assert samples.X.shape == (300_000, 2) and Path("mine.npz").stat().st_size < samples.X.nbytes / 5


@pytest.mark.parametrize("path", ["~nobody_has_this_name/mine.npz", f"{'a' * 5000}.npz"])
@pytest.mark.parametrize("data", ["arrays", "idx"])
def test_a_path_that_cannot_be_is_one_sentence(data, path):
    assert "data.path" in refusal(f"data={data}", f"data.path={path}")
