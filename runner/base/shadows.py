"""Imported first: `python -m` looks for modules in the working folder first, whatever files are there.

Otherwise a user's file `random.py` would replace Python's own module, and end in an unrelated traceback.
"""

# ruff: noqa: PTH100, PTH113, PTH118, PTH120, PTH122, PTH208
# pathlib imports a dozen modules, each of which a file could hide
import os
import sys

NEEDED = frozenset(
    (*sys.stdlib_module_names, "nn", "yaml", "numpy", "hydra", "omegaconf", "antlr4", "pydantic", "mlflow", "pandas")
) | {
    "matplotlib",
    "rich",
    "pyarrow",
    "sqlalchemy",
    "filelock",
    "llvmlite",
    "loky",
    "psutil",
    "threadpoolctl",
    "packaging",
}
HARMLESS = frozenset(("test", "this", "antigravity", "turtle", "turtledemo", "tkinter", "idlelib", "lib2to3"))
OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def shadow_in(folder: str) -> str | None:
    """The first file or package in a folder that hides a module the program needs."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    for name in names:
        stem, ending = os.path.splitext(name)
        is_module = ending == ".py" or (not ending and os.path.isfile(os.path.join(folder, name, "__init__.py")))
        if is_module and stem in NEEDED - HARMLESS:
            return name
    return None


if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and sys.path[0] != OURS and (found := shadow_in(sys.path[0])):
    sys.exit(
        f"error: {found!a} in this folder hides a module of the same name that the program needs; "
        "rename it, or start the program in another folder"
    )
