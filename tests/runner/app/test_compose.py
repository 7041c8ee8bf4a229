"""Composing many jobs fast must give what Hydra gives one by one; what cannot be composed is a problem with its key."""

from itertools import permutations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.app.compose import plain
from runner.app.composition_errors import explain
from runner.app.compositions import split_hydra
from runner.app.hydra_private import config_files_of
from runner.app.named_sweeps import sweep_files
from runner.base.errors import Problem
from runner.base.paths import SWEEPS
from runner.plan.jobs import Job
from runner.runs.components import REGISTRIES
from tests.runner.building import composed, composer, loader, master, says_what_there_is

JOBS = {
    "nothing": (),
    "one value": ("learning_rate=0.3",),
    "a group and a value": ("activation=relu", "learning_rate=0.3"),
    "a group, its setting and another group": ("optimizer=adam", "optimizer.beta1=0.5", "data=xor"),
    "nested values": ("training.epochs=3", "network.bias=false", "data.noise=0"),
    "a list": ("network.hidden=[3,2]",),
    "an empty list": ("network.hidden=[]",),
    "an entry of a list": ("data.domain.0=-3",),
    "a whole section": ("training={epochs:3,l2:0.5}",),
    "a part of a group": ("data={samples:7}",),
    "null": ("training.stop_cost=0.5", "training.stop_cost=null"),
    "text in quotes": ("tracking.experiment='two words, [one] list'",),
    "numbers in other notations": ("learning_rate=1e-3", "data.samples=1_0"),
    "the same key twice": ("seed=1", "seed=2"),
    "the same group twice": ("data=xor", "data=sine", "data.samples=9"),
    "a new key": ("+new=1",),
    "a new deep key": ("+brand.new.key=[1,2]",),
    "a new key in a component": ("activation=relu", "+activation.slope=0.1"),
    "a new key, then another value for it": ("+new=1", "new=2"),
    "an addition to a list": ("+test.probes=[3]",),
    "a forced key": ("++training.epochs=7", "++brand.new=1"),
    "a value after a forced one": ("++training.epochs=3", "training.epochs=2"),
    "a forced one after a value": ("training.epochs=2", "++training.epochs=3"),
    "a deleted key": ("~training.l2",),
    "a deleted key with its value": ("~training.l2=auto",),
    "a deleted group": ("~data",),
    "a value, then the key deleted": ("training.l2=3", "~training.l2"),
    "a value, then the key deleted by it": ("training.l2=3", "~training.l2=3"),
    "an interpolation": ("learning_rate=${data.std}", "data.std=0.25"),
    "an interpolation inside a list": ("network.hidden=['${seed}',4]", "seed=3"),
    "an interpolation inside a section": ("training={epochs:'${seed}'}", "seed=4"),
    "hydra's own settings": ("hydra.job.chdir=true", "hydra.sweep.dir=/tmp/x", "seed=2"),
    "hydra's own groups": ("hydra/launcher=basic", "seed=2"),
    "a group in another place": ("+data@validation=xor", "validation.targets=[-1,1]"),
} | {f"the sweep {name}": (f"sweep={name}", "seed=1", "training.epochs=3") for name in sweep_files(SWEEPS)}  # fmt: skip


def by_hydra(*overrides: str) -> tuple[dict, dict]:
    """The user's part, and Hydra's part, of what Hydra composes for these overrides."""
    own, hydra = split_hydra(loader().load_sweep_config(master(), list(overrides)))
    return plain(own), OmegaConf.to_container(hydra)["hydra"]


def without_texts(hydra: dict) -> dict:
    """Hydra's part without the list of overrides, which jobs with the same groups share, and the folder of the test.

    The composer that tests share has that of the test which came first.
    """
    job = {key: value for key, value in hydra["job"].items() if key != "override_dirname"}
    overrides = {key: value for key, value in hydra["overrides"].items() if key != "task"}
    runtime = {key: value for key, value in hydra["runtime"].items() if key != "cwd"}
    return hydra | {"job": job, "overrides": overrides, "runtime": runtime}


