"""What an outcome says, where it is counted, and what becomes of a word that is none."""

import numpy as np
import pytest

from runner.findings.numbers.answer import answer
from runner.findings.numbers.tables import seed_table
from runner.runs.outcome import Outcome, counted
from runner.runs.result import load, save
from tests.runner.finished import run

TOLD = {
    Outcome.CONVERGED: "converged at step 7",
    Outcome.STOPPED: "stopped after 7 steps",
    Outcome.DIVERGED: "diverged; the last finite values are those of step 7",
    Outcome.PRUNED: "pruned after 7 steps",
    Outcome.FAILED: "failed: E: {x}",
    Outcome.KILLED: "killed",
}


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence_for_a_person(outcome):
    assert outcome.told(7, "E: {x}\ntrace") == TOLD[outcome]


def test_a_run_that_diverged_in_its_first_step_has_the_values_from_before_any_training():
    assert Outcome.DIVERGED.told(0, "").endswith("those of step 0, before any training")


def test_a_run_that_finished_was_trained_and_is_finished_for_mlflow_and_every_other_is_counted_by_the_answer():
    for outcome in Outcome:
        assert outcome.is_finished == (outcome in ("converged", "stopped")) == (not outcome.in_answer)
        assert outcome.is_trained == (outcome not in ("failed", "killed"))
        assert outcome.mlflow_status == {"failed": "FAILED", "killed": "KILLED", "pruned": "KILLED"}.get(
            outcome, "FINISHED"
        )


def test_pruned_runs_are_counted_where_there_are_some_and_are_in_no_mean():
    usual = [run(0, "seed=0", cost=1.0, accuracy=0.5), run(1, "seed=1", "failed")]
    pruned = run(2, "seed=2", "pruned", cost=9.0, accuracy=0.0)
    assert "pruned" not in seed_table(usual, ["seed"]) and "pruned" not in counted(one.outcome for one in usual)
    (row,) = seed_table([*usual, pruned], ["seed"]).to_dict("records")
    assert (row["runs"], row["cost"], row["pruned"], row["failed"], row["diverged"]) == (3, 1.0, 1, 1, 0)
    told = answer([*usual, pruned], ["seed"])
    assert told[-1] == "Of 3 runs, 1 was pruned and 1 failed; they are excluded from all means."


def test_an_outcome_is_kept_as_its_word_and_a_word_that_is_none_makes_a_file_damaged(tmp_path):
    path = tmp_path / "00000.npz"
    save(path, [run(0, "seed=0", cost=1.0)])
    assert [one.outcome for one in load(path)] == [Outcome.STOPPED]
    arrays = dict(np.load(path))
    about = str(arrays["about"])
    assert '"outcome": "stopped"' in about
    np.savez(path, **arrays | {"about": np.array(about.replace('"stopped"', '"shopped"'))})
    with pytest.raises(ValueError, match="complete file of results: 'shopped' is not a valid Outcome"):
        load(path)
