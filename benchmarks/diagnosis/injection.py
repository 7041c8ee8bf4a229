"""What a cause of the corpus is: how it is put into a run that learns, and how strongly."""

from collections.abc import Callable, Sequence
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
# Causes that look alike, as they make the same path or have the same fix: all of them are taken out of the list where a
# run is to be judged without its cause.
FAMILIES = (
    frozenset({"lr_low", "too_few_steps", "decay_fast", "clip_tight", "batch_large"}),
    frozenset({"overfit", "too_few_samples"}),
    frozenset({"unscaled_inputs", "unequal_inputs"}),
    frozenset({"bad_start", "too_small"}),
)
GRADIENT = ("missing_derivative", "derivative_of_activated", "transposed_gradient", "weights_subtracted",
            "missing_factor", "stale_pre_activation", "broadcast_update")  # fmt: skip
OF_RELU = ("softplus_as_relu_derivative", "sigmoid_as_relu_derivative")


@dataclass(frozen=True)
class Injection:
    """A cause with one value of it: what it sets, and where it is put in.

    `change` is the copy of the table that it trains on, `twin` what its healthy twin has besides.
    """

    cause: str
    severity: Severity
    make: Make
    sources: Sequence[str] = ALL
    recipes: Sequence[str] = NETWORKS
    change: str = ""
    twin: Settings = ()

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


def alike(cause: str) -> frozenset[str]:
    """A cause with those that look like it."""
    return next((family for family in FAMILIES if cause in family), frozenset({cause}))
