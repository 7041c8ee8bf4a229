"""What a notebook and a terminal show of a sweep: its answer and a table, in which names are text."""

import numpy as np
import pandas as pd
import pytest

import runner

QUIET = {"training.epochs": 20, "tracking.plots": "none", "tracking.report": False, "workers": 1, "quiet": True}
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("showing")
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        rng = np.random.default_rng(0)
        frame = pd.DataFrame({HOSTILE: rng.normal(size=60), "kind": [HOSTILE, "b"] * 30})
        yield runner.sweep(data=frame, target="kind", activation=["tanh", "relu"], seed=range(2), **QUIET)


def test_names_of_a_person_are_text_in_a_notebook(sweep):
    shown = sweep._repr_html_() + sweep.diagnose()._repr_html_()
    assert HOSTILE not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_a_print_has_the_answer_and_a_row_for_every_setting(sweep):
    lines = str(sweep).splitlines()
    assert lines[0] == sweep.name
    assert sweep.answer in str(sweep)
    assert [line.split()[0] for line in lines if line.startswith(("tanh", "relu"))] == list(sweep.table["activation"])
    assert max(map(len, lines[-4:])) < 250 and not any(line.endswith(" ") for line in lines)


def test_quiet_calls_print_nothing(sweep, capsys):
    assert len(runner.load()) == 4
    assert capsys.readouterr() == ("", "")


def test_the_parts_of_a_sweep_agree_with_each_other(sweep):
    best = sweep.best
    assert best.name == sweep.runs["name"][best.result.index]
    assert best.id == sweep.runs["run_id"][best.result.index]
    assert (
        best.curves["train/cost"].tolist() == sweep.curves.query(f"run == {best.result.index}")["train/cost"].tolist()
    )
    assert best.scores["test/accuracy"] == sweep.runs["final/test_accuracy"][best.result.index]
    assert best.settings["activation"] == best.result.spec.activation.name
    assert repr(sweep.run(1)).startswith("<run 1: ")
    with pytest.raises(runner.UserError, match="has no run 9; its runs are 0 to 3"):
        sweep.run(9)


def test_the_table_of_causes_has_every_run(sweep):
    causes = sweep.diagnose()
    assert list(causes.table["run"]) == [0, 1, 2, 3]
    assert set(causes.table["verdict"]) <= {"healthy", "ill", "unknown", "not judged"}
    assert str(causes) == causes.text
