"""Stacks for the tests. Everything about a run follows from the structure and the run's own seed, as in a sweep."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial, reduce
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nn.activations import ACTIVATIONS
from nn.batches import Batches, FreshBatches, FullBatches, ShuffledBatches, SliceBatches, paired
from nn.class_weights import ClassWeights, balanced
from nn.classes import TIE
from nn.faults import FAULTS
from nn.initializers import INITIALIZERS
from nn.metrics import METRICS, rmse
from nn.network import Network
from nn.optimizers import OPTIMIZERS
from nn.registry import Array, Order, Registry
from nn.schedules import SCHEDULES
from nn.signals import Recording
from nn.stack import Data, Descent, Regularisation, Stack, Stopping, Trained
from nn.training import train
from tests.nn.components import altered, defaults, labels, make_loss, per_run, plateaus_of, shared

BATCHES = ("full", "shuffled", "fresh", "given", "cyclic")
EXTRAS = ("l2", "clip_value", "clip_norm")
accuracy = METRICS.metric("accuracy").of_outputs(0.5, TIE)  # of outputs and targets
GROUPS = {"data": Data, "descent": Descent, "stopping": Stopping, "regularisation": Regularisation}


@dataclass(frozen=True)
class Structure:
    """What the runs of a stack share. The schedule `None` gives every run one of its own.

    The memory order `None` is the one that training chooses for the shape.
    """

    sizes: tuple[int, ...] = (2, 5, 3, 2)
    activation: str = "tanh"
    output: str = "identity"
    loss: str = "half_mse"
    bias: bool = True
    dtype: type[np.floating[Any]] = np.float64
    optimizer: str = "sgd"
    init: str = "glorot"
    random_bias: bool = True
    schedule: str | None = None
    batches: str = "shuffled"
    batch_size: int = 4
    n: int = 10
    n_test: int = 7
    evaluations: tuple[int, ...] = (0, 1, 5, 12)
    extras: tuple[str, ...] = ()
    input: str = "identity"
    reduction: Literal["mean", "sum"] = "mean"
    shown: str | None = None
    online: bool = False
    faults: tuple[str, ...] = ()
    order: Order | None = None
    weighted: bool = False

    @property
    def network(self) -> Network:
        network = Network(
            self.sizes,
            ACTIVATIONS[self.activation](),
            ACTIVATIONS[self.output](),
            make_loss(self.loss),
            self.bias,
            self.dtype,
            ACTIVATIONS[self.input](),
            self.reduction,
            make_loss(self.shown) if self.shown else None,
        )
        return reduce(lambda one, fault: FAULTS[fault](one), self.faults, network)

    @property
    def classifies(self) -> bool:
        return make_loss(self.loss).only_task == "classification"


@dataclass(frozen=True)
class Run:
    """One run: its arrays, its draws and its numbers."""

    train: tuple[Array, Array]
    test: tuple[Array, Array]
    parameters: Array
    order: np.random.Generator
    pairing: np.random.Generator
    draw: Callable[[int], tuple[Array, Array]]
    learning_rate: float
    hyperparameters: dict[str, float]
    schedule: partial[Array]
    extras: dict[str, float]


def make_run(structure: Structure, seed: int) -> Run:
    children = np.random.SeedSequence(seed).spawn(6)
    data, init, order, fresh, numbers, pairing = (np.random.default_rng(child) for child in children)
    return Run(
        train=draw_samples(structure, data, structure.n),
        test=draw_samples(structure, data, structure.n_test),
        parameters=structure.network.initialize(init, _initializer(structure, seed), 9 * structure.random_bias),
        order=order,
        pairing=pairing,
        draw=partial(draw_samples, structure, fresh),
        learning_rate=float(10 ** numbers.uniform(-2, -0.3)),
        hyperparameters=per_run(_settings(OPTIMIZERS, structure.optimizer, numbers)),
        schedule=_schedule(structure, numbers),
        extras={name: float(numbers.uniform(0.05, 0.5)) for name in EXTRAS},
    )


def draw_samples(structure: Structure, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Inputs in [-1, 1] and smooth targets inside (0, 1), or one-hot classes (0 or 1 for a single output)."""
    d_in, d_out = structure.sizes[0], structure.sizes[-1]
    X = rng.uniform(-1, 1, (n, d_in))
    score = np.cos(3 * X @ np.ones((d_in, d_out)) + np.arange(d_out))
    if not structure.classifies:
        return X, 0.5 + 0.4 * score
    classes = (score > 0).astype(float) if d_out == 1 else np.eye(d_out)[score.argmax(axis=1)]
    return X, labels(structure.loss, classes)


def build_stack(structure: Structure, seeds: Sequence[int]) -> Stack:
    """The stack of the runs with these seeds; runs do not know of each other here either."""
    runs = [make_run(structure, seed) for seed in seeds]
    X_train, Y_train = stacked([run.train for run in runs], structure.dtype)
    X_test, Y_test = stacked([run.test for run in runs], structure.dtype)
    extras = {name: np.array([run.extras[name] for run in runs]) for name in structure.extras}
    weights = np.stack([balanced(run.train[1], 0.5) for run in runs])  # smooth targets are read as classes too
    names = runs[0].hyperparameters
    return grouped(
        network=structure.network,
        parameters=np.stack([run.parameters for run in runs]),
        batches=make_batches(structure, runs, X_train, Y_train),
        X_train=X_train,
        Y_train=Y_train,
        X_test=X_test if structure.n_test else None,
        Y_test=Y_test if structure.n_test else None,
        metric=accuracy if structure.classifies else rmse,
        optimizer=OPTIMIZERS.optimizer(structure.optimizer, **shared(defaults(OPTIMIZERS, structure.optimizer))),
        hyperparameters={name: np.array([run.hyperparameters[name] for run in runs]) for name in names},
        learning_rate=np.array([run.learning_rate for run in runs]),
        schedules=[run.schedule for run in runs],
        plateaus=plateaus_of([run.schedule for run in runs]),
        evaluations=structure.evaluations,
        stop_cost=np.full(len(runs), -np.inf),
        patience=np.full(len(runs), np.inf),
        decayed=weights_only(structure.network),
        online=structure.online,
        class_weights=ClassWeights(weights, 0.5) if structure.weighted else None,
        recording=Recording(ACTIVATIONS[structure.activation](), is_full=True),
        **extras,
    )


