"""The explorer page of a sweep inside a notebook."""

from dataclasses import dataclass, field
from html import escape

HEIGHT = 900  # pixels, of which a sweep of some ten networks fills most


@dataclass(frozen=True)
class Page:
    """The explorer page of a sweep: `html` is the whole file."""

    title: str
    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        """HTML for a notebook: a frame whose scripts reach nothing outside of it."""
        return (
            f'<iframe title="{escape(self.title)}" srcdoc="{escape(self.html)}" width="100%" height="{HEIGHT}" '
            'sandbox="allow-scripts allow-downloads allow-popups" style="border:0"></iframe>'
        )
