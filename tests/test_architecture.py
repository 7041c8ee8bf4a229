"""The arrows of the house: who may import whom, how large a file may be, and what no file may do."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path for package in ("nn", "runner") for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
AROUND = sorted(path for folder in ("benchmarks", "docs", ".ci") for path in (ROOT / folder).rglob("*.py"))
NN = [path for path in FILES if path.is_relative_to(ROOT / "nn")]
RUNNER = [path for path in FILES if path not in NN]
STORE = ROOT / "runner" / "store"
FUSED = ROOT / "nn" / "fused"
FIGURES = ROOT / "runner" / "findings" / "figures"
HOMES = {
    "mlflow": [
        STORE / f"{name}.py" for name in ("writer", "reader", "client", "models", "new_store", "mlflow_private")
    ],
    "matplotlib": sorted(FIGURES.glob("*.py")),
    "llvmlite": sorted(FUSED.glob("*.py")),
}
ABOVE_MLFLOW = [ROOT / "runner" / "conduct" / f"{name}.py" for name in ("publishing", "parents", "listing")]
HEAVY = ("mlflow", "matplotlib", "pandas", "llvmlite")
MAX_FILE, MAX_FUNCTION = 250, 50
GENERATORS = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "Philox"}
NO_COMMANDS = {"__init__", "__main__", "model", "sklearn"}  # names at the root by which others import something
ORDER = (
    "base", "datasets", "runs", "store", "plan", "findings", "train", "diagnosis", "conduct", "search", "app", "api",
)  # fmt: skip
NEVER = {("train", "findings")}  # what draws is handed to whoever trains


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def folder_of(module: str) -> str:
    """The folder of the house that a module of `runner` lies in; empty for files at the root: commands, NO_COMMANDS."""
    folder = module.split(".")[1] if module.count(".") else ""
    return folder if folder in ORDER else ""


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def walk(node: ast.AST, into_functions: bool = True, into_typing: bool = True) -> Iterator[ast.AST]:
    """All nodes below one; without functions: what runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if not into_typing and is_type_checking(child):
            continue
        yield child
        if into_functions or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from walk(child, into_functions, into_typing)


@cache
def imports(path: Path, **where: bool) -> set[str]:
    """The modules a file names in its imports, in full: `from a import b` gives `a` and `a.b`."""
    found: set[str] = set()
    for node in walk(tree_of(path), **where):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)} has a relative import"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def packages(path: Path, **where: bool) -> set[str]:
    return {name.partition(".")[0] for name in imports(path, **where)}


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


MODULES = {module_of(path) for path in RUNNER}


def test_there_are_files_to_look_at():
    assert len(NN) >= 8 and len(FILES) >= 30 and len(TESTS) >= 100 and len(AROUND) >= 10
    assert all(path.exists() for paths in HOMES.values() for path in paths)


@pytest.mark.parametrize("path", NN, ids=shown)
def test_nn_imports_numpy_the_standard_library_and_itself_alone(path):
    """And the folder of compiled updates the compiler."""
    compiler = {"llvmlite"} if path in HOMES["llvmlite"] else set()
    assert packages(path) <= {"numpy", "nn", *sys.stdlib_module_names} | compiler


def upwards(module: str, imported: set[str]) -> list[str]:
    """The imports of a module in a folder of `runner` that point to a later folder, or to a command."""
    mine = folder_of(module)
    wrong = []
    for other in sorted(name for name in imported if name.split(".")[0] == "runner" and mine):
        its = folder_of(other)
        if (mine, its) in NEVER or (not its and other in MODULES) or (its and ORDER.index(its) > ORDER.index(mine)):
            wrong.append(other)
    return wrong


def test_every_folder_of_the_application_has_its_place_in_the_order():
    """In another one a file could import anything."""
    assert {path.relative_to(ROOT / "runner").parts[0] for path in RUNNER if path.parent.name != "runner"} <= set(ORDER)


def test_a_file_imports_from_its_own_folder_of_the_house_or_from_an_earlier_one():
    """The folders stand in the order of the data: ORDER. Files at the root are commands, which import everything."""
    found = {path: upwards(module_of(path), imports(path) & MODULES) for path in RUNNER}
    wrong = [f"{shown(path)} imports {', '.join(names)}" for path, names in found.items() if names]
    assert not wrong, (
        f"{'; '.join(wrong)}, which comes later in {' '.join(ORDER)} (or is a command). "
        "Move what is shared to an earlier folder, or hand it in as an argument."
    )


def test_a_file_at_the_root_is_a_command_or_a_name_by_which_others_import_something():
    roots = {path.stem: path for path in RUNNER if path.parent.name == "runner"}
    commands = {name for name, path in roots.items() if '__name__ == "__main__"' in path.read_text(encoding="utf-8")}
    assert set(roots) == commands | NO_COMMANDS and commands & NO_COMMANDS <= {"__main__"}


