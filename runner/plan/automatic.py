"""What `auto` stands for: the usual values, and on a table what suits it. Resolved before a spec exists.

`python -m benchmarks tables` measures the rule for tables; `docs/tables.md` has the results.
"""

import math
from collections.abc import Mapping
from typing import Any

from runner.runs.data import Facts
from runner.runs.field_types import AUTO
from runner.runs.spec import Component, Spec, TrainingSpec, component_model

# What stands in a spec for `auto`, unless the data is a table.
USUAL: dict[str, Any] = {
    "network.hidden": [6],
    "activation.name": "tanh",
    "optimizer.name": "sgd",
    "learning_rate": 0.1,
    "training.patience": None,
    "training.restore_best": False,
    "training.l2": 0.0,
    "data.validation_fraction": 0.0,
}
UNITS, ACTIVATION = 100, "relu"
EPOCHS, MOST_UPDATES = 200, 40_000
BATCH, LARGE_BATCH, LARGE = 32, 256, 10_000  # samples; the larger number above that many training rows
PATIENCE, VALIDATION, MOST_L2 = 20, 0.2, 0.05
FEWEST_TO_VALIDATE = 40  # rows; of fewer the validation part would say nothing
OPTIMIZER = "adam"
RATES = {"adam": 0.01, "adamw": 0.01, "nadam": 0.01, "rmsprop": 0.01, "adagrad": 0.1}
RATE_OF_OTHERS = 0.1


def without_auto(config: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """A config with the usual value in place of every `auto`, and the keys that had `auto`."""
    found, automatic = dict(config), set[str]()
    for key, usual in USUAL.items():
        section, _, name = key.rpartition(".")
        values = found.get(section) if section else found
        if isinstance(values, Mapping) and values.get(name) == AUTO:
            automatic.add(key)
            changed = {**values, name: usual}
            found = {**found, section: changed} if section else changed
    return found, frozenset(automatic)


def data_of_table(data: Component, facts: Facts, automatic: frozenset[str], key: str = "data") -> Component:
    """The data settings with everything decided that was detected about the data."""
    known = dict(data)
    found: dict[str, Any] = {"task": facts.task, "target": facts.target}
    changes = {key: value for key, value in found.items() if key in known}
    is_large = facts.n_samples >= FEWEST_TO_VALIDATE
    if f"{key}.validation_fraction" in automatic and known["folds"] is None and is_large:
        changes["validation_fraction"] = VALIDATION
    if facts.task == "classification":
        changes["target_scale"] = "none"
    return data.model_copy(update=changes)


def fitted(spec: Spec, facts: Facts, automatic: frozenset[str]) -> Spec:
    """A spec for a table, with a suitable value wherever `auto` was given."""
    optimizer, changes = spec.optimizer, dict[str, Any]()
    if "optimizer.name" in automatic:
        optimizer = changes["optimizer"] = component_model("optimizer", OPTIMIZER)(name=OPTIMIZER)
    if "learning_rate" in automatic:
        changes["learning_rate"] = RATES.get(optimizer.name, RATE_OF_OTHERS)
    if "network.hidden" in automatic:
        changes["network"] = spec.network.model_copy(update={"hidden": (UNITS,)})
    if "activation.name" in automatic:
        changes["activation"] = component_model("activation", ACTIVATION)(name=ACTIVATION)
    return spec.model_copy(update=changes | {"training": _fitted_training(spec.training, facts, automatic)})


def _fitted_training(training: TrainingSpec, facts: Facts, automatic: frozenset[str]) -> TrainingSpec:
    changes: dict[str, Any] = {}
    if facts.n_validation and facts.n_test:  # rows that chose the weights are not fit to report how good they are
        changes |= {"patience": PATIENCE} if "training.patience" in automatic else {}
        changes |= {"restore_best": True} if "training.restore_best" in automatic else {}
    if "training.l2" in automatic:
        changes["l2"] = l2_of(facts.n_train)
    if training.mode == "minibatch" and training.batch_size is None and facts.n_train > LARGE:
        changes["batch_size"] = LARGE_BATCH
    if training.epochs is None and training.steps is None:
        size = {"online": 1, "full": facts.n_train}.get(training.mode, changes.get("batch_size", training.batch_size))
        updates = math.ceil(facts.n_train / (size or BATCH))
        changes["epochs"] = max(1, min(EPOCHS, MOST_UPDATES // updates))
    return training.model_copy(update=changes)


def l2_of(rows: int) -> float:
    """The L2 strength that suits a table with this many training rows."""
    return float(f"{min(MOST_L2, 1 / rows):.2g}")


def notes_on(spec: Spec, facts: Facts, automatic: frozenset[str]) -> list[str]:
    """What `auto` was resolved to, in lines for the user."""
    sizes = zip(facts.sizes, ("to train on", "for validation", "for tests"), strict=True)
    lines = [f"rows: {', '.join(f'{size:,} {use}' for size, use in sizes if size)}"]
    if "data.validation_fraction" in automatic and not facts.n_validation:
        by = "test" if facts.n_test else "training"
        lines.append(
            f"no validation part: {facts.n_samples} rows are fewer than {FEWEST_TO_VALIDATE}, so the {by} rows rank "
            "settings, and their scores are optimistic"
        )
    if facts.n_validation and not facts.n_test:
        told = "scores are those of the validation rows; that of the best of several settings is optimistic"
        lines.append(f"no test rows: {told}")
    rate = f"{spec.optimizer.name} {spec.learning_rate:g}"
    said = {
        "network.hidden": " and ".join(f"{units} units" for units in spec.network.hidden),
        "activation.name": spec.activation.name if spec.network.activations is None else "",
        "optimizer.name": rate,
        "learning_rate": rate,
        "training.l2": f"l2 {spec.training.l2:g}",
        "training.patience": _patience(spec),
    }
    parts = dict.fromkeys(text for key, text in said.items() if key in automatic and text)
    return [*lines, f"auto: {', '.join(parts)}"] if parts else lines


def note_on_choosing(spec: Spec, facts: Facts) -> list[str]:
    """A warning for a run that stops, or restores weights, by the same held-out rows that it reports."""
    chooses = {
        "training.patience": spec.training.patience is not None,
        "training.restore_best": spec.training.restore_best,
    }
    looking = [key for key, does in chooses.items() if does]
    if not looking or (facts.n_validation and facts.n_test):
        return []
    part, other = ("validation", "test") if facts.n_validation else ("test", "validation")
    share = {"test": "data.test_fraction=0.25", "validation": "data.validation_fraction=0.2"}[other]
    look = "look" if len(looking) > 1 else "looks"
    return [
        f"{' and '.join(looking)} {look} at the {part} set, as there is no {other} part, so {part} scores are "
        f"optimistic; {share} makes one"
    ]


def _patience(spec: Spec) -> str:
    patience = spec.training.patience
    epochs = f"{spec.training.epochs} epochs" if spec.training.epochs else f"{spec.training.steps} steps"
    if patience is None:
        return epochs
    watched = "cost" if spec.score == AUTO else spec.score
    return f"at most {epochs}, stops when the validation {watched} has not improved for {patience} epochs"
