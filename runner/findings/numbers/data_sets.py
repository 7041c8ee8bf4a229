"""The data sets of a sweep: which there are, test rows included, and how to tell them apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from runner.runs.overrides import values_of
from runner.runs.result import RunResult
from runner.runs.spec import DataCommon, Spec

# How rows that are not tested are parted, and what of them is learned from, and how; and other draws of the samples.
PREPARED = {"folds", "validation_fraction", "standardize", "target_scale", "impute", "features", "drop"}
# What is wrong with rows that are not tested: a test score says how well the truth was learned all the same.
DISTURBED = {"label_noise", "outliers", "imbalance", "input_noise"}
MAX_DATA = 6  # data sets whose numbers are shown unfolded
NOT_COMPARED = {"seed", "fold"} | PREPARED


def by_data(results: Sequence[RunResult]) -> dict[str, list[RunResult]]:
    """Results in their order by what they learned from and are tested on, named by what differs; seeds do not count.

    Settings that leave the rows that rank as they are, such as `standardize`, a fold, the features, the numbers that
    stand for classes, or wrong labels of training rows, make no other data set: who compares them asks which is better.
    """
    found: dict[str, list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        found.setdefault(repr((_compared(result.spec, vars(result.spec.data)), _test_of(result.spec))), []).append(
            result
        )
    groups: list[tuple[list[RunResult], dict[int, str]]] = []
    having: dict[tuple[Any, ...], int] = {}  # the place of the group that has these samples of a seed, split so
    for members in found.values():
        digests, settings = _digests(members), dict(members[0].spec.data)
        tested = (
            settings["name"],
            settings["test_fraction"],
            settings["split_seed"],
            *_test_of(members[0].spec).values(),
        )
        drawn = [(*tested, *pair) for pair in digests.items()]
        place = next((having[key] for key in drawn if key in having), len(groups))
        if place == len(groups) or any(groups[place][1].get(seed, one) != one for seed, one in digests.items()):
            place = len(groups)
            groups.append(([], {}))
        groups[place][0].extend(members)
        groups[place][1].update(digests)
        for key in drawn:
            having.setdefault(key, place)
    labels = _labels([members[0].spec for members, _ in groups])
    return {label: sorted(some, key=lambda one: one.index) for label, (some, _) in zip(labels, groups, strict=True)}


def not_comparable(results: Sequence[RunResult]) -> str:
    """That scores are of several data sets, in words; empty where all are of one."""
    n = len(by_data([result for result in results if result.data]))
    return f"{n} different data sets or test sets: their scores cannot be compared" if n > 1 else ""


def keys_of(results: Sequence[RunResult], keys: Sequence[str]) -> list[str]:
    """Those of `keys` in which some of the runs differ."""
    given = [values_of(one.overrides, keys) for one in results]
    return [key for key in keys if len({one[key] for one in given}) > 1]


def _digests(results: Sequence[RunResult]) -> dict[int, str]:
    """Of the samples of each seed."""
    return {result.spec.data_seed: result.data.digest for result in results if result.data}


def _test_of(spec: Spec) -> dict[str, Any]:
    """What decides the test rows beside the data; probes are no part of a score."""
    return {f"test.{key}": value for key, value in vars(spec.test).items() if key != "probes"}


def wrong_with(spec: Spec) -> dict[str, float]:
    """What is wrong with the rows that a run learns from: the settings that ask for it."""
    fields = DataCommon.model_fields
    return {key: value for key, value in spec.data if key in DISTURBED and value != fields[key].default}


def _compared(spec: Spec, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of its data that may make another data set; what is wrong with rows does where these rank runs."""
    data = {key: value for key, value in settings.items() if key not in NOT_COMPARED}
    has_tests = spec.test.set != "held_out" or data["test_fraction"] > 0
    if has_tests and settings["folds"] is None and settings["validation_fraction"] == 0:
        data |= {key: DataCommon.model_fields[key].default for key in DISTURBED}
    return data


def _labels(every: Sequence[Spec]) -> list[str]:
    """Each data set's name, and the settings in which those of that name differ."""
    settings = [_compared(spec, spec.data.model_dump(mode="json")) | _test_of(spec) for spec in every]
    values: dict[tuple[str, str], set[str]] = {}
    for spec, one in zip(every, settings, strict=True):
        for key, value in one.items():
            values.setdefault((spec.data.name, key), set()).add(repr(value))
    # A share of samples is held out for one kind of test set alone, so it says nothing that `test.set` does not.
    differing = {pair for pair, some in values.items() if len(some) > 1}
    differing -= {(name, "test_fraction") for name, key in differing if key == "test.set"}
    return [
        " ".join([name, *(f"{key}={value}" for key, value in one.items() if (name, key) in differing)])
        for name, one in zip([spec.data.name for spec in every], settings, strict=True)
    ]
