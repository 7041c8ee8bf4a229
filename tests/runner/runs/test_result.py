"""What a run leaves on disk: exact to the last bit, whole or refused, and never able to run code."""

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.runs.origin import DataUsed, Provenance
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult, load, save
from runner.runs.scaling import Scaling
from runner.runs.snapshots import snapshots_of
from runner.runs.structure import structure_of
from runner.runs.weights import Weights
from runner.store.records import metric_rows
from tests.runner.building import QUICK, spec_of, trained

AWKWARD = [0.1, 1 / 3, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, math.pi, 1e-300, 123456789.125]
SPEC = spec_of("data=xor")
SCALING = Scaling(np.array(AWKWARD), np.array(AWKWARD[::-1]), AWKWARD[3], AWKWARD[5])
SIGNALS = {  # of which a step needs more than the 24 bits of a float32
    "step": np.array([0, 1, 2**24 + 1]),
    "moved": np.array([[0, 1e-45], [0.1, 3.4028235e38], [1 / 3, 7]], dtype=np.float32),
    "dead": np.array([[0], [1 / 3], [1]], dtype=np.float32),
}
SNAPSHOTS = snapshots_of([0], np.array([[1e-45, 3.4028235e38]], dtype=np.float32), 2**40, np.array([-0.0, 1 / 3]))
TEXTS = st.text(max_size=30)
NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5)


def awkward() -> RunResult:
    """A result in which every field has something that is easily lost."""
    history = {"step": [0.0, 1.0, 7.0], "train/cost": AWKWARD[:3], "test/cost": AWKWARD[3:6]}
    return RunResult(
        index=3, key="k", spec=SPEC, outcome=Outcome.STOPPED, overrides=("data=xor", "a='[ä, \"b\"]'"),
        network=Weights(np.array(AWKWARD), structure_of(SPEC, (2, 6, 1), ("nein", "да\n")), SCALING),
        data=DataUsed("classification", (4, 0), "d"), last_step=7, history=history,
        signals=SIGNALS, snapshots=SNAPSHOTS, pictures={"a b.png": b"\x00\xff"},
        provenance=Provenance(1753.000000123, 0.1, {"cpu": "ä"}, "r", "trained by NumPy: ä"),
    )  # fmt: skip


def contents(result: RunResult) -> dict[str, object]:
    """Every field of a result in a form in which equal means equal to the last bit."""
    found = {field.name: getattr(result, field.name) for field in fields(result)}
    found["history"] = {name: [float(value).hex() for value in values] for name, values in result.history.items()}
    found["signals"] = {name: (one.dtype, one.shape, one.tobytes()) for name, one in result.signals.items()}
    found["snapshots"] = None if result.snapshots is None else (result.snapshots.dtype, result.snapshots.tobytes())
    if result.network:
        network, scaling = result.network, result.network.scaling
        found["network"] = (
            network.parameters.dtype, network.parameters.shape, network.parameters.tobytes(), network.structure,
            scaling.x_shift.tobytes(), scaling.x_scale.tobytes(), scaling.y_shift.hex(), scaling.y_scale.hex(),
        )  # fmt: skip
    return found


def assert_kept(results: list[RunResult], folder) -> None:
    path = folder / "deeper" / "00001.npz"
    save(path, results)
    assert [contents(result) for result in load(path)] == [contents(result) for result in results]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "overrides", [("data=xor",), ("data=quadrants", "dtype=float32"), ("network.output=tanh", "data.standardize=true")]
)
def test_a_trained_run_comes_back_to_the_last_bit(overrides, tmp_path):
    assert_kept([trained(*overrides, *QUICK)], tmp_path)


def test_pictures_come_back_byte_for_byte(tmp_path):
    result = trained("data=xor", *QUICK, "tracking.plots=all")
    assert result.pictures["cost_and_fit.png"].startswith(b"\x89PNG")
    assert_kept([result], tmp_path)


