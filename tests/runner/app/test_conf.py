"""Law 6 for configs: every file in conf/ composes, says what its component says, and trains for two steps."""

import math
import re
import struct
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from runner.app.named_sweeps import read_header, sweep_files
from runner.app.options import default_config
from runner.base.paths import CONF, SWEEPS
from runner.plan.defaults import MATCHING
from runner.runs.components import DECIDED_LATER, REGISTRIES
from runner.runs.field_types import AUTO
from runner.runs.search_settings import SEARCHES
from runner.runs.settings import EXECUTORS, Settings, read_settings
from runner.runs.spec import DataCommon, Spec
from tests.runner.building import COMPONENTS, QUICK, config_of, loader, spec_of, trained

OLD_NAMES = {("data", "csv"): "table"}  # in stored specs a component of its own, on a command line the new one
OF_THE_APPLICATION = {"executor": EXECUTORS, "search": SEARCHES}
FILES = sorted(
    path
    for path in CONF.glob("*/*.yaml")
    if path.parent.name not in ("case", *OF_THE_APPLICATION) and (path.parent.name, path.stem) not in OLD_NAMES
)
NOT_COMPONENTS = [f"{kind}/{name}" for kind, names in DECIDED_LATER.items() for name in names]
COMMON = set(DataCommon.model_fields)
TABLE = "a,b,c,kind\n" + "".join(f"{i},{(7 * i) % 5},{(3 * i) % 7},{'xyz'[i % 3]}\n" for i in range(24))
NUMBERS = TABLE.replace("x", "0.5").replace("y", "1.5").replace("z", "2.25")


def of_file(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def arrays_beside(table: str) -> Path:
    """A file with arrays in the folder of a table."""
    path, rng = Path(table).with_suffix(".npz"), np.random.default_rng(0)
    np.savez(path, X=rng.normal(size=(40, 2)), y=np.arange(40) % 2)
    return path


def choice(kind: str, name: str, table: str) -> tuple[str, ...]:
    """The overrides that choose a component, with a data set and an output on which it can train."""
    if (kind, name) == ("data", "arrays"):
        return (f"data={name}", f"data.path={arrays_beside(table.partition('=')[2])}")
    if kind == "data":
        return (f"data={name}", table) if name in ("csv", "table", "idx") else (f"data={name}",)
    if kind == "activation" and ACTIVATIONS[name]().derivative is None:
        return ("data=quadrants", f"network.output={name}")
    if kind == "loss" and name in LOSSES and LOSSES[name]().only_output:
        return ("data=quadrants", f"loss={name}", f"network.output={LOSSES[name]().only_output}")
    return (f"{kind}={name}",)


def file_for(name: str, csv_file: Callable[[str | bytes], str]) -> str:
    """The override that names what a data set of a person's own files reads."""
    if name != "idx":
        return csv_file(TABLE)
    folder = Path(csv_file(TABLE).partition("=")[2]).parent
    for stem, header, numbers in (("images", (2051, 24, 2, 2), 96), ("labels", (2049, 24), 24)):
        start = struct.pack(f">{len(header)}i", *header)
        (folder / f"train-{stem}").write_bytes(start + bytes(number * 7 % 3 for number in range(numbers)))
    return f"data.path={folder}"


@pytest.mark.parametrize("path", FILES, ids=of_file)
def test_a_config_file_belongs_to_a_component_of_its_group(path):
    group, name = path.parent.name, path.stem
    assert group in REGISTRIES
    assert name in REGISTRIES[group] or of_file(path) in NOT_COMPONENTS
    assert OmegaConf.load(path).name == name


@pytest.mark.parametrize("path", [path for path in FILES if of_file(path) not in NOT_COMPONENTS], ids=of_file)
def test_a_config_file_has_exactly_the_settings_of_its_component(path):
    """Beside those that every data set has, where its own default is another one."""
    group, name = path.parent.name, path.stem
    expected = {"name", *(setting.name for setting in REGISTRIES[group].settings(name))}
    written = set(OmegaConf.load(path))
    assert expected <= written <= (expected | COMMON if group == "data" else expected)


def test_the_table_of_contents_has_what_every_data_set_can_be_asked_for_with_its_default():
    common = OmegaConf.to_container(OmegaConf.load(CONF / "config.yaml").data)
    assert common == {key: field.default for key, field in DataCommon.model_fields.items() if key != "name"}


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "data"], ids=of_file)
def test_a_data_set_repeats_no_default_of_the_table_of_contents(path):
    common, written = OmegaConf.load(CONF / "config.yaml").data, OmegaConf.load(path)
    assert not [key for key in common if key in written and written[key] == common[key]]


@pytest.mark.parametrize("path", [path for path in FILES if of_file(path) not in NOT_COMPONENTS], ids=of_file)
def test_a_config_file_gives_the_settings_of_its_component_the_defaults_of_the_signature(path):
    written = OmegaConf.to_container(OmegaConf.load(path))
    defaults = default_config(path.parent.name, path.stem)
    own = set(written) - COMMON | {"name"}
    assert {key: written[key] for key in own} == {key: defaults[key] for key in own}


