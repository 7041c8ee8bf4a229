"""Where the files are that people edit: next to the code in a clone, inside the package if it is installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
ROOT = _PACKAGE.parent


def _find(name: str) -> Path:
    beside = ROOT / name
    return beside if beside.is_dir() else _PACKAGE / "shipped" / name


CONF = _find("conf")
SWEEPS = _find("sweeps")
PLUGINS = _PACKAGE / "app" / "plugins"
OUTPUTS = Path("outputs")
