"""One composition for each option gives what Hydra composes for each combination, whatever files and overrides say."""

import itertools
from functools import cache

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import RunMode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.app.compose import Composer, plain
from runner.app.compositions import split_hydra
from runner.app.named_sweeps import sweep_files
from runner.base.errors import UserError
from runner.base.paths import CONF, SWEEPS
from runner.plan.jobs import Job, Refused
from runner.runs.components import REGISTRIES
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
def by_hydra(loader, master, *texts):
    """The user's part of what Hydra composes, and which options are chosen; None where it refuses."""
    try:
        own, hydra = split_hydra(loader.load_sweep_config(master, list(texts)))
        return plain(own), OmegaConf.to_container(hydra.hydra.runtime.choices)
    except (HydraException, OmegaConfBaseException, ValueError):
        return None


def check(job, expected):
    if expected is None:
        assert isinstance(job, Refused), job
        return
    own, choices = expected
    assert isinstance(job, Job), str(job)
    assert job.config == own
    assert [list(section) for section in job.config.values() if isinstance(section, dict)] == [
        list(section) for section in own.values() if isinstance(section, dict)
    ]
    assert list(job.config) == list(own)
    assert OmegaConf.to_container(job.composition.hydra.hydra.runtime.choices) == choices


@cache
def shared_composer():
    """All examples come from one, so that each is combined from what earlier ones have left."""
    return Composer(loader(), master())


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(overrides())
def test_whatever_is_typed_is_composed_as_hydra_composes_it_or_refused_by_both(texts):
    check(shared_composer().compose(0, texts), by_hydra(loader(), master(), *texts))


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_combinations_made_from_single_options_are_what_hydra_composes(data):
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


class Counting:
    """Hydra's loader, its whole compositions counted."""

    def __init__(self, real):
        self._real, self.calls = real, 0

    def __getattr__(self, name):
        return getattr(self._real, name)

    def load_sweep_config(self, *arguments):
        self.calls += 1
        return self._real.load_sweep_config(*arguments)


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


FILES = {
    "config.yaml": "defaults:\n- _self_\n- one: a\n- two: a\n- three: null\n- shared_${two}\nmode: base\nrate: 1\n",
    "plain.yaml": "defaults:\n- _self_\n- one: a\n- two: a\n- three: null\nmode: base\nrate: ${two.x}\n",
    "within.yaml": "defaults:\n- one: a\n- two@one.two: a\n- two: a\n- three: null\n- _self_\none: {x: 5}\n",
    "copied.yaml": "defaults:\n- _self_\n- one: a\n- two: a\n- three: null\n- more\ncopy: ${two}\n",
    "opened.yaml": "defaults:\n- _self_\n- one: a\n- two: a\n- three: null\none: {y: '${two}'}\n",
    "packed.yaml": "# @package deep\ndefaults:\n- _self_\n- one: a\n- two: a\n- three: null\nmode: base\n",
    "more.yaml": "copy: {q: 1}\n",
    "one/opens.yaml": "y: {q: 1}\n",
    "one/a.yaml": "x: 1\n",
    "one/b.yaml": "x: 2\ny: ${two.x}\n",
    "one/elsewhere.yaml": "# @package _global_\nmode: far\none:\n  x: 3\n",
    "one/listed.yaml": "defaults:\n- a\n- /three@deep: b\nz: 1\n",
    "one/overriding.yaml": "defaults:\n- override /two: c\nz: 1\n",
    "one/moving.yaml": "defaults:\n- part_${two}\nz: 1\n",
    "one/part_a.yaml": "p: of a\n",
    "one/part_b.yaml": "p: of b\n",
    "one/part_c.yaml": "p: of c\n",
    "two/a.yaml": "x: 10\n",
    "two/b.yaml": "x: 20\nv: '???'\n",
    "two/c.yaml": "# @package _global_\nmode: online\ntwo:\n  x: 30\n",
    "three/a.yaml": "w: 1\n",
    "three/b.yaml": "w: 2\n",
    "modular.yaml": "defaults:\n- modules: none\n",
    "modules/none.yaml": "{}\n",
    "modules/any.yaml": "x: ${name}\n",
    "shared_a.yaml": "rate: 5\n",
    "shared_b.yaml": "rate: 6\n",
    "shared_c.yaml": "rate: 7\n",
}

EVERY_ONE = [file[4:-5] for file in FILES if file.startswith("one/")]
SOME = ["a", "b", "opens"]


@pytest.fixture(scope="module")
def peculiar(tmp_path_factory):
    """Hydra's loader over files that do all that a file may do to other groups, and their names."""
    folder = tmp_path_factory.mktemp("conf")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    loader()  # what configs may name is known
    with initialize_config_dir(str(folder), version_base="1.3"):
        return type(loader())(GlobalHydra.instance().config_loader().get_search_path())


class Whole(Counting):
    """The loader of such files, which composes each choice once; `master` has what a sweep of `name` starts from."""

    def __init__(self, real, name):
        super().__init__(real)
        self._made = {}
        self.master = OmegaConf.create({"hydra": {"overrides": {"hydra": []}, "job": {"config_name": name}}})

    def load_sweep_config(self, master, overrides):
        if tuple(overrides) not in self._made:
            self.calls += 1
            name = master.hydra.job.config_name
            self._made[tuple(overrides)] = self._real.load_configuration(name, list(overrides), RunMode.RUN)
        return self._made[tuple(overrides)]


@pytest.mark.parametrize(
    ("name", "ones", "also"),
    [
        *((name, EVERY_ONE, ()) for name in ("config", "plain", "within")),
        *((name, SOME, ()) for name in ("copied", "opened", "packed")),
        *(("within", SOME, also) for also in (("three=a",), ("+three@deep=b",), ("~two",))),
    ],
)
def test_files_that_reach_into_other_groups_are_composed_as_hydra_composes_them(peculiar, name, ones, also):
    whole = Whole(peculiar, name)
    twos = [()] if also == ("~two",) else [(f"two={option}",) for option in ("a", "b", "c")]
    every = [(f"one={one}", *two, *also) for one, two in itertools.product(ones, twos)]
    expected = {texts: by_hydra(whole, whole.master, *texts) for texts in every}
    for order in (1, -1):
        mine = Composer(whole, whole.master)
        for texts in every[::order]:
            check(mine.compose(0, texts), expected[texts])


def test_plain_options_are_combined_though_settings_refer_to_others(peculiar):
    whole = Whole(peculiar, "plain")
    mine = Composer(whole, whole.master)
    for texts in itertools.product(("one=a", "one=b"), ("two=a", "two=b")):
        mine.compose(0, texts)
    assert whole.calls == 1


def test_what_is_imported_is_looked_at_in_every_combination(peculiar):
    whole = Whole(peculiar, "modular")
    mine = Composer(whole, whole.master)
    assert isinstance(mine.compose(0, ("modules=none",)), Job)
    with pytest.raises(UserError, match="modules names"):
        mine.compose(0, ("modules=any",))


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
