"""What all pictures share: colours, sizes, tidy axes, and how a figure becomes bytes.

Figures are objects of their own (no pyplot, no global state), so that workers can draw at the same time.
Colours are those of Okabe and Ito, which people with colour-blindness can tell apart.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray
from PIL import Image

from nn.registry import Array
from runner.base.texts import short

# matplotlib's own defaults, whatever a user's matplotlibrc says. Names in data and configs are text, dollar signs
# included.
STYLE = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
STYLE |= {"text.parse_math": False}

Pixels = NDArray[np.uint8]
BLUE, ORANGE, GREEN, PINK, SKY, RED, YELLOW, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000",
)  # fmt: skip
CYCLE = (BLUE, RED, GREEN, PINK, ORANGE, SKY, BLACK, "#8C6BB1")
DASHES = ("-", "--", ":", "-.")
GREY = "#8a8a8a"
SHARES = LinearSegmentedColormap.from_list("shares", ["#9ecae8", "#f7f7f7", "#f6c98a"])
CLASSES = ListedColormap(["#9ecae8", "#f6c98a", "#a5d9c4", "#ecc9dc", "#d6d6d6", "#f3b48f", "#f8f2a6", "#c9bfe0"])
COUNTS = matplotlib.colormaps["Blues"].resampled(256)  # made at import, with as many steps as a matplotlibrc says
CLASS_MARKS = ("o", "^", "s", "D", "v", "P", "X", "*")
DPI = 100
EXPLODED = 100.0


@contextmanager
def our_style() -> Iterator[None]:
    """Draw in our style, and leave the style of the user's own figures as it was."""
    current = matplotlib.rcParams
    with matplotlib.rc_context({key: value for key, value in STYLE.items() if current[key] != value}):
        yield


def new_figure(width: float, height: float) -> Figure:
    """A figure of `width` by `height` inches that draws without a screen."""
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def below_explosion(values: Array, start: float) -> Array:
    """Costs for a curve that stays readable: what has grown a hundredfold above the start is drawn at that height."""
    return np.minimum(values, EXPLODED * abs(start))


def tidy(axes: Axes) -> None:
    """A light grid behind the data and no box around it."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)


def entry(text: str, length: int) -> str:
    """Text of a legend's entry; matplotlib leaves out those that begin with an underscore."""
    text = short(text, length)
    return f" {text}" if text.startswith("_") else text


def crowded(names: Sequence[str]) -> bool:
    """Whether tick labels would run into each other when written level."""
    return sum(len(name) for name in names) > 30 or len(names) > 8


def keep_inside(figure: Figure, room: float = 0.04) -> None:
    """Widen the margins where labels would be cut off; leaves `room` inches to the edges."""
    box, margins = figure.get_tightbbox(), figure.subplotpars
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=margins.left + max(0, room - box.x0) / width,
        right=margins.right - max(0, box.x1 - (width - room)) / width,
        bottom=margins.bottom + max(0, room - box.y0) / height,
        top=margins.top - max(0, box.y1 - (height - room)) / height,
    )


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """A name in a script that the font lacks shows as boxes, so no warning is needed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        yield


def to_png(figure: Figure) -> bytes:
    """The figure as PNG bytes that depend on nothing but the drawing."""
    buffer = io.BytesIO()
    with without_glyph_warnings():
        figure.savefig(buffer, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    return buffer.getvalue()


def rgb_of(canvas: FigureCanvasAgg) -> Pixels:
    """A copy of what is drawn, `(height, width, 3)`."""
    return np.array(canvas.buffer_rgba())[:, :, :3]


def pixels_to_png(pixels: Pixels) -> bytes:
    """Pixels `(height, width, 3)` as PNG bytes of 256 colours: a fifth of the size, and quicker to compress."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels).quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    image.save(buffer, "png", compress_level=4)
    return buffer.getvalue()


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
