"""All drawing. Every picture is made from numbers that another module prepared; only this folder knows matplotlib."""

from runner.findings.figures import backend  # noqa: F401  # before anything else imports matplotlib
from runner.findings.figures.best import draw_errors, draw_importances
from runner.findings.figures.data import draw_data
from runner.findings.figures.effects import draw_effects, draw_heatmaps, draw_profiles
from runner.findings.figures.layers import draw_layers
from runner.findings.figures.run import draw_run
from runner.findings.figures.strips import draw_strips
from runner.findings.figures.surfaces import draw_surfaces
from runner.findings.figures.sweep import draw_bands, draw_fits

__all__ = [
    "draw_bands",
    "draw_data",
    "draw_effects",
    "draw_errors",
    "draw_fits",
    "draw_heatmaps",
    "draw_importances",
    "draw_layers",
    "draw_profiles",
    "draw_run",
    "draw_strips",
    "draw_surfaces",
]
