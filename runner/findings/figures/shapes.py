"""What a panel shows, as plain data.

A page has the shapes as artists of matplotlib (`artists.py`), the picture of a run has them as pixels (`painting.py`).
"""

from dataclasses import dataclass

from matplotlib.colors import Colormap

from nn.registry import Array
from runner.findings.figures.style import Style


@dataclass(frozen=True)
class Line:
    """A line, marks or both at the points `x (n,)` and `y (n,)`; `style` has the words of matplotlib's Line2D."""

    x: Array
    y: Array
    style: Style


@dataclass(frozen=True)
class Cells:
    """Colours for `values (rows, columns)`, which belong to the points `y (rows,)` and `x (columns,)`, evenly spaced.

    The colours span the values from `low` to `high`. Smooth cells run into each other, others have edges.
    """

    x: Array
    y: Array
    values: Array
    colors: Colormap
    low: float
    high: float
    is_smooth: bool = False


@dataclass(frozen=True)
class Bands:
    """A colour for each step of a scale that `values (rows, columns)` lie in."""

    x: Array
    y: Array
    values: Array
    scale: tuple[float, ...]


@dataclass(frozen=True)
class Dots:
    """Marks with the colours that `values (n,)` have on a scale."""

    x: Array
    y: Array
    values: Array
    scale: tuple[float, ...]
    marker: str
    size: float

    @property
    def edge(self) -> Style:
        """A white line around each, thinner around small ones, which would be all edge otherwise."""
        return {"markeredgecolor": EDGE_COLOR, "markeredgewidth": 0.4 * min(1.0, self.size / USUAL_SIZE)}


@dataclass(frozen=True)
class Words:
    """Text around a point."""

    x: float
    y: float
    text: str
    color: str


Shape = Line | Cells | Bands | Dots | Words
WORDS_SIZE = 8  # points
EDGE_COLOR, USUAL_SIZE = "white", 3.0  # of marks
