"""The data sets of a sweep: which there are, and how to tell them apart."""

from collections.abc import Sequence

from runner.results import RunResult
from runner.spec import Component

SCALED = {"standardize"}  # what is done to the inputs of the same samples
NOT_COMPARED = SCALED | {"seed"}


def by_data(results: Sequence[RunResult]) -> dict[str, list[RunResult]]:
    """Results in their order by what they learned from, named by what differs; seeds of samples do not count.

    Settings that leave samples and split as they are, such as `standardize` or the numbers that stand for classes, make
    no other data set: who compares them asks which is better.
    """
    found: dict[str, list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        data = result.spec.data.model_copy(update=dict.fromkeys(NOT_COMPARED))
        found.setdefault(data.model_dump_json(warnings=False), []).append(result)
    groups: list[list[RunResult]] = []
    for members in found.values():
        same = next((group for group in groups if _have_same_samples(group, members)), None)
        if same is None:
            groups.append(members)
        else:
            same += members
    every = [members[0].spec.data for members in groups]
    return {_label(members[0].spec.data, every): sorted(members, key=lambda one: one.index) for members in groups}


def _have_same_samples(group: Sequence[RunResult], members: Sequence[RunResult]) -> bool:
    """Whether runs with the same seeds had the same samples, split in the same way."""
    one, other = dict(group[0].spec.data), dict(members[0].spec.data)
    if any(one[key] != other[key] for key in ("name", "test_fraction")):
        return False
    there, here = (_digests(runs) for runs in (group, members))
    shared = there.keys() & here.keys()
    return bool(shared) and all(there[seed] == here[seed] for seed in shared)


def _digests(results: Sequence[RunResult]) -> dict[int, str]:
    """Of the samples of each seed."""
    return {result.spec.data_seed: result.data_digest for result in results if result.data_digest}


def _label(data: Component, every: Sequence[Component]) -> str:
    """A data set's name, and the settings in which others of that name differ."""
    mine = data.model_dump(mode="json", exclude=NOT_COMPARED)
    others = [other.model_dump(mode="json") for other in every if other.name == data.name]
    differing = [f"{key}={value}" for key, value in mine.items() if any(other[key] != value for other in others)]
    return " ".join([data.name, *differing])
