"""Where the files are that people edit: beside the code in a clone, inside the package when it is installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _find(name: str) -> Path:
    beside = _PACKAGE.parent / name
    return beside if beside.is_dir() else _PACKAGE / "shipped" / name


CONF = _find("conf")
SWEEPS = _find("sweeps")


PLUGINS = Path(__file__).resolve().parent / "plugins"

OUTPUTS = Path("outputs")
