"""Calls where a person works: a script, several threads, a notebook with parts of its own and interrupted cells."""

import asyncio
import json
import multiprocessing
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import runner
from tests.end_to_end.program import environment, make_store, run_runner
from tests.end_to_end.test_from_python import BRIEF, in_folder  # noqa: F401

pytestmark = pytest.mark.thorough

WITHOUT_A_GUARD = """
import json, runner
found = runner.sweep(data="xor", seed=range(4), workers=2, **{"training.epochs": 20, "tracking.plots": "none"})
print(json.dumps([one.key for one in found.results]))
"""

PART = """
import numpy as np, runner
from nn.activations import ACTIVATIONS, Activation

@ACTIVATIONS.register
def bent({settings}) -> Activation:
    "Nearly linear far from zero."
    def root(z):
        return np.sqrt(z * z + {bend})
    return Activation(lambda z: (root(z) - 1) / 2 + z, lambda z, a: z / (2 * root(z)) + 1)

found = runner.sweep(data="xor", activation={chosen}, {more}, **{{"training.epochs": 20, "tracking.plots": "none"}})
print([one.key for one in found.results])
"""
LONG = """
import runner
runner.sweep(data="spirals", activation=["tanh", "relu"], seed=range(20), workers={workers}, diagnose="off",
             engine="numpy", **{{"training.epochs": {epochs}, "tracking.plots": "none", "tracking.report": False}})
"""


DOOMED = """
import runner
found = runner.sweep(data="sine", activation=["tanh", "sigmoid", "relu"], learning_rate=[20, 30, 40, 50], seed=range(3),
                     diagnose="off", workers=1,
                     **{"training.epochs": 400, "tracking.plots": "none", "tracking.report": False})
print(len(found.diagnose(confirm=True).table))
"""
BAR = """
from runner.base.notebook import NotebookScreen
screen = NotebookScreen("training")
screen.open()
screen.update("training", 0.25, ["25 %", "2 of 8 runs", "3 s left"], "best so far: a<b")
"""


