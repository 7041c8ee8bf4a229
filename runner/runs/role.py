"""What a run of a sweep is for."""

from enum import StrEnum


class Role(StrEnum):
    """`search` is what a person asked for. Runs on fresh seeds `choose` among the best settings, `confirm` the chosen
    one, or are of the `default` setting, beside which that is seen; they are of both where these are one.
    """

    SEARCH = "search"
    CHOOSE = "choose"
    CONFIRM = "confirm"
    DEFAULT = "default"
