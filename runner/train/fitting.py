"""One network trained on arrays in memory, as a run on a table, but without a file, a store or Hydra."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from runner.base.errors import Problem, UserError, one_line
from runner.base.formats import read_yaml
from runner.base.paths import CONF
from runner.datasets.handed import handing_in
from runner.datasets.samples import Samples
from runner.plan.task import Task
from runner.plan.validation import SpecBuilder
from runner.runs.components import REGISTRIES
from runner.runs.outcome import Outcome
from runner.runs.result import RunResult
from runner.runs.shape import Shape
from runner.runs.spec import Spec, to_plain
from runner.train.training import train_task

IN_MEMORY = "table"  # the data set whose rules hold: a table, whose file is not read


def fit(samples: Samples, changes: Mapping[str, Any], names: Mapping[str, str]) -> tuple[RunResult, Shape]:
    """A run with the settings of `conf/`, except for `changes` by dotted key; and its shape. Nothing is written.

    `names` are the caller's own names for keys. Raises UserError for invalid settings, and for a run that diverged or
    failed.
    """
    with handing_in(samples):
        checked = SpecBuilder().build(config_with(changes), ())
        if isinstance(checked, list):
            raise UserError("; ".join(dict.fromkeys(_said(problem, names) for problem in checked)))
        shape = checked.phases[-1].shape
        (result,) = train_task(Task((0,), ("",), (to_plain(checked.spec),), (shape,), digests=(checked.digests,)))
    if result.outcome is Outcome.FAILED:
        raise UserError(result.error)
    if result.outcome is Outcome.DIVERGED:
        raise UserError(
            "training diverged: the weights are no longer finite; "
            f"learning_rate was {checked.spec.learning_rate:g}, and a smaller one may help"
        )
    return result, shape


def config_with(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The config of a run on a table, as Hydra would compose it."""
    config = {key: dict(value) if isinstance(value, dict) else value for key, value in _shipped().items()}
    for key, value in changes.items():
        section, _, name = key.rpartition(".")
        if key in REGISTRIES and not isinstance(value, Mapping):
            config[key] = {"name": value}
        elif section:
            config.setdefault(section, {})[name] = _plain(value)
        else:
            config[key] = _plain(value)
    return config


@cache
def _shipped() -> dict[str, Any]:
    """What `conf/` says of a spec: its own settings, and the component that is chosen of each kind."""
    config = read_yaml((CONF / "config.yaml").read_bytes())
    chosen = {kind: {"name": name} for choice in config["defaults"] if isinstance(choice, dict)
              for kind, name in choice.items() if kind in REGISTRIES}  # fmt: skip
    data = read_yaml((CONF / "data" / f"{IN_MEMORY}.yaml").read_bytes())
    return {key: config[key] for key in Spec.model_fields if key in config} | chosen | {"data": config["data"] | data}


def _plain(value: Any) -> Any:
    """A setting without NumPy's own types, which a grid of settings is often made of."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def _said(problem: Problem, names: Mapping[str, str]) -> str:
    key = problem.key.removesuffix(".name")
    return str(Problem(names.get(key, key), one_line(problem.message)))
