"""Which runs of a large sweep are drawn, by whom, and what becomes of pictures that are lost."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from runner.conduct.gallery import MOST_SETTINGS, Gallery, rendering
from runner.findings.numbers.scores import rank_of_run
from runner.findings.pictures import MANY_RUNS, pictures_by_data, pictures_of, standing_for
from runner.plan.plan import Plan
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.train.execution import Training
from runner.train.workers import ProcessPool, ThisProcess
from tests.runner.building import plan_of, trained_all

SHORT = ("data=xor", "training.mode=full", "training.epochs=2", "training.evaluations=2")


def swept(*jobs: tuple[str, ...], plots: str = "auto") -> tuple[Plan, list[RunResult]]:
    plan = plan_of(*jobs, first=(*SHORT, f"tracking.plots={plots}"))
    given = [replace(run, overrides=job) for run, job in zip(plan.runs, jobs, strict=True)]
    plan = replace(plan, runs=given)
    results = trained_all(plan)
    return plan, [replace(one, overrides=job) for one, job in zip(results, jobs, strict=True)]


def beside(plan: Plan, n: int) -> list[PlannedRun]:
    """The runs of a plan and others of its sweep, n in all."""
    (first, *_), left = plan.runs, range(len(plan.runs), n)
    return [*plan.runs, *(replace(first, index=place, overrides=("activation=elu", f"seed={place}")) for place in left)]


def indices(drawn: list[RunResult]) -> list[int]:
    assert all(one.pictures for one in drawn)
    return [one.index for one in drawn]


@pytest.fixture
def here() -> Iterator[Training]:
    """Training of nothing, in this process."""
    with Training([], ThisProcess()) as training:
        yield training


SEEDS = [(f"activation={name}", f"seed={seed}") for name in ("tanh", "relu") for seed in range(5)]


def test_a_setting_is_drawn_when_its_last_run_has_ended_and_not_before(here: Training):
    plan, results = swept(*SEEDS)
    gallery = Gallery(plan, beside(plan, MANY_RUNS + 1), here)
    gallery.add(results[:5])
    gallery.add(results[6:])
    expected = sorted(results[:5], key=rank_of_run)
    assert indices(list(gallery.drawn())) == [expected[place].index for place in (0, 2, 4)]


@pytest.mark.parametrize(("plots", "runs"), [("auto", MANY_RUNS), ("best", 1000), ("none", 1000), ("all", 1000)])
def test_nothing_is_drawn_afterwards_where_each_run_has_its_picture_or_none_is_wanted(
    plots: str, runs: int, here: Training
):
    plan, results = swept(*SEEDS[:5], plots=plots)
    gallery = Gallery(plan, beside(plan, runs), here)
    gallery.add(results)
    assert list(gallery.drawn()) == []


def test_of_many_settings_the_best_are_drawn(here: Training):
    rates = [(f"learning_rate={0.001 * n}",) for n in range(1, MOST_SETTINGS + 4)]
    plan, results = swept(*rates)
    gallery = Gallery(plan, plan.runs, here)
    for one in results:
        gallery.add([one])
    best = sorted(results, key=rank_of_run)[:MOST_SETTINGS]
    assert sorted(indices(list(gallery.drawn()))) == sorted(one.index for one in best)


def test_the_worst_run_of_a_setting_is_one_that_did_not_finish_and_one_that_never_began_is_not_drawn():
    _, results = swept(*SEEDS[:5])
    ranked = sorted(results, key=rank_of_run)
    lost = replace(ranked[0], outcome=Outcome.DIVERGED)
    never = replace(ranked[1], outcome=Outcome.FAILED, history={})
    chosen = standing_for([lost, never, *ranked[2:]])
    assert [one.index for one in chosen] == [ranked[2].index, ranked[3].index, lost.index]
    assert standing_for([never]) == []


def test_pictures_whose_worker_died_with_something_else_are_drawn_by_another():
    plan, results = swept(*SEEDS[:5])
    pool = ProcessPool(1)
    with Training([], pool) as training:
        pool.submit(os._exit, 1)
        gallery = Gallery(plan, beside(plan, 1000), training)
        gallery.add(results)
        assert len(indices(list(gallery.drawn()))) == 3


def test_pictures_that_cannot_be_drawn_are_lost_with_a_reason_and_cost_no_number(here: Training):
    plan, results = swept(*SEEDS[:5])
    plan = replace(plan, settings=plan.settings.model_copy(update={"modules": ("there_is_no_such_module",)}))
    gallery = Gallery(plan, beside(plan, 1000), here)
    gallery.add(results)
    drawn = list(gallery.drawn())
    assert len(drawn) == 3
    for one in drawn:
        assert "there_is_no_such_module" in one.lost_picture and one.history == results[one.index].history


def test_workers_make_the_same_pictures_of_a_sweep_as_this_process_which_helps_where_they_are_gone():
    _, results = swept(*SEEDS[:3])
    known = pictures_of(results, ["seed"])
    pool = ProcessPool(1)
    render = rendering(pool)
    apart = pictures_by_data(results, ["seed"], render)
    pool.end()
    gone = pictures_by_data(results, ["seed"], render)
    assert [known] == list(apart.values()) == list(gone.values()) and known["scores.png"].png


def test_of_several_batches_each_draws_its_own_settings_over_all_runs_that_these_have_so_far(here: Training):
    plan, results = swept(*SEEDS)
    batches = [replace(plan, runs=plan.runs[start : start + 3]) for start in (0, 3, 6)]
    drawn = []
    for batch in batches:
        last = batch.runs[-1].index
        gallery = Gallery(batch, beside(replace(plan, runs=plan.runs[: last + 1]), 200), here)
        gallery.add(results[: last + 1])
        drawn.append(sorted(indices(list(gallery.drawn()))))
    tanh, relu = results[:5], results[5:9]
    assert drawn[0] == sorted(one.index for one in standing_for(tanh[:3]))
    assert drawn[1] == sorted(one.index for one in [*standing_for(tanh), *standing_for(relu[:1])])
    assert drawn[2] == sorted(one.index for one in standing_for(relu))


def test_settings_whose_labels_are_cut_to_the_same_are_two_settings(here: Training):
    rates = ("0.1000000001", "0.1000000002")
    plan, results = swept(*[(f"learning_rate={rate}", f"seed={seed}") for rate in rates for seed in range(4)])
    gallery = Gallery(plan, beside(plan, 200), here)
    gallery.add(results)
    assert sorted(indices(list(gallery.drawn()))) == sorted(
        one.index for some in (results[:4], results[4:]) for one in standing_for(some)
    )


def test_a_part_that_ends_the_program_while_it_draws_costs_pictures_alone(here: Training, monkeypatch):
    plan, results = swept(*SEEDS[:5])
    monkeypatch.setattr("runner.findings.pictures.prepare", lambda *_: sys.exit("bye"))
    gallery = Gallery(plan, beside(plan, 200), here)
    gallery.add(results)
    assert {one.lost_picture for one in gallery.drawn()} == {"no picture: SystemExit: bye"}
