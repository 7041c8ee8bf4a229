"""What experiments make of a diagnosis: confirmed, corrected, taken back, or left as it was."""

from dataclasses import replace

import pytest

from runner.diagnosis.document import document
from runner.diagnosis.effects import is_luck
from runner.diagnosis.fresh import FRESH, MOST_FRESH
from runner.diagnosis.judged import Judged, judge_all
from runner.diagnosis.repeats import OTHER_RUN
from runner.diagnosis.rules import RULES, Rules
from runner.diagnosis.sentences import in_full
from runner.diagnosis.trials import MOST_STACKS
from runner.runs.diagnosis import Diagnosis, is_of_seeds
from runner.runs.result import RunResult
from tests.runner.building import plan_of, trained_all
from tests.runner.diagnosis.corpus import ILL, SINE
from tests.runner.diagnosis.experimenting import HIGH, OWN, SHORT, naming, once, said_of, trained, tried

RUNS = {
    "healthy": (*SINE, "seed=3"),
    "high 0": (*HIGH, "seed=0"),
    "high 1": (*HIGH, "seed=1"),
    "linear": ILL["no_hidden"],
    "linear and high": (*SINE, *SHORT, "network.hidden=[]", "learning_rate=100"),
    "trap": ILL["bad_start"],
}


@pytest.fixture(scope="module")
def results() -> dict[str, RunResult]:
    return trained(RUNS)


def test_a_high_rate_is_confirmed_on_fresh_seeds_for_all_runs_of_its_setting(results: dict[str, RunResult]) -> None:
    found, _ = tried(results["healthy"], results["high 0"], results["high 1"])
    assert found[0].diagnosis == Diagnosis("healthy")
    for one in found[1:]:
        said, last = one.diagnosis, one.diagnosis.experiment
        assert (said.cause, said.code, said.certainty, said.fix) == (
            "lr_high",
            "D506",
            "confirmed",
            ("learning_rate=0.3",),
        )
        assert said.evidence and last is not None and last.overrides == said.fix and last.is_fresh
        assert len(last.seeds) == MOST_FRESH == last.helped and not {0, 1, 3} & set(last.seeds)
        assert last.after is not None and last.after < 0.2 and last.metric == "rmse"
    (block,) = said_of(*found[1:]).split("\n\n")
    assert "(confirmed, D506)" in block and block.count("fix       learning_rate=0.3   tried on 10 fresh seeds: ") == 1
    assert "better in 10 of 10\n" in block and "run 1: learning_rate" not in block


def test_a_cause_that_was_named_wrongly_is_corrected_by_its_look_alikes_fix(results: dict[str, RunResult]) -> None:
    rules = Rules([replace(rule, when=lambda _: True) if rule.cause == "dead_relu" else rule for rule in RULES])
    named = judge_all([results["high 0"]], rules=rules)[0]
    assert isinstance(named, Judged) and named.diagnosis.cause == "dead_relu"
    ((one,), _) = tried(results["high 0"], rules=rules)
    said = one.diagnosis
    assert (said.cause, said.code, said.certainty) == ("lr_high", "D506", "confirmed")
    assert said.fixes == (("learning_rate=0.3",),)
    assert ("activation=leaky_relu",) in [each.overrides for each in said.tried if not each.has_helped]


def test_a_fix_that_fails_ends_in_unknown_with_what_was_tried(results: dict[str, RunResult]) -> None:
    fixes = (("training.l2=1e-6",), ("training.patience=5",))
    ((one,), _) = tried(results["high 0"], rules=Rules([replace(OWN, fixes=lambda subject: fixes)]))
    said = one.diagnosis
    assert (said.verdict, said.cause, said.code, said.certainty, said.fixes) == ("unknown", "", "", "", ())
    assert [each.overrides for each in said.tried] == [("training.l2=1e-6",), ("training.patience=5",)]
    assert "tried     without success: training.l2=1e-6, training.patience=5\n" in said_of(one) + "\n"
    assert "no fix was trained" not in said_of(one) and "to try" not in said_of(one)


