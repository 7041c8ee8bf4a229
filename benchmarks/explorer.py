"""The page that shows a sweep learning: how large it is, how long it takes to write, to open, and to move its slider.

A frame shows a whole sweep at one step. It is measured beside the pictures alone: all that are on the screen, with
nothing around them. Pictures are drawn twice as fine when the slider rests; a move is one that does not.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.markdown import markdown
from benchmarks.programs import timed

SWEEPS = {
    "80 x 2-4-1": ("data=quadrants", "network.hidden=[4]", "learning_rate=0.03,0.1,0.3,1", "seed=range(20)"),
    "80 x 1-6-1": ("data=sine", "learning_rate=0.03,0.1,0.3,1", "seed=range(20)"),
    "1,000 x 2-4-1": (
        "data=quadrants", "network.hidden=[4]", "activation=tanh,relu", "learning_rate=0.01,0.03,0.1,0.3,1",
        "seed=range(100)",
    ),
}  # fmt: skip
SPEEDS = ("training.epochs=50", "tracking.plots=none", "tracking.report=false", "diagnose=off")
MOVES = 30
# One move of the slider with all that follows it; then the pictures that are on the screen, alone.
MEASURE = """async moves => {
  const slider = document.getElementById("time"), found = {move: [], pictures: [], drawn: 0, near: 0};
  const near = () => [...wall.panels].filter(([, panel]) => panel.isNear);
  for (let turn = 0; turn < moves; turn += 1) {
    await new Promise(requestAnimationFrame);
    const before = drawn.panels, start = performance.now();
    slider.value = String(1 + turn % (Number(slider.max) - 1));
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    found.move.push(performance.now() - start);
    found.drawn = Math.max(found.drawn, drawn.panels - before);
    const alone = performance.now();
    for (const [run, panel] of near()) drawPicture(panel.canvas, run, step(), SMALL);
    found.pictures.push(performance.now() - alone);
  }
  found.near = near().length;
  return found;
}"""


def tables(quick: bool) -> Iterator[str]:
    """Markdown; a short form has one sweep."""
    rows = [_row(name, SWEEPS[name]) for name in list(SWEEPS)[: 1 if quick else None]]
    header = [
        "sweep", "MB", "write s", "write / read", "open s", "move ms, best", "move ms, median", "move / pictures",
        "pictures a move", "on screen", "runs",
    ]  # fmt: skip
    yield f"The page of a sweep, in Chromium without a GPU:\n\n{markdown(header, rows)}\n"


def _row(name: str, overrides: tuple[str, ...]) -> list[str]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        timed(("-m", "runner", "-m", *overrides, *SPEEDS), folder)
        timed(("-m", "runner.explore", "--out", "page.html"), folder)
        wrote = json.loads(_said(folder))
        opened, found = _in_browser(folder / "page.html")
        size = (folder / "page.html").stat().st_size / 1e6
    move, pictures = found["move"], found["pictures"]
    ratio = statistics.median(a / b for a, b in zip(move, pictures, strict=True) if b)
    return [
        name, f"{size:.2f}", f"{wrote['write']:.2f}", f"{wrote['write'] / wrote['read']:.2f}", f"{opened:.2f}",
        f"{min(move):.1f}", f"{statistics.median(move):.1f}", f"{ratio:.2f}",
        f"{found['drawn']}", f"{found['near']}", f"{wrote['runs']:,}",
    ]  # fmt: skip


def _said(folder: Path) -> str:
    """How many processor seconds reading a sweep takes and writing its page, without imports."""
    program = (
        "import json, time\nfrom runner.findings.loading import load_sweep\n"
        "from runner.findings.explorer.writing import page_of\n"
        "load_sweep(with_snapshots=True)\nstart = time.process_time()\n"
        "sweep = load_sweep(with_snapshots=True)\nread = time.process_time() - start\npage_of(sweep)\n"
        "start = time.process_time()\npage_of(sweep)\nwrite = time.process_time() - start\n"
        "open('times.json', 'w').write(json.dumps({'read': read, 'write': write, 'runs': len(sweep.results)}))\n"
    )
    timed(("-c", program), folder)
    return (folder / "times.json").read_text()


def _in_browser(file: Path) -> tuple[float, dict[str, Any]]:
    """Seconds until a page is there with all pictures on the screen, and what its slider's moves take."""
    from tests.end_to_end.browser.chromium import new_page, open_browser

    with open_browser() as browser:
        page = new_page(browser, 1280, 880).page
        started = time.perf_counter()
        page.goto(file.as_uri())
        page.locator("html[data-ready='1']").wait_for(state="attached")
        opened = time.perf_counter() - started
        page.wait_for_timeout(2000)
        return opened, dict(page.evaluate(MEASURE, MOVES))
