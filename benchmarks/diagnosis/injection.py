"""What a cause of the corpus is: how it is put into a run that learns, how strongly, and what else it may be called."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.diagnosis.entries import Settings, Severity
from benchmarks.diagnosis.recipes import RECIPES, Recipe
from benchmarks.diagnosis.sources import SOURCES, TABLES, Source, table

Make = Callable[[Recipe, Source], Settings]
ALL, NETWORKS = tuple(SOURCES), tuple(RECIPES)
OF_TABLES = tuple(name for name, one in SOURCES.items() if one.is_table)
NUMBERS = tuple(name for name, one in SOURCES.items() if one.task == "regression")
TABLED_NUMBERS = tuple(name for name in NUMBERS if name in OF_TABLES)
PLAIN = tuple(name for name, one in RECIPES.items() if one.is_plain)
FITTING = ("tanh adam", "relu deep", "tanh momentum", "gelu rmsprop")  # which learn samples by heart
RELU = ("relu sgd", "relu deep")
CURVED = tuple(name for name in ALL if name not in ("blobs", "five"))  # what no straight line or plane answers
FEW = tuple(name for name in TABLES if name.startswith(("few", "wide")))
# Settings that make the same path as others do: each name is right.
SLOW = frozenset({"lr_low", "too_few_steps", "decay_fast", "clip_tight", "batch_large"})
LEARNED = frozenset({"overfit", "too_few_samples"})
SCALES = frozenset({"unscaled_inputs", "unequal_inputs"})
NARROW = frozenset({"bad_start", "too_small"})
GRADIENT = ("missing_derivative", "derivative_of_activated", "transposed_gradient", "weights_subtracted",
            "missing_factor", "stale_pre_activation", "broadcast_update")  # fmt: skip
OF_RELU = ("softplus_as_relu_derivative", "sigmoid_as_relu_derivative")


@dataclass(frozen=True)
class Injection:
    """A cause with one value of it: what it sets, where it is put in, and what else its run may be called.

    `change` is the copy of the table that it trains on, `twin` what its healthy twin has besides.
    `rival` is what another run on the same samples has, which must be better too: where no network learns more from
    them, this one is as healthy as they allow.
    """

    cause: str
    severity: Severity
    make: Make
    sources: Sequence[str] = ALL
    recipes: Sequence[str] = NETWORKS
    accepted: frozenset[str] = frozenset()
    change: str = ""
    twin: Settings = ()
    rival: Settings = ()

    @property
    def is_slow(self) -> bool:
        """Whether a rate ten times as high may cure it too: then that is tried."""
        return self.cause in ("bad_start", "no_bias", "input_squash")

    @property
    def depends_on_seed(self) -> bool:
        """Whether a run has the cause where other seeds of the same settings learn."""
        return self.cause == "bad_start"

    def base(self, source: str) -> Source:
        """The data that it trains on."""
        return table(source, self.change) if source in TABLES else SOURCES[source]

    def healthy(self, source: str) -> Source:
        """The data of its twin: the same where a change alone does no harm."""
        is_same = source not in TABLES or self.change in ("sorted", "positive")
        return self.base(source) if is_same else table(source)


def setting(*settings: str) -> Make:
    """The same settings everywhere."""
    return lambda recipe, source: settings


def rate_by(times: float, *settings: str) -> Make:
    """A multiple of the rate that suits, with other settings."""

    def make(recipe: Recipe, source: Source) -> Settings:
        rate = recipe.rate * (source.rates if recipe.is_plain else 1.0)
        return (f"learning_rate={rate * times:g}", *settings)

    return make


def where(holds: bool, names: Iterable[str]) -> frozenset[str]:
    """Other names that are right, where that holds."""
    return frozenset(names if holds else ())
