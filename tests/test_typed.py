"""Who imports the packages gets their types."""

import subprocess
import tomllib

import pytest

from tests.test_architecture import ROOT

BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]


def test_both_packages_are_in_the_wheel():
    assert BUILD["wheel"]["packages"] == ["nn", "runner"] and BUILD["wheel"]["exclude"] == ["*.md"]
    assert BUILD["wheel"].keys() == {"packages", "exclude", "force-include"}


@pytest.mark.parametrize("package", BUILD["wheel"]["packages"])
def test_a_package_says_that_it_has_types_in_a_file_of_its_wheel(package):
    """A wheel has all files of its packages, but those that git ignores."""
    marker = ROOT / package / "py.typed"
    assert marker.is_file()
    ignored = subprocess.run(["git", "check-ignore", "-q", str(marker)], cwd=ROOT, check=False)
    assert ignored.returncode != 0
