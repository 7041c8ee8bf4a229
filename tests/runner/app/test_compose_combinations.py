"""One composition for each option gives what Hydra composes for each combination, whatever files and overrides say."""

import itertools
from functools import cache

import pytest
from hydra.types import RunMode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.app.compose import Composer
from runner.app.named_sweeps import sweep_files
from runner.base.paths import CONF, SWEEPS
from runner.plan.jobs import Job
from runner.runs.components import REGISTRIES
from tests.runner.app.composing import Counting, by_hydra, check
from tests.runner.building import loader, master

KINDS = {kind: list(registry) for kind, registry in REGISTRIES.items()}
CASES = sorted(path.stem for path in (CONF / "case").glob("*.yaml"))
VALUES = [
    "seed=3", "learning_rate=1e-3", "network.hidden=[3,2]", "network.hidden=[]", "network.hidden.0=2",
    "training.epochs=4", "training.steps=null", "training={epochs:3,l2:0.5}", "test.probes=[[0,0]]",
    "tracking.experiment='two words'", "data.noise=0.3", "data={test_fraction:0.5}", "data.seed=${seed}",
    "learning_rate=${data.test_fraction}", "network.hidden=['${seed}',4]", "+new=1", "++new=2", "+test.probes=[3]",
    "++training.epochs=7", "++optimizer.momentum=0.3", "+activation.slope=0.1", "~training.l2", "~training.l2=0.0",
    "~new", "~data", "init.epsilon=0.2", "optimizer.momentum=0.5", "warm_start=[{noise:0}]",
    "expect.it=cost<1", "wrong=1", "training.wrong=1", "network.hidden={a:1}", "executor=dask", "executor.address=tcp://here:1",
    "hydra.job.chdir=true", "hydra/launcher=basic", "+data@validation=xor",
]  # fmt: skip


@st.composite
def overrides(draw):
    """What a user may type for one job, in any order."""
    chosen = draw(st.lists(st.sampled_from(sorted(KINDS)), max_size=4, unique=True))
    texts = [f"{kind}={draw(st.sampled_from(KINDS[kind]))}" for kind in chosen]
    texts += [f"case={name}" for name in draw(st.lists(st.sampled_from(CASES), max_size=1))]
    texts += [f"sweep={name}" for name in draw(st.lists(st.sampled_from(list(sweep_files(SWEEPS))), max_size=1))]
    texts += draw(st.lists(st.sampled_from(VALUES), max_size=4))
    return tuple(draw(st.permutations(texts)))


@cache
def shared_composer():
    """All examples come from one, so that each is combined from what earlier ones have left."""
    return Composer(loader(), master())


def compare(texts):
    check(shared_composer().compose(0, texts), by_hydra(loader(), master(), *texts))


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(overrides())
def test_whatever_is_typed_is_composed_as_hydra_composes_it_or_refused_by_both(texts):
    compare(texts)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(overrides())
def test_whatever_else_is_typed_is_composed_as_hydra_composes_it_or_refused_by_both(texts):
    compare(texts)


def combine(data):
    """Two options of each of some groups, over a case or a sweep: the last corner of the cube is never composed."""
    chosen = data.draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=3, unique=True))
    pairs = [
        [f"{kind}={name}" for name in data.draw(st.permutations(KINDS[kind]).map(lambda names: names[:2]))]
        for kind in chosen
    ]
    over = data.draw(st.sampled_from([*(f"case={name}" for name in CASES), "sweep=image_init", "seed=1"]))
    values = data.draw(st.lists(st.sampled_from(VALUES), max_size=2))
    mine, corners = Composer(loader(), master()), list(itertools.product(*pairs))
    jobs = [mine.compose(0, (over, *corner, *values)) for corner in corners]
    for place in (1, -1):
        check(jobs[place], by_hydra(loader(), master(), over, *corners[place], *values))


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_combinations_made_from_single_options_are_what_hydra_composes(data):
    combine(data)


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_more_combinations_made_from_single_options_are_what_hydra_composes(data):
    combine(data)


def test_hydra_composes_once_for_all_options_and_combinations():
    counting = Counting(loader())
    mine = Composer(counting, master())
    options = itertools.product(("tanh", "relu", "gelu"), ("sgd", "adam", "rmsprop"), ("he", "glorot"), range(3))
    jobs = [mine.compose(0, (f"activation={a}", f"optimizer={o}", f"init={i}", f"seed={s}")) for a, o, i, s in options]
    assert len(jobs) == 54
    assert all(isinstance(job, Job) for job in jobs)
    assert counting.calls == 1


@pytest.mark.parametrize("also", ["~data", "~data=xor", "+data@validation=xor", "data=square"])
def test_another_override_of_the_same_group_is_respected_in_combinations(also):
    mine = Composer(loader(), master())
    for texts in itertools.product(("data=xor", "data=sine"), ("init=he", "init=glorot"), (also,)):
        check(mine.compose(0, texts), by_hydra(loader(), master(), *texts))


def test_groups_and_options_of_a_search_path_are_composed_as_hydra_composes_them(tmp_path):
    for name, text in {"mine/a": "# @package _global_\nseed: 7\n", "activation/own": "name: relu\n"}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.yaml").write_text(text)
    top = loader().load_configuration("config", [f"hydra.searchpath=[{tmp_path}]"], RunMode.MULTIRUN)
    composer = Composer(loader(), top)
    for texts in [("+mine=a",), ("activation=relu", "init=he"), ("activation=own", "init=glorot")]:
        check(composer.compose(0, texts), by_hydra(loader(), top, *texts))
    for init in ("init=he", "init=glorot"):
        texts = (f"hydra.searchpath=[{tmp_path}]", "activation=own", init)
        check(shared_composer().compose(0, texts), by_hydra(loader(), master(), *texts))
