"""The data sets of a sweep: which there are, and how a person tells them apart."""

from collections.abc import Sequence

from runner.results import RunResult
from runner.spec import Component


def by_data(results: Sequence[RunResult]) -> dict[str, list[RunResult]]:
    """Results in their order by what they learned from, named by what differs; seeds of samples do not count."""
    found: dict[str, list[RunResult]] = {}
    for result in sorted(results, key=lambda result: result.index):
        data = result.spec.data.model_copy(update={"seed": None})
        found.setdefault(data.model_dump_json(), []).append(result)
    groups = list(found.values())
    every = [members[0].spec.data for members in groups]
    return {_label(members[0].spec.data, every): members for members in groups}


def _label(data: Component, every: Sequence[Component]) -> str:
    """A data set's name, and the settings in which others of that name differ."""
    mine = data.model_dump(mode="json", exclude={"seed"})
    others = [other.model_dump(mode="json") for other in every if other.name == data.name]
    differing = [f"{key}={value}" for key, value in mine.items() if any(other[key] != value for other in others)]
    return " ".join([data.name, *differing])
