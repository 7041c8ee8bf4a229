"""Imports matplotlib whatever the environment says: our figures use the Agg canvas and need no backend.

Programs started by a notebook inherit MPLBACKEND=module://matplotlib_inline.backend_inline. If that package is not
installed, importing matplotlib fails.
"""

import os
import sys
from contextlib import suppress

VARIABLE = "MPLBACKEND"


def _import_matplotlib() -> None:
    """Import it without the variable; a backend that is there is chosen then, for the user's own figures."""
    named = os.environ.pop(VARIABLE, None)
    try:
        import matplotlib
    finally:
        if named is not None:
            os.environ[VARIABLE] = named
    if named:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = named


if "matplotlib" not in sys.modules:
    _import_matplotlib()
