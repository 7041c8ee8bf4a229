"""Which fixes are tried, and in which order."""

from dataclasses import replace
from pathlib import Path

import pytest

from runner.diagnosis.candidates import ADAPTIVE, ALIKE, OTHERS, SET, UNKNOWN, candidates_of, narrow_named, others_of
from runner.diagnosis.rules import RULES
from runner.diagnosis.rules.penalties import penalty
from runner.diagnosis.subject import Subject
from runner.runs.commands import fixed
from runner.runs.diagnosis import Diagnosis
from tests.runner.diagnosis.corpus import ILL, QUADRANTS, subjects_of, write_tables
from tests.runner.diagnosis.experimenting import HIGH, once, trials

KINDS = {
    "regression": (*HIGH, "optimizer=momentum"),
    "classes": QUADRANTS,
    "table": ILL["unequal_inputs"],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_fix_of_every_rule_can_be_given_to_runs_of_all_kinds(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for those of settings that only some runs have."""
    write_tables(tmp_path)
    monkeypatch.chdir(tmp_path)
    overrides = once((*KINDS[kind], "training.epochs=2"))
    (subject,) = subjects_of({kind: overrides}).values()
    refused = {}
    for rule in RULES:
        said = Diagnosis("ill", rule.code, rule.cause, "likely", fixes=tuple(map(tuple, rule.fixes(subject))))
        for one in candidates_of(said, subject, (), RULES):
            if isinstance(checked := trials().check(fixed(overrides, one.fix)), str):
                refused[one.fix] = checked
    only = {("training.class_weights=balanced",)} if kind != "classes" else {("optimizer.momentum=0.9",)}
    assert set(refused) <= only | {("optimizer.momentum=0.9",)} and len(refused) < 3, refused


def test_look_alikes_are_causes_of_rules() -> None:
    causes = {rule.cause for rule in RULES}
    assert {*ALIKE, *UNKNOWN, *OTHERS, *SET, *(one for alike in ALIKE.values() for one in alike)} <= causes


@pytest.fixture(scope="module")
def narrow() -> Subject:
    """Two units, trained by Adam."""
    overrides = once((*ILL["bad_start"], "training.l2=0.001", "training.epochs=2"))
    return subjects_of({"narrow": overrides})["narrow"]


SAID = Diagnosis("ill", "D507", "lr_low", "likely", fixes=(("learning_rate=0.1",), ("learning_rate=1",)))


def test_the_first_fix_of_every_cause_comes_before_the_second_of_any(narrow: Subject) -> None:
    found = [(one.cause, one.fix[0].partition("=")[0]) for one in candidates_of(SAID, narrow, ("lr_high",), RULES)]
    assert found[:6] == [
        ("lr_low", "learning_rate"), ("lr_high", "learning_rate"), ("bad_start", "seed"),
        ("too_small", "network.hidden"), ("too_few_steps", "training.epochs"), ("l2_strong", "training.l2"),
    ]  # fmt: skip
    assert found[6:8] == [("lr_low", "learning_rate"), ("lr_high", "learning_rate")]


def test_rates_stay_usual_where_steps_are_as_long_as_the_rate(narrow: Subject) -> None:
    assert narrow.spec.optimizer.name == "adam"
    found = candidates_of(SAID, narrow, ("lr_high",), RULES)
    found += others_of(found, (), narrow, RULES)
    rates = [float(one.fix[0].partition("=")[2]) for one in found if one.fix[0].startswith("learning_rate=")]
    assert len(rates) > 5 and ADAPTIVE[0] <= min(rates) and max(rates) <= ADAPTIVE[1]


def test_what_runs_beside_it_learn_with_comes_first_where_a_cause_has_a_fix_to_that_side(narrow: Subject) -> None:
    """A lower rate is none where all causes ask for a higher one."""
    beside = {"network.hidden": [[1], [5], [20]], "learning_rate": [1e-3], "loss": ["half_mse"]}
    first, second, *_ = candidates_of(SAID, narrow, (), RULES, beside)
    assert (first.cause, first.fix) == ("too_small", ("network.hidden=[5]",)) and second.fix == ("learning_rate=0.1",)


def test_what_helps_other_settings_is_tried_where_nothing_has_helped(narrow: Subject) -> None:
    tried = candidates_of(SAID, narrow, (), RULES)
    helpful = replace(tried[0], fix=("training.l2=0", "learning_rate=0.1"))
    first, *others = others_of(tried, [helpful, tried[0]], narrow, RULES)
    assert first == helpful and not {one.fix for one in others} & {one.fix for one in tried}


def test_more_units_stand_for_a_trap_where_some_seeds_learn_and_for_too_few_units_where_none_does(
    narrow: Subject,
) -> None:
    (units,) = (one for one in candidates_of(SAID, narrow, (), RULES) if one.cause == "too_small")
    trap = narrow_named(True, RULES)(units)
    assert (trap.cause, trap.code, trap.fix) == ("bad_start", "D405", units.fix)
    assert narrow_named(False, RULES)(trap) == units
    assert narrow_named(True, RULES.without(["D405"]))(units) == units
    assert narrow_named(False, RULES)(replace(units, cause="lr_low", second="bad_start")).second == "too_small"


def test_l2_that_the_program_chose_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(tmp_path)
    monkeypatch.chdir(tmp_path)
    table = ("data=table", "data.path=wave.csv", "data.target=y", "training.epochs=1")
    found = subjects_of({"auto": table, "typed": (*table, "training.l2=0.02")})
    said = {name: (penalty(one).signal, penalty(one).value) for name, one in found.items()}
    assert said == {"auto": ("training.l2, chosen by the program", 0.01), "typed": ("training.l2", 0.02)}