def test_awkward_numbers_come_back_to_the_last_bit(tmp_path):
    assert_kept([awkward()], tmp_path)


def test_digests_and_names_in_files_are_those_that_earlier_versions_wrote(tmp_path):
    """Golden values: made with the version before results were grouped. No digest covers signals and snapshots."""
    earlier = replace(awkward(), signals={}, snapshots=None, provenance=replace(awkward().provenance, engine=""))
    assert (
        awkward().digests
        == earlier.digests
        == {
            "digest.weights": "9b66afa41f4278fa465291ee3cfb0c6633900f2d89b3b6e4275adb4c231a631a",
            "digest.history": "f9cf7558190ace18638daed861ae2fdcf2f80eb033d7d89a438a5b2f3ffd8f10",
        }
    )
    save(tmp_path / "1.npz", [earlier])
    with np.load(tmp_path / "1.npz") as arrays:
        assert set(arrays) == {"about", "parameters-0", "history-0", "picture-0-a b.png"}
        (about,) = json.loads(str(arrays["about"]))
    assert load(tmp_path / "1.npz")[0].signals == {}
    assert set(about) == {
        "index", "key", "outcome", "overrides", "error", "task", "last_step", "n_samples", "data_digest", "sizes",
        "classes", "started", "seconds", "measures", "environment", "reused_from", "spec", "series", "pictures",
        "scaling",
    }  # fmt: skip


def test_signals_are_beside_the_history_in_the_file_of_a_stack(tmp_path):
    save(tmp_path / "1.npz", [replace(awkward(), signals={}), awkward()])
    with np.load(tmp_path / "1.npz") as arrays:
        assert [name for name in arrays if name.startswith("signals/")] == ["signals/1"]
    assert [list(result.signals) for result in load(tmp_path / "1.npz")] == [[], ["step", "moved", "dead"]]


@pytest.mark.parametrize("outcome", ["failed", "killed"])
def test_a_run_without_numbers_comes_back_with_its_error(outcome, tmp_path):
    error = "ValueError: bad\x00 thing\n\nTraceback: …\ud83d\udca5".encode("utf-16", "surrogatepass").decode("utf-16")
    assert_kept([RunResult(5, "key", SPEC, Outcome(outcome), ("seed=5",), error)], tmp_path)


def test_several_runs_of_different_kinds_share_a_file_in_their_order(tmp_path):
    failed = RunResult(9, "key", SPEC, Outcome.FAILED, error="E")
    assert_kept([trained("data=xor", *QUICK), failed, trained("data=sine", *QUICK)], tmp_path)


def test_no_runs_are_a_file_too(tmp_path):
    assert_kept([], tmp_path)


@given(texts=st.lists(TEXTS, min_size=4, max_size=4), numbers=NUMBERS, seconds=st.floats(0, 1e10))
def test_any_text_and_any_finite_number_comes_back(tmp_path_factory, texts, numbers, seconds):
    steps = [float(step) for step in range(len(numbers))]
    result = RunResult(
        0, texts[0], SPEC, Outcome.STOPPED, (texts[1],), texts[2],
        network=Weights(np.array(numbers), structure_of(SPEC, (1, 1), (texts[3],)), SCALING),
        history={"step": steps, "train/cost": numbers}, provenance=Provenance(0.0, seconds),
    )  # fmt: skip
    assert_kept([result], tmp_path_factory.mktemp("any"))


def test_saving_again_replaces_the_file_as_a_whole(tmp_path):
    path, first = tmp_path / "00001.npz", trained("data=xor", *QUICK)
    save(path, [first, first])
    save(path, [first])
    assert len(load(path)) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "00001.npz"
    save(path, [trained("data=xor", *QUICK)])
    return path


