"""`engine`: who does the updates changes no number, no run's identity, and is said where it is worth knowing."""

import os
import re
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Trained, trained
from tests.end_to_end.program import (
    ROOT,
    ctrl_c,
    make_store,
    resume,
    run_runner,
    said,
    started,
    train,
    wait_until,
)
from tests.end_to_end.store import Store, statuses

QUIET = ("tracking.plots=none", "tracking.report=false", "diagnose=off")
ONLINE = ("training.mode=online", "training.steps=2000", "training.evaluations=7", *QUIET)
SWEEP = ("-m", "activation=sigmoid,tanh", "seed=0,3", *ONLINE)
LONG_ENOUGH = "training.steps=20000"  # for compiled code to save time
INSTEAD = "trained by NumPy instead of compiled code, same numbers"
SOON = 20.0  # seconds, on a machine that does other things beside; the stack itself takes minutes
PARTS = '''
"""Activations that look at what they are given in ways that no recording can follow."""

import numpy as np

from nn.activations import ACTIVATIONS, Activation


@ACTIVATIONS.register
def scaled_tanh() -> Activation:
    """tanh, times a number that is read out of the array."""
    return Activation(
        lambda z: np.tanh(z) * (1.0 + 0.0 * float(z[0, 0, 0])), lambda z, a: 1 - a * a, (-1.0, 1.0)
    )


@ACTIVATIONS.register
def two_faced() -> Activation:
    """tanh for arrays, and something else for whatever is none."""
    return Activation(
        lambda z: np.tanh(z if isinstance(z, np.ndarray) else 2 * z), lambda z, a: 1 - a * a, (-1.0, 1.0)
    )
'''
WAYS = {
    "two processes": (("workers=2",), "loky"),
    "dask": (("executor=dask", "workers=1"), "distributed"),
    "basic": (("hydra/launcher=basic",), "hydra"),
    "joblib": (("hydra/launcher=joblib",), "hydra_plugins.hydra_joblib_launcher"),
}


@pytest.fixture(scope="module")
def by_numpy(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("numpy"), *SWEEP, "engine=numpy")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("compiled"), *SWEEP, "engine=compiled")


@pytest.fixture(scope="module")
def own_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_parts.py").write_text(PARTS)
    return folder