def grouped(**values: Any) -> Stack:
    """A stack from its fields and those of its groups, side by side."""
    own, of_groups = _apart(values)
    return Stack(**own, **{group: GROUPS[group](**of_groups[group]) for group in GROUPS})


def changed(stack: Stack, **values: Any) -> Stack:
    """The stack with other values for some of its fields or of those of its groups."""
    own, of_groups = _apart(values)
    return replace(stack, **own, **{name: replace(getattr(stack, name), **of_groups[name]) for name in GROUPS})


def _apart(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    names = {group: {field.name for field in fields(kind)} for group, kind in GROUPS.items()}
    of_groups = {group: {name: values[name] for name in values if name in names[group]} for group in GROUPS}
    return {name: values[name] for name in values if name not in set().union(*names.values())}, of_groups


def make_batches(structure: Structure, runs: Sequence[Run], X: Array, Y: Array) -> Batches:
    size = structure.n if structure.batches == "full" else structure.batch_size
    order = structure.order or structure.network.memory_order(size)
    pairing, rngs = structure.network.pairing, [run.pairing for run in runs]
    X, Y = pairing(X, Y, rngs)
    draws = [paired(run.draw, pairing, rng) for run, rng in zip(runs, rngs, strict=True)]
    if structure.batches == "full":
        return FullBatches(X, Y, order)
    if structure.batches == "shuffled":
        return ShuffledBatches(X, Y, structure.batch_size, [run.order for run in runs], order=order)
    if structure.batches in ("given", "cyclic"):
        return SliceBatches(X, Y, structure.batch_size, cyclic=structure.batches == "cyclic", order=order)
    return FreshBatches(draws, structure.batch_size, structure.dtype, ahead=16, order=order)


def stacked(pairs: Sequence[tuple[Array, Array]], dtype: type[np.floating[Any]]) -> tuple[Array, Array]:
    return np.stack([X for X, _ in pairs]).astype(dtype), np.stack([Y for _, Y in pairs]).astype(dtype)


def weights_only(network: Network) -> Array:
    """1 for weights, 0 for biases."""
    mask = np.zeros((1, network.n_parameters), dtype=network.dtype)
    for W, _ in network.layers(mask):
        W[...] = 1
    return mask[0]


def difference(together: Trained, index: int, alone: Trained) -> list[str]:
    """What differs, to the last bit, between a run inside a stack and the same run trained alone."""
    pairs: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {
        "parameters": (together.parameters[index], alone.parameters[0]),
        "last_step": (together.last_step[index], alone.last_step[0]),
        "outcome": (np.array(together.outcomes[index]), np.array(alone.outcomes[0])),
        **{f"state {k}": (s[index], alone.state[k][0]) for k, s in enumerate(together.state)},
        **{series: (values[index], alone.history[series][0]) for series, values in together.history.items()},
    }
    signals = together.of(index).signals, alone.of(0).signals
    pairs |= {f"signal {name}": (values, signals[1][name]) for name, values in signals[0].items()}
    return [what for what, (one, other) in pairs.items() if one.tobytes() != other.tobytes()]


def check_alone_and_together(structure: Structure, seeds: Sequence[int], positions: Sequence[int]) -> Trained:
    """Asserts that the runs at these positions have the same bits alone; returns the stack's result."""
    network, together = structure.network, train(build_stack(structure, seeds))
    for position in positions:
        alone = train(build_stack(structure, [seeds[position]]))
        assert difference(together, position, alone) == []
        for n in (1, 6):
            X = np.random.default_rng(n).uniform(-1, 1, (1, n, structure.sizes[0]))
            with np.errstate(all="ignore"):  # a network that nearly diverged may overflow on other inputs
                outputs, outputs_alone = (network.predict(one.parameters, X) for one in (together, alone))
            assert outputs[position].tobytes() == outputs_alone[0].tobytes()
    return together


def _initializer(structure: Structure, seed: int) -> Callable[..., Array]:
    name = structure.init
    settings = altered(INITIALIZERS, name) if seed % 2 else defaults(INITIALIZERS, name)
    return partial(INITIALIZERS[name], **settings)


def _schedule(structure: Structure, numbers: np.random.Generator) -> partial[Array]:
    names = list(SCHEDULES)
    name = structure.schedule or names[int(numbers.integers(len(names)))]
    settings = _settings(SCHEDULES, name, numbers)
    return partial(SCHEDULES[name], n_steps=structure.evaluations[-1], **settings)


def _settings(registry: Registry[Any], name: str, numbers: np.random.Generator) -> dict[str, Any]:
    """Per setting the default or another value."""
    plain, other = defaults(registry, name), altered(registry, name)
    return {setting: (plain, other)[int(numbers.integers(2))][setting] for setting in plain}
