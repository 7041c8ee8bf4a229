"""A sweep of the case studies that has been run, and how its numbers are written."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from runner.app.named_sweeps import Header, read_header
from runner.findings.numbers.scores import scores_of
from runner.findings.pictures import pictures_of
from runner.plan.expectations import Verdict, judge
from runner.runs.overrides import swept_keys
from runner.runs.result import RunResult, load

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    """A sweep that has been run: its folder and how many seconds its command took."""

    name: str
    folder: Path
    seconds: float

    @cached_property
    def results(self) -> list[RunResult]:
        """Of all its runs, in order."""
        found = [result for path in sorted((self.folder / "stacks").glob("*.npz")) for result in load(path)]
        return sorted(found, key=lambda result: result.index)

    @cached_property
    def keys(self) -> list[str]:
        """What was swept."""
        return swept_keys([result.overrides for result in self.results])

    @cached_property
    def pictures(self) -> dict[str, bytes]:
        """By name, without the ending."""
        return {name.removesuffix(".png"): one.png for name, one in pictures_of(self.results, self.keys).items()}

    @property
    def header(self) -> Header:
        """Its question and command."""
        return read_header(ROOT / "sweeps" / f"{self.name}.yaml")

    @property
    def verdicts(self) -> list[Verdict]:
        """What came out of what was expected."""
        expect = yaml.safe_load((ROOT / "sweeps" / f"{self.name}.yaml").read_text()).get("expect", {})
        return judge(expect, self.results, self.keys)


def final_of(result: RunResult, metric: str) -> float:
    """Its final value of a metric or a score; infinite where it did not finish or has none."""
    finals = result.finals
    found = finals.get(metric, scores_of(result).get(metric) if result.history.get("step") else None)
    return float("inf") if found is None or not result.has_finished else found


def spread_of(values: Sequence[float]) -> str:
    """Minimum / median / maximum."""
    return " / ".join(numbered(number) for number in (min(values), statistics.median(values), max(values)))


def numbered(value: float) -> str:
    """Three decimals, four where it is small."""
    return f"{value:.4f}" if abs(value) < 0.02 else f"{value:.3f}"