@pytest.mark.parametrize("kept", [0.0, 0.0005, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused_with_its_name(saved, kept):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ValueError, match="not a complete file of results"):
        load(saved)


def test_a_file_with_a_flipped_bit_in_its_numbers_is_refused(saved):
    whole = bytearray(saved.read_bytes())
    with np.load(saved) as arrays:
        at = whole.index(arrays["parameters-0"].tobytes())
    whole[at] ^= 1
    saved.write_bytes(whole)
    with pytest.raises(ValueError, match="not a complete file of results"):
        load(saved)


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"nothing\.npz is not a complete file of results"):
        load(tmp_path / "nothing.npz")


@pytest.mark.parametrize("about", ["{", "[{}]", '[{"index": 0}]', "3", "null"])
def test_an_archive_that_is_not_of_results_is_refused(tmp_path, about):
    path = tmp_path / "other.npz"
    np.savez(path, about=np.array(about))
    with pytest.raises(ValueError, match="not a complete file of results"):
        load(path)


def test_an_archive_of_another_version_is_refused(saved):
    """A spec with a key that this version does not know."""
    with np.load(saved) as file:
        arrays = dict(file)
    about = json.loads(str(arrays["about"]))
    about[0]["spec"]["training"]["momentum_of_tomorrow"] = 1
    np.savez(saved, **arrays | {"about": np.array(json.dumps(about))})
    with pytest.raises(ValueError, match="momentum_of_tomorrow"):
        load(saved)


class Bomb:
    """What unpickling must not run."""

    exploded = False

    def __reduce__(self):
        return _explode, ()


def _explode():
    Bomb.exploded = True
    return []


@pytest.mark.parametrize("name", ["about", "parameters-0", "history-0", "signals/0"])
def test_an_object_array_inside_is_refused_and_nothing_is_unpickled(saved, name):
    with np.load(saved) as file:
        arrays = dict(file)
    np.savez(saved, **arrays | {name: np.array([Bomb()], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load(saved)
    assert not Bomb.exploded


def test_final_values_are_the_last_of_every_series_about_the_network():
    history = {"step": [0.0, 5.0], "train/cost": [0.5, 0.25], "test/rmse": [1.0, 0.75],
               "learning_rate": [0.1, 0.2], "gradient_norm": [1.0, 2.0], "test/cost": []}  # fmt: skip
    result = RunResult(0, "key", SPEC, Outcome.STOPPED, history=history)
    assert result.finals == {"train/cost": 0.25, "test/rmse": 0.75}


@pytest.mark.parametrize("last_step", [0, 5])
def test_a_run_that_diverged_has_no_final_values_but_those_of_trivial_predictors(last_step):
    """What is known of it last may be better than what any run finished with, and is not what training led to."""
    history = {"step": [0.0, 5.0], "train/cost": [0.5, 1e-9]}
    baselines = {"baseline/constant_rmse": 2.0}
    result = RunResult(0, "key", SPEC, Outcome.DIVERGED, last_step=last_step, history=history, measures=baselines)
    assert result.finals == baselines
    assert result.last == {"train/cost": 1e-9}
    assert not [name for name, *_ in metric_rows(result, 9) if name.startswith("final/")]


def test_the_objective_is_the_test_or_else_the_training_score_and_not_a_number_unless_the_run_finished():
    history = {"train/cost": [0.5, 0.0], "train/rmse": [0.5, 0.25], "test/rmse": [0.75, 0.125]}
    result = RunResult(0, "key", SPEC, Outcome.STOPPED, data=DataUsed("regression", (3, 1), "d"), history=history)
    assert result.objective == 0.125
    assert replace(result, data=replace(result.data, n_samples=(4, 0))).objective == 0.25
    asked = replace(result, spec=SPEC.model_copy(update={"score": "mae"}), measures={"test/mae": 0.0625})
    assert asked.objective == 0.0625
    assert math.isnan(replace(asked, measures={}).objective)
    assert math.isnan(RunResult(0, "key", SPEC, Outcome.FAILED).objective)
    assert math.isnan(replace(result, outcome=Outcome.DIVERGED).objective)
