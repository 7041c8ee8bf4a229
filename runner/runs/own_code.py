"""The source files of a user's own modules, and of what they import outside installed packages."""

import ast
import importlib
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from runner.base.paths import ROOT

INSTALLED = ("site-packages", "dist-packages")
LIBRARIES = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib"))
OURS = tuple(ROOT / package for package in ("nn", "runner"))


def own_files(modules: Sequence[str]) -> dict[str, Path]:
    """The files of these modules (whole packages) and of everything they import, by module and file name.

    Import statements are read, not executed, so the result is the same in every process, and imports inside functions
    count. Imports by a computed name cannot be seen.
    """
    waiting = [found for name in modules for found in _files_of(name)]
    files: dict[str, Path] = {}
    while waiting:
        name, file = waiting.pop()
        label = f"{name} ({file.name})"
        if label not in files:
            files[label] = file
            waiting += [(other, path) for other in _named_in(name, file) for other, path in _located(other)]
    return dict(sorted(files.items()))


def _files_of(name: str) -> list[tuple[str, Path]]:
    """A module that can be imported; of a package every module in it."""
    module = importlib.import_module(name)
    found = [(name, Path(module.__file__))] if module.__file__ else []
    for folder in map(Path, getattr(module, "__path__", ())):
        for file in sorted(folder.rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            found.append((".".join([name, *(part for part in parts if part != "__init__")]), file))
    return found


def _named_in(name: str, file: Path) -> Iterator[str]:
    """The modules that a file imports by its import statements; some of these names may be no modules."""
    if file.suffix != ".py":
        return
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    with suppress(SyntaxError):  # the import of the module has failed with it
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                relative = "." * node.level + (node.module or "")
                with suppress(ImportError):  # beyond the top package, as where the same file is also used alone
                    base = importlib.util.resolve_name(relative, package)
                    yield from (base, *(f"{base}.{alias.name}" for alias in node.names if alias.name != "*"))


def _located(name: str) -> list[tuple[str, Path]]:
    """The files of a module and of the packages around it, found as Python finds them; none of an installed one."""
    found: list[tuple[str, Path]] = []
    parts, places = name.split("."), None
    for end in range(1, len(parts) + 1):
        whole = ".".join(parts[:end])
        specs = (finder.find_spec(whole, places) for finder in sys.meta_path)
        spec = next((one for one in specs if one), None)
        if spec is None:
            break
        if spec.has_location and spec.origin:
            if not _is_own(Path(spec.origin)):
                break
            found.append((whole, Path(spec.origin)))
        if spec.submodule_search_locations is None:
            break
        places = list(spec.submodule_search_locations)
    return found


def _is_own(file: Path) -> bool:
    """Whether a file belongs to no installed package, nor to Python or to this program."""
    path = file.resolve()
    is_installed = any(part in INSTALLED for part in path.parts)
    return path.is_file() and not is_installed and not any(map(path.is_relative_to, (*LIBRARIES, *OURS)))
