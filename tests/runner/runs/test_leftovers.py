"""A setting that an option does not have is dropped where nobody asked for it, and refused where the user did."""

import re

import pytest
from hydra.core.config_store import ConfigStore

from runner.runs.components import REGISTRIES
from runner.runs.leftovers import left_out
from runner.runs.overrides import label_of, values_of
from tests.runner.building import config_of, plan_of, refusal, spec_of


def jobs_without(*jobs, typed=()):
    kept, lines = left_out(jobs, typed)
    return [" ".join(job) for job in kept], lines


SWEPT = [("optimizer=sgd", "optimizer.momentum=0.5"), ("optimizer=momentum", "optimizer.momentum=0.5")]
BY_HAND = ("optimizer=sgd,momentum", "optimizer.momentum=0.5")


def test_a_setting_goes_to_the_options_of_a_sweep_that_have_it():
    kept, lines = jobs_without(*SWEPT, typed=BY_HAND)
    assert kept == ["optimizer=sgd", "optimizer=momentum optimizer.momentum=0.5"]
    assert lines == ["optimizer.momentum is left out of 1 job: optimizer=sgd does not have it"]


def test_a_sweep_over_activations_has_a_run_for_each_setting_that_there_is():
    jobs = [(f"activation={name}", f"activation.alpha={alpha}") for name in ("tanh", "elu") for alpha in (0.5, 0.9)]
    kept, lines = left_out(jobs, ("activation=tanh,elu", "activation.alpha=0.5,0.9"))
    assert lines == ["activation.alpha is left out of 2 jobs: activation=tanh does not have it"]
    assert [dict(run.spec.activation) for run in plan_of(*kept).runs] == [
        {"name": "tanh"}, {"name": "elu", "alpha": 0.5}, {"name": "elu", "alpha": 0.9},
    ]  # fmt: skip


def test_a_line_names_all_options_that_lack_a_setting():
    jobs = [(f"schedule={name}", "schedule.decay=0.1") for name in ("constant", "step", "step", "exponential")]
    assert jobs_without(*jobs)[1] == [
        "schedule.decay is left out of 3 jobs: schedule=constant and schedule=step do not have it"
    ]


@pytest.mark.parametrize(
    ("jobs", "typed"),
    [
        ([("optimizer=sgd", "optimizer.momentum=0.5")], ("optimizer=sgd", "optimizer.momentum=0.5")),
        ([("optimizer=sgd", f"optimizer.momentum={m}") for m in "12"], ("optimizer=sgd", "optimizer.momentum=1,2")),
        ([(f"optimizer={name}", "optimizer.momentun=0.5") for name in ("sgd", "momentum")], BY_HAND),
        ([(f"optimizer={name}", "optimizer.momentum=0.5") for name in ("sgd", "adam")], BY_HAND),
        ([(f"optimizer={name}", "optimizer.momentum=0.5") for name in ("sgdd", "momentum")], BY_HAND),
        ([(f"optimizer={name}", "training.momentum=0.5") for name in ("sgd", "momentum")], BY_HAND),
        ([(f"data={name}", "data.test_fraction=0.5") for name in ("xor", "sine")], ()),
        ([("optimizer.momentum=0.5",), ("optimizer.momentum=0.9",)], ()),
    ],
    ids=["one option", "one option, values swept", "a slip", "no option has it", "no such option", "elsewhere",
         "all have it", "no option chosen"],
)  # fmt: skip
def test_all_else_stays_and_is_judged_as_it_is(jobs, typed):
    assert left_out(jobs, typed) == (jobs, [])


def test_what_a_sweep_file_says_of_an_option_is_dropped_when_another_is_typed():
    jobs = [("optimizer=sgd", f"optimizer.momentum={m}", "seed=1") for m in (0.5, 0.9)]
    kept, lines = jobs_without(*jobs, typed=("sweep=momentum_strength", "optimizer=sgd"))
    assert kept == ["optimizer=sgd seed=1"] * 2
    assert lines == ["optimizer.momentum is left out of 2 jobs: optimizer=sgd does not have it"]