def test_what_is_proved_stays_proved_whatever_its_fix_does(results: dict[str, RunResult]) -> None:
    ((one,), _) = tried(results["linear"])
    assert (one.diagnosis.certainty, one.diagnosis.cause) == ("proved", "no_hidden")
    assert one.diagnosis.experiment is not None and one.diagnosis.experiment.has_helped
    useless = naming((("training.l2=1e-6",),))
    proving = Rules([replace(rule, proves=True) if rule.code == OWN.code else rule for rule in useless])
    ((other,), _) = tried(results["high 0"], rules=proving)
    assert (other.diagnosis.certainty, other.diagnosis.cause) == ("proved", "my_own")
    assert other.diagnosis.fix == ("training.l2=1e-6",), "a mistake goes first, whatever else is wrong"
    assert "training.l2=1e-6   tried on its own seed: diverged -> diverged, it did not help" in said_of(other)


def test_two_causes_at_once_are_both_removed_and_both_are_named(results: dict[str, RunResult]) -> None:
    """A linear network at a rate that is too high as well: neither fix helps alone."""
    ((one,), (setting,)) = tried(results["linear and high"])
    said, last = one.diagnosis, one.diagnosis.experiment
    assert (said.cause, said.certainty) == ("no_hidden", "proved")
    assert said.fix == ("network.hidden=[8]", "activation=tanh", "learning_rate=0.1")
    assert last is not None and (last.overrides, last.helped, last.is_fresh) == (said.fix, 10, True)
    assert {("network.hidden=[8]", "activation=tanh")} < {each.overrides for each in said.tried if not each.helped}
    assert said.second == "lr_high"
    assert (
        "the network is linear, and the data are not, and, with that fixed, the learning rate is too high "
        in said_of(one)
    )
    assert setting.stacks_left >= MOST_STACKS - 5


def test_a_cause_whose_fix_leaves_a_trap_is_confirmed_with_more_units_which_alone_are_no_cure() -> None:
    """XOR coded -1 and 1 without a bias is learned by no seed; with a bias two units end in a trap at times."""
    both = ("network.bias=true", "network.hidden=[8]")
    ((one,), (setting,)) = tried(*trained({"odd": ("case=c0_q1_xor", "training.epochs=4000")}).values())
    said = one.diagnosis
    assert (said.cause, said.second, said.certainty, said.fix) == ("no_bias", "bad_start", "confirmed", both)
    on_fresh = {each.overrides: each.helped for each in said.tried if each.is_fresh and len(each.seeds) == MOST_FRESH}
    assert on_fresh[both] == MOST_FRESH > on_fresh[both[:1]] > 1 and on_fresh[both[1:]] < MOST_FRESH / 2
    assert setting.stacks_left >= 3
    assert "has no bias, and, with that fixed, training got stuck" in said_of(one)
    assert all(f"network.{name}   tried on 10 fresh seeds" in said_of(one) for name in ("bias=true", "hidden=[8]"))


def test_where_what_is_then_the_fix_cures_alone_it_is_the_cause() -> None:
    """Named is a start that helps some fresh seeds of a trap; with more units all learn, as they do without it."""
    own = replace(OWN, fixes=lambda subject: [("init=glorot",)], when=lambda one: one.spec.init.name != "glorot")
    ((one,), _) = tried(*trained({"trap": (*ILL["bad_start"], "seed=3")}).values(), rules=Rules([own, *RULES]))
    said = one.diagnosis
    assert (said.cause, said.second, said.certainty) == ("bad_start", "", "confirmed")
    assert said.fix == ("network.hidden=[8]",) and ("init=glorot", "network.hidden=[8]") in [
        each.overrides for each in said.tried if each.is_fresh and each.has_helped
    ]


def test_what_cures_alone_is_not_called_one_of_two_causes(results: dict[str, RunResult]) -> None:
    """Named is a harmless setting; with its fix the rate is found, whose fix needs no other."""
    own = replace(OWN, fixes=lambda subject: [("training.l2=1e-6",)])
    once_only = replace(own, when=lambda subject: subject.spec.training.l2 == 0)
    ((one,), _) = tried(results["high 0"], rules=Rules([once_only, *RULES]))
    said = one.diagnosis
    assert (said.cause, said.certainty, said.fix) == ("lr_high", "confirmed", ("learning_rate=0.3",))
    assert ("training.l2=1e-6", "learning_rate=0.3") in [each.overrides for each in said.tried if each.helped]


def test_a_cause_without_a_fix_has_no_experiment_and_stays_likely(results: dict[str, RunResult]) -> None:
    ((one,), (setting,)) = tried(results["high 0"], rules=naming(()))
    assert (one.diagnosis.cause, one.diagnosis.certainty, one.diagnosis.tried) == ("my_own", "likely", ())
    assert setting.planned == [] and document([one])["runs"][0]["tried"] == []


