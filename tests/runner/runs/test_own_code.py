"""Which source files belong to a user's module: found by reading its imports, the same in every process."""

from pathlib import Path

import pytest

from runner.datasets import Samples
from runner.datasets.samples import DataError, DataSets
from runner.runs.identity import code_digest, code_files
from runner.runs.own_code import own_files

FILES = {
    "parts_a.py": "import json, numpy as np\nimport helper_a\nfrom nn.activations import ACTIVATIONS\n",
    "helper_a.py": "def late():\n    from package_a.inner import deep\n    import helper_b\n",
    "helper_b.py": "from package_b import *\nimport helper_a, nowhere_to_be_found\n",
    "package_a/__init__.py": "",
    "package_a/unused.py": "",
    "package_a/inner/__init__.py": "",
    "package_a/inner/deep.py": "from .. import sibling\nfrom .near import value\n",
    "package_a/inner/near.py": "value = 1\n",
    "package_a/sibling.py": "",
    "package_b/__init__.py": "from package_b.named import *\n",
    "package_b/named.py": "",
    "unrelated.py": "",
}
IMPORTED = {name for name in FILES if name not in ("package_a/unused.py", "unrelated.py")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_all_that_a_module_imports_from_outside_of_installed_packages_is_found(folder: Path) -> None:
    found = own_files(["parts_a"])
    assert {path.relative_to(folder).as_posix() for path in found.values()} == IMPORTED
    assert "package_a.inner.deep (deep.py)" in found


def test_a_module_is_found_that_is_imported_where_a_relative_import_fails(folder: Path) -> None:
    (folder / "parts_a.py").write_text("try:\n    from . import helper_b\nexcept ImportError:\n    import helper_b\n")
    assert "helper_b (helper_b.py)" in own_files(["parts_a"])


def test_a_package_that_is_named_is_found_whole_and_with_what_it_imports(folder: Path) -> None:
    (folder / "package_a" / "unused.py").write_text("import unrelated\n")
    found = {path.relative_to(folder).as_posix() for path in own_files(["package_a"]).values()}
    assert found == {name for name in FILES if name.startswith("package_a")} | {"unrelated.py"}


def test_the_code_digest_follows_what_is_imported(folder: Path) -> None:
    before = digest_of_code(("parts_a",))
    (folder / "package_a" / "inner" / "near.py").write_text("value = 2\n")
    assert digest_of_code(("parts_a",)) != before


def digest_of_code(modules: tuple[str, ...]) -> str:
    """As a new process would find it."""
    code_files.cache_clear()
    code_digest.cache_clear()
    return code_digest(modules)


def test_files_that_a_data_set_declares_are_those_of_its_settings(tmp_path: Path) -> None:
    sets = DataSets()

    @sets.register(files=["{path}", f"{tmp_path}/images"])
    def own(streams, *, path: str | None = None) -> Samples:
        raise AssertionError

    (tmp_path / "images" / "more").mkdir(parents=True)
    (tmp_path / "images" / "more" / "one").write_bytes(b"1")
    (tmp_path / "a").write_bytes(b"a")
    assert sets.files("own", {"path": None}) == [f"{tmp_path}/images"]
    assert sets.files("own", {"path": "a"}) == ["a", f"{tmp_path}/images"]
    of_folder = sets.digest("own", {"path": None})
    with_file = sets.digest("own", {"path": str(tmp_path / "a")})
    (tmp_path / "images" / "more" / "one").write_bytes(b"2")
    assert len({of_folder, with_file, sets.digest("own", {"path": None})}) == 3
    with pytest.raises(DataError, match=r"reads '.*gone', which cannot be read"):
        sets.digest("own", {"path": str(tmp_path / "gone")})


@pytest.mark.parametrize(
    ("files", "words"),
    [(["{file}"], "has {file} in its name, which is not one of its settings"), ("a.txt", r"a list of names is needed")],
)
def test_files_that_cannot_be_meant_are_refused_where_they_are_declared(files: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):

        @DataSets().register(files=files)
        def own(streams, *, path: str = "a") -> Samples:
            raise AssertionError
