"""Files that reach into other groups are composed as Hydra composes them, however options are combined."""

import itertools

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import OmegaConf

from runner.app.compose import Composer
from runner.base.errors import UserError
from runner.plan.jobs import Job
from tests.runner.app.composing import Counting, by_hydra, check
from tests.runner.building import loader

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
        *((name, EVERY_ONE, ()) for name in ("config", "within")),
        ("plain", [*SOME, "elsewhere", "overriding"], ()),
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
