"""The command line of the gradient check: its help, its list of faults, and wrong input."""

import subprocess
import sys

import pytest

from nn.faults import FAULTS
from runner.gradcheck import main

WRONG_INPUT = {
    "activation=tanh,relu": "error: activation=tanh,relu stands for several runs; a check looks at one network",
    "seed=range(3)": "error: seed=range(3) stands for several runs",
    "sweep=activations": "error: sweep=activations stands for several runs",
    "learning_rat=1": "learning_rat is not a setting (did you mean learning_rate?)",
    "data=sin": "data is unknown: 'sin' (did you mean sine or sinc?)",
    "fault=nope": "fault is unknown: 'nope'",
    "fault=column_labels": "fault=column_labels needs a classification",
    "network.hidden=[0]": "network.hidden[0] must be > 0",
    "foo": "the override 'foo' cannot be read",
    "--al": "error: --al is not an option (did you mean --all?); known are --all, --faults, --json, --help, -h",
    "-m": "error: -m is for python -m runner; a check looks at one network at a time",
    "modules=[no_such_module]": "modules names 'no_such_module', which cannot be imported",
}


@pytest.mark.parametrize("argument", WRONG_INPUT)
def test_wrong_input_ends_in_one_message(argument, capsys):
    assert main([argument]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("error: ")) == ("", 1)
    assert err.startswith("error: ") and WRONG_INPUT[argument] in err


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_explains_with_examples(option, capsys):
    assert main([option, "whatever"]) == 0
    assert "python -m runner.gradcheck data=quadrants fault=" in capsys.readouterr().out


def test_all_faults_are_listed_with_the_first_line_of_what_is_said_about_them(capsys):
    assert main(["--faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(FAULTS)
    assert all(len(line.split()) > 5 for line in lines)


def test_the_command_can_be_imported_without_anything_heavy():
    code = "import sys, runner.gradcheck; print(*sorted(set(sys.modules) & {'mlflow', 'matplotlib', 'pandas'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_faults_are_listed_with_the_reason_where_python_has_left_their_explanations_out():
    command = [sys.executable, "-OO", "-m", "runner.gradcheck", "--faults"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line.partition(" ")[0] for line in lines] == list(FAULTS)
    assert all(line.endswith("(not explained, because python -OO leaves explanations out)") for line in lines)
