"""Find out, by experiment, what makes a small neural network learn: from Python, and as `python -m runner`."""

import runner.base.shadows  # noqa: F401  # first, as it says what would end the other imports

__all__ = ["Sweep", "UserError", "__version__", "finish", "load", "page", "run", "sweep"]

# isort: split
from runner.base.starting import end_quietly, forget_warning_options, is_command
from runner.base.version import __version__

TYPE_CHECKING = False  # `typing` would be half of what is imported before Ctrl-C is seen to
if TYPE_CHECKING:
    from typing import Any

    from runner.api.sweep import Sweep
    from runner.base.errors import UserError
    from runner.findings.explorer.inline import Page

if is_command():
    end_quietly()
    forget_warning_options()


def __getattr__(name: str) -> object:
    """Import public names that are slow to import on first use."""
    if name == "UserError":
        from runner.base.errors import UserError

        return UserError
    if name == "Sweep":
        from runner.api.sweep import Sweep

        return Sweep
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, which a notebook completes."""
    return __all__


def sweep(*overrides: str, data: "Any" = None, target: "str | None" = None, **settings: "Any") -> "Sweep":
    """Train every combination of the settings that have several values, as `python -m runner -m` does.

    A list sweeps: `runner.sweep(data="xor", activation=["sigmoid", "tanh"], seed=range(20))`. For keys whose value is a
    list, only a list of lists sweeps: `network={"hidden": [[2], [4]]}`. A dictionary holds the settings of a section,
    or with a `name` those of the named component: `data={"name": "moons", "label_noise": [0, 0.2]}`. Overrides can also
    be given as text, as on a command line: `runner.sweep("learning_rate=interval(0.001,1)", data="moons",
    search="tpe")`.

    `data` may also be arrays, `data=(X, y)` with X (n, d_in) and y (n,), or a DataFrame together with the name of its
    `target` column; both are kept in `outputs/arrays/`. Settings of such data are given as text:
    `"data.label_noise=0,0.2"`.

    The runs have the run keys and bits of the same command, and go to the same store. Failed runs are part of the
    result, and a warning counts them. Raises UserError with all problems before anything trains. Ctrl-C raises
    KeyboardInterrupt after an orderly end; `runner.finish()` then trains the rest.
    """
    from runner.api.calls import trained

    return trained(overrides, data, target, settings, is_sweep=True)


def run(*overrides: str, data: "Any" = None, target: "str | None" = None, **settings: "Any") -> "Sweep":
    """Train one network, as `python -m runner` does; arguments and errors as in `sweep`, with one value per setting."""
    from runner.api.calls import trained

    return trained(overrides, data, target, settings, is_sweep=False)


def finish(name: "str | None" = None) -> "Sweep":
    """Train the missing runs of an interrupted sweep, as `python -m runner.resume` does.

    `name` is the name of its folder in `outputs/`; None means the newest unfinished sweep. Raises UserError if there is
    none.
    """
    from runner.api.calls import finished

    return finished(name)


def load(name: "str | None" = None) -> "Sweep":
    """Load a sweep, or a single run, from the current MLflow store.

    `name` is the name of its folder in `outputs/`, or an MLflow run id (of the parent or of a single run); None means
    the newest. Raises UserError if there is none.
    """
    from runner.api.sweep import load as from_store

    return from_store(name)


def page(name: "str | None" = None) -> "Page":
    """The page that replays a sweep's training, as written by `python -m runner.explore`.

    A notebook shows it inline; its `html` is a self-contained file. `name` is as for `load`. Raises UserError if there
    is none.
    """
    return load(name).explore()
