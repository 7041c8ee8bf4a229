"""What each cause is in words: for the terminal in a phrase, for docs/diagnoses.md in a few sentences.

A file for each family of rules. Those of a rule of your own: `TEXTS["my_cause"] = Text("words for it", page="...")`.
"""

from dataclasses import replace

from runner.diagnosis.texts import code, data, held_out, network, start, steps
from runner.diagnosis.texts.text import Text

__all__ = ["PAGE", "TEXTS", "Text", "words_of"]

PAGE = "docs/diagnoses.md"


class Texts(dict[str, Text]):
    """The text of each cause."""

    def __setitem__(self, cause: str, text: Text) -> None:
        """Add one. Raises TypeError for anything but a Text."""
        if not isinstance(text, Text):
            raise TypeError(f"TEXTS[{cause!r}] must be a Text(...), got {text!r}")
        super().__setitem__(cause, text)


TEXTS = Texts(
    (cause, replace(text, page=PAGE))
    for family in (code, data, held_out, network, start, steps)
    for cause, text in family.TEXTS.items()
)


def words_of(cause: str) -> str:
    """A cause as a phrase; that of a rule without words is its name."""
    return TEXTS[cause].words if cause in TEXTS else cause.replace("_", " ")
