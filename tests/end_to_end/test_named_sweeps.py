"""`python -m runner.sweeps` shows a few good sweeps first, and the others by group."""

import json
import re
from pathlib import Path

import pytest

from runner.app.named_sweeps import GROUPS, read_header, sweep_files
from runner.base.paths import SWEEPS
from tests.end_to_end.program import copy_program, run_runner, said
from tests.end_to_end.terminal import on_terminal

HEADERS = {name: read_header(path) for name, path in sweep_files(SWEEPS).items()}
FIRST = [name for name, header in HEADERS.items() if header.is_first]
OWN = "# Is it so?      2 settings x 3 seeds = 6 runs\n# python -m runner -m sweep={name}\n{group}seed: 1\n"


def listed(*arguments: str, cwd: Path) -> str:
    done = run_runner(*arguments, cwd=cwd, module="runner.sweeps")
    assert (done.returncode, done.stderr) == (0, ""), said(done)
    return done.stdout


def names(printed: str) -> list[str]:
    """The sweeps of a list: the first words of the lines with a number of runs."""
    return re.findall(r"^(\w+) +[\d,]+ +\d+ (?:s|min)  \S", printed, re.MULTILINE)


def test_ten_sweeps_come_first_and_a_line_counts_the_others_by_group(tmp_path: Path) -> None:
    title, *lines, empty, more, how, run = listed(cwd=tmp_path).splitlines()
    assert (title, len(FIRST), empty) == ("good first sweeps:", 10, "")
    assert names("\n".join(lines)) == FIRST
    counted = {word: int(number) for word, number in re.findall(r"(\w+) (\d+)", more.partition(": ")[2])}
    others = [header.group for header in HEADERS.values() if not header.is_first]
    assert counted == {word: others.count(word) for word in GROUPS}
    assert more.startswith(f"{len(others)} more by group: ")
    assert how == "python -m runner.sweeps GROUP lists a group, and --all all groups"
    assert run == "python -m runner -m sweep=NAME runs one"


@pytest.mark.parametrize("columns", [80, 100])
def test_on_a_terminal_the_list_is_folded_between_words(columns: int, tmp_path: Path) -> None:
    seen = on_terminal(cwd=tmp_path, columns=columns, module="runner.sweeps")
    assert seen.code == 0 and max(map(len, seen.screen)) <= columns
    assert [line.split()[0] for line in seen.screen if re.search(r" \d+ s  ", line)] == FIRST
    assert " ".join(seen.screen).split() == listed(cwd=tmp_path).split()


def test_all_are_listed_by_group(tmp_path: Path) -> None:
    printed = listed("--all", cwd=tmp_path)
    assert re.findall(r"^(.+):$", printed, re.MULTILINE) == list(GROUPS.values())
    assert names(printed) == [name for word in GROUPS for name, header in HEADERS.items() if header.group == word]


@pytest.mark.parametrize("word", GROUPS)
def test_a_group_is_listed_by_its_word(word: str, tmp_path: Path) -> None:
    printed = listed(word, cwd=tmp_path)
    assert printed.startswith(f"{GROUPS[word]}:\n")
    assert names(printed) == [name for name, header in HEADERS.items() if header.group == word]


def test_another_word_is_looked_for_in_names_and_questions(tmp_path: Path) -> None:
    found = names(listed("XOR", "parity", cwd=tmp_path))
    assert found == [n for n, h in HEADERS.items() if re.search("xor|parity", f"{n} {h.question}", re.IGNORECASE)]
    done = run_runner("nothing_like_it", cwd=tmp_path, module="runner.sweeps")
    told = "no named sweep has nothing_like_it in its name or question; python -m runner.sweeps --all lists all"
    assert (done.returncode, done.stderr) == (1, f"error: {told}\n"), said(done)


def test_a_document_has_all_of_them_with_their_groups_unless_words_choose(tmp_path: Path) -> None:
    described = json.loads(listed_as_json(cwd=tmp_path))["named_sweeps"]
    assert [(one["name"], one["runs"], one["group"]) for one in described] == [
        (name, header.runs, header.group) for name, header in HEADERS.items()
    ]
    chosen = json.loads(listed_as_json("c3", cwd=tmp_path))["named_sweeps"]
    assert {one["group"] for one in chosen} == {"c3"}


def listed_as_json(*arguments: str, cwd: Path) -> str:
    done = run_runner(*arguments, "--json", "-", cwd=cwd, module="runner.sweeps")
    assert done.returncode == 0, said(done)
    return done.stdout


def test_a_person_s_own_sweep_is_listed_with_the_first_ones_and_one_with_an_unknown_group_is_reported(
    tmp_path: Path,
) -> None:
    copy_program(tmp_path)
    for name, group in (("mine", ""), ("typo", "# group: sise\n"), ("sized", "# group: size\n")):
        (tmp_path / "sweeps" / f"{name}.yaml").write_text(OWN.format(name=name, group=group))
    done = run_runner(cwd=tmp_path, module="runner.sweeps", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, said(done)
    *_, own = done.stdout.partition("\nyour own:\n")
    assert [line.split()[0] for line in own.partition("\n\n")[0].splitlines()] == ["mine", "typo"]
    told = f"the group 'sise' of the named sweep typo.yaml is unknown; known are {', '.join(GROUPS)}\n"
    assert done.stderr == told
    assert "sized" not in done.stdout and f"size {1 + counted('size')}" in done.stdout


def counted(word: str) -> int:
    return len([1 for header in HEADERS.values() if header.group == word and not header.is_first])
