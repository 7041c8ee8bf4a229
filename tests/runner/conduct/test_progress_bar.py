"""How far a sweep is said to be, phase by phase, and how long the rest takes."""

from dataclasses import dataclass

import pytest

from runner.base.progress import Phase
from runner.conduct import progress_bar
from runner.conduct.progress_bar import NOTHING_ELSE, Expected, SweepProgress, in_stacks
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.train.execution import Training
from runner.train.workers import ThisProcess, Workers
from tests.runner.building import plan_of, spec_of
from tests.runner.finished import data_of

SPEC = spec_of("data=xor")
EXPECTED = Expected(opening=1.0, of_writing_a_run=0.5, looking=3.0, comparing=10.0)


HERE = ThisProcess()


class Apart(ThisProcess):
    """Workers that train while this process does something else."""

    is_apart = True


@dataclass
class Half(Training):
    """Training that is as far as a test says."""

    done: float = 0.0
    workers: Workers = HERE  # type: ignore[assignment]
    seconds: float = 20.0  # type: ignore[assignment]

    def share(self) -> float:
        return self.done


def run(index: int, cost: float, accuracy: float) -> RunResult:
    history = {"step": [7.0], "train/cost": [cost], "train/accuracy": [accuracy]}
    return RunResult(
        index, "k", SPEC, Outcome.STOPPED, ("activation=tanh", f"seed={index}"), data=data_of(history), history=history
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which only moves when a test moves it."""
    now = [100.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now[0])
    return now


def left_in(shown: SweepProgress, phase: str, passed: float = 0.0) -> float | None:
    return shown.look(phase, passed).left


def test_no_time_is_told_before_training_has_moved_and_then_it_is_that_of_the_rest(clock: list[float]) -> None:
    training = Half(done=0.0)
    shown = SweepProgress(40, training, EXPECTED)
    assert left_in(shown, Phase.CHECKING) is None and left_in(shown, Phase.TRAINING) is None
    shown.open([], [])
    training.done = 0.01
    assert left_in(shown, Phase.TRAINING) is None, "how fast it moves is not known"
    clock[0], training.done = 110.0, 0.51
    assert left_in(shown, Phase.TRAINING) == pytest.approx(10 * 0.49 / 0.5 + 3 + 10)


def test_what_was_foreseen_counts_less_and_less(clock: list[float]) -> None:
    """Workers that import what they need seem slow at first."""
    training = Half(done=0.01)
    shown = SweepProgress(40, training, NOTHING_ELSE)
    left_in(shown, Phase.TRAINING)
    told = []
    for share in (0.03, 0.06, 0.16, 0.21):
        clock[0], training.done = clock[0] + 4, share
        told.append(left_in(shown, Phase.TRAINING))
    measured = [(1 - share) * seconds / (share - 0.01) for share, seconds in ((0.03, 4), (0.06, 8), (0.16, 12))]
    assert all(20 < one < two for one, two in zip(told, measured, strict=False))
    assert told[-1] == pytest.approx(0.79 * 16 / 0.2)


def test_where_others_train_the_slower_of_training_and_writing_counts(clock: list[float]) -> None:
    training = Half(done=0.01, workers=Apart())
    shown = SweepProgress(40, training, EXPECTED)
    shown.open([], [])
    left_in(shown, Phase.TRAINING)
    clock[0], training.done = 110.0, 0.91
    assert left_in(shown, Phase.TRAINING) == pytest.approx(40 * 0.5 + 13)
    shown.advance([run(place, 0.1, 1.0) for place in range(20)], seconds=2.0)
    assert left_in(shown, Phase.TRAINING) == pytest.approx(20 * 0.1 + 13), "as long as writing has taken so far"


def test_workers_out_of_sight_are_measured_from_the_beginning(clock: list[float]) -> None:
    training = Half(done=0.0)
    shown = SweepProgress(40, training, NOTHING_ELSE)
    shown.open([], [])
    clock[0], training.done = 130.0, 0.25  # a whole stack at once
    assert left_in(shown, Phase.TRAINING) == pytest.approx(90)


def test_each_phase_leaves_less_and_one_that_takes_too_long_is_never_at_its_end(clock: list[float]) -> None:
    shown = SweepProgress(40, Half(), EXPECTED)
    phases = [(Phase.WRITING, 0.0), (Phase.CAUSES, 0.0), (Phase.COMPARING, 0.0), (Phase.COMPARING, 9.0)]
    assert [left_in(shown, *one) for one in phases] == [20 + 13, 13, 10, 1]
    assert left_in(shown, Phase.COMPARING, 1000.0) == 1


def test_runs_and_the_best_of_them_are_told_also_those_of_an_earlier_process() -> None:
    shown = SweepProgress(40, Half(), EXPECTED)
    shown.open([run(9, 0.15, 1.0)], ["activation", "seed"])
    shown.advance([run(0, 0.2, 1.0), run(1, 0.1, 1.0)], seconds=0.1)
    glance = shown.look(Phase.TRAINING, 0.0)
    assert (glance.done, glance.best) == ("3 of 40 runs", "best so far: tanh seed=1 (accuracy 1, cost 0.1)")
    alone = SweepProgress(1, Half(), EXPECTED)
    alone.advance([run(0, 0.2, 1.0)], seconds=0.1)
    assert (alone.look(Phase.TRAINING, 0.0).done, alone.look(Phase.TRAINING, 0.0).best) == ("", "")


def test_what_there_is_to_train_is_told_in_words() -> None:
    tasks = plan_of(("data=xor", "training.epochs=2"), first=("workers=1",)).tasks
    assert in_stacks(1, Training(tasks, ThisProcess())) == "1 run in 1 stack"
    assert in_stacks(0, Training([], ThisProcess())) == "nothing is left to train"
