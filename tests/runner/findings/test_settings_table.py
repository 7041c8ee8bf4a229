"""The table of settings in a report: what solves, what only diverged, and numbers that stand in line."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from runner.base.texts import aligned, decimals_of, fixed
from runner.findings.findings import Findings
from runner.findings.sections import settings
from runner.findings.settings_table import settings_table
from runner.runs.about import About
from runner.runs.outcome import Outcome
from runner.runs.overrides import swept_keys
from tests.runner.diagnosis.experimenting import trained

XOR = ("data=xor", "training.mode=full", "training.epochs=400", "learning_rate=1", "activation=tanh")


def _sweep(*overrides: tuple[str, ...]) -> Findings:
    runs = {f"{place} {seed}": (*one, f"seed={seed}") for place, one in enumerate(overrides) for seed in range(3)}
    results = list(trained(runs).values())
    keys = swept_keys([one.overrides for one in results])
    return Findings(About("a sweep", "", "id"), results, {}, "parent", keys, {})


def test_settings_that_only_diverged_are_one_sentence_and_no_rows() -> None:
    found = _sweep(*((*XOR, f"network.hidden=[{units}]") for units in (2, 4, 6)))
    lost = [replace(one, outcome=Outcome.DIVERGED) if one.index >= 3 else one for one in found.results]
    table, said = settings_table(replace(found, results=lost))
    assert said == "2 settings only diverged (network.hidden=[4] or [6])."
    assert [row[0] for row in table.rows] == ["[2]"] and [row[0] for row in table.footer] == ["most frequent class"]


def test_a_data_set_with_a_threshold_says_how_many_runs_solve_it_and_by_which_rule() -> None:
    (section,) = settings(_sweep(XOR, (*XOR, "network.hidden=[12]")))
    assert section.table and "solved" in section.table.names and "success" not in section.table.names
    assert "Solved: accuracy 1 (every sample is right)." in section.note
    (other,) = settings(_sweep(("data=identity", "training.epochs=3"), ("data=identity", "training.epochs=4")))
    assert other.table and "success" in other.table.names and "Success: the share" in other.note


def test_nothing_is_averaged_over_data_sets() -> None:
    found = _sweep(XOR, ("data=sine", "training.epochs=3"))
    sections = settings(found)
    assert [one.title for one in sections] == ["xor: settings, best first", "sine: settings, best first"]
    assert [[name for name in one.table.names if "mean" in name] for one in sections if one.table] == [
        ["accuracy, mean", "cost, mean"],
        ["rmse, mean", "cost, mean"],
    ]
    assert [(one.label, one.ending, len(one.results)) for one in found.parts] == [
        ("xor", "-xor", 3),
        ("sine", "-sine", 3),
    ]


def test_numbers_of_a_column_have_equally_many_decimals_by_their_spread() -> None:
    assert aligned([0.946, 0.9496, 0.944], [0.03, 0.025, 0.03]) == ["0.946", "0.950", "0.944"]
    assert aligned([12.3456, 9.1], []) == ["12.35", "9.10"]
    assert aligned([0.2, 5.42e-6, float("nan"), 0.0], [0.15]) == ["0.20", "5.4e-06", "-", "0.00"]
    assert aligned([3e9, 2.0], [1.0]) == ["3e+09", "2"]
    assert aligned([float("inf"), 1.5], []) == ["inf", "1.500"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.lists(st.floats(0, 1e6)))
def test_a_number_in_line_is_off_by_half_of_its_last_digit_at_most(values: list[float], spreads: list[float]) -> None:
    decimals = decimals_of(values, spreads)
    for value in values if decimals is not None else ():
        shown = fixed(value, decimals)
        assert "e" in shown or abs(float(shown) - value) <= 0.5 * 10.0**-decimals * 1.001 + 1e-12 * abs(value)
