"""What a user sees at the end: every value as it was typed, whatever characters it has."""

import pandas as pd
import pytest

from runner.base.console import PlainConsole, count, warn
from runner.findings import comparison, terminal
from runner.findings.comparison import MAX_ROWS, print_comparison
from runner.findings.numbers.baselines import Baseline, rows_of
from runner.findings.numbers.tables import seed_table
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from tests.runner.building import spec_of
from tests.runner.finished import data_of

SPEC = spec_of("data=xor")
HISTORY = {"step": [0.0, 7.0], "train/cost": [0.5, 0.25], "train/accuracy": [0.5, 0.75]}
ODD = ["[6,4]", "[height]", "[/home/a.csv]", "[red]", "[bold]x[/bold]", ":smile:", "a\\b", "größe"]


def run(index: int, *overrides: str, outcome: str = "stopped", **more) -> RunResult:
    data = data_of(more.get("history", {}))
    return RunResult(index, f"key{index}", SPEC, Outcome(outcome), overrides, last_step=7, data=data, **more)


@pytest.mark.parametrize("value", ODD)
def test_a_swept_value_is_shown_as_it_was_typed(value, capsys):
    results = [run(0, f"data.features={value}", history=HISTORY), run(1, "data.features=other", history=HISTORY)]
    print_comparison(seed_table(results, ["data.features"]), ["data.features"])
    assert value in capsys.readouterr().out


@pytest.mark.parametrize("value", ODD)
def test_an_error_and_a_place_are_shown_as_they_are(value, capsys):
    terminal.print_run(run(0, outcome="failed", error=f"ValueError: {value}\ntrace"), f"files: {value}/outputs")
    shown = capsys.readouterr().out
    assert f"failed: ValueError: {value}\n" in shown
    assert f"files: {value}/outputs\n" in shown
    assert "trace" not in shown


def test_one_run_is_shown_with_its_final_values_and_outcome(capsys):
    history = HISTORY | {"validation/cost": [0.5, 0.125], "test/cost": [0.5, 0.125], "test/accuracy": [0.5, 1.0]}
    terminal.print_run(run(0, history=history), "in MLflow")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["accuracy", "cost"], ["train", "0.75", "0.25"], ["validation", "-", "0.125"], ["test", "1", "0.125"],
        ["outcome:", "stopped", "after", "7", "steps"], ["in", "MLflow"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("restored", "said"),
    [
        (2, "; its weights are those of step 2, the best on train samples"),
        (7, ""),
    ],
)
def test_a_run_says_which_weights_it_kept_where_these_are_not_its_last(restored, said, capsys):
    terminal.print_run(run(0, history=HISTORY | {"step": [2, 7]}, restored=restored), "in MLflow")
    assert f"outcome: stopped after 7 steps{said}\nin MLflow" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("converged", "converged at step 7"), ("diverged", "the last finite values are those of step 7")],
)
def test_the_outcome_of_a_run_is_printed_with_its_step(outcome, said, capsys):
    terminal.print_run(run(0, outcome=outcome, history=HISTORY), "")
    assert said in capsys.readouterr().out


