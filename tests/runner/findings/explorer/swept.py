"""A trained sweep and its page, for tests that look at the page in a browser."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.findings.explorer.writing import page_of
from runner.findings.findings import Findings
from runner.runs.about import About
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.findings.explorer.conftest import InPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST = (
    "data=quadrants", "data.samples_per_cluster=20", "training.mode=full", "training.epochs=60", "tracking.plots=none",
)  # fmt: skip
KEYS = ["activation", "learning_rate", "seed"]
Jobs = list[tuple[str, ...]]


def jobs_of(rates: Sequence[str], seeds: int) -> Jobs:
    return [
        (f"activation={activation}", f"learning_rate={rate}", f"seed={seed}")
        for activation in ("tanh", "relu")
        for rate in rates
        for seed in range(seeds)
    ]


def trained(jobs: Jobs) -> list[RunResult]:
    return [replace(result, overrides=jobs[result.index]) for result in trained_all(plan_of(*jobs, first=FIRST))]


def written(results: list[RunResult], folder: Path) -> Path:
    """The page of these runs."""
    file = folder / "explorer.html"
    sweep = Findings(About("a sweep", "", "2026_a"), results, {}, "parent", KEYS, {})
    file.write_text(page_of(sweep), encoding="utf-8")
    return file


def opening(file: Path, in_page: InPage) -> InPage:
    """A function that gives what a task for a page gives, which is as when it was opened."""

    def run(task: Any) -> Any:
        def on_page(page: "Page") -> Any:
            page.goto("about:blank")
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready]")
            return task(page)

        return in_page(on_page)

    return run
