"""Addresses within MLflow's pages: of a run, of a setting's runs, of a saved view of a sweep.

Each begins with `#`, so it is valid wherever these pages are served.
"""

from urllib.parse import quote

from runner.findings.findings import Findings
from runner.findings.numbers.settings import Setting
from runner.store.address import TRAINING_PAGE
from runner.store.records import SETTING

CHARTS = "&compareRunsMode=CHART"


def page_of(sweep: Findings, run_id: str, more: str = "") -> str:
    """The page of a run, or a part of it."""
    return f"{_runs(sweep)}/{run_id}{more}{TRAINING_PAGE}"


def runs_page(sweep: Findings, setting: Setting) -> str:
    """The list of a setting's runs, sorted by name: by time MLflow folds them into their sweep, by score it is slow."""
    query = f"{_is(SETTING, setting.label)} AND {_is('sweep_id', sweep.about.sweep_id)}"
    order = "&orderByKey=attributes.run_name&orderByAsc=true"
    return f"{_runs(sweep)}{TRAINING_PAGE}&searchFilter={quote(query)}{order}"


def view_page(sweep: Findings, view: str, more: str = "") -> str:
    """A saved view, by its key."""
    return f"{_runs(sweep)}{TRAINING_PAGE}&viewStateShareKey={quote(view)}{more}"


def _runs(sweep: Findings) -> str:
    return f"#{sweep.pages.partition('#')[2].rstrip('/')}"


def _is(tag: str, text: str) -> str:
    """A filter of MLflow, which knows no escape: where the text has a quote, any sign will do in its place."""
    return f"tags.{tag} = '{text}'" if "'" not in text else f"tags.{tag} LIKE '{text.replace(chr(39), '_')}'"
