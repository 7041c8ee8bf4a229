"""Images in IDX files: read as they are written, and one sentence for each way in which they can be wrong."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from runner.runs.data import make_samples, prepare
from tests.runner.building import checked, refusal, spec_of, trained

PIXELS = np.random.default_rng(0).integers(0, 256, (60, 3, 4), dtype=np.uint8)
LABELS = np.arange(60, dtype=np.uint8) % 3 * 2  # 0, 2, 4


def written(values: np.ndarray) -> bytes:
    """By hand, as the page on MNIST has it: a magic number, then the sizes, all of four bytes, the highest first."""
    magic = {3: 2051, 1: 2049}[values.ndim]
    return struct.pack(f">{1 + values.ndim}i", magic, *values.shape) + values.tobytes()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    inside = tmp_path / "digits"
    inside.mkdir()
    (inside / "train-images-idx3-ubyte").write_bytes(written(PIXELS))
    (inside / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(written(LABELS), mtime=0))
    return inside


def add_tests(folder: Path, labels: np.ndarray = LABELS[:10]) -> None:
    (folder / "t10k-images.idx3-ubyte").write_bytes(written(PIXELS[:10] // 2))
    (folder / "t10k-labels.idx1-ubyte").write_bytes(written(labels))


def test_pixels_and_classes_are_those_of_the_files():
    samples = make_samples(spec_of("data=idx", "data.path=digits").data, 0)
    assert np.array_equal(samples.X, PIXELS.reshape(60, 12) / 255)
    assert samples.classes == ("0", "2", "4") and np.array_equal(samples.Y, LABELS // 2)
    assert samples.input_names[:5] == ("p0_0", "p0_1", "p0_2", "p0_3", "p1_0") and samples.n_test == 0


def test_a_test_set_of_its_own_is_tested_on(folder):
    add_tests(folder)
    data = prepare(spec_of("data=idx", "data.path=digits"))
    assert np.array_equal(data.test[0], (PIXELS[:10] // 2).reshape(10, 12) / 255)
    assert len(data.X_train) + len(data.X_validation) == 60
    few = prepare(spec_of("data=idx", "data.path=digits", "data.samples=50", "data.test_samples=5"))
    assert len(few.samples.X) == 55 and np.array_equal(few.test[0], data.test[0][:5])


def test_files_can_be_named_one_by_one_and_a_run_is_one_on_a_table(folder):
    (folder / "more-train-images").write_bytes(b"")
    files = ("data.images=digits/train-images-idx3-ubyte", "data.labels=digits/train-labels-idx1-ubyte.gz")
    run = checked("data=idx", *files)
    assert run.notes[0] == "read as: 60 images of 3 x 4 pixels, 3 classes" and run.spec.activation.name == "relu"
    result = trained("data=idx", *files, "training.epochs=2", "training.evaluations=1", "tracking.plots=none")
    assert "baseline/logistic_accuracy" in result.finals


def test_another_content_is_another_run(folder):
    before = checked("data=idx", "data.path=digits").digests
    (folder / "train-images-idx3-ubyte").write_bytes(written(255 - PIXELS))
    assert checked("data=idx", "data.path=digits").digests != before


IMAGES, TEST_LABELS = "train-images-idx3-ubyte", "t10k-labels.idx1-ubyte"
HEAD = struct.pack(">4i", 2051, 60, 3, 4)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (IMAGES, b"\x89PNG" + b"0" * 99, "data.path 'digits/train-images-idx3-ubyte' is not an IDX file of images: it "
         "begins with 89504e47; a file of images begins with 00000803"),
        (IMAGES, b"", "is not an IDX file of images: it begins with nothing; a file"),
        (IMAGES, written(LABELS), "holds labels; a file of images begins with 00000803"),
        (IMAGES, HEAD + bytes(700), "says it has 60 x 3 x 4 = 720 bytes, and has 700; it is cut off or damaged"),
        (IMAGES, HEAD[:10], "is cut off: its first 16 bytes say what it holds"),
        (IMAGES, HEAD + bytes(721), "says it has 60 x 3 x 4 = 720 bytes, and has 721"),
        (IMAGES, written(PIXELS[:59]), "has 60 labels, and 'digits/train-images-idx3-ubyte' has 59 images"),
        (IMAGES, gzip.compress(written(PIXELS), mtime=0)[:200], "is a gz file, and damaged or cut short"),
        (IMAGES, None, "data.images is missing: 'digits/train-labels-idx1-ubyte.gz' needs a file of images next to it"),
        ("train-labels-idx1-ubyte.gz", None, "data.labels is missing: 'digits/train-images-idx3-ubyte' needs a"),
        (
            "train-labels-idx1-ubyte.gz",
            gzip.compress(written(LABELS * 0), mtime=0),
            "has the same class for all images",
        ),
        ("train-images-again", b"", "data.images may be 'train-images-again', 'train-images-idx3-ubyte' of the folder"),
        (TEST_LABELS, None, "data.test_labels is missing"),
        (TEST_LABELS, written(LABELS[:10] + 1), "has classes that training never saw: '1', '3', '5'"),
        ("t10k-images.idx3-ubyte", written(PIXELS[:10, :2]), "has images of 2 x 4, and training has 3 x 4"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_sentence(folder, name, content, said):
    if name.startswith("t10k"):
        add_tests(folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    assert said in refusal("data=idx", "data.path=digits")


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ((), "data.path is missing; name the folder with the files: data=idx data.path=FOLDER"),
        (("data.path=nowhere",), "data.path 'nowhere' does not exist"),
        (("data.path=digits/train-images-idx3-ubyte",), "is a file; name its folder, or data.images and data.labels"),
        (("data.path=.",), "data.path '.' has no file with train-images in its name, but no file"),
        (("data.images=nowhere",), "data.images 'nowhere' does not exist"),
        (("data.images=digits",), "data.images 'digits' is not a file"),
        (("data.path=digits", "data.samples=1"), "data.samples must be >= 2, got 1"),
    ],
)
def test_a_wrong_setting_is_one_sentence(overrides, said):
    assert said in refusal("data=idx", *overrides)
