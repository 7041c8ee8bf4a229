"""Named sweeps: their files and the header that every one of them begins with."""

import pytest

from runner.app.about import about_sweep
from runner.app.named_sweeps import Header, read_header, sweep_files
from runner.app.options import register_options
from runner.base.paths import SWEEPS

GOOD = "# Which one?      3 settings x 4 seeds = 12 runs\n# python -m runner -m sweep=which\nhydra: {}\n"


@pytest.fixture
def header(tmp_path):
    def header(text: str) -> Header:
        path = tmp_path / "which.yaml"
        path.write_text(text, encoding="utf-8")
        return read_header(path)

    return header


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, Header("Which one?", "python -m runner -m sweep=which", 12)),
        (
            "# Warum lernt es nicht? Größe?\n#   4 x 250 = 1,000 runs\n#\n# python -m runner sweep=which  \n",
            Header("Warum lernt es nicht? Größe?", "python -m runner sweep=which", 1000),
        ),
        (
            GOOD.replace("hydra", "# group: size, start here\nhydra"),
            Header("Which one?", "python -m runner -m sweep=which", 12, "", "size", is_first=True),
        ),
        (
            GOOD.replace("# python", "# group: size\n# python"),
            Header("Which one?", "python -m runner -m sweep=which", 12, group="size"),
        ),
        ("#Q?   2 x 1 = 2 runs\n#python -m runner -m a=1,2\n", Header("Q?", "python -m runner -m a=1,2", 2)),
    ],
)
def test_a_header_says_the_question_the_command_and_the_number_of_runs(header, text, expected):
    assert header(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hydra: {}\n",
        "hydra: {}\n" + GOOD,
        "\n" + GOOD,
        GOOD.replace("12 runs", "some runs"),
        GOOD.replace("# python -m runner -m sweep=which\n", ""),
        GOOD.replace("# python", "# run python"),
        GOOD.replace("\n# python", "\n\n# python"),
    ],
    ids=[
        "empty", "no comment", "comment not first", "blank line first", "no number", "no command", "another command",
        "comment interrupted",
    ],
)  # fmt: skip
def test_a_bad_header_is_refused_with_the_file_and_what_it_must_begin_with(header, text):
    with pytest.raises(ValueError, match=r"which\.yaml must begin with '# question'.*N runs.*python -m runner"):
        header(text)


def test_sweeps_are_the_yaml_files_of_a_folder_by_name(tmp_path):
    for name in ("b.yaml", "a.yaml", "c.yml", "readme.md"):
        (tmp_path / name).touch()
    assert sweep_files(tmp_path) == {"a": tmp_path / "a.yaml", "b": tmp_path / "b.yaml"}
    assert sweep_files(tmp_path / "nowhere") == {}


@pytest.mark.parametrize("name", sweep_files(SWEEPS))
def test_a_named_sweep_is_called_by_its_name_and_asks_its_question(name):
    about = about_sweep(name, "id", [("seed=1",), ("seed=2",)])
    assert (about.name, about.question, about.sweep_id) == (name, read_header(SWEEPS / f"{name}.yaml").question, "id")


@pytest.mark.parametrize("sweep", [None, "nobody_wrote_this"])
def test_another_sweep_is_called_by_the_keys_that_it_sweeps_over(sweep):
    jobs = [("activation=tanh", "network.hidden=[4]"), ("activation=relu", "network.hidden=[6]")]
    about = about_sweep(sweep, "id", jobs)
    assert (about.name, about.question) == ("activation x hidden (2 runs)", "")


def test_a_sweep_of_ones_own_is_called_by_its_name_and_asks_its_question(tmp_path):
    mine = tmp_path / "sweep" / "mine.yaml"
    mine.parent.mkdir()
    mine.write_text("# @package _global_\n# Is it so?\n# 2 x 1 = 2 runs\n# python -m runner -m sweep=mine\n")
    about = about_sweep("mine", "id", [("seed=1",), ("seed=2",)], [tmp_path / "elsewhere", tmp_path])
    assert (about.name, about.question) == ("mine", "Is it so?")
    mine.write_text("seed: 1\n")
    about = about_sweep("mine", "id", [("seed=1",), ("seed=2",)], [tmp_path])
    assert (about.name, about.question) == ("mine", "")


def test_a_sweep_that_cannot_be_read_is_left_out_and_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "broken.yaml").write_text("seed: [1, 2")
    monkeypatch.setattr("runner.app.options.SWEEPS", tmp_path)
    register_options()
    assert "the named sweep broken.yaml is left out, because it cannot be read" in capsys.readouterr().err