@pytest.fixture(scope="module")
def without_compiler(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python that cannot import llvmlite."""
    folder = tmp_path_factory.mktemp("no_compiler")
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['llvmlite'] = None\n")
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def engines(store: Store) -> list[str]:
    """What did the updates of each run, without the time that compiling took."""
    told = (run.data.tags.get("engine", "") for run in store.children(store.only()))
    return [re.sub(r"\d+\.\d\d s", "# s", one) for one in told]


def test_both_engines_leave_the_same_run_keys_names_params_and_bits(by_numpy: Trained, compiled: Trained) -> None:
    found = []
    for store in (by_numpy.store, compiled.store):
        runs = store.children(store.only())
        found.append(({run.info.run_name: run.data.params for run in runs}, store.bits_by_key(store.only())))
    assert found[0] == found[1]
    assert not [name for params in found[0][0].values() for name in params if "engine" in name]


def test_the_tag_of_a_run_says_that_its_updates_were_compiled_and_nothing_is_printed(
    by_numpy: Trained, compiled: Trained
) -> None:
    assert engines(compiled.store) == ["compiled in # s"] * 4
    assert engines(by_numpy.store) == [""] * 4
    for each in (by_numpy, compiled):
        assert "NumPy" not in each.done.stdout + each.done.stderr


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_updates_are_compiled_wherever_runs_train(
    way: tuple[Sequence[str], str], by_numpy: Trained, tmp_path: Path
) -> None:
    options, package = way
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    train(*SWEEP, "engine=compiled", *options, cwd=tmp_path)
    store = Store(tmp_path)
    assert engines(store) == ["compiled in # s"] * 4
    assert store.bits_by_key(store.only()) == by_numpy.store.bits_by_key(by_numpy.store.only())


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_runs_of_one_engine_are_reproduced_by_the_other(engine: str, by_numpy: Trained, compiled: Trained) -> None:
    sweep = by_numpy if engine == "compiled" else compiled
    parent = sweep.store.only().info.run_id
    done = run_runner("--all", parent, f"engine={engine}", cwd=sweep.store.folder, module="runner.reproduce")
    assert done.returncode == 0, said(done)
    assert "4 of 4 runs are IDENTICAL" in done.stdout


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("runner", ("data=xor", "engine=fast")),
        ("runner", ("-m", "data=xor", "seed=0,1", "engine=fast")),
        ("runner.resume", ("SWEEP", "engine=fast")),
        ("runner.reproduce", ("--all", "SWEEP", "engine=fast")),
    ],
    ids=["a run", "a sweep", "resume", "reproduce"],
)
def test_an_engine_that_is_none_is_refused(module: str, arguments: Sequence[str], compiled: Trained) -> None:
    sweep = compiled.store.only().data.tags["sweep_id"]
    typed = [sweep if argument == "SWEEP" else argument for argument in arguments]
    done = run_runner(*typed, cwd=compiled.store.folder, module=module)
    assert done.returncode == 1, said(done)
    assert "engine must be 'auto', 'numpy' or 'compiled', got 'fast'" in done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("engine must be") == 1


def test_a_sweep_has_one_engine(tmp_path: Path) -> None:
    done = run_runner("-m", "data=xor", "engine=numpy,compiled", cwd=tmp_path)
    assert done.returncode == 1 and "engine must be the same for all jobs of a sweep" in done.stderr, said(done)


@pytest.mark.parametrize("engine", ["auto", "compiled"])
def test_without_the_compiler_all_numbers_are_the_same_and_one_line_says_so(
    engine: str, without_compiler: dict[str, str], tmp_path: Path
) -> None:
    own, other = tmp_path / "without", tmp_path / "with"
    own.mkdir(), other.mkdir()
    done = train(*SWEEP, LONG_ENOUGH, f"engine={engine}", cwd=own, env=without_compiler)
    train(*SWEEP, LONG_ENOUGH, f"engine={engine}", cwd=other)
    line = (
        "llvmlite is not installed: 4 runs trained by NumPy, same numbers, but slower "
        "(pip install 'llvmlite>=0.50,<0.51')\n"
    )
    shown, silent = (done.stderr, done.stdout) if engine == "compiled" else (done.stdout, done.stderr)
    assert shown.count(line) == 1 and "llvmlite" not in silent, said(done)
    one, two = Store(own), Store(other)
    assert engines(one) == ["trained by NumPy: llvmlite is not installed"] * 4
    assert engines(two) == ["compiled in # s"] * 4
    assert one.bits_by_key(one.only()) == two.bits_by_key(two.only())


def test_a_part_that_cannot_be_compiled_has_the_numbers_of_numpy_and_is_named(own_parts: Path, tmp_path: Path) -> None:
    found = {}
    for engine in ("auto", "numpy"):
        folder = tmp_path / engine
        folder.mkdir()
        (folder / "my_parts.py").write_text((own_parts / "my_parts.py").read_text())
        options = "modules=[my_parts]", "activation=tanh,scaled_tanh", LONG_ENOUGH
        done = train(*SWEEP, *options, f"engine={engine}", cwd=folder)
        store = Store(folder)
        found[engine] = store.bits_by_key(store.only())
        line = re.compile(rf"^activation=scaled_tanh: 2 runs {INSTEAD} \(.+\)$", re.MULTILINE)
        assert len(line.findall(done.stdout)) == (engine == "auto"), said(done)
    assert found["auto"] == found["numpy"]


def test_compiled_updates_that_a_large_network_cannot_have_are_a_warning(tmp_path: Path) -> None:
    done = train("data=xor", "network.hidden=[200,200]", *ONLINE, "training.steps=20", "engine=compiled", cwd=tmp_path)
    assert f"1 run {INSTEAD} (more than 20,000 products a step are left to BLAS)" in done.stderr


def test_compiled_code_that_would_give_other_numbers_is_a_warning_and_not_used(own_parts: Path) -> None:
    options = "modules=[my_parts]", "activation=two_faced", "engine=compiled"
    done = train(*SWEEP, *options, cwd=own_parts)
    assert f"2 runs {INSTEAD} (its first compiled update is not that of NumPy" in done.stderr


def test_ctrl_c_is_heard_inside_a_long_compiled_stack(tmp_path: Path) -> None:
    make_store(tmp_path)
    options = "training.steps=1000000000", "engine=compiled", "workers=1"
    with started(*SWEEP, *options, cwd=tmp_path) as process:
        wait_until(lambda: statuses(tmp_path).get("RUNNING", 0) > 0 or process.poll() is not None, "it had begun")
        time.sleep(1)  # of compiled updates
        pressed = time.monotonic()
        ctrl_c(process)
        done = process.done()
    assert done.returncode == 130 and "Traceback" not in done.stdout + done.stderr, said(done)
    assert time.monotonic() - pressed < SOON
    assert "0 finished runs kept" in done.stderr + done.stdout, said(done)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_an_interrupted_compiled_sweep_resumes_by_either_engine_to_the_one_never_interrupted(
    engine: str, tmp_path: Path
) -> None:
    """There is one stack for each number of steps."""
    sweep = ("-m", *ONLINE, "training.steps=range(30000,30006)", "workers=1")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir(), broken.mkdir()
    make_store(broken)
    with started(*sweep, "engine=compiled", cwd=broken) as process:
        wait_until(lambda: statuses(broken).get("FINISHED", 0) >= 1 or process.poll() is not None, "a run was finished")
        ctrl_c(process)
        done = process.done()
    assert done.returncode == 130, said(done)
    resume(f"engine={engine}", cwd=broken)
    train(*sweep, "engine=compiled", cwd=whole)
    stores = Store(whole), Store(broken)
    assert stores[0].bits_by_key(stores[0].only()) == stores[1].bits_by_key(stores[1].only())
    assert set(engines(stores[1])) == {"compiled in # s", "" if engine == "numpy" else "compiled in # s"}
