"""What is printed cannot be written, as on a full disk."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from runner import predict, report, sweeps

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    ("main", "arguments"),
    [(sweeps.main, ["xor"]), (sweeps.main, ["--help"]), (report.main, ["-h"]), (predict.main, ["-h"])],
)
def test_a_command_that_cannot_print_says_so_in_one_line_and_fails(
    main: Callable[[Sequence[str]], int],
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with FULL.open("w") as full:  # closing it raises what Python would print at its end, after all else
        monkeypatch.setattr("sys.stdout", full)
        assert main(arguments) == 1
    assert capsys.readouterr().err == "error: what is printed cannot be written: No space left on device\n"
