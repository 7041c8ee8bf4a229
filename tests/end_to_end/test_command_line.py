"""What a user meets first: help, the config, other folders, and pipes that close early."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from runner.base.paths import CONF, ROOT
from runner.runs.components import REGISTRIES
from tests.end_to_end.program import command, environment, make_store, run_runner, said
from tests.end_to_end.store import statuses
from tests.runner.building import spec_of


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


def test_what_a_newcomer_needs_is_the_first_page_of_the_smallest_usual_terminal(help_text: str) -> None:
    lines = help_text.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines.index("") == 6, "what it does, and examples"
    start = "\n".join(lines[:23])  # of 24, with a line for the prompt
    assert len(starters(start)) == 10
    assert "outputs/" in start and "mlflow.db" in start and "in the folder where you start" in start
    assert len(lines) <= 70


def starters(help_text: str) -> list[str]:
    """The settings to start with, as they are typed; each is explained."""
    return re.findall(r"^  ([\w.]+=\S+) {2,}\w", help_text, re.MULTILINE)


def test_the_settings_to_start_with_have_the_defaults_that_help_says(help_text: str) -> None:
    assert spec_of(*starters(help_text)) == spec_of()


def test_help_names_every_other_command(help_text: str) -> None:
    _, _, told = help_text.partition("Other commands")
    files = {path.stem for path in (ROOT / "runner").glob("*.py") if "\nUSAGE = " in path.read_text(encoding="utf-8")}
    assert set(re.findall(r"^  (\w+) +\w", told.partition("\n\n")[0], re.MULTILINE)) == files
    assert len(files) > 10


@pytest.mark.parametrize("group", [*REGISTRIES, "executor", "search"])
def test_help_lists_every_choice(help_text: str, group: str) -> None:
    files = {path.stem for path in (CONF / group).glob("*.yaml")}
    ordinary, _, for_experts = help_text.partition("\nFor experts:\n")
    found = [*listed(ordinary, group), *listed(for_experts, group)]
    assert sorted(files | set(REGISTRIES.get(group, ()))) == sorted(found)


def listed(text: str, group: str) -> list[str]:
    """The options of a group: those on its line, and on the lines below it that begin further right."""
    found = re.search(rf"^  {group} +(.*\n(?: {{10,}}.*\n)*)", text, re.MULTILINE)
    return found[1].split() if found else []


def test_help_lists_for_experts_what_a_newcomer_never_needs(help_text: str) -> None:
    for_experts = help_text.partition("\nFor experts:\n")[2]
    assert listed(for_experts, "activation") == ["clipped_softmax", "floored_relu"]
    assert {"cost", "test.probes", "tracking.points", "training.online_cost"} <= set(listed(for_experts, "settings"))


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
