"""A user's own components, in a module outside the repository: `modules=[my_parts]` is all it takes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import run_runner, said

pytestmark = pytest.mark.thorough

MODULE = '''
"""One component of each kind."""

from dataclasses import replace
from typing import Annotated

import numpy as np

from nn.activations import ACTIVATIONS, Activation
from nn.faults import FAULTS
from nn.initializers import INITIALIZERS
from nn.losses import LOSSES, Loss
from nn.metrics import METRICS
from nn.optimizers import OPTIMIZERS
from nn.registry import Range
from nn.schedules import SCHEDULES
from runner.datasets import DATASETS, Samples


@DATASETS.register
def ramp(streams, *, slope: Annotated[float, Range()] = 2.0) -> Samples:
    """y = slope * x on [-1, 1]."""
    X = streams.inputs.uniform(-1, 1, (40, 1))
    return Samples(X, slope * X, "regression", ("x",))


@ACTIVATIONS.register
def softsign(*, width: Annotated[float, Range(gt=0)] = 1.0) -> Activation:
    """z / (width + |z|)."""
    return Activation(lambda z: z / (width + np.abs(z)), lambda z, a: width / (width + np.abs(z)) ** 2, (-1.0, 1.0))


@LOSSES.register
def log_cosh() -> Loss:
    """log cosh(a - t)."""
    return Loss(
        lambda z, a, t: np.log(np.cosh(a - t)).sum(axis=-2),
        lambda z, a, t, output: np.tanh(a - t) * output.derivative(z, a),
    )


@METRICS.register(better="higher", worst=0, unit="share")
def hits(a, t):
    """Share of outputs that are within 1 of the target."""
    return (np.abs(a - t) < 1).mean(axis=(1, 2))


@INITIALIZERS.register
def signs(rng, fan_in, fan_out, *, size: Annotated[float, Range(gt=0)] = 0.3):
    """+size or -size."""
    return size * rng.choice([-1.0, 1.0], (fan_in, fan_out))


@OPTIMIZERS.register(slots=1)
def sign_descent(step, state, *, keep: Annotated[float, Range(ge=0, lt=1)] = 0.0):
    """rate * sign of a running mean of the gradient."""
    (v,) = state
    v *= keep
    v += (1 - keep) * step.gradient
    return step.rate * np.sign(v)


@SCHEDULES.register
def straight(steps, n_steps, *, final: Annotated[float, Range(ge=0)] = 0.1):
    """A straight line from 1 to final."""
    return 1 + (final - 1) * steps / n_steps


@FAULTS.register
def doubled_gradient(network):
    """Every gradient is twice what it should be."""
    right = network.back_propagation

    def wrong(network, layers, trace, t, out):
        right(network, layers, trace, t, out)
        for dW, db in out:
            dW *= 2
            if db is not None:
                db *= 2

    return replace(network, back_propagation=wrong)


@FAULTS.register
def no_fault(network):
    """Changes nothing at all."""
    return network


@FAULTS.register
def careless(network):
    """Raises in its update."""
    return replace(network, update=lambda network, layers, trace, t, out, change: change() + out[7][0])
'''
CHOICES = {
    "data": "ramp", "activation": "softsign", "loss": "log_cosh", "init": "signs",
    "optimizer": "sign_descent", "schedule": "straight",
}  # fmt: skip
SETTINGS = {"data.slope": "3.0", "activation.width": "0.5", "init.size": "0.2", "optimizer.keep": "0.25"}


def typed(settings: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in settings.items()]


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_parts.py").write_text(MODULE)
    return folder


@pytest.fixture(scope="module")
def own_sweep(own_folder: Path) -> Trained:
    """Four runs with every component of the module, trained by two processes."""
    return trained(
        own_folder, "-m", "modules=[my_parts]", *typed(CHOICES), *typed(SETTINGS), "schedule.final=0.1,0.5",
        "fault=doubled_gradient", "score=hits", "network.target_range=[-9,9]", "seed=0,1",
        "learning_rate=0.01", "training.epochs=30", "network.hidden=[4]",
        "workers=2",
    )  # fmt: skip


def test_own_components_are_chosen_on_the_command_line(own_sweep: Trained) -> None:
    runs = own_sweep.store.children(own_sweep.store.only())
    assert len(runs) == 4
    for run in runs:
        assert run.info.status == "FINISHED"
        assert {key: run.data.params[key] for key in CHOICES} == CHOICES
        assert {key: run.data.params[key] for key in SETTINGS} == SETTINGS
    assert {run.data.params["schedule.final"] for run in runs} == {"0.1", "0.5"}


def test_own_components_do_what_they_say(own_sweep: Trained) -> None:
    for run in own_sweep.store.children(own_sweep.store.only()):
        rates = own_sweep.store.history(run)["learning_rate"]
        assert rates.iloc[0] == pytest.approx(0.01)
        assert rates.iloc[-1] < 0.01
        assert run.data.metrics["train/cost"] < own_sweep.store.metric(run, "train/cost")[0][1]


def test_an_own_metric_is_the_score_in_the_units_of_the_data_and_the_highest_is_the_best(own_sweep: Trained) -> None:
    parent, store = own_sweep.store.only(), own_sweep.store
    hits = {run.info.run_id: run.data.metrics["final/test_hits"] for run in store.children(parent)}
    for run in store.children(parent):
        assert run.data.params["score"] == "hits"
        assert store.history(run)["test/hits"].iloc[-1] == hits[run.info.run_id]
        assert {"final/test_rmse", "final/test_mae", "baseline/constant_hits"} <= set(run.data.metrics)
    assert hits[parent.data.tags["best_run"]] == max(hits.values()) == parent.data.metrics["best/hits"]


@pytest.fixture(scope="module")
def own_help(own_folder: Path) -> str:
    done = run_runner("modules=[my_parts]", "--help", cwd=own_folder)
    assert done.returncode == 0, said(done)
    return done.stdout


@pytest.mark.parametrize("kind", CHOICES)
def test_help_lists_own_components(own_help: str, kind: str) -> None:
    ordinary, _, _ = own_help.partition("\nFor experts:")
    (options,) = re.findall(rf"^  {kind} +((?:.|\n    )*)", ordinary, re.MULTILINE)
    assert CHOICES[kind] in options.split()


def test_a_wrong_setting_of_an_own_component_is_refused_like_any_other(own_folder: Path) -> None:
    done = run_runner("modules=[my_parts]", "activation=softsign", "activation.width=0", cwd=own_folder)
    assert done.returncode == 1
    assert "activation.width must be > 0, got 0" in done.stderr, said(done)
    assert "Traceback" not in done.stderr


@pytest.fixture
def changed_folder(own_folder: Path) -> Iterator[Path]:
    """The module has lost its data set."""
    module = own_folder / "my_parts.py"
    module.write_text(MODULE.replace("def ramp", "def other"))
    yield own_folder
    module.write_text(MODULE)


@pytest.mark.parametrize("command", ["report", "reproduce", "resume"])
def test_a_data_set_that_its_module_no_longer_has_is_named_with_what_to_do(
    own_sweep: Trained, changed_folder: Path, command: str
) -> None:
    parent = own_sweep.store.only()
    name = own_sweep.store.children(parent)[0].info.run_id if command == "reproduce" else parent.data.tags["sweep_id"]
    modules = [] if command == "resume" else ["modules=[my_parts]"]
    done = run_runner(name, *modules, cwd=changed_folder, module=f"runner.{command}")
    assert done.returncode == 1
    assert "needs the data set 'ramp', which is not registered here" in done.stderr, said(done)
    assert "modules=[...]" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_own_fault_is_made_in_every_run_and_reported(own_sweep: Trained) -> None:
    for run in own_sweep.store.children(own_sweep.store.only()):
        assert "doubled_gradient" in run.data.params["fault"]
        assert "Every gradient is twice what it should be." in run.data.tags["mlflow.note.content"]


def test_an_own_fault_is_checked_and_listed(own_folder: Path) -> None:
    done = run_runner("modules=[my_parts]", "fault=doubled_gradient", module="runner.gradcheck", cwd=own_folder)
    assert done.returncode == 1, said(done)
    assert done.stdout.count("scaled by 2") == 4
    assert done.stdout.splitlines()[-1] == "fault=doubled_gradient: Every gradient is twice what it should be."
    done = run_runner("modules=[my_parts]", "--faults", module="runner.gradcheck", cwd=own_folder)
    assert re.search(r"^doubled_gradient +Every gradient is twice", done.stdout, re.MULTILINE), said(done)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("no_fault", "=no_fault needs another network; here it would change nothing"),
        ("careless", "=careless fails in this network: IndexError: list index out of range"),
    ],
)
def test_an_own_fault_that_does_nothing_or_fails_is_refused(own_folder: Path, fault: str, why: str) -> None:
    done = run_runner("modules=[my_parts]", f"fault={fault}", cwd=own_folder)
    assert done.returncode == 1
    assert f"fault{why}" in done.stderr, said(done)
    assert "Traceback" not in done.stderr


def test_without_the_module_its_components_are_unknown(own_folder: Path) -> None:
    done = run_runner("data=ramp", cwd=own_folder)
    assert done.returncode == 1
    assert "data is unknown: 'ramp'" in done.stderr, said(done)
