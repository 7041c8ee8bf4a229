"""The run key: equal for equal results, different for anything else; and the environment that is recorded."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import runner
from runner.base.paths import ROOT
from runner.runs import identity
from runner.runs.environment import machine
from runner.runs.flat import flatten
from runner.runs.identity import code_digest, code_files, run_key
from runner.runs.spec import from_plain, to_plain
from tests.runner.building import keys_of, spec_of

# Another value for every key of the flat form of the run below: a key that is missing here fails the last test.
BASE = (
    "data=sine",
    "activation=leaky_relu",
    "init=normal",
    "optimizer=adam",
    "schedule=cosine",
    "training.batch_size=8",
)
OTHER = {
    "learning_rate": "0.2", "dtype": "float32", "seed": "1", "cost": "squared_error", "fault": "missing_factor",
    "warm_start": "[{noise:0.3}]", "test.set": "grid", "test.points": "500", "test.margin": "1", "test.probes": "[3]",
    "data": "square", "data.domain": "[-5,6]", "data.samples": "201", "data.noise": "0.2", "data.sampling": "grid",
    "data.std": "2", "data.seed": "3", "data.test_fraction": "0.5", "data.validation_fraction": "0.5",
    "data.split_seed": "3", "data.folds": "2", "data.fold": "1", "data.target_scale": "standardize",
    "data.standardize": "true", "data.outliers": "0.1", "data.input_noise": "0.1", "data.label_noise": None,
    "data.imbalance": None,
    "network.hidden": "[6,6]", "network.input": "tanh", "network.output": "tanh", "network.target_range": "[-1,1]",
    "network.bias": "false", "network.bias_init": "zero", "network.start": None, "network.activations": None,
    "activation": "tanh", "activation.slope": "0.02", "loss": None, "init": "he", "init.gain": "2",
    "optimizer": "sgd", "optimizer.beta1": "0.8", "optimizer.beta2": "0.99", "optimizer.epsilon": "1e-6",
    "schedule": "step", "schedule.warmup": "0.2", "schedule.final": "0.1",
    "training.mode": None, "training.epochs": "3", "training.steps": "3", "training.batch_size": "9",
    "training.order": "given", "training.reduction": "sum", "training.evaluations": "7", "training.online_cost": "true",
    "training.stop_cost": "0.5", "training.patience": "5", "training.restore_best": "true",
    "training.l2": "0.1", "training.l2_of": "all", "training.l1": "0.1", "training.dropout": "0.1",
    "training.clip_value": "1", "training.clip_norm": "1", "training.class_weights": None,
}  # fmt: skip
WITH = {  # what a setting needs beside it, or else it would be refused or not be used
    "test.points": ("test.set=grid",), "test.margin": ("test.set=grid",), "data.fold": ("data.folds=2",),
}  # fmt: skip
PAIRS = [
    ((*BASE, *WITH.get(key, ())), (*BASE, *WITH.get(key, ()), f"{key}={value}"))
    for key, value in OTHER.items()
    if value is not None
] + [
    (BASE, (*BASE, "network.target_range=null")),
    (BASE, (*BASE, "network.bias_init=hidden")),
    (BASE, (*BASE, "training.order=cyclic")),
    (BASE, (*BASE, "test.set=fresh")),
    (BASE, (*BASE, "fault=[missing_factor,weights_subtracted]")),
    (BASE, (*BASE, "warm_start=[{noise:0.3},{noise:0.2}]")),
    (("data=xor",), ("data=xor", "loss=half_mse")),
    (("data=xor",), ("data=xor", "training.mode=full")),
    (("data=xor",), ("data=xor", "data.targets=[-1,1]")),
    (("data=xor",), ("data=xor", "training.class_weights=balanced")),
    (("data=xor",), ("data=xor", "network.activations=[relu]")),
]  # fmt: skip


def key_of(*overrides: str, digest: str = "") -> str:
    return run_key(spec_of(*overrides), digest)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[" ".join(other[len(one) :]) for one, other in PAIRS])
def test_a_run_that_differs_in_one_setting_has_another_key(one, other):
    assert key_of(*one) != key_of(*other)


def test_the_table_of_other_values_covers_every_setting_of_the_run():
    assert set(OTHER) == set(flatten(spec_of(*BASE)))


def test_all_those_keys_are_different_from_each_other():
    keys = {key_of(*overrides) for pair in PAIRS for overrides in pair}
    assert len(keys) == len({overrides for pair in PAIRS for overrides in pair})
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


@pytest.mark.parametrize(
    "overrides",
    [
        ("learning_rate=0.1", "seed=0"),
        ("data=sine", "activation=tanh"),
        ("network.output=identity", "loss=half_mse", "training.batch_size=32"),
        ("learning_rate=1e-1",),
        ("data.domain=[-5,5]",),
        ("workers=7", "tracking.experiment=other", "tracking.plots=none", "tracking.models=all"),
    ],
)
def test_a_run_that_says_the_same_in_other_words_has_the_same_key(overrides):
    assert key_of(*overrides) == key_of()


def reordered(plain):
    """The same dictionaries, keys the other way round."""
    return {key: reordered(plain[key]) for key in reversed(plain)} if isinstance(plain, dict) else plain


def test_the_key_does_not_depend_on_the_order_of_the_config():
    plain = to_plain(spec_of(*BASE))
    assert list(reordered(plain)) != list(plain)
    assert run_key(from_plain(reordered(plain)), "") == run_key(from_plain(plain), "")


def test_the_key_is_the_same_in_another_process():
    """Hash randomisation differs from process to process; a key that used `hash` would differ too."""
    code = (
        "import json, sys; from runner.runs.identity import run_key; from runner.runs.spec import from_plain;"
        "print(run_key(from_plain(json.loads(sys.argv[1])), 'digest'))"
    )
    spec = spec_of(*BASE)
    plain = spec.model_dump_json(serialize_as_any=True)
    done = subprocess.run(
        [sys.executable, "-c", code, plain], capture_output=True, text=True, check=True, cwd=ROOT
    )  # fmt: skip
    assert done.stdout.strip() == run_key(spec, "digest")


def test_other_contents_of_a_file_or_other_code_give_another_key(monkeypatch):
    spec = spec_of()
    assert run_key(spec, "one") != run_key(spec, "two")
    before = run_key(spec, "")
    monkeypatch.setattr(identity, "code_digest", lambda modules: "changed")
    assert run_key(spec, "") != before


def test_the_key_of_a_table_follows_its_contents_and_not_its_neighbours(csv_file, tmp_path):
    table = "a,y\n1,2.5\n2,3.5\n3,4.25\n4,5.5\n5,0.5\n"
    path = csv_file(table)
    (first,) = keys_of(("data=csv", path))
    csv_file(table.replace("0.5", "0.75"))
    (changed,) = keys_of(("data=csv", path))
    csv_file(table)
    first_again, other = keys_of(("data=csv", path), ("data=xor",))
    assert first == first_again
    assert len({first, changed, other}) == 3


def test_the_code_digest_covers_nn_and_all_that_makes_data_and_changes_with_a_module(tmp_path, monkeypatch):
    files = [file for part in identity.NUMERIC_CODE.values() for file in [ROOT / part, *(ROOT / part).rglob("*.py")]]
    assert all((ROOT / name).is_file() and name not in code_files() for name in identity.NO_NUMBER)
    assert len(code_files()) == len([file for file in files if file.is_file()]) - len(identity.NO_NUMBER)
    assert {"nn/training.py", "runner/datasets/synthetic.py", "runner/scaling"} <= set(code_files())
    (tmp_path / "parts_of_a_person.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert code_digest(("parts_of_a_person",)) != code_digest()


def codes_of(folder: Path, *texts: str) -> list[bytes]:
    files = [folder / f"{place}.py" for place in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return [identity._code_of(file) for file in files]


def test_where_a_file_lies_is_in_no_run_key(tmp_path, monkeypatch):
    """Only a line that imports from elsewhere may differ: a move changes where things lie, and no number."""
    text = "import math\nfrom runner.{} import (\n    Spec,\n)\nfrom runner.{} import UserError\nVALUE = {}\n"
    (before,) = codes_of(tmp_path, text.format("runs.spec", "base.errors", 1))
    monkeypatch.setitem(identity.NUMERIC_CODE, "runner/spec", "runner/specs/spec.py")
    moved, changed = codes_of(tmp_path, text.format("specs.spec", "errors", 1), text.format("specs.spec", "errors", 2))
    assert moved == before != changed


def test_what_a_file_takes_from_others_is_in_the_run_key_and_the_order_of_imports_is_not(tmp_path):
    """Another function under the same name gives other numbers."""
    rmse, accuracy, elsewhere, one, other = codes_of(
        tmp_path,
        "from nn.metrics import rmse as score\n",
        "from nn.metrics import accuracy as score\n",
        "from nn.losses import rmse as score\n",
        "from nn.stack import Stack\nfrom runner.runs.spec import Spec\n",
        "from runner.runs.spec import Spec\nfrom nn.stack import Stack\n",
    )
    assert len({rmse, accuracy, elsewhere}) == 3 and one == other


@pytest.mark.parametrize(
    "part",
    [
        "nn",
        "runner/datasets",
        "runner/base/formulas.py",
        "runner/runs/data.py",
        "runner/train/training.py",
        "runner/runs/shape.py",
        "runner/train/stacking.py",
        "runner/train/measures.py",
        "runner/runs/structure.py",
        "runner/runs/spec.py",
    ],
)
def test_everything_that_numbers_depend_on_is_in_the_code_digest(part):
    """`shape.py` decides how many updates a run makes and at which of them it is measured and can stop."""
    assert part in identity.NUMERIC_CODE.values()
    assert (ROOT / part).exists()


def test_the_environment_names_the_versions_that_numbers_may_depend_on():
    tags = machine()
    assert tags["numpy"] == np.__version__
    assert tags["python"] == ".".join(str(part) for part in sys.version_info[:3])
    assert tags["runner"] == runner.__version__
    assert tags["blas"] and tags["cpu"]
    assert all(isinstance(value, str) and len(value) <= 5000 for value in tags.values())