@pytest.mark.parametrize("overrides", JOBS.values(), ids=JOBS)
def test_a_job_is_composed_as_hydra_composes_it(overrides):
    job = composed(*overrides)
    assert isinstance(job, Job), str(job)
    own, hydra = by_hydra(*overrides)
    assert job.config == own
    assert list(job.config) == list(own)
    assert without_texts(OmegaConf.to_container(job.composition.hydra)["hydra"]) == without_texts(hydra)
    assert job.overrides == overrides


@pytest.mark.parametrize("place", range(max(len(list(registry)) for registry in REGISTRIES.values())))
def test_every_option_is_composed_as_hydra_composes_it(place):
    """One option of every kind at a time, so that a few compositions see them all."""
    names = {kind: list(registry) for kind, registry in REGISTRIES.items()}
    overrides = [f"{kind}={options[place % len(options)]}" for kind, options in names.items()]
    job = composed(*overrides, "seed=3")
    assert isinstance(job, Job)
    assert job.config == by_hydra(*overrides, "seed=3")[0]


SAME_KEY = [
    ("data=xor", "data.seed=4", "++data.seed=5"),
    ("training.l2=0.5", "~training.l2", "++training.l2=1", "+training.l2=2"),
    ("+new=1", "new=2", "++new=3", "~new"),
    ("network.hidden=[3]", "+network.hidden=[4]", "network.hidden.0=1"),
]


@pytest.mark.parametrize("overrides", [pair for group in SAME_KEY for pair in permutations(group, 2)], ids=" ".join)
def test_two_overrides_of_one_key_in_any_order_give_what_hydra_gives_or_are_refused_by_both(overrides):
    job = composed(*overrides)
    try:
        expected = by_hydra(*overrides)[0]
    except HydraException:
        assert isinstance(job, Problem)
    else:
        assert isinstance(job, Job), str(job)
        assert job.config == expected


def test_jobs_share_all_sections_but_those_in_which_they_differ():
    one, other = composed("data.domain=[3]", "training.epochs=1"), composed("training.epochs=2")
    assert isinstance(one, Job) and isinstance(other, Job)
    assert (one.config["data"]["domain"], other.config["data"]["domain"]) == ([3], [-5.0, 5.0])
    assert (one.config["training"]["epochs"], other.config["training"]["epochs"]) == (1, 2)
    sections = [key for key, section in one.config.items() if isinstance(section, dict)]
    assert [key for key in sections if one.config[key] is not other.config[key]] == ["data", "training"]


def test_a_job_keeps_its_number_and_its_overrides():
    job = composer().compose(41, ["seed=1", "data=xor"])
    assert isinstance(job, Job)
    assert (job.number, job.overrides) == (41, ("seed=1", "data=xor"))


def test_a_config_is_split_into_the_users_part_and_hydras():
    whole = loader().load_sweep_config(master(), ["seed=3"])
    own, hydra = split_hydra(whole)
    assert "hydra" in whole and "hydra" not in own
    assert OmegaConf.to_container(own) | OmegaConf.to_container(hydra) == OmegaConf.to_container(whole)


@pytest.mark.parametrize("kind", [*REGISTRIES, "search", "sweep", "hydra/launcher"])
def test_an_unknown_option_is_a_problem_with_key_options_and_override(kind):
    problem = composed("seed=1", f"{kind}=qqq")
    assert isinstance(problem, Problem)
    assert problem.key == kind
    assert problem.origin == f"from the override {kind}=qqq"
    assert says_what_there_is(problem.message, loader().get_group_options(kind))
    assert "'qqq'" in problem.message


