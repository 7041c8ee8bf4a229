"""Ctrl-C and SIGTERM while a sweep runs: held back where a write must be complete, and never lost."""

import os
import signal
import sys

import pytest

from runner.base.interrupts import Interrupted, OrderlyInterrupt, exit_code, held_back


def press(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


pytestmark = pytest.mark.usefixtures("ctrl_c")


class PressedWhenFreed:
    """Python cannot raise from here: it prints a traceback and continues."""

    def __del__(self) -> None:
        press()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_program_with_the_code_that_a_shell_expects(number, code, capsys):
    with pytest.raises(Interrupted) as caught, OrderlyInterrupt():
        press(number)
    assert exit_code(caught.value) == code
    assert capsys.readouterr().err == "", "the sweep has said what is kept and how to resume"
    assert exit_code(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_press_that_python_loses_is_heard_at_the_next_shield_and_prints_no_traceback(capfd):
    with OrderlyInterrupt() as interrupt:
        PressedWhenFreed()
        with pytest.raises(Interrupted), interrupt.shield():
            pytest.fail("it was not heard")
    assert capfd.readouterr().err == ""


def press_inside(interrupt: OrderlyInterrupt, times: int, firm: bool) -> list[str]:
    """Press inside a shield; returns how far the work in there came."""
    done = ["begun"]
    try:
        with interrupt.shield(firm=firm):
            for _ in range(times):
                press()
            done.append("ended")
    except Interrupted:
        done.append("heard")
    return done


@pytest.mark.parametrize(("times", "firm"), [(1, False), (1, True), (2, True)])
def test_a_shield_holds_back_what_must_not_tear_what_is_inside(times, firm):
    with OrderlyInterrupt() as interrupt:
        assert press_inside(interrupt, times, firm) == ["begun", "ended", "heard"]


def test_a_second_press_is_not_held_back_by_a_shield_that_is_not_firm():
    with OrderlyInterrupt() as interrupt:
        assert press_inside(interrupt, 2, firm=False) == ["begun", "heard"]


def test_other_errors_that_python_cannot_raise_are_still_shown(monkeypatch):
    class Broken:
        def __del__(self):
            raise ValueError("not ours")

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(str(lost.exc_value)))
    with OrderlyInterrupt():
        Broken()
    assert told == ["not ours"]


def presses_heard_late(number: int) -> int:
    """How many of `number` presses were made before the first was heard."""
    made = 0
    try:
        with held_back():
            for _ in range(number):
                made += 1
                press()
    except KeyboardInterrupt:
        return made
    return 0


@pytest.mark.parametrize(("presses", "made"), [(0, 0), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_a_press_that_is_held_back_is_heard_afterwards_and_a_third_one_at_once(presses, made):
    assert presses_heard_late(presses) == made
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
