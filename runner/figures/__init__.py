"""All drawing. Every picture is made from numbers that another module prepared; only this folder knows matplotlib."""

from runner.figures.run import draw_run
from runner.figures.strips import draw_strips
from runner.figures.surfaces import draw_surfaces
from runner.figures.sweep import draw_bands, draw_effects, draw_fits

__all__ = ["draw_bands", "draw_effects", "draw_fits", "draw_run", "draw_strips", "draw_surfaces"]
