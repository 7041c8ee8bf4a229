"""The pictures of a sweep as matplotlib figures, to change and save."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from runner.base.errors import UserError
from runner.base.texts import listed
from runner.findings.artist import Artist
from runner.findings.findings import Findings
from runner.findings.numbers.scores import survivors
from runner.findings.pictures import Gone
from runner.findings.rendering import DRAWING
from runner.findings.sketch import Sketch
from runner.runs.overrides import settings_in

if TYPE_CHECKING:
    from runner.findings.figures.whole import Whole


class Plots:
    """The pictures of the report, each as one figure. With several data sets, `data` names one (default: the first).

    Each method raises UserError if there is nothing to show, or if the sweep has no data set of that name.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def __repr__(self) -> str:
        return "<pictures: .curves(), .scores(), .fits(), .effects(), .heatmaps(); one is a figure of matplotlib>"

    def curves(self, data: str | None = None) -> "Whole":
        """Training cost over the steps, for each setting."""
        return self._figure("curves", lambda artist: artist.curves(), data)

    def scores(self, data: str | None = None) -> "Whole":
        """The final score of every run, with the baselines that need no network."""
        return self._figure("scores", lambda artist: artist.scores(), data)

    def fits(self, data: str | None = None) -> "Whole":
        """What the networks learned, drawn over the data."""
        return self._figure("fits", lambda artist: artist.fits(), data)

    def effects(self, data: str | None = None) -> "Whole":
        """The effect of each swept key on the score; needs several keys."""
        return self._figure("effects", lambda artist: artist.effects(), data)

    def heatmaps(self, data: str | None = None) -> "Whole":
        """The score by each pair of swept keys."""
        return self._figure("heatmaps", lambda artist: artist.heatmaps(), data)

    def _figure(self, name: str, draw: Callable[[Artist], Sketch | None], data: str | None) -> "Whole":
        part = self._part(data)
        about = f" ({part.label})" if part.label else ""
        results = survivors(part.results, settings_in(part.keys))
        if not any(one.history.get("step") for one in results):
            raise UserError("no run was trained, so there is nothing to show")
        sketch = draw(Artist(results, part.keys, about, Gone().data_of, bool(part.about.space)))
        if sketch is None:
            raise UserError(f"{part.about.name} has nothing to show as {name}")
        from runner.findings import figures
        from runner.findings.figures.whole import whole_of

        with DRAWING:
            return whole_of(getattr(figures, sketch.draw)(*sketch.arguments))

    def _part(self, data: str | None) -> Findings:
        parts = {one.label or one.results[0].spec.data.name: one for one in self._findings.parts}
        if data is None:
            return next(iter(parts.values()))
        if not isinstance(data, str) or data not in parts:
            there = f"there are {listed(list(parts))}" if len(parts) > 1 else "all are on the same data: leave it out"
            raise UserError(f"there are no runs on the data {data!r}; {there}")
        return parts[data]
