"""What each cause is in words: for the terminal in a phrase, for docs/diagnoses.md in a few sentences.

A file for each family of rules.
"""

from runner.diagnosis.texts import code, data, held_out, network, start, steps
from runner.diagnosis.texts.text import Text

__all__ = ["TEXTS", "Text", "words_of"]

TEXTS = code.TEXTS | data.TEXTS | held_out.TEXTS | network.TEXTS | start.TEXTS | steps.TEXTS


def words_of(cause: str) -> str:
    """A cause as a phrase; that of a rule of one's own is its name."""
    return TEXTS[cause].words if cause in TEXTS else cause.replace("_", " ")
