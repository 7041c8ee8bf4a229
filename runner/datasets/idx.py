"""Images and their classes in IDX files, such as those of MNIST, compressed or not."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Strict

from runner.base.files import contents_of, expanded, working_folder
from runner.base.texts import listed
from runner.datasets.samples import DATASETS, DataError, Samples, Streams
from runner.datasets.tables.encoding import Column, Encoding
from runner.datasets.tables.formats import unpacked

WHITE = 255
NAMES = {
    "images": "train-images", "labels": "train-labels", "test_images": "t10k-images", "test_labels": "t10k-labels",
}  # fmt: skip
PARTNER = {"images": "labels", "labels": "images", "test_images": "test_labels", "test_labels": "test_images"}
PACKED = (".gz", ".zip")
UBYTE = 8  # the sign of unsigned bytes, which all of these files hold
Most = Annotated[int, Strict()]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class _File:
    """A file, its name in messages, the setting that names it, and what a change is detected by."""

    path: Path
    shown: str
    setting: str
    size: int
    changed: int


@DATASETS.register
def idx(
    streams: Streams,
    *,
    path: str | None = None,
    images: str | None = None,
    labels: str | None = None,
    test_images: str | None = None,
    test_labels: str | None = None,
    samples: Most | None = None,
    test_samples: Most | None = None,
) -> Samples:
    """Images with one class each, in IDX files: MNIST, Fashion-MNIST and similar data sets. Pixels are v / 255.

    A folder holds train-images... and train-labels..., and t10k-images... and t10k-labels... as a separate test set; or
    each file is named by a setting of its own. Files may be compressed (gz, zip). LeCun, Cortes and Burges (1998), The
    MNIST Database.
    """
    for setting, most in (("samples", samples), ("test_samples", test_samples)):
        if most is not None and most < 2:
            raise DataError(f"must be >= 2, got {most}", setting)
    given = {"images": images, "labels": labels, "test_images": test_images, "test_labels": test_labels}
    named = {setting: _file(name, setting) for setting, name in given.items() if name is not None}
    files = (_in_folder(path, named) if path is not None else {}) | named
    if not files:
        raise DataError("is missing; name the folder with the files: data=idx data.path=FOLDER", "path")
    for setting, one in files.items():
        if (other := PARTNER[setting]) not in files:
            raise DataError(
                f"is missing: {one.shown!r} needs a file of {other.removeprefix('test_')} next to it", other
            )
    if "images" not in files:
        raise DataError(f"is missing: {files['test_images'].shown!r} is for tests; name those to learn from", "images")
    test = (files["test_images"], files["test_labels"]) if "test_images" in files else None
    return _samples((files["images"], files["labels"]), test, samples, test_samples)


def _file(name: str, setting: str) -> _File:
    path = working_folder() / expanded(Path(name))
    try:
        if not path.is_file():
            raise DataError(f"{name!r} {'is not a file' if path.exists() else 'does not exist'}", setting)
        return _File(path, name, setting, path.stat().st_size, path.stat().st_mtime_ns)
    except OSError as error:
        raise DataError(f"{name!r} cannot be read: {error.strerror or error}", setting) from error


def _in_folder(path: str, named: Collection[str]) -> dict[str, _File]:
    """The files of a folder by what they contain, except those that are `named` individually."""
    folder, found = working_folder() / expanded(Path(path)), dict[str, _File]()
    try:
        if not folder.is_dir():
            told = "is a file; name its folder, or data.images and data.labels" if folder.exists() else "does not exist"
            raise DataError(f"{path!r} {told}", "path")
        names = sorted(one.name for one in folder.iterdir() if one.is_file())
    except OSError as error:
        raise DataError(f"{path!r} cannot be read: {error.strerror or error}", "path") from error
    for setting, stem in NAMES.items():
        fitting = [name for name in names if stem in name]
        fitting = [name for name in fitting if not name.endswith(PACKED)] or fitting
        if setting in named or not fitting:
            continue
        if len(fitting) > 1:
            raise DataError(f"may be {listed(fitting)} of the folder {path!r}; name one of them", setting)
        found[setting] = _file(str(Path(path) / fitting[0]), "path")
    if not found and not named:
        raise DataError(f"{path!r} has no file with train-images in its name, but {listed(names) or 'no file'}", "path")
    return found


@lru_cache(maxsize=2)
def _samples(
    learned: tuple[_File, _File], tested: tuple[_File, _File] | None, most: int | None, most_tested: int | None
) -> Samples:
    """The samples. Their arrays are read-only, because runs on the same files share them."""
    (images, labels), digests = _pair(*learned, most)
    test_images, test_labels, test_digests = images[:0], labels[:0], ""
    if tested:
        (test_images, test_labels), test_digests = _pair(*tested, most_tested)
        if test_images.shape[1:] != images.shape[1:]:
            sizes = [" x ".join(map(str, one.shape[1:])) for one in (test_images, images)]
            told = f"{tested[0].shown!r} has images of {sizes[0]}, and training has {sizes[1]}"
            raise DataError(told, tested[0].setting)
        if unseen := sorted(set(test_labels.tolist()) - set(labels.tolist())):
            told = f"{tested[1].shown!r} has classes that training never saw: {listed(unseen)}"
            raise DataError(told, tested[1].setting)
    known = np.unique(labels)
    if len(known) < 2:
        raise DataError(f"{learned[1].shown!r} has the same class for all images", learned[1].setting)
    X = np.concatenate([images, test_images]).reshape(len(images) + len(test_images), -1) / WHITE
    Y = np.searchsorted(known, np.concatenate([labels, test_labels]))
    for array in (X, Y):
        array.setflags(write=False)
    height, width = images.shape[1:]
    names = tuple(f"p{row}_{column}" for row in range(height) for column in range(width))
    notes = [f"read as: {len(images):,} images of {height} x {width} pixels, {len(known)} classes"]
    notes += [f"tested on: {len(test_images):,} images of files of their own"] if tested else []
    return Samples(
        X,
        Y,
        "classification",
        names,
        "class",
        tuple(map(str, known)),
        digest=hashlib.sha256(f"{digests}{test_digests}".encode()).hexdigest(),
        encoding=Encoding(tuple(map(Column, names)), "class"),
        n_test=len(test_images),
        notes=tuple(notes),
    )


def _pair(images: _File, labels: _File, most: int | None) -> tuple[tuple[Bytes, Bytes], str]:
    """The first images `(n, height, width)` and their labels `(n,)`, and what identifies the files."""
    contents = [_contents(one) for one in (images, labels)]
    pixels, classes = _array(contents[0], images, "images", 3), _array(contents[1], labels, "labels", 1)
    if len(pixels) != len(classes):
        counts = f"{labels.shown!r} has {len(classes):,} labels, and {images.shown!r} has {len(pixels):,} images"
        raise DataError(counts, labels.setting)
    digests = " ".join(hashlib.sha256(one).hexdigest() for one in contents)
    return (pixels[:most], classes[:most]), digests


def _contents(file: _File) -> bytes:
    try:
        return unpacked(contents_of(file.path), file.shown)[0]
    except OSError as error:
        raise DataError(f"{file.shown!r} cannot be read: {error.strerror or error}", file.setting) from error
    except DataError as error:
        raise DataError(str(error), file.setting) from error


def _array(contents: bytes, file: _File, what: str, n_dimensions: int) -> Bytes:
    """The numbers of an IDX file: two zero bytes, the type, the number of dimensions, their sizes, and the data."""
    magic = bytes([0, 0, UBYTE, n_dimensions])
    if contents[:4] != magic:
        kinds = {bytes([0, 0, UBYTE, n]): f"holds {kind}" for n, kind in ((1, "labels"), (3, "images"))}
        told = kinds.get(
            contents[:4], f"is not an IDX file of {what}: it begins with {contents[:4].hex() or 'nothing'}"
        )
        raise DataError(f"{file.shown!r} {told}; a file of {what} begins with {magic.hex()}", file.setting)
    start = 4 + 4 * n_dimensions
    if len(contents) < start:
        raise DataError(f"{file.shown!r} is cut off: its first {start} bytes say what it holds", file.setting)
    shape = [int.from_bytes(contents[place : place + 4], "big") for place in range(4, start, 4)]
    wanted, there = prod(shape), len(contents) - start
    if wanted != there:
        said = f"{' x '.join(f'{size:,}' for size in shape)} = {wanted:,} bytes"
        raise DataError(f"{file.shown!r} says it has {said}, and has {there:,}; it is cut off or damaged", file.setting)
    if wanted == 0:
        raise DataError(f"{file.shown!r} holds no {what}", file.setting)
    return np.frombuffer(contents, dtype=np.uint8, offset=start).reshape(shape)
