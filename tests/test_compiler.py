"""llvmlite, which compiles updates: who imports it when, and on which machines it is installed."""

import tomllib

import pytest
from packaging.requirements import Requirement

from runner.conduct.engines import REQUIREMENT
from tests.test_architecture import FILES, FUSED, ROOT, at_once, imports, module_of
from tests.test_starting import imported

ENGINE = "nn.fused.engine"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [one for one in map(Requirement, PROJECT["dependencies"]) if one.name == "llvmlite"]
WITH_WHEELS = [
    ("Linux", "x86_64", "3.11"), ("Linux", "aarch64", "3.14"), ("Darwin", "arm64", "3.11"),
    ("Windows", "AMD64", "3.11"), ("Windows", "ARM64", "3.12"),
]  # fmt: skip
WITHOUT = [("Darwin", "x86_64", "3.13"), ("Windows", "ARM64", "3.11"), ("Linux", "ppc64le", "3.12")]


def is_needed(system: str, machine: str, python: str) -> bool:
    where = {"platform_system": system, "platform_machine": machine, "python_version": python}
    return any(one.marker.evaluate(where) for one in NEEDED)


def test_compiled_updates_are_imported_in_one_place_and_only_when_they_are_needed():
    stepping = ROOT / "nn" / "stepping.py"
    assert [path for path in FILES if ENGINE in imports(path, into_typing=False)] == [stepping]
    assert ENGINE not in at_once(stepping)


def test_what_others_take_of_the_compiled_updates_at_once_does_without_the_compiler():
    modules = {module_of(path) for path in FUSED.glob("*.py")}
    taken = {name for path in FILES if path.parent != FUSED for name in at_once(path) & modules}
    assert taken and not imported(f"import {', '.join(taken)}", ["llvmlite"])


@pytest.mark.parametrize("where", WITH_WHEELS, ids=" ".join)
def test_the_compiler_is_installed_where_it_has_wheels(where):
    assert is_needed(*where)


@pytest.mark.parametrize("where", WITHOUT, ids=" ".join)
def test_the_compiler_is_left_out_where_pip_would_have_to_build_llvm(where):
    assert not is_needed(*where)


def test_the_command_that_installs_the_compiler_names_the_versions_of_the_project():
    wanted = Requirement(REQUIREMENT)
    assert {(one.name, one.specifier) for one in NEEDED} == {(wanted.name, wanted.specifier)}