def test_a_trap_is_confirmed_by_more_units_and_by_other_seeds_that_learn(
    results: dict[str, RunResult],
) -> None:
    ((one,), _) = tried(results["trap"])
    said, last = one.diagnosis, one.diagnosis.experiment
    assert last is not None and (said.cause, said.certainty) == ("bad_start", "confirmed")
    assert said.fix == last.overrides == ("network.hidden=[8]",) and last.helped == len(last.seeds)
    (seeds,) = (each for each in said.tried if is_of_seeds(each.overrides))
    assert 5 <= seeds.helped < FRESH == len(seeds.seeds) and len(last.seeds) == FRESH - seeds.helped
    assert f"other seeds   {seeds.helped} of {FRESH} fresh seeds learn" in said_of(one)
    seed = int(seeds.overrides[0].removeprefix("seed="))
    (again,) = judge_all([trained_all(plan_of(once((*RUNS["trap"], *seeds.overrides))))[0]])
    assert isinstance(again, Judged) and again.result.spec.seed == seed and again.diagnosis.verdict == "healthy"


def test_a_fix_that_is_no_better_than_another_seed_is_not_confirmed(results: dict[str, RunResult]) -> None:
    """Other first weights help this run; of the fresh seeds that fail they help about as many as learn anyway."""
    ((one,), _) = tried(results["trap"], rules=naming((("init=glorot",),)))
    own, fresh = one.diagnosis.tried
    assert own.helped == 1 and not own.is_fresh and fresh.is_fresh and fresh.learn >= 5
    assert 0 < fresh.helped < len(fresh.seeds) and not fresh.has_helped
    assert one.diagnosis.certainty != "confirmed"
    assert f"{fresh.learn} others learn without it" in "\n".join(in_full(one, lambda *_: "a command"))


def test_a_run_whose_overrides_make_another_one_is_not_experimented_with(results: dict[str, RunResult]) -> None:
    for overrides, why in (((), OTHER_RUN), (("nonsense=3",), "nonsense")):
        ((one,), (setting,)) = tried(replace(results["high 0"], overrides=overrides))
        assert setting.planned == [] and one.diagnosis.certainty == "likely"
        (skipped,) = one.diagnosis.tried
        assert why in skipped.why_not and one.diagnosis.experiment is None
        assert f"fix       no fix was tried: {skipped.why_not}" in said_of(one)


def test_fixes_that_cannot_be_given_are_skipped_with_their_reason(results: dict[str, RunResult]) -> None:
    ((one,), _) = tried(results["high 0"], rules=naming((("activation=nonsense",), ("learning_rate=0.3",))))
    assert one.diagnosis.certainty == "confirmed" and one.diagnosis.fix == ("learning_rate=0.3",)
    (skipped,) = (each for each in one.diagnosis.tried if each.why_not)
    assert skipped.overrides == ("activation=nonsense",) and "nonsense" in skipped.why_not


def test_no_more_than_twelve_stacks_are_trained_for_a_setting(results: dict[str, RunResult]) -> None:
    sizes = tuple((f"network.hidden=[{n}]", "learning_rate=3.1") for n in range(20, 40))
    ((one,), (setting,)) = tried(results["high 0"], rules=naming(sizes))
    assert setting.stacks_left >= 0
    left = [each for each in one.diagnosis.tried if "12 stacked trainings" in each.why_not]
    assert len([each for each in left if each.overrides in sizes]) == len(sizes) - 6
    assert MOST_STACKS == 12


def test_programs_get_the_experiment_in_the_form_of_the_version(results: dict[str, RunResult]) -> None:
    found, _ = tried(results["high 0"])
    (run,) = document(found)["runs"]
    last = run["experiment"]
    assert set(last) == {
        "overrides", "seeds", "metric", "before", "after", "helped", "has_helped", "fresh", "learn_without", "why_not",
        "reach",
    }  # fmt: skip
    assert last["overrides"] == run["fix"] == ["learning_rate=0.3"] and last["before"] is None
    assert (last["helped"], last["has_helped"], last["fresh"]) == (10, True, True) and last in run["tried"]


def test_luck_is_when_a_coin_would_help_as_many_seeds_and_harm_no_more() -> None:
    assert is_luck(4, 0) and not is_luck(5, 0)  # 1 of 16, and 1 of 32
    assert is_luck(6, 2) and not is_luck(7, 1)  # 37 of 256, and 9 of 256
