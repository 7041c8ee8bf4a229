"""The data sets of a sweep: which there are, and how a person tells them apart."""

from collections.abc import Sequence

from runner.results import RunResult
from runner.spec import Spec

MAX_DATA = 6


def data_sets(results: Sequence[RunResult]) -> list[tuple[str, Spec]]:
    """The first trained run of every data set with its settings, named by what differs; at most MAX_DATA."""
    found: dict[str, Spec] = {}
    for result in sorted(results, key=lambda result: result.index):
        if result.data_digest:
            found.setdefault(result.spec.data.model_dump_json(), result.spec)
    specs = list(found.values())
    return [(_label(spec, specs), spec) for spec in specs[:MAX_DATA]]


def _label(spec: Spec, specs: Sequence[Spec]) -> str:
    """A data set's name, the settings in which others of that name differ, and the seed of the samples."""
    mine = spec.data.model_dump(mode="json")
    others = [other.data.model_dump(mode="json") for other in specs if other.data.name == spec.data.name]
    differing = [f"{key}={value}" for key, value in mine.items() if any(other[key] != value for other in others)]
    return " ".join([spec.data.name, *differing, f"(seed {spec.data_seed})"])