def notebook(folder: Path, *cells: str, interrupted_when: str = "") -> list[list[Any]]:
    """The outputs of cells that are run in a kernel; it is interrupted once when there is such a file."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(made, timeout=240, allow_errors=True, resources={"metadata": {"path": str(folder)}})
    if interrupted_when:
        threading.Thread(target=_interrupt, args=(client, folder, interrupted_when), daemon=True).start()
    make_store(folder)
    client.execute(env=environment())
    return [cell.outputs for cell in made.cells]


def _interrupt(client: NotebookClient, folder: Path, pattern: str) -> None:
    while not list(folder.glob(pattern)):
        time.sleep(0.1)
    time.sleep(1)
    asyncio.run(client.km.signal_kernel(signal.SIGINT))


def printed(outputs: list[Any]) -> str:
    return "".join(one["text"] for one in outputs if one.output_type == "stream")


def errors(outputs: list[Any]) -> list[str]:
    return [line for one in outputs if one.output_type == "error" for line in one["traceback"]]


def test_a_script_without_a_guard_is_not_run_again_by_its_workers(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(WITHOUT_A_GUARD)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=180
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout.splitlines()[-1])) == 4
    assert len(list((tmp_path / "outputs").iterdir())) == 1


def test_threads_wait_for_each_other_and_each_has_its_own_sweep(in_folder) -> None:  # noqa: F811
    in_folder("threads")
    found: dict[str, runner.Sweep] = {}

    def train(activation: str) -> None:
        found[activation] = runner.sweep(data="xor", activation=[activation], seed=range(2), **BRIEF)

    threads = [threading.Thread(target=train, args=(name,)) for name in ("tanh", "relu", "sigmoid")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {name: one.results[0].spec.activation.name for name, one in found.items()} == {name: name for name in found}
    assert len({one.id for one in found.values()}) == 3


def test_a_part_of_the_session_trains_here_and_another_source_is_another_run(tmp_path: Path) -> None:
    cells = [
        PART.format(settings="", bend=1, chosen="'bent'", more="seed=range(2)"),
        PART.format(settings="", bend=2, chosen="'bent'", more="seed=range(2)"),
        PART.format(
            settings="*, bend: float = 1.0", bend="bend", chosen="{'name': 'bent', 'bend': [1, 2]}", more="seed=0"
        ),
        PART.format(settings="", bend=1, chosen="'bent'", more="seed=range(8), workers=2"),
        PART.format(settings="", bend=1, chosen="'bent'", more="seed=range(2)"),
    ]
    *trained, refused, again = notebook(tmp_path, *cells)
    keys = [printed(one).splitlines()[-1] for one in trained]
    assert len(set(keys)) == 3 and all("bent" in printed(one) for one in trained)
    assert printed(again).splitlines()[-1] == keys[0]
    (said,) = errors(refused)
    assert "is defined in this session, and other processes cannot import that: leave workers=2 out" in said


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_cell_keeps_what_is_there_and_says_how_to_finish(workers, tmp_path: Path) -> None:
    cells = LONG.format(workers=workers, epochs=6000), "print(list(runner.finish().runs['outcome']))", "runner.finish()"
    stopped, finished, nothing = notebook(tmp_path, *cells, interrupted_when="outputs/*/lock")
    assert errors(stopped) == ["interrupted; runner.finish() trains what is missing"]
    assert [line[-300:] for line in errors(finished)] == []
    assert printed(finished).splitlines()[-1] == str(["stopped"] * 40)
    assert errors(nothing) == ["error: there is nothing to finish: all runs of every sweep in outputs/ have ended"]


def test_a_mistake_in_a_notebook_is_one_sentence_and_a_sweep_shows_its_answer(tmp_path: Path) -> None:
    sweep = "import runner\nfound = runner.sweep(data='xor', seed=range(3), **{'training.epochs': 20})\nfound"
    wrong, right, figure = notebook(tmp_path, "import runner; runner.sweep(data='xr')", sweep, "found.plot.curves()")
    (said,) = errors(wrong)
    assert said.startswith("error: This run cannot start:\n  - data is unknown: 'xr' (did you mean xor?)")
    (shown,) = (one.data for one in right if one.output_type == "execute_result")
    assert "<table>" in shown["text/html"] and "accuracy" in shown["text/html"]
    assert not [one for one in right if one.output_type == "stream" and one.name == "stderr"]
    assert "image/png" in figure[0].data


def test_an_interrupt_before_anything_was_trained_says_so(in_folder) -> None:  # noqa: F811
    in_folder("early")

    class Interrupting(dict[str, object]):
        """Settings that are read while Ctrl-C is pressed."""

        def items(self) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^interrupted; nothing was trained$"):
        runner.run(data="xor", network=Interrupting())


def test_a_worker_of_multiprocessing_trains_in_itself(in_folder) -> None:  # noqa: F811
    in_folder("pool")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply_async(in_a_worker).get(120) == ["stopped"] * 2


def in_a_worker() -> list[str]:
    return list(runner.sweep(data="xor", seed=range(2), **BRIEF).runs["outcome"])


def test_a_store_that_is_deleted_in_a_session_is_made_again(in_folder) -> None:  # noqa: F811
    folder = in_folder("deleted")
    for seed in range(3):
        runner.run(data="xor", seed=seed, **BRIEF)
        assert [one.spec.seed for one in runner.load().results] == [seed]
        for file in folder.glob("mlflow.db*"):
            file.unlink()


def test_a_folder_is_left_for_other_programs_when_a_call_ends(in_folder) -> None:  # noqa: F811
    folder = in_folder("left")
    found = runner.sweep(data="xor", seed=range(2), **BRIEF)
    done = run_runner(found.id, module="runner.resume", cwd=folder)
    assert (done.returncode, "another process" in done.stderr) == (0, False)


def test_a_diagnosis_that_is_interrupted_has_what_was_found_until_then(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(DOOMED)
    make_store(tmp_path)
    command, pipe = [sys.executable, "script.py"], subprocess.PIPE
    lines = list[str]()
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith("fixes are tried"):
                process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, "")
    said, last = lines[-2:]
    assert re.fullmatch(r"interrupted: \d of 12 settings looked into", said)
    assert last == "36"


def test_the_bar_of_a_notebook_has_commas_between_its_facts(tmp_path: Path) -> None:
    """A browser shows several spaces as one."""
    ((shown,),) = notebook(tmp_path, BAR)
    assert shown.data["text/html"] == (
        '<progress value="0.250"></progress> training 25 %, 2 of 8 runs, 3 s left<br>best so far: a&lt;b'
    )
