"""The application around `nn`: configs to specs, specs to stacks, stacks to MLflow and to pictures."""

import runner.base.shadows  # noqa: F401  # first, as it says what would end the other imports

__all__ = ["__version__", "load", "page"]

# isort: split
from runner.base.starting import end_quietly, forget_warning_options, is_command
from runner.base.version import __version__

TYPE_CHECKING = False  # `typing` would be half of what is imported before Ctrl-C is seen to
if TYPE_CHECKING:
    from runner.findings.explorer.inline import Page
    from runner.findings.findings import Findings

if is_command():
    end_quietly()
    forget_warning_options()


def load(sweep: str | None = None) -> "Findings":
    """A sweep of the MLflow store in use: `runs` and `curves` are pandas tables, `results` have everything.

    `sweep` is its name in `outputs/`, or an MLflow run id (of its parent, or of a single run); None is the newest.
    Raises runner.base.errors.UserError when there is none.
    """
    from runner.findings.loading import load_sweep
    from runner.store.surroundings import using_mlflow

    with using_mlflow():
        return load_sweep(sweep)


def page(sweep: str | None = None) -> "Page":
    """What shows a sweep learning, as `python -m runner.explore` writes it: a notebook shows it inline, and its `html`
    is a file that needs nothing else.

    `sweep` is as for `load`. Raises runner.base.errors.UserError when there is none.
    """
    from runner.findings.explorer.inline import Page
    from runner.findings.explorer.writing import page_of
    from runner.findings.loading import load_sweep
    from runner.store.surroundings import using_mlflow

    with using_mlflow():
        found = load_sweep(sweep, with_snapshots=True)
    return Page(found.about.name, page_of(found))
