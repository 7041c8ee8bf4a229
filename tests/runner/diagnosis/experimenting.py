"""Runs of a small sweep, and what experiments make of their diagnoses."""

from collections.abc import Mapping
from dataclasses import replace

from runner.base.commands import command_of
from runner.diagnosis.experiments import confirm, inquiries
from runner.diagnosis.inquiry import Inquiry
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.rules import RULES, Rule, Rules
from runner.diagnosis.sentences import blocks
from runner.diagnosis.trials import Trials
from runner.runs.commands import fixed
from runner.runs.diagnosis import Evidence, Overrides
from runner.runs.result import RunResult
from tests.runner.building import composer, plan_of, trained_all
from tests.runner.diagnosis.corpus import SINE

SHORT = ("training.epochs=150",)
HIGH = (*SINE, *SHORT, "learning_rate=3")
OWN = Rule("X1", "my_own", lambda subject: True, lambda subject: [Evidence("day", "Monday")])


def once(overrides: Overrides) -> Overrides:
    return tuple({one.split("=", 1)[0]: one for one in overrides}.values())


def trained(runs: Mapping[str, Overrides]) -> dict[str, RunResult]:
    """Runs by name, each with the overrides that make it again."""
    given = [once(overrides) for overrides in runs.values()]
    plan = plan_of(*given, first=("tracking.plots=none",))
    done = {result.index: result for result in trained_all(plan)}
    places = zip(runs, plan.of_jobs, given, strict=True)
    return {name: replace(done[at], overrides=one, index=n) for n, (name, at, one) in enumerate(places)}


def trials() -> Trials:
    return Trials(lambda overrides: composer().compose(0, overrides))


def tried(*runs: RunResult, rules: Rules = RULES) -> tuple[list[Judged], list[Inquiry]]:
    """Runs as one sweep, with what experiments say of them; and what was looked into."""
    found = judge_all(runs, rules=rules)
    settings = inquiries(found, trials(), [run.spec.seed for run in runs], rules)
    last = found
    for last in confirm(found, settings):
        assert len(last) == len(found)
    return [one for one in last if isinstance(one, Judged)], settings


def naming(fixes: tuple[Overrides, ...]) -> Rules:
    """All rules, before which one names every run that does not learn."""
    return Rules([replace(OWN, fixes=lambda subject: fixes), *RULES])


def said_of(*found: Judged) -> str:
    def command(result: RunResult, fix: Overrides) -> str:
        return command_of("runner", (), fixed(result.overrides, fix))

    return "\n".join("\n".join(lines) for lines in blocks(found, lambda result: f"number {result.index}", command))
