"""When other seeds are the fix of a run, and how many of them learn."""

from dataclasses import replace

import pytest

from runner.diagnosis.candidates import Candidate
from runner.diagnosis.experiments import concluded, inquiries
from runner.diagnosis.fresh import FRESH
from runner.diagnosis.inquiry import Answer
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.trials import MOST_STACKS
from runner.runs.diagnosis import Overrides, is_of_seeds
from runner.runs.result import RunResult
from tests.runner.diagnosis.experimenting import naming, trained, trials, tried

LOW = ("data=sine", "learning_rate=0.01")  # most seeds learn, and all would with a higher rate
SIBLING = ("data=sine", "learning_rate=0.1")


@pytest.fixture(scope="module")
def results() -> dict[str, RunResult]:
    runs = {f"low {seed}": (*LOW, f"seed={seed}") for seed in (0, 1, 42)}
    runs |= {f"high {seed}": (*SIBLING, f"seed={seed}") for seed in (0, 1, 42, 44)}
    return trained(runs)


def _all_but(cause: str, *fixes: Overrides) -> Rules:
    """All rules, of which one never holds and has these fixes."""
    return Rules([
        replace(rule, when=lambda subject: False, fixes=lambda subject: list(fixes)) if rule.cause == cause else rule
        for rule in RULES
    ])  # fmt: skip


def test_as_many_fresh_seeds_learn_as_are_judged_to_learn_in_a_sweep(results: dict[str, RunResult]) -> None:
    (one, *_), _ = tried(results["low 1"], rules=naming((("seed=7",),)))
    (seeds,) = (each for each in one.diagnosis.tried if is_of_seeds(each.overrides))
    beside = trained({f"{seed}": (*LOW, f"seed={seed}") for seed in seeds.seeds})
    healthy = [each for each in judge_all(list(beside.values())) if isinstance(each, Judged)
               and each.diagnosis.verdict == "healthy"]  # fmt: skip
    assert seeds.helped == len(healthy) > len(seeds.seeds) / 2


def test_other_seeds_are_no_fix_of_another_cause_where_their_middle_is_no_better(results: dict[str, RunResult]) -> None:
    """They are tried, for a run that no rule explains, as the fix of a rate that is too low."""
    rules = [rule for rule in _all_but("lr_low", ("seed=7",)) if rule.cause == "lr_low"]
    ((one,), _) = tried(results["low 1"], rules=Rules(rules))
    (seeds,) = (each for each in one.diagnosis.tried if is_of_seeds(each.overrides))
    assert seeds.helped > 10 and not seeds.has_helped and not is_of_seeds(one.diagnosis.fix)


def test_a_run_whose_cost_still_falls_has_not_ended_in_a_trap(results: dict[str, RunResult]) -> None:
    beside = [results[f"{rate} {seed}"] for rate in ("low", "high") for seed in (0, 1)]
    found, (setting,) = tried(*beside)
    said = found[1].diagnosis
    assert (said.cause, said.fix) == ("lr_low", ("learning_rate=0.1",))
    assert not any(is_of_seeds(each.overrides) for each in said.tried)
    trap = next(rule for rule in RULES if rule.cause == "bad_start")
    fix = ("network.hidden=[32]",)
    answer = Answer((), Candidate(trap.code, trap.cause, fix), is_confirmed=True)
    assert concluded(answer, found[1], setting).cause == "lr_low"


def test_more_units_are_not_the_fix_of_a_trap_where_the_cost_still_falls(results: dict[str, RunResult]) -> None:
    rules = [
        replace(rule, when=lambda subject: True, fixes=lambda subject: [("network.hidden=[24]",)])
        for rule in RULES
        if rule.cause == "too_small"
    ]
    few = Rules([*rules, *(rule for rule in RULES if rule.cause == "bad_start")])
    (setting,) = inquiries(judge_all([results["low 1"]], rules=few), trials(), [4], few)
    best = setting.answer().best
    assert best is not None and (best.cause, best.fix) == ("too_small", ("network.hidden=[24]",))


def test_where_chance_might_help_all_fresh_seeds_that_fail_as_many_are_trained_again(
    results: dict[str, RunResult],
) -> None:
    """Of the first 20 fail 4, and chance helps four of four once in 16 times."""
    found, (setting,) = tried(*(results[name] for name in ("low 42", "high 42", "high 44")))
    said, last = found[0].diagnosis, found[0].diagnosis.experiment
    assert (said.cause, said.certainty, said.fix) == ("lr_low", "confirmed", ("learning_rate=0.1",))
    assert last is not None and last.has_helped and last.helped == len(last.seeds) > 4
    assert {*last.seeds} < {*range(45, 85)} and len([seed for seed in last.seeds if seed < 65]) == 4
    assert last.learn == 2 * FRESH - len(last.seeds)
    again = trained({f"{seed}": (*LOW, f"seed={seed}") for seed in range(65, 85)})
    ill = [one.result.spec.seed for one in judge_all(list(again.values())) if isinstance(one, Judged)
           and one.diagnosis.verdict == "ill"]  # fmt: skip
    assert {seed for seed in last.seeds if seed >= 65} <= {*ill}
    assert setting.stacks_left >= MOST_STACKS - 5
