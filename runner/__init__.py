"""Finding out, by experiment, what makes a small neural network learn: from Python, and as `python -m runner`."""

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
    """Public names that take a while to import, when they are first asked for."""
    if name == "UserError":
        from runner.base.errors import UserError

        return UserError
    if name == "Sweep":
        from runner.api.sweep import Sweep

        return Sweep
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What is public: a notebook completes names from here."""
    return __all__


def sweep(*overrides: str, data: "Any" = None, target: "str | None" = None, **settings: "Any") -> "Sweep":
    """Train every combination of the settings that have several values, as `python -m runner -m` does.

    A list sweeps: `runner.sweep(data="xor", activation=["sigmoid", "tanh"], seed=range(20))`. For keys that hold lists
    only a list of lists does: `network={"hidden": [[2], [4]]}`. A dictionary has the settings of a section, and with a
    `name` those of what is chosen: `data={"name": "moons", "label_noise": [0, 0.2]}`. What is typed on a command line
    can be given as text: `runner.sweep("learning_rate=interval(0.001,1)", data="moons", search="tpe")`.

    `data` may also be arrays, `data=(X, y)` with X (n, d_in) and y (n,), or a DataFrame with the name of its `target`
    column; they are kept in `outputs/arrays/`. Settings of such data are text: `"data.label_noise=0,0.2"`.

    Runs have the keys and the bits of the same command, and are in the same store. Failed runs are in what is
    returned, and a warning counts them. Raises UserError with everything that is wrong before anything is trained, and
    KeyboardInterrupt after an orderly end: `runner.finish()` trains the rest.
    """
    from runner.api.calls import trained

    return trained(overrides, data, target, settings, is_sweep=True)


def run(*overrides: str, data: "Any" = None, target: "str | None" = None, **settings: "Any") -> "Sweep":
    """Train one network, as `python -m runner` does; arguments and errors are those of `sweep`, without a sweep."""
    from runner.api.calls import trained

    return trained(overrides, data, target, settings, is_sweep=False)


def finish(name: "str | None" = None) -> "Sweep":
    """Train what an interrupted sweep lacks, as `python -m runner.resume` does.

    `name` is that of its folder in `outputs/`; None is the newest that is not finished. Raises UserError when there is
    none.
    """
    from runner.api.calls import finished

    return finished(name)


def load(name: "str | None" = None) -> "Sweep":
    """A sweep, or a single run, of the MLflow store in use.

    `name` is that of its folder in `outputs/`, or an MLflow run id (of its parent, or of a single run); None is the
    newest. Raises UserError when there is none.
    """
    from runner.api.sweep import load as from_store

    return from_store(name)


def page(name: "str | None" = None) -> "Page":
    """What shows a sweep learning, as `python -m runner.explore` writes it: a notebook shows it inline, and its `html`
    is a file that needs nothing else.

    `name` is as for `load`. Raises UserError when there is none.
    """
    return load(name).explore()
