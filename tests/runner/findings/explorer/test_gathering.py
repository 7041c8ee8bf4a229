"""What a page has of a sweep: settings, steps, samples, scores and weights, whatever the sweep is."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nn.faults import FAULTS
from runner.base.texts import visible
from runner.findings.explorer import writing
from runner.findings.explorer.runs import net_of
from runner.findings.explorer.writing import page_of
from runner.findings.numbers.solved import solved
from runner.runs.account import Account, Cause
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import spec_of, trained
from tests.runner.findings.explorer.reading import SHORT, findings, findings_of, meta_in, numbers_in
from tests.runner.tables import table

GRID = [f"data=quadrants learning_rate={rate} activation={name} seed={seed}"
        for rate in ("1", "0.03", "0.30000000000000004") for name in ("tanh", "relu") for seed in (0, 1)]  # fmt: skip


def test_numbers_of_a_key_ascend_other_values_stay_as_typed_and_replicates_come_last():
    (part,) = meta_in(page_of(findings(*GRID)))["parts"]
    assert [(one["name"], one["values"], one["replicate"]) for one in part["keys"]] == [
        ("lr", ["0.03", "0.3", "1"], False), ("activation", ["tanh", "relu"], False), ("seed", ["0", "1"], True),
    ]  # fmt: skip
    assert part["layout"] == [0, 1] and part["colour"] == 0
    assert [one["k"] for one in part["runs"][:3]] == [[2, 0, 0], [2, 0, 1], [2, 1, 0]]
    assert part["runs"][0]["name"] == "lr=1 tanh seed=0"
    assert part["runs"][0]["command"] == "python -m runner data=quadrants learning_rate=1 activation=tanh seed=0"


def test_where_most_cells_of_rows_and_columns_would_be_empty_there_are_none():
    """A search draws its settings: 75 rates and 75 widths made 5,625 cells for 75 settings, with no room for one."""
    job = "data=xor init=gaussian learning_rate=0.{} init.std=0.{}".format
    drawn, grid = findings(*map(job, "1234", "5678")), findings(*(job(*pair) for pair in ("15", "16", "25", "26")))
    layouts = [meta_in(page_of(one))["parts"][0]["layout"] for one in (drawn, grid)]
    assert layouts == [[-1, -1], [0, 1]]


def test_every_run_has_its_history_its_weights_and_its_samples():
    sweep = findings(*GRID)
    page = page_of(sweep)
    meta, curves, weights = meta_in(page), numbers_in(page, "curves"), numbers_in(page, "weights")
    (part,) = meta["parts"]
    for run, result in zip(part["runs"], sweep.results, strict=True):
        steps = meta["steps"][run["history"]["steps"]]
        assert steps == list(result.history["step"]) == part["frames"]
        for place, name in enumerate(part["series"]):
            at = run["history"]["at"] + place * len(steps)
            np.testing.assert_array_equal(curves[at : at + len(steps)], np.float32(result.history[name]))
        assert result.snapshots is not None and result.network is not None
        at, n = run["snapshots"]["at"], result.snapshots["parameters"].size
        np.testing.assert_array_equal(weights[at : at + n], result.snapshots["parameters"].ravel())
        assert meta["nets"][run["net"]]["parameters"] == len(result.network.parameters)
    assert len(meta["nets"]) == 2 and len(meta["inputs"]) == 2, "of two activations, and of two seeds"
    assert run["solved"] is not None and solved(result) is not None
    assert part["solved"]["words"].startswith("accuracy at least ")


def test_runs_of_different_lengths_share_the_steps_of_one_slider():
    (part,) = meta_in(page_of(findings("data=xor training.steps=40", "data=xor training.steps=20")))["parts"]
    assert part["frames"] == [0, 5, 10, 15, 20, 30, 40]


def test_of_very_many_steps_a_slider_has_some_with_both_ends():
    sweep = findings(
        "data=xor training.steps=400", "data=xor training.steps=399", first=(*SHORT, "training.evaluations=300")
    )
    (part,) = meta_in(page_of(sweep))["parts"]
    assert len(part["frames"]) == 101 and (part["frames"][0], part["frames"][-1]) == (0, 400)


def test_each_data_set_has_a_part_of_its_own_with_its_own_goal():
    sweep = findings(
        "data=xor activation=tanh", "data=xor activation=relu", "data=sine activation=tanh", "data=sine activation=relu"
    )
    one, other = meta_in(page_of(sweep))["parts"]
    assert (one["label"], one["kind"], other["label"], other["kind"]) == ("xor", "regions", "sine", "curve")
    assert [key["key"] for key in one["keys"]] == ["activation"]
    assert one["solved"]["value"] == 1 and other["score"]["name"] == "rmse" and other["truth"]["n"] == 200


@pytest.mark.parametrize(
    ("columns", "kind", "axes"), [(1, "curve", [0]), (2, "surface", [0, 1]), (5, "surface", [2, 4])]
)
def test_a_table_is_a_curve_a_surface_or_a_slice_through_the_inputs_that_tell_most(csv_file, columns, kind, axes):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, columns))
    y = X[:, axes].sum(axis=1)
    lines = [",".join(f"{value:.6f}" for value in row) for row in np.column_stack([X, y])]
    path = csv_file("\n".join([",".join([*(f"x{place}" for place in range(columns)), "y"]), *lines]) + "\n")
    sweep = findings(*(f"data=table {path} data.target=y seed={seed}" for seed in (0, 1)))
    (part,) = meta_in(page_of(sweep))["parts"]
    assert (part["kind"], part["axes"]) == (kind, axes)
    assert part["base"] == pytest.approx(np.median(X, axis=0), abs=1e-5)
    assert part["score"]["label"] == "validation rmse", "no one chooses on test rows"
    assert part["solved"] is None and len(part["domains"]) == columns


def test_networks_with_different_inputs_have_no_picture_in_common(csv_file):
    path = csv_file(table(3, "numbers"))
    for chosen in (("[x0,x1]", "[x0,x1,x2]"), ("[x0,x1]", "[x0,x2]")):
        sweep = findings(*(f"data=table {path} data.features={features}" for features in chosen))
        (part,) = meta_in(page_of(sweep))["parts"]
        assert (part["kind"], part["inputs"], part["axes"]) == ("none", [], [])
        assert part["why"] == "Networks with different inputs cannot share one picture."


def test_what_solves_a_task_is_the_score_that_is_reported_not_the_one_that_chooses():
    (part,) = meta_in(page_of(findings("data=sine data.validation_fraction=0.2 seed=0", "data=sine seed=1")))["parts"]
    assert part["score_series"] == "validation/rmse" and part["solved"]["series"] == "test/rmse"


def test_rows_of_a_table_are_stored_once_however_they_are_parted(csv_file):
    path = csv_file(table(2, "numbers"))
    meta = meta_in(page_of(findings(*(f"data=table {path} seed={seed}" for seed in range(3)))))
    assert len(meta["inputs"]) == 1 and len(meta["splits"]) == 3


def test_many_inputs_without_a_table_have_no_picture_and_say_why():
    (part,) = meta_in(page_of(findings("data=bars seed=0", "data=bars seed=1")))["parts"]
    assert part["kind"] == "none" and "inputs has no picture" in part["why"] and part["domains"] == []


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "broadcast_update"])
def test_no_shipped_fault_changes_what_a_network_says(fault):
    network = trained("data=xor", "activation=sigmoid", *SHORT).network
    assert network is not None
    assert "unknown" not in net_of(replace(network, structure=network.structure | {"fault": [fault]}))


def test_failed_and_killed_runs_are_there_without_numbers():
    sweep = findings(*(f"data=xor seed={seed}" for seed in range(3)))
    lost = [
        RunResult(one.index, one.key, spec_of("data=xor"), outcome, one.overrides, error="Oops: why\nwhere")
        for one, outcome in zip(sweep.results[1:], (Outcome.FAILED, Outcome.KILLED), strict=True)
    ]
    page = page_of(findings_of([sweep.results[0], *lost]))
    (part,) = meta_in(page)["parts"]
    assert [one["outcome"] for one in part["runs"][1:]] == ["failed", "killed"]
    assert [(one["net"], one["snapshots"], one["error"]) for one in part["runs"][1:]] == [(-1, None, "Oops: why")] * 2


def test_runs_without_weights_are_named_with_the_command_that_trains_them_again():
    sweep = findings("data=xor seed=0", "data=xor seed=1")
    none = findings_of([replace(one, snapshots=None) for one in sweep.results])
    some = findings_of([sweep.results[0], none.results[1]])
    (told,) = meta_in(page_of(none))["notes"]
    assert told.endswith("python -m runner.explore 2026_a --retrain") and told.startswith("No run has stored weights")
    assert meta_in(page_of(some))["notes"][0].startswith("1 run kept no weights")
    assert meta_in(page_of(sweep))["notes"] == []


def test_causes_are_those_of_the_account_at_their_steps():
    sweep = findings("data=xor seed=0", "data=xor seed=1")
    cause = Cause((1,), "too low", "lr=0.1", ("a: 1",), to_try=("python -m runner",), steps=(7,))
    (part,) = meta_in(page_of(replace(sweep, account=Account(2, 2, 1, 1, causes=(cause,)))))["parts"]
    assert [(one["cause"], one["ill_step"]) for one in part["runs"]] == [(-1, None), (0, 7)]
    assert part["causes"][0]["text"] == "too low" and part["causes"][0]["flaw"] is False


def test_a_page_that_would_be_large_rounds_its_weights_then_leaves_out_pictures_then_runs(monkeypatch):
    sweep = findings(*(f"data=quadrants seed={seed} learning_rate={rate}" for rate in (0.1, 1) for seed in range(9)))
    whole = page_of(sweep)
    found = []
    for most in (len(whole), len(whole) - 1, len(whole) * 3 // 4, 0):
        monkeypatch.setattr(writing, "MOST_BYTES", most)
        meta = meta_in(page_of(sweep))
        (part,) = meta["parts"]
        pictures = sum(one["snapshots"] is not None for one in part["runs"])
        found.append((meta["encoding"]["weights"], len(part["runs"]), pictures, len(meta["notes"])))
    assert found[0] == (4, 18, 18, 0) and found[1] == (2, 18, 18, 1) and found[-1] == (2, 6, 6, 2)


def test_names_of_people_stay_text():
    hostile = "</script><img src=x onerror=alert(1)><!--SCRIPT-->\u202e"
    sweep = findings("data=xor seed=0", "data=xor seed=1")
    about = replace(sweep.about, name=hostile, question=hostile, command=hostile)
    page = page_of(replace(sweep, about=about))
    assert meta_in(page)["title"] == visible(hostile)
    plain = page_of(replace(sweep, about=replace(sweep.about, name="x")))
    for mark in ("<img", "<!--", "</script"):
        assert page.count(mark) == plain.count(mark)
    assert "\u202e" not in page


def test_the_same_sweep_gives_the_same_bytes_and_plain_json():
    one, other = page_of(findings(*GRID[:2])), page_of(findings(*GRID[:2]))
    assert one == other
    json.dumps(meta_in(one), allow_nan=False)
