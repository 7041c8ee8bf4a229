"""From specs and their data to the arrays and functions of a stack that `nn` trains."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from nn.batches import Batches, FreshBatches, FullBatches, ShuffledBatches, SliceBatches, paired
from nn.class_weights import ClassWeights, balanced
from nn.dropout import Dropout
from nn.initializers import INITIALIZERS
from nn.metrics import METRICS
from nn.network import Network, as_given
from nn.optimizers import OPTIMIZERS
from nn.registry import Array, Order
from nn.schedules import SCHEDULES
from nn.stack import Data, Descent, Plateaus, Regularisation, Stack, Stopping
from runner.runs.data import Prepared, generator
from runner.runs.field_types import AUTO
from runner.runs.shape import Shape, evaluation_steps, shared_settings
from runner.runs.spec import Spec, score_of


def build_stack(
    network: Network,
    specs: Sequence[Spec],
    prepared: Sequence[Prepared],
    shape: Shape,
    parameters: Array,
    state: Sequence[Array] | None = None,
) -> Stack:
    """The arrays and functions that `nn` trains, one entry along the run axis per spec."""
    first, metric = specs[0], METRICS.metric(score_of(specs[0], prepared[0].samples.task))
    data = _data(prepared, network, first.dtype)
    batches = _batches(network, specs, prepared, data.X_train, data.Y_train)
    stopping = _stopping(specs, shape, metric.sign, "validation" if data.X_validation is not None else "test")
    return Stack(
        network=network,
        parameters=parameters,
        batches=batches,
        data=data,
        metric=metric.of_outputs(prepared[0].threshold, prepared[0].tie),
        descent=_descent(specs, shape, state, stopping),
        evaluations=evaluation_steps(shape.n_steps, first.training.evaluations),
        stopping=stopping,
        regularisation=_regularisation(network, specs),
        online=first.training.online_cost,
        in_units=metric.needs_units or (metric.of == "numbers" and data.target_log),
        class_weights=_class_weights(first, prepared),
        dropout=_dropout(network, specs, batches.order),
    )


def _data(prepared: Sequence[Prepared], network: Network, dtype: str) -> Data:
    wider = network.sizes[-1] // prepared[0].Y_train.shape[1]  # more than 1 where a fault has widened the output
    is_tested, is_validated = len(prepared[0].X_test) > 0, len(prepared[0].X_validation) > 0
    return Data(
        X_train=_stacked((data.X_train for data in prepared), dtype),
        Y_train=_stacked((data.Y_train for data in prepared), dtype, wider),
        X_test=_stacked((data.X_test for data in prepared), dtype) if is_tested else None,
        Y_test=_stacked((data.Y_test for data in prepared), dtype, wider) if is_tested else None,
        X_validation=_stacked((data.X_validation for data in prepared), dtype) if is_validated else None,
        Y_validation=_stacked((data.Y_validation for data in prepared), dtype, wider) if is_validated else None,
        target_shift=np.array([data.scaling.y_shift for data in prepared]),
        target_scale=np.array([data.scaling.y_scale for data in prepared]),
        target_log=prepared[0].scaling.y_log,
    )


def _descent(specs: Sequence[Spec], shape: Shape, state: Sequence[Array] | None, stopping: Stopping) -> Descent:
    return Descent(
        optimizer=OPTIMIZERS.optimizer(specs[0].optimizer.name, **shared_settings(specs[0])),
        hyperparameters=_hyperparameters(specs),
        learning_rate=np.array([spec.learning_rate for spec in specs]),
        schedules=[
            partial(SCHEDULES[spec.schedule.name], n_steps=shape.n_steps, **spec.schedule.settings()) for spec in specs
        ],
        state=state,
        plateaus=_plateaus(specs, shape, stopping.watched),
    )


def _plateaus(specs: Sequence[Spec], shape: Shape, watched: tuple[str, int]) -> Plateaus | None:
    """What lowers the rates of runs with `schedule=plateau`, and of no others.

    It watches what patience does, but where that would be test samples the training cost.
    """
    settings = [spec.schedule.settings() if spec.schedule.name == "plateau" else {} for spec in specs]
    if not any(settings):
        return None
    return Plateaus(
        factor=np.array([one.get("factor", 1.0) for one in settings]),
        patience=np.array([_patience_steps(one.get("patience"), shape) for one in settings]),
        threshold=np.array([one.get("threshold", 0.0) for one in settings]),
        least=np.array([one.get("least", 1.0) for one in settings]),
        watched=watched if watched[0].startswith("validation") else ("train_cost", -1),
    )


def _stopping(specs: Sequence[Spec], shape: Shape, sign: int, part: str) -> Stopping:
    """When runs end early; what patience watches is measured on a `part` of the samples."""
    training = [spec.training for spec in specs]
    return Stopping(
        stop_cost=np.array([-np.inf if one.stop_cost is None else one.stop_cost for one in training]),
        patience=np.array([_patience_steps(one.patience, shape) for one in training]),
        watched=(f"{part}_cost", -1) if specs[0].score == AUTO else (f"{part}_metric", sign),
        restore_best=specs[0].training.restore_best,
    )


def _regularisation(network: Network, specs: Sequence[Spec]) -> Regularisation:
    training = [spec.training for spec in specs]
    return Regularisation(
        decayed=_decayed(network, specs[0]),
        l2=_optional([one.l2 or None for one in training]),
        clip_value=_optional([one.clip_value for one in training]),
        clip_norm=_optional([one.clip_norm for one in training]),
        l1=_optional([one.l1 or None for one in training]),
    )


def _class_weights(first: Spec, prepared: Sequence[Prepared]) -> ClassWeights | None:
    """Each run's own, from its training rows; planning never mixes runs with and without."""
    if first.training.class_weights == "none":
        return None
    threshold = prepared[0].threshold
    return ClassWeights(np.stack([balanced(data.Y_train, threshold) for data in prepared]), threshold)


