"""A figure as SVG inside a page: its text takes the page's font, its ink and paper the page's colours.

Text stays text. What is dense is embedded as a picture: the artists that a drawer has rasterized.
"""

import io
import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from runner.base.texts import visible
from runner.findings.figures.style import INK, LINE, PAPER, SOFT

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
VARIABLES = {INK: "var(--ink)", SOFT: "var(--soft)", LINE: "var(--line)", PAPER: "var(--paper)"}
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
DPI = 130  # of embedded pictures
DENSE = 600  # points of a line, of marks or of several lines
FINE = 40  # cells along a picture that need no sharp edges
PIXELS = 1.6  # of a page for each of the figure's points, at most
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LEFT_TO_PAGE = re.compile(r"(font-family|image-rendering): ?[^;]*;? ?")
DIGITS = re.compile(r"(\.\d\d)\d+")

ElementTree.register_namespace("", SVG[1:-1])


def svg_of(figure: Figure, label: str, salt: str) -> str:
    """The figure as an `<svg>` element; `label` says what it shows, equal figures of one `salt` have equal ids."""
    _embed_dense(figure)
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=NO_METADATA, dpi=DPI)
    root = ElementTree.fromstring(NOT_XML.sub("\ufffd", buffer.getvalue()))
    _strip(root)
    for element in root.iter():
        _fit_into_page(element)
        _share_style(element)
    width = float(root.attrib["viewBox"].split()[2])
    root.attrib = {
        "viewBox": root.attrib["viewBox"], "role": "img", "aria-label": visible(label), "fill": VARIABLES[INK],
        "style": f"max-width: {PIXELS * width:.0f}px; stroke-linejoin: round; stroke-linecap: butt",
    }  # fmt: skip
    return ElementTree.tostring(root, encoding="unicode")


def _embed_dense(figure: Figure) -> None:
    """Have what has many points drawn as a picture, and pictures embedded as they are: the page makes them larger."""
    for axes in figure.axes:
        for line in axes.lines:
            line.set_rasterized(np.size(line.get_xdata()) > DENSE)
        for drawn in axes.collections:
            points = sum(np.size(path.vertices) // 2 for path in drawn.get_paths())
            drawn.set_rasterized(points * max(1, np.size(drawn.get_offsets()) // 2) > DENSE)
        for image in axes.images:
            if min(image.get_size()) >= FINE:
                image.set_interpolation("none")


def _strip(root: ElementTree.Element) -> None:
    """Leave out what the page has no use for: metadata, a style sheet that would be the whole page's, unused ids."""
    used = set(re.findall(r"#([\w-]+)", " ".join(value for one in root.iter() for value in one.attrib.values())))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style") or (child.tag == f"{SVG}defs" and not len(child)):
                parent.remove(child)
        if parent.attrib.get("id") not in used:
            parent.attrib.pop("id", None)


def _share_style(group: ElementTree.Element) -> None:
    """Say once what equal marks look like."""
    marks = [child for child in group if child.tag == f"{SVG}use"]
    styles = {child.get("style") for child in marks}
    if len(marks) > 1 and len(styles) == 1 and len(marks) == len(group):
        group.set("style", marks[0].get("style", ""))
        for mark in marks:
            mark.attrib.pop("style", None)


def _fit_into_page(element: ElementTree.Element) -> None:
    """The page's font and colours, short numbers, and links as HTML has them."""
    given = element.attrib
    if LINK in given:
        given["href"] = given.pop(LINK)
    element.text = visible(element.text) if element.text and element.text.strip() else None
    element.tail = None
    if given.get("transform", "").startswith("rotate(-0 "):
        del given["transform"]
    for name in ("d", "x", "y"):
        if name in given:
            given[name] = DIGITS.sub(r"\1", given[name])
    if "style" in given:
        style = LEFT_TO_PAGE.sub("", given["style"])
        for color, variable in VARIABLES.items():
            style = style.replace(color, variable)
        given["style"] = style
