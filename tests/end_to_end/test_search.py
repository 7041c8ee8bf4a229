"""Searches through the command line: the budget, what is confirmed, and that workers and kills change none of it."""

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.program import command, environment, resume, run_runner, said, train
from tests.end_to_end.resuming import sweep_in
from tests.end_to_end.store import Store

pytestmark = pytest.mark.thorough

SPACE = (
    "data=xor", "learning_rate=tag(log,interval(0.05,5))", "optimizer=sgd,momentum",
    "optimizer.momentum=interval(0.5,0.95)", "training.epochs=60",
)  # fmt: skip
QUICK = ("tracking.plots=none", "tracking.report=false", "diagnose=off")
SEARCH = ("-m", "search=random", "search.runs=130", *SPACE, *QUICK)
HEADLINE = re.compile(r"^The best of .*$", re.MULTILINE)


def planned(folder: Path) -> list[dict[str, Any]]:
    """The runs of the only sweep in a folder, as its plan has them."""
    return list(json.loads((folder / "outputs" / sweep_in(folder) / "plan.json").read_bytes())["runs"])


def identities(folder: Path) -> list[tuple[Any, ...]]:
    return [(run["index"], run["key"], run.get("role"), run.get("rung")) for run in planned(folder)]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A search, which no test changes, and what it printed."""
    folder = tmp_path_factory.mktemp("searched")
    return folder, train(*SEARCH, cwd=folder).stdout


def test_a_search_trains_exactly_its_budget_and_confirms_on_seeds_that_it_has_not_searched(
    searched: tuple[Path, str],
) -> None:
    folder, printed = searched
    store, runs = Store(folder), planned(folder)
    parent = store.only()
    assert len(runs) == len(store.children(parent)) == 130
    roles = Counter(run.get("role", "search") for run in runs)
    assert roles == {"search": 46, "choose": 60, "confirm": 12, "default": 12}
    seeds = {role: {run["seed"] for run in runs if run.get("role", "search") == role} for role in roles}
    assert seeds["confirm"] == seeds["default"] and len(seeds["choose"]) == len(seeds["confirm"]) == 12
    assert not (seeds["search"] & (seeds["choose"] | seeds["confirm"])) and not seeds["choose"] & seeds["confirm"]
    assert "46 runs to search (" in printed and "84 to confirm the best setting on fresh seeds" in printed
    tags = Counter(run.data.tags.get("role", "search") for run in store.children(parent))
    assert tags["confirm"] == tags["default"] == 12 and tags["choose"] == 60
    (headline,) = HEADLINE.findall(printed)
    assert (
        headline.startswith("The best of ")
        and "confirmed " in headline
        and "on 12 fresh seeds, which took no part in the choice" in headline
    )
    assert parent.data.metrics["confirmed/accuracy"] >= parent.data.metrics["confirmed/low"]
    assert "confirmed/default_accuracy" in parent.data.metrics
    assert headline[:60] in parent.data.tags["mlflow.note.content"].replace("\\", "")


def test_numbers_of_a_search_can_be_typed_and_a_key_that_an_option_lacks_is_left_out(
    searched: tuple[Path, str],
) -> None:
    for run in planned(searched[0]):
        typed = dict(one.split("=", 1) for one in run["overrides"])
        if run.get("role") != "default":
            assert ("optimizer.momentum" in typed) == (typed["optimizer"] == "momentum")
            assert len(typed["learning_rate"].replace(".", "").strip("0")) <= 3


def test_a_run_of_a_search_has_the_bits_of_the_same_run_alone(searched: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = searched
    run = next(run for run in planned(folder) if run.get("role") == "confirm")
    typed = [one for one in run["overrides"] if not one.startswith(("search=", "search.", "diagnose="))]
    train(*typed, cwd=tmp_path)
    store, alone = Store(folder), Store(tmp_path).only()
    inside = next(one for one in store.children(store.only()) if one.data.tags["sweep_index"] == str(run["index"]))
    assert alone.data.tags["run_key"] == inside.data.tags["run_key"]
    assert alone.data.tags["digest.weights"] == inside.data.tags["digest.weights"]


@pytest.mark.parametrize(
    "where",
    [("workers=2",), pytest.param(("executor=dask", "workers=2"), marks=pytest.mark.slow)],
    ids=["processes", "dask"],
)
def test_workers_change_neither_the_plan_of_a_search_nor_its_headline(
    searched: tuple[Path, str], tmp_path: Path, where: tuple[str, ...]
) -> None:
    printed = train(*SEARCH, *where, cwd=tmp_path).stdout
    assert identities(tmp_path) == identities(searched[0])
    assert HEADLINE.findall(printed) == HEADLINE.findall(searched[1])


def test_a_search_whose_runs_are_in_the_store_reuses_them_and_says_the_same(tmp_path: Path) -> None:
    first = train(*SEARCH, cwd=tmp_path).stdout
    again = train(*SEARCH, "skip_finished=true", cwd=tmp_path).stdout
    assert HEADLINE.findall(first) == HEADLINE.findall(again) != []
    parents = {run.data.tags["sweep_id"]: run for run in Store(tmp_path).parents()}
    assert len(parents) == 2 and len({run.data.metrics["confirmed/accuracy"] for run in parents.values()}) == 1


@pytest.mark.parametrize(
    "batches", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(4, marks=pytest.mark.slow)]
)
def test_a_search_that_is_killed_in_any_generation_and_resumed_is_the_search_never_killed(
    searched: tuple[Path, str], tmp_path: Path, batches: int
) -> None:
    """It is killed when its plan has grown so often and a result of its newest batch is on disk."""
    process = subprocess.Popen(
        command(*SEARCH, "workers=1"), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    sizes, deadline = set[int](), time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        for path in tmp_path.glob("outputs/*/plan.json"):
            sizes.add(path.stat().st_size)
        if len(sizes) >= batches and len(list(tmp_path.glob("outputs/*/stacks/*.npz"))) >= batches:
            break
        time.sleep(0.002)
    assert process.poll() is None, "it has ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = resume(cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert identities(tmp_path) == identities(searched[0])
    assert HEADLINE.findall(done.stdout) == HEADLINE.findall(searched[1])
    store = Store(tmp_path)
    assert len(store.children(store.only())) == 130


def test_a_grid_is_confirmed_on_fresh_seeds_and_the_command_of_its_best_setting_is_printed(tmp_path: Path) -> None:
    train("-m", "data=xor", "activation=tanh,sigmoid", "seed=range(2)", "training.epochs=60", *QUICK, cwd=tmp_path)
    done = run_runner(cwd=tmp_path, module="runner.confirm")
    assert done.returncode == 0 and "confirmed" in done.stdout, said(done)
    roles = Counter(run.get("role", "search") for run in planned(tmp_path))
    assert roles == {"search": 4, "choose": 24, "default": 12}  # tanh, the chosen one, is the default
    assert "That is the default setting" in done.stdout
    again = run_runner(cwd=tmp_path, module="runner.confirm")
    assert again.returncode == 0 and again.stdout.startswith("The best of 2 settings is tanh: "), said(again)
    best = run_runner(cwd=tmp_path, module="runner.best")
    assert best.returncode == 0, said(best)
    assert re.fullmatch(r"python -m runner data=xor activation=tanh seed=[01] training\.epochs=60\n", best.stdout), (
        said(best)
    )
    table = (Store(tmp_path).artifact(Store(tmp_path).only(), "comparison.csv")).read_text()
    assert len(table.splitlines()) == 3  # no fresh seed is compared with one that was searched


def test_a_grid_that_trained_on_dask_and_was_quiet_is_confirmed_like_any_other(tmp_path: Path) -> None:
    where = ("executor=dask", "workers=1", "quiet=true")
    train("-m", "data=xor", "learning_rate=0.1,1", "seed=range(2)", "training.epochs=30", *where, *QUICK, cwd=tmp_path)
    done = run_runner(cwd=tmp_path, module="runner.confirm")
    assert done.returncode == 0 and "confirmed " in done.stdout, said(done)
    best = run_runner(cwd=tmp_path, module="runner.best")
    assert re.fullmatch(r"python -m runner data=xor learning_rate=\S+ seed=\d training\.epochs=30\n", best.stdout), (
        said(best)
    )


def test_a_search_that_has_not_ended_is_resumed_before_anything_is_confirmed(tmp_path: Path) -> None:
    train("-m", "search=random", "search.runs=12", *SPACE, *QUICK, cwd=tmp_path)
    (tmp_path / "outputs" / sweep_in(tmp_path) / "finished").unlink()
    done = run_runner(cwd=tmp_path, module="runner.confirm")
    assert done.returncode == 1 and "is a search that has not ended; first: python -m runner.resume" in done.stderr
    apart = run_runner("--apart", cwd=tmp_path, module="runner.resume")
    assert apart.returncode == 1 and "would change the runs that this search has chosen from" in apart.stderr


def test_a_table_that_has_changed_since_is_not_confirmed(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = [f"{n},{n * n % 17}" for n in range(60)]
    table.write_text("\n".join(["a,y", *rows]))
    sweep = ("-m", "data=table", "data.path=t.csv", "data.target=y", "learning_rate=0.01,0.1", "training.epochs=3")
    train(*sweep, *QUICK, cwd=tmp_path)
    table.write_text("\n".join(["a,y", *rows[:-1], "59,100"]))
    done = run_runner(cwd=tmp_path, module="runner.confirm")
    assert done.returncode == 1 and "has changed since it was trained" in done.stderr and "t.csv" in done.stderr, said(
        done
    )


def test_what_cannot_be_confirmed_is_one_error(tmp_path: Path) -> None:
    nothing = run_runner(cwd=tmp_path, module="runner.confirm")
    assert nothing.returncode == 1 and "there is no sweep in outputs/" in nothing.stderr, said(nothing)
    train("data=xor", "training.epochs=2", *QUICK, cwd=tmp_path)
    single = run_runner(cwd=tmp_path, module="runner.confirm")
    assert single.returncode == 1 and "is a single run" in single.stderr, said(single)
    train("-m", "data=xor", "training.epochs=2", "seed=range(2)", *QUICK, cwd=tmp_path)
    one = run_runner(cwd=tmp_path, module="runner.confirm")
    assert one.returncode == 1 and "this sweep has one setting" in one.stderr, said(one)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-m", "search=random", "data=xor"), "search=random has nothing to search"),
        (("search=random", "data=xor"), "add -m"),
        (("-m", "data=xor", "learning_rate=interval(0.01,1)"), "or search=random"),
        (("-m", "search=random,tpe", "data=xor", "activation=tanh,relu"), "search=random,tpe names several"),
        (("-m", "search=random", "hydra/launcher=basic", "data=xor", "activation=tanh,relu"), "hydra/launcher=stacked"),
    ],
)
def test_a_space_without_a_search_and_a_search_without_a_space_are_one_error(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    done = run_runner(*arguments, cwd=tmp_path)
    assert done.returncode == 1 and told in done.stderr and "Traceback" not in done.stderr, said(done)
    assert not list(tmp_path.glob("outputs/*/plan.json"))


def test_a_dry_run_says_what_the_budget_is_for(tmp_path: Path) -> None:
    done = run_runner(*SEARCH, "dry_run=true", cwd=tmp_path)
    assert done.returncode == 0, said(done)
    assert "46 runs to search (" in done.stdout and "130 runs in 2 stacks" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_small_budget_confirms_nothing_and_says_so(tmp_path: Path) -> None:
    printed = train("-m", "search=random", "search.runs=20", *SPACE, *QUICK, cwd=tmp_path).stdout
    assert len(planned(tmp_path)) == 20 and "Nothing is confirmed" in printed
    done = run_runner(cwd=tmp_path, module="runner.confirm")
    assert done.returncode == 0 and "confirmed " in done.stdout and len(planned(tmp_path)) == 20 + 84, said(done)
