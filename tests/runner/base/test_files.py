"""Files that the user named."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from runner.base.files import check_writable, in_words, whole_file, write_whole

KERNELS = Path("/proc")  # where nobody can make a file, whoever runs the test


@pytest.mark.skipif(not KERNELS.is_dir(), reason="only Linux has a folder in which nobody can write")
def test_a_file_that_cannot_be_written_is_named_and_not_the_one_that_it_is_written_to_first() -> None:
    with pytest.raises(OSError, match="answers") as caught:
        write_whole(KERNELS / "answers.csv", b"")
    assert in_words(caught.value).startswith("/proc/answers.csv: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only Unix has pipes and devices with names")
def test_a_file_takes_the_place_of_no_device_pipe_or_stream(tmp_path: Path) -> None:
    pipe, stream = tmp_path / "pipe", tmp_path / "stdout"
    os.mkfifo(pipe)
    stream.symlink_to("/proc/self/fd/1")
    for path in (pipe, stream, Path(os.devnull)):
        with pytest.raises(OSError, match="Not a regular file"):
            check_writable(path)
    for path in (tmp_path / "new.csv", tmp_path / "there.csv"):
        check_writable(path)
        path.write_bytes(b"")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_is_only_to_be_read_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.touch(0o444)
    with pytest.raises(PermissionError):
        check_writable(path)


def test_a_disk_that_is_full_is_told_with_the_file(tmp_path: Path) -> None:
    def fills(file: BinaryIO) -> None:
        file.write(b"some")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space") as caught, whole_file(tmp_path / "page.html") as file:
        fills(file)
    assert in_words(caught.value) == f"{tmp_path / 'page.html'}: {os.strerror(errno.ENOSPC)}"
    assert not list(tmp_path.iterdir())
