"""The data sets of a sweep: which there are, test rows included, and how to tell them apart."""

from collections.abc import Sequence
from typing import Any

from runner.runs.overrides import values_of
from runner.runs.result import RunResult
from runner.runs.spec import Spec

# How rows that are not tested are parted, and what of them is learned from, and how; and other draws of the samples.
PREPARED = {"folds", "validation_fraction", "standardize", "target_scale", "impute", "features", "drop"}
MAX_DATA = 6  # data sets whose numbers are shown unfolded
NOT_COMPARED = {"seed", "fold"} | PREPARED


def by_data(results: Sequence[RunResult]) -> dict[str, list[RunResult]]:
    """Results in their order by what they learned from and are tested on, named by what differs; seeds do not count.

    Settings that leave rows and targets as they are, such as `standardize`, a fold, the features or the numbers that
    stand for classes, make no other data set: who compares them asks which is better.
    """
    found: dict[str, list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        data = [value for key, value in vars(result.spec.data).items() if key not in NOT_COMPARED]
        found.setdefault(repr((data, _test_of(result.spec))), []).append(result)
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


def _labels(every: Sequence[Spec]) -> list[str]:
    """Each data set's name, and the settings in which those of that name differ."""
    settings = [spec.data.model_dump(mode="json", exclude=NOT_COMPARED | {"name"}) | _test_of(spec) for spec in every]
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
