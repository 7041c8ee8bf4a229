"""Results between training and the store: which are where, and what is said of an interrupt."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from runner.base.interrupts import OrderlyInterrupt
from runner.conduct.context import SweepContext
from runner.conduct.delivery import Delivery
from runner.conduct.endings import interruptible
from runner.runs.about import About
from runner.store.folder import SweepFolder
from tests.runner.building import plan_of, trained_all

# MLflow's own warnings are not errors of ours
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.usefixtures("store_here")]

SHORT = ("data=xor", "training.epochs=2", "tracking.models=none", "tracking.plots=none", "tracking.report=false")


def test_results_are_on_disk_before_they_are_in_the_store_and_count_as_finished_meanwhile() -> None:
    plan = plan_of(*((f"seed={seed}",) for seed in range(3)), first=SHORT)
    folder = SweepFolder(Path("sweep"))
    delivery = Delivery(SweepContext(folder, About("sweep", "", "id"), plan.settings))
    delivery.save_plan(plan)
    first, *rest = trained_all(plan)
    publisher = delivery.open_store()
    assert not delivery.has_begun
    with OrderlyInterrupt() as interrupt:
        delivery.begin(plan, {}, None, interrupt)
        assert delivery.has_begun
        delivery.keep([first], interrupt)
        delivery.write(interrupt)
        kept = delivery.keep(rest, interrupt)
        assert folder.results(plan.runs)[0].keys() == delivery.finished == {0, 1, 2}
        assert [result.index for result in publisher.ledger.results] == [0]
        delivery.write(interrupt)
    assert [result.index for result in publisher.ledger.results] == [0, *(result.index for result in kept)]
    assert sorted(run.index for run in publisher.reader.of_sweep("id")) == [-1, 0, 1, 2]


def test_ctrl_c_while_the_store_learns_which_runs_will_come_counts_those_that_are_finished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = plan_of(*((f"seed={seed}",) for seed in range(3)), first=SHORT)
    delivery = Delivery(SweepContext(SweepFolder(Path("sweep")), About("sweep", "", "id"), plan.settings))
    delivery.save_plan(plan)
    kept = {result.index: result for result in trained_all(plan)[:2]}
    start = delivery.publisher.start

    def start_when_ctrl_c_is_pressed(overrides: Sequence[Sequence[str]], content: bytes) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        start(overrides, content)

    monkeypatch.setattr(delivery.publisher, "start", start_when_ctrl_c_is_pressed)
    with pytest.raises(KeyboardInterrupt), OrderlyInterrupt() as interrupt:
        delivery.begin(plan, kept, (), interrupt)
    assert delivery.has_begun and delivery.finished == {0, 1}
    assert [result.index for result in plan.killed(delivery.finished)] == [2]


def interrupted(folder: SweepFolder, is_reported: bool) -> None:
    with interruptible(folder) as interrupt:
        interrupt.is_reported = is_reported
        os.kill(os.getpid(), signal.SIGINT)


def test_what_an_interrupt_leaves_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    folder = SweepFolder(Path("outputs") / "2026_a")
    with pytest.raises(KeyboardInterrupt):
        interrupted(folder, is_reported=True)
    assert capsys.readouterr().err == ""
    with pytest.raises(KeyboardInterrupt):
        interrupted(folder, is_reported=False)
    told = capsys.readouterr().err
    assert "kept in outputs/2026_a. Resume with: python -m runner.resume" in " ".join(told.split()), told
