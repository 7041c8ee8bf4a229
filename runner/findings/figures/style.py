"""What all pictures share: colours, sizes, tidy axes, and what a figure becomes.

Figures are objects of their own (no pyplot, no global state), so that workers can draw at the same time.
Colours are those of Okabe and Ito, which people with colour-blindness can tell apart.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from nn.metrics import METRICS
from nn.registry import Array
from runner.base.texts import short
from runner.findings.numbers.curves import EXPLODED

# matplotlib's own defaults, whatever a user's matplotlibrc says. Names in data and configs are text, dollar signs
# included.
STYLE = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
# Of what surrounds the data: a page replaces these four by its own.
INK, SOFT, LINE, PAPER = "#1d2129", "#565d6b", "#d9dde5", "#fefefe"
DARK, LIGHT = "#111111", "#fdfdfd"  # on colours, whatever the page's own are
STYLE |= {
    "text.parse_math": False, "text.color": INK, "axes.labelcolor": INK, "axes.titlecolor": INK,
    "axes.titlelocation": "left", "axes.edgecolor": SOFT, "axes.linewidth": 0.7, "xtick.color": SOFT,
    "ytick.color": SOFT, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "grid.color": LINE, "grid.linewidth": 0.6,
}  # fmt: skip

Pixels = NDArray[np.uint8]
Style = dict[str, Any]  # of a line or of marks, as matplotlib names it
Legend = tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
WIDTH = 7.5  # inches of every picture
WHOLE = (WIDTH, 3.8)  # of a panel over the whole width
GRIDS = {1: (1, 4.5, 3.4), 2: (2, WIDTH / 2, 2.6), 4: (2, WIDTH / 2, 2.4)}  # panels: columns, width and height of each
DIGIT = 0.062  # inches, of a number along an axis
MORE = (3, WIDTH / 3, 1.9)
BLUE, ORANGE, GREEN, PINK, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
BLACK = INK
CYCLE = (BLUE, RED, GREEN, PINK, ORANGE, SKY, BLACK, "#8C6BB1")
DASHES = ("-", "--", ":", "-.")
GREY = "#8a8a8a"
SHARES = LinearSegmentedColormap.from_list("shares", ["#9ecae8", "#f7f7f7", "#f6c98a"])
CLASSES = ListedColormap(["#9ecae8", "#f6c98a", "#a5d9c4", "#ecc9dc", "#d6d6d6", "#f3b48f", "#f8f2a6", "#c9bfe0"])
COUNTS = matplotlib.colormaps["Blues"].resampled(256)  # made at import, with as many steps as a matplotlibrc says
CLASS_MARKS = ("o", "^", "s", "D", "v", "P", "X", "*")
DPI = 100
EDGE = 0.04  # inches that stay free
MAX_ENTRY = 90  # signs, in a legend
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue: ITU-R BT.709

_place: ContextVar[Callable[[float, float], Any] | None] = ContextVar("place", default=None)


@contextmanager
def our_style() -> Iterator[None]:
    """Draw in our style, and leave the style of the user's own figures as it was."""
    current = matplotlib.rcParams
    with matplotlib.rc_context({key: value for key, value in STYLE.items() if current[key] != value}):
        yield


@contextmanager
def placing(place: Callable[[float, float], Any]) -> Iterator[None]:
    """Have panels that are drawn in here take the place that `place` gives them for a width and a height."""
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)


def new_figure(width: float, height: float) -> Figure:
    """A figure of `width` by `height` inches that draws without a screen, or a part of one that has its methods."""
    if (place := _place.get()) is not None:
        part: Figure = place(width, height)
        return part
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def grid_of(panels: int) -> tuple[int, float, float]:
    """How many panels stand in a row, and the inches of each without its title."""
    return GRIDS.get(panels, MORE)


def below_explosion(values: Array, start: float) -> Array:
    """Costs for a curve that stays readable: what has grown a hundredfold above the start is drawn at that height."""
    return np.minimum(values, EXPLODED * abs(start))


def tidy(axes: Axes) -> None:
    """A light grid behind the data and no box around it."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True)
    axes.set_axisbelow(True)


def entry(text: str, length: int) -> str:
    """Text of a legend's entry; matplotlib leaves out those that begin with an underscore."""
    text = short(text, length)
    return f" {text}" if text.startswith("_") else text


def crowded(names: Sequence[str]) -> bool:
    """Whether tick labels would run into each other when written level."""
    return sum(len(name) for name in names) > 30 or len(names) > 8


def keep_inside(figure: Figure, room: float = EDGE) -> None:
    """Widen the margins where labels would be cut off; leaves `room` inches to the edges."""
    box, margins = figure.get_tightbbox(), figure.subplotpars
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=margins.left + max(0, room - box.x0) / width,
        right=margins.right - max(0, box.x1 - (width - room)) / width,
        bottom=margins.bottom + max(0, room - box.y0) / height,
        top=margins.top - max(0, box.y1 - (height - room)) / height,
    )


def cut_labels(axes: Axes, has_title: bool = False) -> None:
    """Shorten labels that would run over an edge or into a title: how wide a sign is depends on the script."""
    figure = axes.figure
    box = axes.get_window_extent().frozen().translated(-figure.bbox.x0, -figure.bbox.y0)
    top = box.y1 if has_title else figure.bbox.height
    across, up = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    for label, near in (
        (axes.xaxis.label, min(across, figure.bbox.width - across)),
        (axes.yaxis.label, min(up, top - up)),
    ):
        extent, text, room = label.get_window_extent(), label.get_text(), 2 * (near - EDGE * DPI)
        longest = max(extent.width, extent.height)
        if longest > room:
            label.set_text(short(text, max(1, int(len(text) * room / longest))))


def is_dark(color: str | Array) -> bool:
    """Whether white is easier to read than black on a colour, by its name or as shares of red, green and blue."""
    return float(np.dot(matplotlib.colors.to_rgb(color) if isinstance(color, str) else color, LUMINANCE)) < 0.5


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """A name in a script that the font lacks shows as boxes, so no warning is needed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def rgb_of(canvas: FigureCanvasAgg) -> Pixels:
    """A copy of what is drawn, `(height, width, 3)`."""
    return np.array(canvas.buffer_rgba())[:, :, :3]


def is_wide(score: str, low: float, high: float, factor: float = 20) -> bool:
    """Whether scores are drawn over their logarithms: those over more than a factor, but never shares of something."""
    return METRICS.metric(score).unit != "share" and low > 0 and high > factor * low


def log_axis(axes: Axes, low: float, high: float) -> None:
    """A logarithmic y axis over these values, with plain numbers."""
    axes.set_yscale("log")
    plain_numbers(axes.yaxis, low, high)


def plain_numbers(axis: Axis, low: float, high: float) -> None:
    """Plain numbers along a logarithmic axis, and enough of them when it spans less than two decades.

    matplotlib would write powers of ten in the language of its formulas, which are text here.
    """
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axis.set_major_formatter(plain)
    narrow = high < 100 * low
    axis.set_minor_locator(LogLocator(subs=(2, 5) if narrow else (1,)))
    axis.set_minor_formatter(plain if narrow else NullFormatter())


def legend_of(styles: Mapping[str, Style]) -> Legend:
    """Labels and their styles, as plain data that can be compared."""
    return tuple((label, tuple(style.items())) for label, style in styles.items())


def handles_of(legend: Legend) -> list[Line2D]:
    """What a legend shows: a line or a mark per label, whatever a run's own numbers are."""
    return [Line2D([], [], label=entry(label, MAX_ENTRY), **dict(style)) for label, style in legend]