def test_an_import_that_points_upwards_is_noticed():
    assert upwards("runner.runs.spec", {"runner.store.reader", "runner.base.errors", "runner.datasets"}) == [
        "runner.store.reader"
    ]
    assert upwards("runner.train.training", {"runner.findings.pictures"}) == ["runner.findings.pictures"]
    assert upwards("runner.base.errors", {"runner.resume", "runner.base.texts"}) == ["runner.resume"]
    assert upwards("runner.resume", {"runner.app.main"}) == []


def test_no_module_of_the_application_imports_itself_over_others():
    """Imports for annotations alone count too: a circle of ideas is one."""
    arrows = {module_of(path): imports(path) & MODULES - {module_of(path)} for path in RUNNER}
    order = TopologicalSorter({module: others - {"runner"} for module, others in arrows.items()})
    assert len(list(order.static_order())) >= len(RUNNER)  # raises CycleError, with the circle


def test_the_application_does_not_import_its_tests():
    assert not [shown(path) for path in RUNNER if packages(path) & {"tests", "pytest", "hypothesis"}]


@pytest.mark.parametrize("package", HOMES)
def test_a_heavy_package_is_known_in_its_own_place_alone(package):
    users = [path for path in FILES if package in packages(path)]
    assert users and set(users) <= set(HOMES[package])


def at_once(path: Path) -> set[str]:
    """What a file imports when it is imported itself."""
    return imports(path, into_functions=False, into_typing=False)


def test_heavy_imports_happen_when_they_are_used():
    others = [path for path in FILES if not any(path in homes for homes in HOMES.values())]
    assert not [shown(path) for path in others if {name.partition(".")[0] for name in at_once(path)} & set(HEAVY)]


def test_a_place_with_heavy_imports_is_itself_imported_when_it_is_used():
    """`publishing.py` and `parents.py` stand above `writer.py` and are imported when a store is opened."""
    heavy = [*(path for path in HOMES["mlflow"] if "mlflow" in at_once(path)), *ABOVE_MLFLOW]
    names = {"runner.findings.figures", *map(module_of, heavy)}
    others = set(FILES) - {*HOMES["mlflow"], *ABOVE_MLFLOW, *HOMES["matplotlib"]}
    assert not sorted(shown(path) for path in others if names & at_once(path))


def test_a_file_is_one_idea_of_limited_length():
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES + TESTS + AROUND}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE} == {}


def test_every_law_of_the_house_has_a_quick_test():
    marked = re.findall(r"mark\.quick\(law=(\d)\)", "".join(path.read_text(encoding="utf-8") for path in TESTS))
    assert set(marked) == set("1234567")


def test_a_function_fits_on_a_screen():
    long = {
        f"{shown(path)}: {node.name}": lines
        for path in FILES
        for node in functions(path)
        if (lines := node.end_lineno - node.lineno + 1) > MAX_FUNCTION
    }
    assert long == {}


def test_no_assignment_stands_twice_in_a_row_of_statements():
    """As a merge leaves it that took the same lines from both sides."""
    for path in FILES:
        for block in (node.body for node in walk(tree_of(path)) if isinstance(getattr(node, "body", None), list)):
            assigned = [ast.unparse(one) for one in block if isinstance(one, ast.Assign)]
            assert len(assigned) == len(set(assigned)), shown(path)


def test_every_module_says_in_its_first_line_what_it_is():
    assert not [shown(path) for path in FILES if len(ast.get_docstring(tree_of(path)) or "") <= 10]


def test_random_numbers_come_from_generators_and_never_from_global_state():
    for path in FILES:
        assert not packages(path) & {"random", "secrets"}, shown(path)
        used = {
            node.attr
            for node in walk(tree_of(path))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random")
        }
        assert used - {"get_state"} <= GENERATORS, shown(path)  # which draws nothing: it shows that a user's part has
        assert not {name for name in imports(path) if name.startswith("numpy.random")}, shown(path)


@pytest.mark.parametrize("path", NN, ids=shown)
def test_the_core_knows_no_files_no_clock_and_no_environment(path):
    """But for the clock that says whether updates are worth compiling, which changes no number."""
    used = packages(path) - ({"time"} if path.name == "pace.py" else set())
    assert not used & {"os", "io", "pathlib", "time", "datetime", "sys", "subprocess", "logging", "socket"}
    called = {ast.unparse(node.func) for node in walk(tree_of(path)) if isinstance(node, ast.Call)}
    assert not called & {"open", "print", "input", "np.save", "np.load"}


@pytest.mark.parametrize("path", [path for path in FILES if path.is_relative_to(FIGURES)], ids=shown)
def test_pictures_are_drawn_without_global_state(path):
    assert not {name for name in imports(path) if name.startswith(("matplotlib.pyplot", "pylab"))}


def test_no_warning_is_switched_off_wholesale():
    switches = ("warnings.simplefilter", "warnings.filterwarnings")
    for path in FILES:
        calls = [node for node in walk(tree_of(path)) if isinstance(node, ast.Call)]
        for call in (call for call in calls if ast.unparse(call.func) in switches):
            is_named = any(keyword.arg in ("message", "category") for keyword in call.keywords) or len(call.args) > 1
            assert is_named, f"{shown(path)}: {ast.unparse(call)}"
