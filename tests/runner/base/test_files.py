"""Files that the user named."""

from pathlib import Path

import pytest

from runner.base.files import in_words, write_whole

KERNELS = Path("/proc")  # where nobody can make a file, whoever runs the test


@pytest.mark.skipif(not KERNELS.is_dir(), reason="only Linux has a folder in which nobody can write")
def test_a_file_that_cannot_be_written_is_named_and_not_the_one_that_it_is_written_to_first() -> None:
    with pytest.raises(OSError, match="answers") as caught:
        write_whole(KERNELS / "answers.csv", b"")
    assert in_words(caught.value).startswith("/proc/answers.csv: ")
