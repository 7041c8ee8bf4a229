"""One run of a page: what it is, its history and signals, its weights along its way, and why it does not learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn.registry import Array
from runner.findings.explorer.numbers import Numbers
from runner.findings.numbers.solved import threshold_of
from runner.runs.account import Account
from runner.runs.commands import Command
from runner.runs.result import RunResult
from runner.runs.structure import build_network, plain_activations
from runner.runs.weights import Weights

TRIED = 20  # random inputs on which a network with a fault is compared with one without


@dataclass
class Once:
    """Plain data that runs have in common, each once, by its place."""

    items: list[Any] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def place(self, item: Any) -> int:
        """Where this one is."""
        key = repr(item)
        if key not in self._places:
            self._places[key] = len(self.items)
            self.items.append(item)
        return self._places[key]


@dataclass
class Content:
    """All that a page holds besides its parts."""

    weights: Numbers = field(default_factory=Numbers)
    curves: Numbers = field(default_factory=Numbers)
    samples: Numbers = field(default_factory=Numbers)
    nets: Once = field(default_factory=Once)
    steps: Once = field(default_factory=Once)
    inputs: Once = field(default_factory=Once)
    splits: Once = field(default_factory=Once)


def net_of(network: Weights) -> dict[str, Any]:
    """What a page needs to compute a network; why it cannot, where a fault changes what a network says."""
    structure = network.structure
    net = {name: structure[name] for name in ("sizes", "input", "output", "bias")}
    net["activations"] = plain_activations(structure)
    net["parameters"] = len(network.parameters)
    if structure["fault"] and not _is_healthy_forward(network):
        net["unknown"] = f"The fault {', '.join(structure['fault'])} changes what a network says."
    return net


def _is_healthy_forward(network: Weights) -> bool:
    """Whether a network with a fault says the same as one without that has its weights."""
    faulty, healthy = build_network(network.structure), build_network(network.structure | {"fault": []})
    X = np.random.default_rng(0).normal(size=(1, TRIED, network.sizes[0]))
    weights = np.nan_to_num(network.parameters)[np.newaxis]
    with np.errstate(all="ignore"):
        return np.array_equal(faulty.predict(weights, X), healthy.predict(weights, X), equal_nan=True)


def plain_run(
    result: RunResult, values: Sequence[int], name: str, run_id: str, command: Command, series: Sequence[str],
    names: Sequence[str], content: Content, with_weights: bool,
) -> dict[str, Any]:  # fmt: skip
    """What a page says of a run, without its data; its numbers go into `content`.

    `values` are the places of its values among those of each key, `names` those of the signals.
    """
    history, threshold = _history(result, series, content), threshold_of(result)
    run: dict[str, Any] = {
        "name": name, "index": result.index, "id": run_id, "k": list(values), "command": command(result, ()),
        "outcome": result.outcome.value, "told": result.outcome.told(result.last_step, result.error),
        "error": result.error.partition("\n")[0] if history is None else "",
        "last": int(result.last_step), "restored": result.restored, "solved": threshold.value if threshold else None,
        "history": history,
        "net": -1, "scale": None, "snapshots": None, "signals": _signals(result, names, content),
    }  # fmt: skip
    if result.network is not None:
        scaling = result.network.scaling
        run["net"] = content.nets.place(net_of(result.network))
        run["scale"] = {
            "x": scaling.x_shift.tolist(), "c": scaling.x_scale.tolist(), "ys": scaling.y_shift, "yc": scaling.y_scale,
            "log": scaling.y_log,
        }  # fmt: skip
    if with_weights and result.snapshots is not None:
        kept = content.steps.place(result.snapshots["step"].tolist())
        run["snapshots"] = {"steps": kept, "at": content.weights.add(result.snapshots["parameters"])}
    return run


def _history(result: RunResult, series: Sequence[str], content: Content) -> dict[str, int] | None:
    """Where its series are; None of a run without numbers, for which those of another one would be taken."""
    steps = np.asarray(result.history.get("step", ()), dtype=np.int64)
    if not len(steps):
        return None
    missing = np.full(len(steps), np.nan)
    values = np.array([result.history.get(one, missing) for one in series])
    return {"steps": content.steps.place(steps.tolist()), "at": content.curves.add(values)}


def _signals(result: RunResult, names: Sequence[str], content: Content) -> dict[str, Any] | None:
    if not result.signals:
        return None
    signals: Mapping[str, Array] = result.signals
    points, layers = signals["gradient_norm"].shape
    values = np.full((len(names), layers, points), np.nan)
    for place, name in enumerate(names):
        if name in signals:  # of hidden layers alone there is one less
            values[place, : signals[name].shape[1]] = signals[name].T
    return {"steps": content.steps.place(signals["step"].tolist()), "layers": layers, "at": content.curves.add(values)}


def causes_of(account: Account | None) -> tuple[list[dict[str, Any]], dict[int, tuple[int, int | None]]]:
    """The causes that were found, as plain data; and of each run with one its place and the step of its evidence."""
    causes, of_runs = list[dict[str, Any]](), dict[int, tuple[int, int | None]]()
    for is_flaw, some in ((False, account.causes), (True, account.flaws)) if account else ():
        for one in some:
            steps = one.steps or (None,) * len(one.runs)
            of_runs |= {index: (len(causes), step) for index, step in zip(one.runs, steps, strict=True)}
            told = {"text": one.text, "settings": one.settings, "evidence": one.evidence, "to_try": one.to_try}
            causes.append(told | {"page": one.page, "flaw": is_flaw, "runs": one.runs})
    return causes, of_runs
