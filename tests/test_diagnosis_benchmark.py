"""The labelled corpus of the diagnosis is well-formed, and its figures are what they are called."""

import zlib
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from benchmarks.diagnosis.corpus import ALWAYS, CONTROL_SEEDS, entries
from benchmarks.diagnosis.entries import Entry
from benchmarks.diagnosis.figures import Case, Figures, Share
from benchmarks.diagnosis.fixes import fixes_of
from benchmarks.diagnosis.injections import PAIRS, injections
from benchmarks.diagnosis.judged import Said
from benchmarks.diagnosis.labels import HARMLESS, HEALTHY, TWO, WEAK, Labelled, Labels, Measured
from benchmarks.diagnosis.sources import INPUTS, TABLES, TARGETS, write
from runner.diagnosis.rules import RULES
from runner.runs.diagnosis import Diagnosis

CORPUS = entries()
SHIPPED = {rule.cause for rule in RULES}
LATER = ("dropout_strong",)


def test_every_cause_has_runs_and_every_run_a_cause_that_is_known() -> None:
    assert {one.cause for one in injections()} == SHIPPED
    for entry in CORPUS:
        assert bool(entry.kind) != bool(entry.causes)
        assert set(entry.causes) <= SHIPPED
    assert {cause for pair in PAIRS for cause in pair} <= SHIPPED


def test_every_cause_has_six_data_sets_several_networks_and_both_halves_of_the_seeds() -> None:
    data, networks, seeds = defaultdict(set), defaultdict(set), defaultdict(set)
    for entry in CORPUS:
        for cause in entry.causes if len(entry.causes) == 1 else ():
            twin = {text for text in entry.twin if text.startswith("data")}
            data[cause].add(frozenset(twin))
            networks[cause].add(frozenset(text for text in entry.twin if text.startswith(("activation", "optimizer"))))
            seeds[cause].add(entry.seed % 2)
    assert set(data) == SHIPPED
    assert min(map(len, data.values())) >= 6, {cause: len(some) for cause, some in data.items()}
    assert min(map(len, networks.values())) >= 2
    assert all(some == {0, 1} for some in seeds.values())


def test_a_cause_that_was_added_later_leaves_the_runs_of_the_others_as_they_were() -> None:
    """The number is that of the corpus of commit c9533b0, before there was dropout. Where it changes, seeds that judged
    are of other runs, and benchmarks/DIAGNOSIS.md is to be made again.
    """
    runs = [
        " ".join([*one.causes, *sorted(set(one.settings) - set(ALWAYS)), str(one.seed)])
        for one in CORPUS
        if one.causes != LATER
    ]
    assert (len(runs), zlib.crc32("\n".join(sorted(runs)).encode())) == (10_744, 1_387_476_736)


def test_there_are_enough_controls_of_odd_seeds_and_each_run_has_its_twin() -> None:
    assert sum(bool(entry.kind) and entry.seed % 2 for entry in CORPUS) > 1500
    there = {(entry.settings, entry.seed) for entry in CORPUS}
    for entry in CORPUS:
        assert not entry.twin or (entry.twin, entry.seed) in there
        assert all((one, entry.seed) in there for one in entry.alone)
    assert {entry.seed for entry in CORPUS} == set(CONTROL_SEEDS)


def test_files_say_nothing_of_a_cause_that_is_not_in_them(tmp_path) -> None:
    write(tmp_path)
    files = {path.stem: path.read_text().splitlines() for path in tmp_path.iterdir()}
    wanted = {text.partition("=")[2][:-4] for entry in CORPUS for text in entry.settings if "data.path=" in text}
    assert wanted <= set(files)
    for name in TABLES:
        changes = INPUTS if TABLES[name].is_classification else {**INPUTS, **TARGETS}
        for change in changes:
            assert files[f"{name}_{change}"][0] == files[name][0]
            assert len(files[f"{name}_{change}"]) == len(files[name])
    assert sorted(files["wave_sorted"]) == sorted(files["wave"])
    assert sorted(row.split(",")[-1] for row in files["ring_shuffled"]) == sorted(
        row.split(",")[-1] for row in files["ring"]
    )


def entry(cause: str, seed: int = 0, severity="strong", **more) -> Entry:
    return Entry((cause,), seed, "data", "", (cause,), severity, ("twin",), **more)


def measured(score: float, rule: float = 0.9, trained: float = 0.9) -> Measured:
    return Measured(score, trained, rule, "data", 200)


