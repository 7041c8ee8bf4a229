"""From composed configs to specs: every job is checked before the first one trains, all problems told at once."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from nn.activations import ACTIVATIONS
from nn.losses import LOSSES
from runner.components import REGISTRIES
from runner.datasets.samples import DataError
from runner.errors import Problem, unknown
from runner.explaining import explain_all, with_origin
from runner.planning import n_parameters, sizes_of
from runner.preparation import Facts, find_facts
from runner.spec import AUTO, Component, DataCommon, NetworkSpec, Single, Spec, TrainingSpec, component_model

DEFAULT_BATCH_SIZE = 32
APPLICATION_KEYS = ("modules", "tracking", "workers")
# What `loss=auto` stands for in a classification; everything else gets the half mean squared error.
AUTO_LOSSES = {"sigmoid": "binary_cross_entropy", "softmax": "softmax_cross_entropy"}
MODELS: dict[str, type[BaseModel]] = {"network": NetworkSpec, "training": TrainingSpec}


class SpecBuilder:
    """Builds specs from configs and remembers the facts of each data set, which is looked at once per setting."""

    def __init__(self) -> None:
        self._facts: dict[Component, Facts | DataError] = {}

    def build(self, config: Mapping[str, Any], overrides: Sequence[str]) -> Spec | list[Problem]:
        """The spec that a config describes, or everything that is wrong with it."""
        problems: list[Problem] = []
        parts: dict[str, Any] = {}
        single = {key: config[key] for key in Single.model_fields if key in config}
        for key, value in {"": single, **config}.items():
            if key in APPLICATION_KEYS or key in single:
                continue
            try:
                parts |= _part(key, value)
            except ValidationError as error:
                problems += explain_all(key, error, _model_of(key, value).model_fields)
            except _InvalidPart as error:
                problems.append(error.problem)
        missing = [key for key in Spec.model_fields if key not in (*config, *Single.model_fields)]
        problems += [Problem(key, "is missing") for key in missing]
        if not problems:
            checked = self._complete(Spec(**parts))
            if isinstance(checked, Spec):
                return checked
            problems = checked
        return [with_origin(problem, config, overrides) for problem in problems]

    def facts(self, spec: Spec) -> Facts:
        """What is known of a valid spec's data."""
        facts = self._look_at(spec)
        assert isinstance(facts, Facts)
        return facts

    def _look_at(self, spec: Spec) -> Facts | DataError:
        data = spec.data
        assert isinstance(data, DataCommon)
        key = data.model_copy(update={"seed": None})
        if key not in self._facts:
            try:
                self._facts[key] = find_facts(data, spec.data_seed)
            except DataError as error:
                self._facts[key] = error
            except Exception as error:
                self._facts[key] = DataError(f"{data.name!r} raised {type(error).__name__}: {error}")
        return self._facts[key]

    def _complete(self, spec: Spec) -> Spec | list[Problem]:
        """Replace `auto` by what fits the task, and check what only makes sense together."""
        facts = self._look_at(spec)
        if isinstance(facts, DataError):
            return [Problem(f"data.{facts.setting}" if facts.setting else "data", str(facts))]
        output = spec.network.output
        if output == AUTO:
            classes = facts.n_classes
            output = "identity" if facts.task == "regression" else "sigmoid" if classes == 2 else "softmax"
        loss = spec.loss.name
        if loss == AUTO:
            loss = AUTO_LOSSES.get(output, "half_mse") if facts.task == "classification" else "half_mse"
        changes: dict[str, Any] = {"network": spec.network.model_copy(update={"output": output})}
        if loss != spec.loss.name:
            changes["loss"] = component_model("loss", loss)(name=loss)
        spec = spec.model_copy(update=changes)
        problems = [problem for check in CHECKS if (problem := check(spec, facts))]
        return problems or spec.model_copy(update={"training": _with_batch_size(spec.training, facts.n_train)})


def _with_batch_size(training: TrainingSpec, n_train: int) -> TrainingSpec:
    sizes = {"online": 1, "full": n_train, "minibatch": training.batch_size or min(DEFAULT_BATCH_SIZE, n_train)}
    return training.model_copy(update={"batch_size": sizes[training.mode]})