@pytest.mark.parametrize(
    ("override", "key", "known"),
    [
        ("wrong=1", "wrong", ["python -m runner --cfg job lists all"]),
        ("training.wrong=1", "training.wrong", ["python -m runner --cfg job -p training lists all"]),
        ("network.wrong=1", "network.wrong", ["hidden", "output"]),
        ("data.wrong=1", "data.wrong", ["python -m runner data=sine --cfg job -p data lists all"]),
        ("optimizer.momentum=1", "optimizer.momentum", ["optimizer=momentum or optimizer=nesterov"]),
        ("executor.jobs=2", "executor.jobs", ["executor=process has none"]),
        ("search.runs=5", "search.runs", ["needs a search; add search=random or search=tpe"]),
        ("hydra.wrong=1", "hydra.wrong", ["python -m runner --hydra-help lists all"]),
        ("hydra=wrong", "hydra", ["is not a group of choices"]),
        ("~wrong", "wrong", ["is not in the config"]),
        ("+seed=1", "seed", ["is in the config already; leave out the +"]),
        ("+case=c1", "case", ["has a value already; leave out the +, as case=c1"]),
        ("~training.l2=3", "training.l2", ["auto", "3"]),
        ("data.domain={a:1}", "data.domain", []),
        ("activation@network=relu", "activation@network", []),
    ],
)
def test_an_override_that_does_not_fit_is_a_problem_with_key_and_known_keys(override, key, known):
    problem = composed("learning_rate=0.5", override)
    assert isinstance(problem, Problem)
    assert problem.key == key
    assert problem.origin == f"from the override {override}"
    assert all(name in problem.message for name in known)
    assert "\n" not in str(problem)


def test_a_setting_of_another_search_is_a_problem_that_names_that_one():
    problem = composed("search=random", "search.generation=5")
    assert str(problem).startswith("search.generation is not a setting of search=random, but of search=tpe")


@pytest.mark.parametrize("override", ["seed", "seed=[1", "a b=3", "data.separator=;", "data.features=[größe]", "=3"])
def test_an_override_that_cannot_be_read_is_a_problem_that_shows_it(override):
    problem = composed("learning_rate=0.5", override)
    assert isinstance(problem, Problem)
    assert override in str(problem)
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    ("kind", "value"), [*((kind, "null") for kind in REGISTRIES), ("sweep", "null"), ("data", "3"), ("data", "")]
)
def test_an_option_that_is_not_a_name_is_a_problem_and_no_traceback(kind, value):
    problem = composed("seed=1", f"{kind}={value}")
    assert isinstance(problem, Problem)
    assert kind in str(problem)
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ('data="sin"', "data is unknown: 'sin' (did you mean sine or sinc?)"),
        ("data=[xor,sin]", "data is unknown: 'sin' (did you mean sine or sinc?)"),
        ("+data@validation=sin", "data@validation is unknown: 'sin' (did you mean sine or sinc?)"),
        ("hydra/launcher=null", "hydra/launcher needs the name of an option, got null"),
        ("++data=xor", "data is chosen without ++, as data=xor"),
        ("hydra.job.num=1,2", "hydra.job.num belongs to Hydra and is the same for all jobs, got 1,2"),
        ("part@section=3", "part@section cannot be set: Override part@section=3"),
        ("data.name.x=1", "data.name.x is not a setting"),
        ("=3", "a key is missing before the ="),
    ],
)
def test_an_override_is_blamed_however_it_is_written(override, told):
    problem = composed("seed=1", override)
    assert isinstance(problem, Problem)
    assert str(problem).startswith(told)
    assert problem.origin == f"from the override {override}"


@pytest.mark.parametrize(
    "override", ["data=sin", "data=null", "data=3", "training.wrong=1", "data.domain={a:1}", "learning_rate=${nope}"]
)
def test_a_mistake_is_recognised_whatever_words_hydra_has_for_it(override):
    """What is left of Hydra's sentence is at most the reason, after our own."""
    files, parsed = config_files_of(loader()), OverridesParser.create().parse_overrides(["seed=1", override])
    with pytest.raises((HydraException, OmegaConfBaseException, ValueError)) as caught:
        by_hydra("seed=1", override)
    problem, blamed = explain(caught.value, parsed, files)
    for error in (caught.value, caught.value.__cause__):
        if error is not None:
            error.args, error.msg = ("other words",), "other words"
    again, blamed_again = explain(caught.value, parsed, files)
    assert (blamed, again.key, again.origin) == (blamed_again, problem.key, problem.origin)
    assert blamed == override
    assert again.message.partition(": ")[0] == problem.message.partition(": ")[0]
