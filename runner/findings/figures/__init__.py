"""All drawing. Every picture is made from numbers that another module prepared; only this folder uses matplotlib."""

from runner.findings.figures import backend  # noqa: F401  # before anything else imports matplotlib
from runner.findings.figures.best import draw_errors, draw_importances
from runner.findings.figures.curves import draw_curves
from runner.findings.figures.data import draw_data
from runner.findings.figures.effects import draw_effects
from runner.findings.figures.fits import draw_fits
from runner.findings.figures.grid import draw_grid
from runner.findings.figures.layers import draw_layers
from runner.findings.figures.run import draw_run
from runner.findings.figures.scores import draw_scores
from runner.findings.figures.search import draw_search_history, draw_search_importance, draw_search_slices
from runner.findings.figures.search_contour import draw_search_contour
from runner.findings.figures.together import draw_heatmaps, draw_profiles

__all__ = [
    "draw_curves",
    "draw_data",
    "draw_effects",
    "draw_errors",
    "draw_fits",
    "draw_grid",
    "draw_heatmaps",
    "draw_importances",
    "draw_layers",
    "draw_profiles",
    "draw_run",
    "draw_scores",
    "draw_search_contour",
    "draw_search_history",
    "draw_search_importance",
    "draw_search_slices",
]