@pytest.mark.parametrize(("group", "name"), [(group, name) for group, of in OF_THE_APPLICATION.items() for name in of])
def test_an_executor_or_a_search_has_a_file_with_exactly_its_settings(group, name):
    path, model = CONF / group / f"{name}.yaml", OF_THE_APPLICATION[group][name]
    written = OmegaConf.to_container(OmegaConf.load(path))
    assert set(written) == set(model.model_fields)
    assert path.read_text().startswith("# ")
    chosen = (f"{group}={name}",)
    settings = read_settings(config_of(*chosen), chosen, chosen)
    assert isinstance(settings, Settings) and dict(settings)[group] == model.model_validate(written)


@pytest.mark.parametrize("name", SEARCHES)
def test_the_file_of_a_search_has_the_defaults_of_its_settings(name):
    assert SEARCHES[name]().model_dump() == OmegaConf.to_container(OmegaConf.load(CONF / "search" / f"{name}.yaml"))


@pytest.mark.parametrize("group", OF_THE_APPLICATION)
def test_every_executor_and_every_search_is_offered(group):
    assert set(loader().get_group_options(group)) == set(OF_THE_APPLICATION[group])


@pytest.mark.parametrize("path", FILES, ids=of_file)
def test_a_config_file_says_in_its_first_line_what_it_is(path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("# ") and len(first) > 10


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_every_component_is_offered_as_an_option_with_or_without_a_file(kind, name):
    assert name in loader().get_group_options(kind)
    config = config_of(f"{kind}={name}")[kind]
    new = OLD_NAMES.get((kind, name), name)
    assert config["name"] == new
    assert set(config) == set(default_config(kind, new))


@pytest.mark.parametrize(("kind", "name"), OLD_NAMES)
def test_an_old_name_gives_the_config_of_the_new_one(kind, name):
    assert config_of(f"{kind}={name}")[kind] == config_of(f"{kind}={OLD_NAMES[kind, name]}")[kind]


@pytest.mark.parametrize("kind", REGISTRIES)
def test_nothing_but_components_auto_and_matching_is_offered(kind):
    extra = set(loader().get_group_options(kind)) - set(REGISTRIES[kind])
    assert extra == set(DECIDED_LATER.get(kind, ()))


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
def test_the_table_of_contents_names_every_option(kind, name):
    rest = (CONF / "config.yaml").read_text().partition(f"\n  - {kind}:")[2].splitlines()
    lines = [rest[0], *takewhile(lambda line: line.lstrip().startswith("#"), rest[1:])]
    assert name in re.split(r"[\s,:;]+", " ".join(line.partition("#")[2] for line in lines))


@pytest.mark.quick(law=6)
@pytest.mark.parametrize(("kind", "name"), [*COMPONENTS, ("loss", AUTO), ("loss", MATCHING)])
def test_every_option_trains_for_two_steps(kind, name, csv_file):
    result = trained(*choice(kind, name, file_for(name, csv_file)), *QUICK, "learning_rate=0.01")
    assert (result.outcome, result.last_step) == ("stopped", 2)
    assert list(result.history["step"]) == [0.0, 1.0, 2.0]
    costs = result.history["train/cost"]
    assert all(math.isfinite(cost) for cost in costs)
    assert costs[0] != costs[2]


@pytest.mark.parametrize("data", ["table", "square", "xor"])
@pytest.mark.parametrize("output", [name for name in ACTIVATIONS if ACTIVATIONS[name]().derivative is not None])
def test_every_elementwise_activation_trains_as_an_output_for_two_steps(output, data, csv_file):
    result = trained(*choice("data", data, csv_file(NUMBERS)), f"network.output={output}", *QUICK)
    assert (result.outcome, result.last_step) == ("stopped", 2)
    assert result.history["train/cost"][0] != result.history["train/cost"][2]


@pytest.mark.parametrize("mode", ["online", "minibatch", "full"])
@pytest.mark.parametrize("data", list(REGISTRIES["data"]))
def test_every_data_set_trains_in_every_mode(data, mode, csv_file):
    epoch = ("training.mode=" + mode, "training.epochs=1", "training.evaluations=1", "tracking.plots=none")
    result = trained(*choice("data", data, file_for(data, csv_file)), *epoch, "learning_rate=0.01")
    n_train = result.data.n_samples[0]
    steps = {"online": n_train, "full": 1, "minibatch": math.ceil(n_train / min(32, n_train))}
    assert (result.outcome, result.last_step) == ("stopped", steps[mode])


def test_the_shipped_defaults_are_those_that_the_table_of_contents_states():
    spec = spec_of()
    assert isinstance(spec, Spec)
    chosen = {kind: dict(spec)[kind].name for kind in REGISTRIES}
    assert chosen == {
        "data": "sine", "activation": "tanh", "loss": "half_mse", "init": "normal", "optimizer": "sgd",
        "schedule": "constant",
    }  # fmt: skip
    assert (spec.network.hidden, spec.learning_rate, spec.seed, spec.dtype) == ((6,), 0.1, 0, "float64")


@pytest.mark.parametrize("name", sweep_files(SWEEPS))
def test_every_named_sweep_is_offered_and_has_a_header_that_names_its_own_command(name):
    assert name in loader().get_group_options("sweep")
    header = read_header(SWEEPS / f"{name}.yaml")
    assert header.command == f"python -m runner -m sweep={name}"
    assert header.question.endswith(("?", "."))
    assert header.runs > 1
