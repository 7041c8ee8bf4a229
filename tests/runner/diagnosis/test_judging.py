"""What is said about a run: each cause for a run that has it, not for its look-alike, and none for one that learns."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnosis.judging import diagnose, judge
from runner.diagnosis.reference import Reference
from runner.diagnosis.rules import RULES, Rule, Rules
from runner.diagnosis.scores import Scores
from runner.diagnosis.subject import Subject
from runner.runs.commands import with_fix
from runner.runs.diagnosis import Diagnosis, Evidence
from runner.runs.outcome import Outcome
from tests.runner.building import checked
from tests.runner.diagnosis.corpus import ALTHOUGH, HEALTHY, ILL, LOOK_ALIKES, MORE, subjects_of, write_tables

ALIKE = {f"{cause} {said}": run for cause, (said, run) in LOOK_ALIKES.items() if run not in ILL.values()}
CODE = {rule.cause for rule in RULES if rule.spares and rule.asked == "every"}


@pytest.fixture(scope="module")
def subjects(tmp_path_factory):
    """All runs of the corpus, by what they are there for."""
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        more = {name: run for name, (_, run) in MORE.items()}
        kinds = {"ill": ILL, "alike": ALIKE, "more": more, "healthy": HEALTHY, "although": ALTHOUGH}
        yield subjects_of({f"{kind} {name}": run for kind, runs in kinds.items() for name, run in runs.items()})


@pytest.mark.parametrize("cause", ILL)
def test_a_run_that_does_not_learn_gets_its_cause_with_evidence(subjects, cause):
    found = judge(subjects[f"ill {cause}"])
    assert (found.verdict, found.cause) == ("ill", cause)
    assert found.evidence and found.code == next(rule.code for rule in RULES if rule.cause == cause)
    for one in found.evidence:
        assert one.signal and (isinstance(one.value, str) or not math.isnan(one.value))


def test_a_run_that_ends_before_anything_is_measured_has_a_cause():
    (subject,) = subjects_of({"beyond": ("data=function", 'data.y="x*1e200"', "training.epochs=3")}).values()
    assert subject.result.outcome is Outcome.DIVERGED and not subject.result.history["test/cost"]
    with np.errstate(over="ignore"):
        assert judge(subject).code == "D206"


@pytest.mark.parametrize("name", ALIKE)
def test_its_nearest_look_alike_gets_another(subjects, name):
    _, said = name.split(" ")
    found = judge(subjects[f"alike {name}"])
    assert (found.verdict, found.cause) == ("ill" if said else "healthy", said)


@pytest.mark.parametrize("name", MORE)
def test_a_cause_is_found_in_another_guise(subjects, name):
    assert judge(subjects[f"more {name}"]).cause == MORE[name][0]


def test_every_cause_has_a_run_a_look_alike_and_the_look_alike_another_cause():
    causes = {rule.cause for rule in RULES} - {"mixed_units"}
    assert set(ILL) == causes and set(LOOK_ALIKES) == causes
    assert not [cause for cause, (said, _) in LOOK_ALIKES.items() if said == cause]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_that_nearly_has_a_cause_has_none(subjects, name):
    subject = subjects[f"healthy {name}"]
    assert subject.s >= subject.reference.score - 0.1
    assert judge(subject) == Diagnosis("healthy")


@pytest.mark.parametrize("cause", ALTHOUGH)
def test_a_run_that_learns_although_its_code_is_wrong_is_healthy_and_the_mistake_is_proved(subjects, cause):
    found = judge(subjects[f"although {cause}"])
    assert (found.verdict, found.cause, found.certainty, found.fix) == ("healthy", cause, "proved", ("fault=none",))


def test_every_fix_can_be_given_to_the_run(subjects, tmp_path, monkeypatch):
    write_tables(tmp_path)
    monkeypatch.chdir(tmp_path)
    for cause, overrides in ILL.items():
        for fix in judge(subjects[f"ill {cause}"]).fixes:
            given = {one.split("=", 1)[0]: one for one in overrides}
            assert checked(*with_fix(tuple(given.values()), fix)), (cause, fix)


def test_a_fix_takes_the_place_of_what_it_sets_and_of_the_settings_of_the_choice():
    given = ("data=sine", "init=gaussian", "+init.std=9", "initial=1", "network.bias_init=init")
    assert with_fix(given, ("init=he", "network.bias_init=zero")) == (
        "data=sine", "initial=1", "init=he", "network.bias_init=zero",
    )  # fmt: skip


def test_what_is_proved_follows_from_config_data_and_code_and_the_rest_is_likely(subjects):
    proved = {cause for cause in ILL if judge(subjects[f"ill {cause}"]).certainty == "proved"}
    assert proved == {
        "wrong_gradient", "wrong_update", "wrong_pairs", "extrapolation", "output_range", "input_squash", "no_hidden",
        "symmetric_init", "decay_fast",
    }  # fmt: skip


def test_the_layer_and_the_step_are_those_of_the_evidence(subjects):
    found = judge(subjects["ill symmetric_init"])
    assert (found.layer, found.step) == (1, 0)
    assert found.layer == found.evidence[0].layer


numbers = st.floats(-1e300, 1e300)


@given(
    aim=st.floats(0.15, 1),
    above=st.floats(-0.1, 0.85),
    error=st.floats(0, 1),
    signals=st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=2, max_size=8),
    cost=st.lists(st.floats(0, 1e300), min_size=2, max_size=60),
    cause=st.sampled_from(sorted(set(ILL) - CODE)),
)
def test_no_cause_is_named_for_a_run_that_reaches_what_its_data_allow(
    subjects, aim, above, error, signals, cost, cause
):
    """Whatever its config, its signals and its costs look like."""
    ill = subjects[f"ill {cause}"]
    steps = np.arange(len(signals))
    result = replace(
        ill.result,
        signals={"step": steps, "moved": np.array(signals), "dead": np.abs(np.array(signals)[:, :1]) % 1},
        history={"step": list(range(len(cost))), "train/cost": cost, "test/cost": cost, "gradient_norm": cost},
    )
    subject = Subject(result, ill.data, Reference(aim, aim, 0.0, error, 0.0, 100))
    subject.__dict__["scores"] = Scores(aim + above, aim + above, "test")
    assert judge(subject) == Diagnosis("healthy")


def test_a_run_that_learns_its_training_samples_is_excused_for_what_sampling_takes_away(subjects):
    subject = subjects["ill lr_low"]
    known = Reference(0.9, 0.9, 0.0, 0.1, 0.0, 100)
    said = {}
    for tested, trained in ((0.7, 0.85), (0.7, 0.7), (0.6, 0.85)):
        one = Subject(subject.result, subject.data, known)
        one.__dict__["scores"] = Scores(tested, trained, "test")
        said[tested, trained] = judge(one).verdict
    assert said == {(0.7, 0.85): "healthy", (0.7, 0.7): "ill", (0.6, 0.85): "ill"}


def test_where_it_is_not_known_what_data_allow_a_run_that_is_no_better_than_a_constant_is_still_ill(subjects):
    subject = subjects["ill lr_high"]
    unknown = Reference(0.0, 0.0, 0.0, 0.0, 0.0, 100, is_known=False, why_not="images")
    assert diagnose(subject.result, subject.data, unknown).cause == "lr_high"
    fine = subjects["healthy decay_fast"]
    assert diagnose(fine.result, fine.data, unknown).verdict == "healthy"


def test_nothing_is_said_about_a_run_that_failed(subjects):
    subject = subjects["ill lr_low"]
    failed = replace(subject.result, network=None, outcome=Outcome.FAILED)
    with pytest.raises(ValueError, match="no trained network"):
        diagnose(failed, subject.data, subject.reference)


def test_a_run_without_signals_gets_a_diagnosis_too(subjects):
    """Older results have none; what needs them is not said."""
    for cause in ("lr_low", "lr_high", "dead_relu"):
        subject = subjects[f"ill {cause}"]
        bare = replace(subject.result, signals={})
        assert diagnose(bare, subject.data, subject.reference).cause == cause


def test_a_silenced_rule_is_not_asked_and_the_next_cause_is_named_or_none(subjects):
    subject = subjects["ill lr_low"]
    assert judge(subject, RULES.without(["lr_low"])).verdict == "unknown"
    assert judge(subject, RULES.without(["D507"])).verdict == "unknown"
    assert judge(subjects["ill unequal_inputs"], RULES.without(["unequal_inputs"])).cause == "unscaled_inputs"


def test_a_rule_of_one_s_own_is_asked_at_its_place(subjects):
    rules = Rules(list(RULES))
    own = Rule("X1", "monday", lambda subject: True, lambda subject: [Evidence("day", "Monday")])
    rules.register(own, before="lr_low")
    assert judge(subjects["ill lr_low"], rules).cause == "monday"
    assert judge(subjects["ill lr_high"], rules).cause == "lr_high"
    assert judge(subjects["healthy lr_low"], rules).cause == ""
    with pytest.raises(ValueError, match="X1 monday has the code or cause of X1 monday"):
        rules.register(own)
    with pytest.raises(ValueError, match="no rule for 'tuesday'"):
        rules.register(replace(own, code="X2", cause="wednesday"), before="tuesday")


def test_a_column_that_nearly_always_has_one_value_is_not_out_of_scale(subjects):
    (unequal,) = (rule for rule in RULES if rule.cause == "unequal_inputs")
    assert unequal.when(subjects["ill unequal_inputs"])
    assert not unequal.when(subjects["healthy unequal_inputs"])


def test_samples_that_allow_no_more_than_luck_are_too_few_whatever_a_run_reaches_that_knows_them_by_heart(subjects):
    """What they allow says nothing then, and a run that equals it has not learned."""
    few = subjects["ill too_few_samples"]
    said = {}
    for trained, luck in ((0.99, 0.5), (0.99, 0.3), (0.5, 0.5)):
        subject = Subject(few.result, few.data, Reference(0.4, 0.4, 0.0, 0.1, luck, 15))
        subject.__dict__["scores"] = Scores(0.35, trained, "test")
        said[trained, luck] = judge(subject).cause
    assert said == {(0.99, 0.5): "too_few_samples", (0.99, 0.3): "overfit", (0.5, 0.5): ""}, "it was far better once"


def test_a_grid_that_so_few_samples_do_not_cover_is_no_extrapolation(subjects):
    """Twenty samples of two inputs leave a fifth of it outside."""
    (rule,) = (rule for rule in RULES if rule.cause == "extrapolation")
    few, many = subjects["ill too_few_samples"], subjects["ill extrapolation"]
    X = few.data.X_train
    grid = np.stack(np.meshgrid(*[np.linspace(-2, 2, 30)] * 2), axis=-1).reshape(-1, 2)
    outside = ((grid < X.min(axis=0)) | (grid > X.max(axis=0))).any(axis=1).mean()
    assert outside > 0.1
    spec = few.spec.model_copy(update={"test": many.spec.test.model_copy(update={"margin": 0.0})})
    on_grid = replace(few, result=replace(few.result, spec=spec), data=replace(few.data, X_test=grid))
    on_grid.__dict__["scores"] = Scores(0.0, 1.0, "test")
    assert not rule.when(on_grid) and rule.when(many)


def test_a_training_that_patience_ended_is_given_the_rest_of_its_epochs_first(subjects):
    found = judge(subjects["more patience that ends the training at once"])
    assert found.fixes == (("training.patience=null",), ("training.patience=null", "training.epochs=3000"))


def test_rare_classes_are_answered_too_seldom_where_counting_them_the_same_would_reach_more(subjects):
    one = subjects["healthy imbalance"]
    spec = one.spec.model_copy(update={"training": one.spec.training.model_copy(update={"class_weights": "none"})})
    known, said = Reference(0.35, 0.95, 0.3, 0.2, 0.0, 225), {}
    for tested, trained in ((0.3, 0.45), (0.3, 0.9), (0.9, 0.45)):
        subject = Subject(replace(one.result, spec=spec), one.data, known)
        subject.__dict__["scores"] = Scores(tested, trained, "test")
        said[tested, trained] = judge(subject).cause
    assert said == {(0.3, 0.45): "imbalance", (0.3, 0.9): "", (0.9, 0.45): ""}
