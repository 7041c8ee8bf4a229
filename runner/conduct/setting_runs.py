"""Having the store list a sweep's settings beside its runs, when it ends and when somebody asks for it later."""

from collections.abc import Mapping, Sequence

from runner.findings.findings import Findings
from runner.findings.setting_runs import Listed, in_bands
from runner.store.records import BAND, LEVEL, SETTING
from runner.store.writer import Tracker

Tagged = Mapping[int, Mapping[str, str]]


def write_settings(tracker: Tracker, sweep: Findings, settings: Sequence[Listed], tagged: Tagged) -> dict[str, str]:
    """Write the runs of a sweep's settings, instead of those that an earlier end has written; returns their ids by
    label. `tagged` are the tags that its own runs have, by index. Raises StoreError.
    """
    if not settings:
        return {}
    sweep_id = sweep.about.sweep_id
    tracker.remove(tracker.reader.settings_of(sweep_id))
    records = [one.record for one in settings]
    ids = {records[place].name: run_id for place, run_id in tracker.write_runs(records, sweep.parent_id)}
    if tracker.can_lose_answers:
        known = set(ids.values())
        tracker.remove([run for run in tracker.reader.settings_of(sweep_id) if run.run_id not in known])
    _tag_runs(tracker, sweep, settings, tagged)
    return ids


def _tag_runs(tracker: Tracker, sweep: Findings, settings: Sequence[Listed], tagged: Tagged) -> None:
    """Have each run say of which setting it is, and whether its setting is among those with a band."""
    bands = set(in_bands([one.setting for one in settings]))
    changes: dict[str, dict[str, str]] = {}
    stale: dict[str, list[str]] = {}
    for setting in (one.setting for one in settings):
        tags = {LEVEL: "run", SETTING: setting.label} | ({BAND: "1"} if setting.label in bands else {})
        for index in (one.index for one in setting.members if one.index in sweep.run_ids):
            has, run_id = tagged.get(index, {}), sweep.run_ids[index]
            if more := {key: value for key, value in tags.items() if has.get(key) != value}:
                changes[run_id] = more
            if BAND in has and BAND not in tags:
                stale[run_id] = [BAND]
    tracker.tag_runs(changes, stale)
