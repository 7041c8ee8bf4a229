"""Spaces as the application reads them from what is typed."""

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from runner.search.space import Space
from tests.runner.building import loader

RATE, LOG_RATE = "learning_rate=interval(0.2,0.7)", "learning_rate=tag(log,interval(0.001,1))"
MOMENTUM = "optimizer.momentum=interval(0.5,0.99)"


def read(*typed: str) -> list[Override]:
    return OverridesParser.create(config_loader=loader()).parse_overrides(list(typed))


def space_of(*typed: str, digits: int = 3) -> Space:
    return Space.of(read("search=random", *typed), digits)


def numbers_of(settings: list[tuple[str, ...]], key: str) -> list[float]:
    """The numbers of a key in the settings that have it."""
    pairs = [one.split("=") for setting in settings for one in setting]
    return [float(value) for name, value in pairs if name == key]