class _InvalidPart(Exception):
    """Carries one Problem out of a part that cannot be built."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(key, message)


def _model_of(key: str, value: Any) -> type[BaseModel]:
    """The model that validates a part of the config, for a component that exists."""
    if key not in REGISTRIES:
        return MODELS.get(key, Single)
    return Component if value["name"] == AUTO else component_model(key, str(value["name"]))


def _part(key: str, value: Any) -> dict[str, Any]:
    """One top-level entry of the config, or all single values together (key ""), as fields of the spec."""
    if key in REGISTRIES:
        if not isinstance(value, Mapping):
            raise _InvalidPart(key, f"must be the name of one of {', '.join(REGISTRIES[key])}; got {value!r}")
        name = value.get("name")
        if name not in REGISTRIES[key] and (key, name) != ("loss", AUTO):
            raise _InvalidPart(f"{key}.name", unknown(name, list(REGISTRIES[key])))
        return {key: _model_of(key, value).model_validate(dict(value))}
    if key in MODELS:
        return {key: _model_of(key, value).model_validate(value)}
    if key:
        raise _InvalidPart(key, f"is not a setting; known are {', '.join(Spec.model_fields)}")
    return dict(Single.model_validate(value))


def _check_output(spec: Spec, facts: Facts) -> Problem | None:
    output = spec.network.output
    if output not in ACTIVATIONS:
        return Problem("network.output", unknown(output, [AUTO, *ACTIVATIONS]))
    if output == "softmax" and facts.task == "regression":
        return Problem(
            "network.output", f"=softmax needs classes to choose from, but data={spec.data.name} is a regression"
        )
    return None


def _check_hidden_activation(spec: Spec, facts: Facts) -> Problem | None:
    if ACTIVATIONS[spec.activation.name](**spec.activation.settings()).derivative is None:
        return Problem(
            "activation", f"={spec.activation.name} is for the output only; say network.output={spec.activation.name}"
        )
    return None


def _check_loss(spec: Spec, facts: Facts) -> Problem | None:
    if _check_output(spec, facts):
        return None
    name, output = spec.loss.name, spec.network.output
    loss = LOSSES[name](**spec.loss.settings())
    if loss.only_task not in (None, facts.task):
        return Problem("loss", f"={name} is for a {loss.only_task}, but data={spec.data.name} is a {facts.task}")
    if loss.only_output not in (None, output):
        return Problem("loss", f"={name} needs network.output={loss.only_output}, got network.output={output}")
    if loss.only_output is None and ACTIVATIONS[output]().derivative is None:
        fitting = [other for other in LOSSES if LOSSES[other]().only_output == output]
        return Problem(
            "loss", f"={name} does not go with network.output={output}; use loss={' or loss='.join(fitting)}"
        )
    return None


def _check_batch(spec: Spec, facts: Facts) -> Problem | None:
    size, mode = spec.training.batch_size, spec.training.mode
    if size is not None and mode != "minibatch":
        return Problem("training.batch_size", f"is for training.mode=minibatch, got {size} with training.mode={mode}")
    if size is not None and size > facts.n_train:
        return Problem(
            "training.batch_size",
            f"must be <= the {facts.n_train} training samples of data={spec.data.name}, got {size}; "
            "training.mode=full uses them all",
        )
    return None


def _check_patience(spec: Spec, facts: Facts) -> Problem | None:
    if spec.training.patience is not None and facts.n_test == 0:
        return Problem("training.patience", "needs test samples to watch; set data.test_fraction above 0")
    return None


def _check_memory(spec: Spec, facts: Facts) -> Problem | None:
    """Four arrays of the parameters' size and two of every layer's are the least a run needs."""
    needed = 8 * (4 * n_parameters(spec, facts) + 2 * sum(sizes_of(spec, facts)) * facts.n_train)
    if not hasattr(os, "sysconf"):
        return None
    available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > available:
        return Problem(
            "network.hidden",
            f"={list(spec.network.hidden)} needs about {needed / 2**30:,.1f} GiB for one run, "
            f"and this machine has {available / 2**30:.1f} GiB",
        )
    return None


CHECKS = (_check_output, _check_hidden_activation, _check_loss, _check_batch, _check_patience, _check_memory)
