"""Networks with optimizers that learn the data sets of the corpus: what is changed into an ill run, and its twin."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """A network, its first weights, its optimizer and a rate that suits them."""

    name: str
    activation: str
    hidden: tuple[int, ...]
    init: tuple[str, ...]
    optimizer: str
    rate: float

    def overrides(self, rates: float = 1.0) -> tuple[str, ...]:
        """As settings; `rates` is what a data set wants rates to be multiplied by, of optimizers without scale."""
        times = rates if self.is_plain else 1.0
        hidden = ",".join(map(str, self.hidden))
        return (
            f"activation={self.activation}", f"network.hidden=[{hidden}]", *self.init,
            f"optimizer={self.optimizer}", f"learning_rate={self.rate * times:g}",
        )  # fmt: skip

    @property
    def is_plain(self) -> bool:
        """Whether steps are in proportion to the gradient."""
        return self.optimizer in ("sgd", "momentum", "nesterov")


NORMAL, GLOROT = ("init=normal",), ("init=glorot", "network.bias_init=zero")
HE = ("init=he", "network.bias_init=zero")
RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("tanh sgd", "tanh", (8,), NORMAL, "sgd", 0.1),
        Recipe("relu sgd", "relu", (16,), HE, "sgd", 0.05),
        Recipe("tanh adam", "tanh", (10,), GLOROT, "adam", 0.01),
        Recipe("tanh momentum", "tanh", (12,), NORMAL, "momentum", 0.02),
        Recipe("tanh deep", "tanh", (8, 8), NORMAL, "sgd", 0.1),
        Recipe("sigmoid adam", "sigmoid", (8,), NORMAL, "adam", 0.03),
        Recipe("relu deep", "relu", (12, 12), HE, "adam", 0.005),
        Recipe("elu nesterov", "elu", (12,), GLOROT, "nesterov", 0.01),
        Recipe("gelu rmsprop", "gelu", (12,), GLOROT, "rmsprop", 0.003),
    )
}  # fmt: skip
# The same with rates at which they still learn, and three times as much may be too much.
FAST = {
    recipe.name: recipe
    for recipe in (
        Recipe("fast tanh sgd", "tanh", (8,), NORMAL, "sgd", 0.4),
        Recipe("fast relu sgd", "relu", (16,), HE, "sgd", 0.15),
        Recipe("fast tanh adam", "tanh", (10,), GLOROT, "adam", 0.06),
        Recipe("fast tanh momentum", "tanh", (12,), NORMAL, "momentum", 0.06),
        Recipe("fast relu deep", "relu", (12, 12), HE, "adam", 0.02),
    )
}