@pytest.mark.parametrize(
    ("twin", "score", "label"),
    [
        (0.85, 0.3, "lr_low"), (0.85, 0.76, HARMLESS), (0.85, 0.74, "lr_low"), (0.69, 0.3, WEAK), (0.75, 0.3, "lr_low"),
    ],
)  # fmt: skip
def test_a_label_needs_harm_and_a_healthy_twin(twin: float, score: float, label: str) -> None:
    """The rule that made the targets reaches 0.9; the best recipe 0.8 at least, or as much less as is its own."""
    control = Entry(("twin",), 0, "data", kind="plain")
    found = {(("twin",), 0): measured(twin), (("lr_low",), 0): measured(score)}
    labels = {"".join(one.entry.causes): one.label for one in Labels([control, entry("lr_low")], found).all}
    assert labels == {"": WEAK if twin < 0.7 else HEALTHY, "lr_low": label}


def test_a_control_is_held_against_the_best_recipe_where_the_rule_is_not_known() -> None:
    controls = [Entry((name,), 0, "data", kind="plain") for name in ("good", "bad")]
    found = {(("good",), 0): measured(0.8, np.nan), (("bad",), 0): measured(0.65, np.nan)}
    assert [one.label for one in Labels(controls, found).all] == [HEALTHY, WEAK]


def test_a_start_is_bad_where_another_seed_learns_and_else_the_network_is_too_small() -> None:
    controls = [Entry(("twin",), seed, "data", kind="plain") for seed in range(2)]
    ill = [entry("bad_start", seed, depends_on_seed=True) for seed in range(2)]
    twins = {(("twin",), seed): measured(0.9) for seed in range(2)}
    for other, label in ((0.9, "bad_start"), (0.2, "too_small")):
        found = twins | {(("bad_start",), 0): measured(0.2), (("bad_start",), 1): measured(other)}
        assert Labels([*controls, *ill], found).all[2].label == label


def case(label: str, name: str, seed: int = 0, severity="strong") -> Case:
    run = entry(label, seed, severity) if label not in (HEALTHY, HARMLESS, TWO) else entry("lr_low", seed, severity)
    said = Diagnosis(name) if name in (HEALTHY, "unknown") else Diagnosis("ill", "D1", name, "likely")
    return Case(Labelled(run, label), Said(said, 10.0, Diagnosis("unknown")))


def test_recall_and_precision_are_those_of_a_table_counted_by_hand() -> None:
    found = Figures([
        *[case("lr_low", "lr_low")] * 3, case("lr_low", "lr_high"), *[case("lr_high", "lr_high")] * 2,
        case("lr_high", "unknown", severity="mild"), case(HEALTHY, "lr_low"), *[case(HEALTHY, HEALTHY)] * 4,
        case(HARMLESS, "lr_low"), case(HARMLESS, HEALTHY), case(HARMLESS, "bad_start"),
    ])  # fmt: skip
    clear = ("strong", "middle")
    assert found.recall("lr_low", *clear) == Share(3, 4)
    assert found.precision("lr_low", *clear) == Share(3, 5), "one of them is healthy, one harmless"
    assert found.precision("lr_high", *clear) == Share(2, 3)
    assert found.macro(found.recall, *clear) == pytest.approx((3 / 4 + 1) / 2)
    assert found.macro(found.precision, *clear) == pytest.approx((3 / 5 + 2 / 3 + 0) / 3), "nothing is a bad start"
    assert found.lowest(3, "strong") == ("lr_low", Share(3, 4))
    assert (found.false_alarms, found.blamed, found.unknown) == (Share(1, 5), Share(2, 3), Share(1, 7))
    assert found.commonest(*clear) == ("lr_low", 0.5)


def test_another_name_is_right_only_where_its_fix_cures() -> None:
    one = case("lr_low", "too_few_steps")
    assert (one.is_own, one.has_other_name, one.is_right) == (False, True, False)
    cured = replace(one, is_cured=True)
    found = Figures([cured, case("lr_low", "lr_low")])
    assert (found.recall("lr_low", "strong"), found.own_recall("lr_low", "strong")) == (Share(2, 2), Share(1, 2))
    assert found.precision("too_few_steps", "strong") == Share(1, 1)


def test_each_cause_that_a_setting_makes_has_a_fix_that_changes_a_run_which_has_it() -> None:
    no_fix = {"random_targets", "mixed_units"}
    for entry in CORPUS:
        if len(entry.causes) == 1:
            (cause,) = entry.causes
            fixes = fixes_of(entry, cause)
            assert bool(fixes) == (cause not in no_fix), cause
            assert all((run.settings, run.seed) != (entry.settings, entry.seed) for fix in fixes for run in fix)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 40), (1500, 1510), (7, 7)])
def test_an_interval_is_wilsons(k: int, n: int) -> None:
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert Share(k, n).interval == pytest.approx((expected.low, expected.high), abs=1e-6)
