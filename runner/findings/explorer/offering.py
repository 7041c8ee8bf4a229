"""Which sweeps get the page unasked, and what their report says of it."""

from collections.abc import Mapping
from typing import Any

from runner.base.commands import command_of, own_modules
from runner.findings.findings import Findings
from runner.findings.section import Link, Section, Table
from runner.store.address import TRAINING_PAGE

FILE = "explorer.html"  # an artifact of the sweep's parent run
MOST_RUNS = 300
TITLE = "See it learn"
NOTE = "All networks of the sweep learning side by side, step by step, in one page that needs nothing else."


def is_offered(tracking: Mapping[str, Any], runs: int) -> bool:
    """Whether a sweep of this many runs has the page in the store, by its `tracking` settings."""
    return bool(tracking.get("report")) and tracking.get("snapshots", "none") != "none" and runs <= MOST_RUNS


def command_again(sweep: Findings, *options: str) -> str:
    """What a person types to make the page of a sweep again."""
    return command_of("runner.explore", [sweep.about.sweep_id, *options], own_modules(sweep.modules))


def see_it_learn(sweep: Findings) -> Section | None:
    """Where the page is in MLflow, and the command that writes it again."""
    if not sweep.has_page:
        return None
    address = f"{sweep.pages}{sweep.parent_id}/artifacts/{FILE}{TRAINING_PAGE}" if sweep.pages else ""
    command = command_again(sweep, "--open")
    return Section(TITLE, NOTE, Table(["in MLflow"], [[Link(FILE, address)]]), commands=[command])
