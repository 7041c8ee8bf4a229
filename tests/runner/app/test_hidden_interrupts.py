"""Ctrl-C while Hydra reads a file, whose clean-up then fails with an error of its own."""

import gc
from collections.abc import Iterator

import pytest

from runner.app import main as program


@pytest.fixture(autouse=True)
def of_another_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the program sets for all of its process is as it was before."""
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def read_as_hydra_does() -> int:
    try:
        raise KeyboardInterrupt  # before the file is open
    finally:
        file.close()  # noqa: F821
        file = None  # noqa: F841


def test_an_interrupt_that_hydra_hides_behind_an_error_ends_the_program_like_any_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "_run", read_as_hydra_does)
    monkeypatch.setattr("sys.argv", ["runner", "--help"])
    assert program.main() == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_another_error_of_this_kind_is_a_bug_and_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise UnboundLocalError("a bug")

    monkeypatch.setattr(program, "_run", broken)
    monkeypatch.setattr("sys.argv", ["runner", "--help"])
    with pytest.raises(UnboundLocalError, match="a bug"):
        program.main()