def test_what_a_case_says_of_an_option_is_dropped_when_another_is_chosen():
    """The case draws uniform weights within epsilon, which a normal distribution does not have."""
    assert "epsilon" in config_of("case=c0_a2_online")["init"]
    config = config_of("case=c0_a2_online", "init=normal")
    assert config["init"] == {"name": "normal", "gain": 1.0}
    assert config | {"init": None} == config_of("case=c0_a2_online") | {"init": None}
    (run,) = plan_of(("case=c0_a2_online", "init=normal")).runs
    assert run.spec.init == spec_of("init=normal").init
    assert run.spec.data == spec_of("case=c0_a2_online").data


@pytest.mark.parametrize("kind", ["init", "data", "optimizer", "schedule"])
def test_every_option_can_be_chosen_over_a_case(kind):
    for name in REGISTRIES[kind]:
        section = config_of("case=c0_a2_online", f"{kind}={name}")[kind]
        assert section.keys() == config_of(f"{kind}={name}")[kind].keys(), name


CASE, NORMAL = {"override /case": "c0_a2_online"}, {"override /init": "normal"}  # the case has init.epsilon


@pytest.fixture
def written():
    """Offers a file of a group with this content."""
    offered, store = [], ConfigStore.instance()

    def write(group, name, **content):
        store.store(group=group, name=name, node=content, package="_global_")
        offered.append((group, f"{name}.yaml"))

    yield write
    for group, file in offered:
        del store.repo[group][file]


def test_what_a_case_says_of_an_option_goes_when_the_sweep_file_that_names_the_case_chooses_another(written):
    written("sweep", "replacing", defaults=[CASE, NORMAL], seed=3)
    (run,) = plan_of(("sweep=replacing",)).runs
    assert run.spec == spec_of("case=c0_a2_online", "init=normal", "seed=3")


def test_what_a_case_says_of_an_option_goes_when_the_case_that_builds_on_it_chooses_another(written):
    written("case", "building", defaults=["c0_a2_online", NORMAL], init={"gain": 2.0})
    assert spec_of("case=building") == spec_of("case=c0_a2_online", "init=normal", "init.gain=2.0")
    assert spec_of("case=building", "init=uniform") == spec_of("case=c0_a2_online", "init=uniform")


@pytest.mark.parametrize("defaults", [[CASE, NORMAL], [NORMAL], []], ids=["of a case too", "chosen", "by default"])
def test_what_a_file_says_of_another_option_than_it_chooses_itself_is_refused(written, defaults):
    written("sweep", "slipping", defaults=defaults, init={"epsilon": 0.3})
    assert refusal("sweep=slipping").startswith("init.epsilon is not a setting of init=normal, but of ")


@pytest.mark.parametrize(
    "overrides",
    [
        ("case=c0_a2_online", "init=normal", "init.epsilon=0.3"),
        ("case=c0_a2_online", "init=normal", "++init.epsilon=0.3"),
        ("case=c0_a2_online", "init=normal", "init={epsilon:0.3}"),
        ("init=normal", "++init.epsilom=0.3"),
        ("init=normal", "++init.epsilon=0.3"),
    ],
    ids=" ".join,
)
def test_what_the_user_typed_is_never_dropped(overrides):
    told = r"init\.epsilo[nm] is not a setting(; known are gain| of init=normal, but of )"
    assert re.match(told, refusal(*overrides))


def test_jobs_with_equal_run_keys_are_one_run():
    plan = plan_of(("seed=0",), ("seed=1",), ("seed=0",), ("test.points=7",), ("learning_rate=0.1",), ("seed=2",))
    assert [run.index for run in plan.runs] == [0, 1, 2]
    assert [run.overrides for run in plan.runs] == [("seed=0",), ("seed=1",), ("seed=2",)]
    assert plan.of_jobs == (0, 1, 0, 0, 0, 2)
    assert len({run.key for run in plan.runs}) == 3


def test_a_key_that_an_option_does_not_have_is_in_no_name_and_no_default():
    keys = ["optimizer", "optimizer.momentum", "optimizer.beta1", "seed"]
    assert label_of(("optimizer=sgd", "seed=1"), keys) == "sgd seed=1"
    assert values_of(("optimizer=momentum", "seed=1"), keys) == {
        "optimizer": "momentum", "optimizer.momentum": "default", "optimizer.beta1": "-", "seed": "1",
    }  # fmt: skip
