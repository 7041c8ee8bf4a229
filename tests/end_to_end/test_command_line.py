"""What a user meets first: help, the config, other folders, and pipes that close early."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from runner.base.paths import CONF
from runner.runs.components import REGISTRIES
from tests.end_to_end.program import command, environment, make_store, run_runner, said
from tests.end_to_end.store import statuses


@pytest.fixture(scope="module")
def help_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("help")
    done = run_runner("--help", cwd=folder)
    assert done.returncode == 0, said(done)
    assert done.stderr == ""
    assert list(folder.iterdir()) == [], "asking for help leaves nothing behind"
    return done.stdout


def test_help_shows_examples(help_text: str) -> None:
    for example in (
        "python -m runner -m activation=sigmoid,tanh",
        "seed=range(20)",
        "sweep=",
        "data=table",
        "mlflow ui",
    ):
        assert example in help_text


def test_help_fits_the_smallest_usual_terminal(help_text: str) -> None:
    lines = help_text.splitlines()
    assert len(lines) <= 23  # of 24, with a line for the prompt
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("group", [*REGISTRIES, "executor"])
def test_help_lists_every_choice(help_text: str, group: str) -> None:
    files = {path.stem for path in (CONF / group).glob("*.yaml")}
    assert files | set(REGISTRIES.get(group, ())) == set(listed(help_text, group))


def listed(help_text: str, group: str) -> list[str]:
    """The options of a group: those on its line, and on the lines below it that begin further right."""
    found = re.search(rf"^  {group} +(.*\n(?: {{10,}}.*\n)*)", help_text, re.MULTILINE)
    assert found
    return found[1].split()


def test_help_says_what_lists_the_named_sweeps(help_text: str) -> None:
    assert "python -m runner.sweeps" in help_text


def test_the_config_of_a_job_is_shown_from_any_folder_without_running_it(tmp_path: Path) -> None:
    done = run_runner("--cfg", "job", "data=xor", "optimizer=adam", "learning_rate=0.01", cwd=tmp_path)
    assert done.returncode == 0, said(done)
    config = yaml.safe_load(done.stdout)
    assert config["data"]["name"] == "xor"
    assert config["optimizer"]["beta1"] == 0.9
    assert config["learning_rate"] == 0.01
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("--help",), ("--cfg", "job"), ("learning_rate=-1",)], ids=" ".join)
def test_a_closed_pipe_shows_no_traceback(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = into_a_closed_pipe(tmp_path, *arguments)
    assert "Traceback" not in done.stderr, done.stderr
    assert "BrokenPipeError" not in done.stderr, done.stderr


def test_help_into_head_shows_its_first_line_only(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -1', "bash", *command("--help")],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "Finds out by experiment what makes a small neural network learn.\n"
    assert done.stderr == ""


def test_a_pipe_that_closes_during_a_sweep_costs_no_result(tmp_path: Path) -> None:
    make_store(tmp_path)
    done = into_a_closed_pipe(tmp_path, "-m", "data=xor", "activation=tanh,relu", "training.epochs=2", "workers=1")
    assert "Traceback" not in done.stderr, done.stderr
    assert statuses(tmp_path) == {"FINISHED": 3}


def into_a_closed_pipe(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program with an output that nobody reads, as after `| head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            command(*arguments),
            cwd=folder, env=environment(), stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
