"""Names for some runs of a sweep: the settings that only they have."""

from collections.abc import Collection, Sequence

from runner.base.texts import brief
from runner.runs.overrides import label_of, settings_in, swept_keys, values_of
from runner.runs.planned import PlannedRun

MOST_NAMED = 3  # settings


class Naming:
    """Names for some of these runs."""

    def __init__(self, runs: Sequence[PlannedRun]) -> None:
        keys = settings_in(swept_keys([run.overrides for run in runs]))
        values = {run.index: values_of(run.overrides, keys) for run in runs}
        of_key = [{index: f"{key}={brief(one[key])}" for index, one in values.items()} for key in keys]
        # What each run has, by its index: of one setting that differs after the other, at last of all of them.
        self._names = [*of_key, {run.index: label_of(run.overrides, keys) for run in runs}]

    def of(self, indices: Collection[int]) -> str:
        """`optimizer=sgd`: what all of these runs and no others have; empty if a few words cannot say it."""
        chosen = set(indices)
        for names in self._names:
            mine = dict.fromkeys(names[index] for index in names if index in chosen)
            if len(mine) <= MOST_NAMED and sum(name in mine for name in names.values()) == len(chosen):
                return " or ".join(mine)
        return ""
