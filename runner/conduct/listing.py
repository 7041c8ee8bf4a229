"""Writing a sweep's settings to the store beside its runs, when it ends or on request."""

import time
from collections.abc import Mapping, MutableMapping, Sequence

from rich.text import Text

from runner.base.errors import UserError
from runner.base.paths import OUTPUTS
from runner.findings.findings import Findings
from runner.findings.mlflow_pages import view_page
from runner.findings.mlflow_view import BANDS, VIEW
from runner.findings.parent_run import REPORT, description
from runner.findings.setting_runs import Listed, in_bands, listed
from runner.findings.where import how_to_look
from runner.runs.overrides import REPLICATES
from runner.store.folder import SweepFolder
from runner.store.reader import Reader
from runner.store.records import BAND, LEVEL, SETTING
from runner.store.writer import Tracker

Tagged = MutableMapping[int, Mapping[str, str]]


def write_settings(tracker: Tracker, sweep: Findings, settings: Sequence[Listed], tagged: Tagged) -> dict[str, str]:
    """Write the runs of a sweep's settings, instead of those that an earlier end has written; returns their ids by
    label. `tagged` are the tags that its own runs have, by index, and is kept up to date. Without settings only the
    earlier ones go. Raises StoreError.
    """
    if not set(REPLICATES) & set(sweep.keys):
        return {}
    sweep_id = sweep.about.sweep_id
    if old := tracker.reader.settings_of(sweep_id):
        tracker.forget(old, [VIEW + sweep_id + BANDS])
    if not settings:
        return {}
    records = [one.record for one in settings]
    ids = {records[place].name: run_id for place, run_id in tracker.write_runs(records, sweep.parent_id)}
    if tracker.can_lose_answers:
        known = set(ids.values())
        tracker.remove([run for run in tracker.reader.settings_of(sweep_id) if run.run_id not in known])
    _tag_runs(tracker, sweep, settings, tagged)
    return ids


def list_settings(reader: Reader, sweep: Findings) -> tuple[int, Text]:
    """Have the store list the settings of a sweep that has ended, and its parent lead to them; returns how many there
    are, and where to look. Raises UserError for what is no such sweep, and StoreError.
    """
    parent = reader.run(sweep.parent_id)
    if not parent.is_parent:
        raise UserError(f"{parent.name} is a single run, which has no settings")
    if parent.status != "FINISHED":
        command = f"python -m runner.resume {sweep.about.sweep_id}"
        raise UserError(f"{sweep.about.name} has not ended ({parent.status}); {command} finishes it")
    folder = SweepFolder(OUTPUTS / sweep.about.sweep_id)
    if folder.has_plan:  # two at once, or one beside a resume, would list settings twice
        folder.take()
    tracker, now = Tracker(reader.experiment_of(parent)), int(1000 * time.time())
    has_report = reader.has_file(parent, REPORT)
    settings = listed(sweep, now, with_pictures=has_report)
    runs = {run.index: run for run in reader.of_sweep(sweep.about.sweep_id) if not run.is_parent}
    ids = write_settings(tracker, sweep, settings, {index: run.tags for index, run in runs.items()})
    tracker.describe_sweep(sweep.parent_id, description(sweep, has_report, now, settings, ids))
    tracker.settle()
    return len(settings), how_to_look(tracker.uri, f"/{view_page(sweep, sweep.about.sweep_id)}", sweep.about.name)


def _tag_runs(tracker: Tracker, sweep: Findings, settings: Sequence[Listed], tagged: Tagged) -> None:
    """Have each run say of which setting it is, and whether its setting is among those with a band."""
    bands = set(in_bands(settings))
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
            tagged[index] = tags
    tracker.tag_runs(changes, stale)