def _dropout(network: Network, specs: Sequence[Spec], order: Order) -> Dropout | None:
    """None where no run leaves a unit out; a run that does not may be beside others that do."""
    rates, units = np.array([spec.training.dropout for spec in specs]), network.sizes[1:-1]
    if not rates.any() or not units:
        return None
    return Dropout(units, rates, [generator(spec.seed, "dropout") for spec in specs], network.dtype, order)


def _stacked(arrays: Iterable[Array], dtype: str, copies: int = 1) -> Array:
    """One array with the runs first; `copies` repeats every column of the targets."""
    return np.repeat(np.stack(list(arrays)), copies, axis=-1).astype(dtype)


def _hyperparameters(specs: Sequence[Spec]) -> dict[str, Array]:
    """The optimizer's settings that every run may have its own of, `(runs,)` by name."""
    shared = shared_settings(specs[0])
    names = [name for name in specs[0].optimizer.settings() if name not in shared]
    return {name: np.array([spec.optimizer.settings()[name] for spec in specs]) for name in names}


def first_parameters(
    network: Network, specs: Sequence[Spec], starts: Sequence[Array | None], drawn: tuple[int, ...]
) -> Array:
    """The initial parameters `(runs, P)`: those of another run, or drawn by `init`.

    `drawn` are the units of the layers to draw weights for; a network that a fault widened has more.
    """
    narrow = replace(network, sizes=drawn)
    first = np.stack(
        [_drawn(narrow, spec) if start is None else start for spec, start in zip(specs, starts, strict=True)]
    )
    if network.sizes == drawn:
        return first
    parameters = np.zeros((len(specs), network.n_parameters), dtype=network.dtype)
    for into, start in zip(network.layers(parameters), narrow.layers(first), strict=True):
        for part, values in zip(into, start, strict=True):
            if part is not None and values is not None:
                part[...] = values  # the one output that was drawn, in every column
    return parameters


def _drawn(network: Network, spec: Spec) -> Array:
    initializer = partial(INITIALIZERS[spec.init.name], **spec.init.settings())
    n_layers = len(network.shapes)
    drawn_biases = {"zero": 0, "init": n_layers, "hidden": n_layers - 1}[spec.network.bias_init]
    return network.initialize(generator(spec.seed, "init"), initializer, drawn_biases)


def _batches(network: Network, specs: Sequence[Spec], prepared: Sequence[Prepared], X: Array, Y: Array) -> Batches:
    training = specs[0].training
    size = X.shape[1] if training.mode == "full" else training.batch_size
    assert size is not None
    order, draws = network.memory_order(size), [data.draw for data in prepared if data.draw is not None]
    if network.pairing is not as_given:
        rngs = [generator(spec.seed, "pairing") for spec in specs]
        X, Y = network.pairing(X, Y, rngs)
        draws = [paired(draw, network.pairing, rng) for draw, rng in zip(draws, rngs, strict=False)]
    if training.mode == "full":
        return FullBatches(X, Y, order)
    if training.order == "fresh":
        return FreshBatches(draws, size, X.dtype, order=order)
    if training.order in ("given", "cyclic"):
        return SliceBatches(X, Y, size, cyclic=training.order == "cyclic", order=order)
    return ShuffledBatches(X, Y, size, [generator(spec.seed, "shuffle") for spec in specs], order=order)


def _optional(values: Sequence[float | None]) -> Array | None:
    """Per-run values, or None when the stack does without; planning never mixes the two."""
    present = [value for value in values if value is not None]
    return np.array(present) if present else None


def _patience_steps(epochs: int | None, shape: Shape) -> float:
    """Patience is given in epochs."""
    return np.inf if epochs is None else epochs * shape.steps_of_epoch


def _decayed(network: Network, spec: Spec) -> Array:
    """1 for the parameters that L1 and L2 pull towards zero, the weights or all, and 0 for the others."""
    mask = np.full((1, network.n_parameters), float(spec.training.l2_of == "all"), dtype=network.dtype)
    for W, _ in network.layers(mask):
        W[...] = 1
    return np.asarray(mask[0])
