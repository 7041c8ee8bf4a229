"""All checks are defined once, in the Makefile; `make check`, CI, README and CONTRIBUTING.md mean the same ones."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE, CI, README, CONTRIBUTING = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", ".ci/run", "README.md", "CONTRIBUTING.md")
)
NUMBERS = "NPY_DISABLE_CPU_FEATURES='X86_V4 X86_V3' .venv/bin/python -m pytest -n 3 tests/nn tests/runner"
PLANNING = ".venv/bin/python -m benchmarks planning --against benchmarks/RESULTS.md"


def recipe(target: str) -> str:
    """The commands of a target, as a shell gets them, in one line."""
    found = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found, target
    lines = [line.strip() for line in found[1].splitlines()]
    return " && ".join(lines).replace("$(PYTHON)", ".venv/bin/python").replace("$@", target)


def checks() -> list[str]:
    """The targets that `make check` consists of."""
    found = re.search(r"^check: (.*?)  ##", MAKEFILE, re.MULTILINE)
    assert found
    return found[1].split()


def test_ci_installs_what_needs_root_and_runs_make_check_alone() -> None:
    lines = [line for line in CI.splitlines() if line and not line.startswith("#")]
    installs = re.compile(
        r"(?:command -v|compgen -G) \S+ > /dev/null \|\| \(apt-get update -q && apt-get install -qy \w+\)"
    )
    rest = [line for line in lines if not installs.fullmatch(line)]
    assert rest == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "export CI=1", "make check"]


def test_make_check_has_style_types_known_vulnerabilities_all_tests_and_the_costs_of_planning() -> None:
    commands = " && ".join(recipe(target) for target in checks())
    for command in (
        "ruff check .",
        "ruff format --check .",
        "mypy",
        ".ci/audit.py",
        "pytest -n 3 &&",
        "pytest -n 3 -m 'thorough and not slow' &&",
        NUMBERS,
        PLANNING,
    ):
        assert command in commands
    assert commands.endswith(".venv/bin/python -m pytest -n 3 -m browser")


def test_make_sets_up_and_tests_with_the_command_that_readme_gives() -> None:
    install = recipe(".venv/installed").removesuffix(" && touch .venv/installed")
    assert f"\n    {install} && {recipe('test')}\n" in README


def test_contributing_names_every_check_of_ci() -> None:
    assert re.findall(r"^\| `make ([a-z-]+)` \|", CONTRIBUTING, re.MULTILINE) == checks()


def test_tests_are_run_with_the_same_number_of_workers_everywhere() -> None:
    pages = [README, CONTRIBUTING, MAKEFILE, CI, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")]
    assert {number for page in pages for number in re.findall(r"pytest -n (\d+)", page)} == {"3"}
