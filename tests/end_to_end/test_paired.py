"""Values that belong together, and grids one after another, through the real command line."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.program import resume, run_runner, said, train
from tests.end_to_end.resuming import forget, sweep_in
from tests.end_to_end.store import Store, nothing_was_trained

pytestmark = pytest.mark.thorough

SHORT = ("data=xor", "training.epochs=2", "tracking.plots=none", "tracking.report=false", "tracking.models=none")
PAIR = "pair=zip(optimizer=[sgd,adam],learning_rate=choice(0.1,0.001))"
NAMES = ["sgd lr=0.1 seed=0", "sgd lr=0.1 seed=1", "adam lr=0.001 seed=0", "adam lr=0.001 seed=1"]
SWEEP = """\
# @package _global_
# Which optimizer at its own rates?      5 settings x 2 seeds = 10 runs
# python -m runner -m sweep=own
hydra:
  mode: MULTIRUN
  sweeper:
    params:
      seed: range(2)
    grids:
      - {optimizer: sgd, learning_rate: "0.1,1"}
      - {optimizer: adam, learning_rate: "0.001,0.01"}
      - pair: zip(optimizer=[rmsprop,sgd],learning_rate=[0.01,1])
"""


@pytest.fixture
def own(tmp_path: Path) -> tuple[str, ...]:
    """The arguments for a sweep file of one's own."""
    (tmp_path / "mine" / "sweep").mkdir(parents=True)
    (tmp_path / "mine" / "sweep" / "own.yaml").write_text(SWEEP)
    return "--config-dir", "mine", "sweep=own"


def names_in(folder: Path) -> list[str]:
    """The names of the runs of the only sweep, in its order."""
    store = Store(folder)
    children = store.children(store.only())
    return [str(run.info.run_name) for run in sorted(children, key=lambda run: int(run.data.tags["sweep_index"]))]


@pytest.mark.parametrize("launcher", ["stacked", "basic"])
def test_a_zip_makes_a_run_for_each_row_and_seed_called_by_what_it_sets(launcher: str, tmp_path: Path) -> None:
    done = train("-m", PAIR, "seed=range(2)", *SHORT, f"hydra/launcher={launcher}", cwd=tmp_path)
    assert names_in(tmp_path) == NAMES, said(done)
    parent = Store(tmp_path).only()
    assert parent.info.run_name == "optimizer x learning_rate x seed (4 runs)"
    assert "pair=zip" in parent.data.tags["mlflow.note.content"], "the command is the one that was typed"
    plan = json.loads((tmp_path / "outputs" / sweep_in(tmp_path) / "plan.json").read_bytes())
    rows = [("optimizer=sgd", "learning_rate=0.1"), ("optimizer=adam", "learning_rate=0.001")]
    expected = [[*row, f"seed={seed}", "data=xor"] for row in rows for seed in range(2)]
    assert [run["overrides"][:4] for run in plan["runs"]] == expected, "enough to train each again, without the zip"


def test_a_sweep_with_a_zip_is_looked_at_resumed_reproduced_and_diagnosed(tmp_path: Path) -> None:
    typed = ("-m", PAIR, "seed=range(2)", "network.hidden=[]", *SHORT)
    dry = run_runner(*typed, "dry_run=true", cwd=tmp_path)
    assert dry.returncode == 0 and "4 runs in 2 stacks" in dry.stdout and "  sgd lr=0.1 seed=0" in dry.stdout, said(dry)
    train(*typed, "workers=2", cwd=tmp_path)
    sweep = sweep_in(tmp_path)
    assert forget(tmp_path, sweep) == 2
    resume(sweep, cwd=tmp_path)
    assert names_in(tmp_path) == NAMES
    again = run_runner("--all", sweep, cwd=tmp_path, module="runner.reproduce")
    assert "4 of 4 runs are IDENTICAL" in again.stdout, said(again)
    why = run_runner("--confirm", cwd=tmp_path, module="runner.diagnose")
    assert why.returncode == 3 and "pair" not in why.stdout and "tried on 10 fresh seeds" in why.stdout, said(why)


def test_grids_of_a_sweep_file_come_one_after_another_and_equal_runs_are_counted_once(
    own: tuple[str, ...], tmp_path: Path
) -> None:
    done = train(*own, *SHORT, cwd=tmp_path)
    assert "2 of 12 jobs would repeat another; equal runs are trained and counted once" in done.stdout
    settings = ["sgd lr=0.1", "sgd lr=1", "adam lr=0.001", "adam lr=0.01", "rmsprop lr=0.01"]
    assert names_in(tmp_path) == [f"{setting} seed={seed}" for setting in settings for seed in range(2)]


REFUSED = {
    "a key of a row": (
        ("-m", PAIR, "learning_rate=1,2"),
        f"learning_rate is set by {PAIR}, so learning_rate=1,2 cannot",
    ),
    "another number of values": (
        ("-m", "pair=zip(optimizer=[sgd,adam],learning_rate=[1])", "nothing=3"),
        "its members need equally many values: optimizer has 2, learning_rate has 1",
    ),
    "no sweep": ((PAIR,), f"pair has several values, {PAIR.partition('=')[2]}; add -m to try each of them"),
    "a wrong value": (("-m", PAIR.replace("0.001", "-1")), "learning_rate must be > 0, got -1"),
    "a wrong key": (
        ("-m", PAIR.replace("learning_rate", "learning_rat")),
        "learning_rat is not a setting (did you mean learning_rate?)",
    ),
    "another sweeper": (("-m", PAIR, "hydra/sweeper=basic"), "pair is a zip, which needs hydra/sweeper=grid"),
}


@pytest.mark.parametrize(("typed", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_paired_is_said_and_nothing_is_trained(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    done = run_runner(*typed, *SHORT, cwd=tmp_path)
    assert done.returncode == 1 and told in done.stderr, said(done)
    assert nothing_was_trained(tmp_path)


def test_a_key_of_a_sweep_file_s_grids_is_not_set_again_on_the_command_line(
    own: tuple[str, ...], tmp_path: Path
) -> None:
    done = run_runner(*own, "optimizer=adam", *SHORT, cwd=tmp_path)
    told = "optimizer is set by hydra.sweeper.grids, so optimizer=adam cannot set it too"
    assert done.returncode == 1 and told in done.stderr, said(done)
