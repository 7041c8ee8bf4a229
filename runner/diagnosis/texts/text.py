"""What a cause is in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A cause: `words` complete "a run does not learn: ...", the others are sentences.

    `what` says what is wrong, `looks` how a person sees it, `found` what is measured, and `cure` what to do. `page` is
    where there is more: a file or an address. `shows` are command lines that train a run with this cause.
    """

    words: str
    what: str = ""
    looks: str = ""
    found: str = ""
    cure: str = ""
    page: str = ""
    shows: tuple[str, ...] = ()