def test_a_comparison_shows_mean_spread_counts_and_the_best_first(capsys):
    results = [
        run(0, "activation=tanh", "seed=0", history=HISTORY),
        run(1, "activation=tanh", "seed=1", history=HISTORY | {"train/accuracy": [0.5, 1.0]}),
        run(2, "activation=relu", "seed=0", outcome="diverged", history=HISTORY),
        run(3, "activation=relu", "seed=1", outcome="failed", error="E"),
    ]
    print_comparison(seed_table(results, ["activation", "seed"]), ["activation"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0] == ["activation", "runs", "accuracy", "cost", "diverged", "failed"]
    assert lines[1] == ["tanh", "2", "0.875", "±", "0.18", "0.25", "±", "0", "0", "0"]
    assert lines[2] == ["relu", "2", "-", "-", "1", "1"]
    assert lines[-1][:4] == ["mean", "±", "standard", "deviation"]


def test_what_needs_no_network_has_rows_and_settings_that_do_not_beat_it_a_mark(capsys):
    results = [
        run(0, "activation=tanh", history=HISTORY, measures={"baseline/constant_accuracy": 0.5}),
        run(
            1,
            "activation=relu",
            history=HISTORY | {"train/accuracy": [0.5, 0.5]},
            measures={"baseline/constant_accuracy": 0.5},
        ),
    ]
    table = seed_table(results, ["activation"])
    assert table["success"].tolist() == [1.0, 0.0]
    print_comparison(table, ["activation"], rows_of(results))
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[1] == ["tanh", "1", "0.75", "0.25"]
    assert cells[2] == ["relu", "1", "0.5", "0.25", "no better than always answering the most frequent class"]
    assert cells[3] == ["most frequent class", "0.5"]
    terminal.print_run(results[1], "")
    shown = capsys.readouterr().out
    assert "learned nothing: no better than always answering the most frequent class (accuracy 0.5)" in shown


def test_a_long_comparison_is_cut_and_says_where_the_rest_is(capsys):
    results = [run(i, f"learning_rate={i}", history=HISTORY) for i in range(MAX_ROWS + 5)]
    print_comparison(seed_table(results, ["learning_rate"]), ["learning_rate"])
    shown = capsys.readouterr().out
    assert "... and 5 more settings, in comparison.csv of the sweep" in shown
    assert "standard deviation" not in shown, "of one run each"


@pytest.mark.parametrize(("n", "said"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs")])
def test_numbers_and_words_agree(n, said):
    assert count(n, "run") == said


LONG = ("network.hidden=[128,64,32,16]", "training.batch_size=null", "data=a_data_set_with_a_long_name")


def long_table() -> tuple[pd.DataFrame, list[str]]:
    results = [
        run(place, *LONG[:2], f"{LONG[2]}{place % 2}", f"seed={place}", outcome=outcome, history=HISTORY)
        for place, outcome in enumerate(["stopped", "converged", "stopped", "diverged"])
    ]
    keys = [text.partition("=")[0] for text in LONG]
    return seed_table(results, [*keys, "seed"]), keys


def test_a_pipe_has_a_line_for_every_setting_in_which_nothing_is_cut(capsys):
    print_comparison(*long_table())
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [*(text.partition("=")[2] for text in LONG[:2]), "a_data_set_with_a_long_name0"] == lines[2][:3]
    assert lines[2][3:] == ["2", "0.75", "±", "0", "0.25", "±", "0", "0", "0"]


@pytest.mark.parametrize("columns", [80, 40])
def test_on_a_narrow_terminal_numbers_stand_below_their_setting(columns, capsys, monkeypatch):
    narrow = PlainConsole(width=columns)
    monkeypatch.setattr(comparison, "console", lambda: narrow)
    print_comparison(*long_table())
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= columns
    assert "hidden=[128,64,32,16]" in shown and "data=a_data_set_with_a_long_name1" in shown
    assert "0.75" in shown


def test_a_warning_goes_to_standard_error(capsys):
    warn("take care of [/home]")
    assert capsys.readouterr() == ("", "take care of [/home]\n")


@pytest.mark.parametrize(("accuracy", "said"), [(1.0, True), (0.5, False)])
def test_a_run_says_what_it_learned_beside_what_needs_no_network(accuracy, said, capsys):
    history = HISTORY | {"train/accuracy": [0.5, accuracy]}
    terminal.print_run(run(0, history=history, measures={"baseline/constant_accuracy": 0.5}), "")
    shown = capsys.readouterr().out
    told = (
        f"learned: accuracy {accuracy:g} on train samples, against 0.5 for always answering the most frequent class\n"
    )
    assert (told in shown) is said and ("learned nothing: " in shown) is not said


def test_a_run_that_beats_a_line_only_in_digits_that_are_not_shown_is_no_better(capsys):
    history = HISTORY | {"train/accuracy": [0.5, 0.75001]}
    measures = {"baseline/constant_accuracy": 0.5, "baseline/linear_accuracy": 0.75}
    terminal.print_run(run(0, history=history, measures=measures), "")
    shown = capsys.readouterr().out
    assert "as good as a straight line, and no better: accuracy 0.75 on train samples\n" in shown
    assert "learned" not in shown


def test_on_a_narrow_terminal_what_needs_no_network_is_no_setting(capsys, monkeypatch):
    monkeypatch.setattr(comparison, "console", lambda: PlainConsole(width=20))
    results = [run(place, f"activation={name}", history=HISTORY) for place, name in enumerate(("tanh", "relu"))]
    constant = Baseline("constant", "most frequent class", "", "accuracy", 0.5)
    print_comparison(seed_table(results, ["activation"]), ["activation"], [("most frequent class", constant)])
    shown = capsys.readouterr().out
    assert "activation=tanh" in shown and "\nmost frequent class\n" in shown and "activation=most" not in shown
