"""What one run produces, and how it is kept on disk: NumPy archives and JSON, never pickles."""

import hashlib
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from runner.base.errors import RunsFailed, reason_of
from runner.base.files import whole_file
from runner.base.formats import open_archive
from runner.runs.history import History, series_of
from runner.runs.origin import DataUsed, Provenance
from runner.runs.outcome import Outcome
from runner.runs.role import Role
from runner.runs.signals import Signals, columns_of, signals_of
from runner.runs.snapshots import Snapshots
from runner.runs.spec import Spec, from_plain, score_of, to_plain
from runner.runs.structure import Structure, structure_of
from runner.runs.weights import Weights, inputs_of, plain_inputs

MAX_REASONS = 3
PLAIN_FIELDS = ("index", "key", "outcome", "overrides", "error", "last_step", "measures")  # go into JSON as they are
ORIGIN = [one.name for one in fields(Provenance)]


@dataclass(frozen=True)
class RunResult:
    """The result of one run.

    A failed or killed run has an `error`, but no `network`, `data` or numbers; any other run has an error only if its
    picture could not be drawn. `pictures` maps file names to PNG bytes. `restored` is the step of the restored weights,
    if any. `signals` say what happened in every layer: `step (points,)`, and for each signal of `nn.signals` `(points,
    layers)`; they are part of no digest, and results of earlier versions have none. The same holds for `snapshots`, the
    parameters during training. `role` and `rung` are those of the planned run.
    """

    index: int
    key: str
    spec: Spec
    outcome: Outcome
    overrides: tuple[str, ...] = ()
    error: str = ""
    network: Weights | None = None
    data: DataUsed | None = None
    last_step: int = 0
    restored: int | None = None
    history: History = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    signals: Signals = field(default_factory=dict)
    snapshots: Snapshots | None = None
    pictures: dict[str, bytes] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)
    role: Role = Role.SEARCH
    rung: int = 0

    @property
    def digests(self) -> dict[str, str]:
        """Digests of the trained network and of all measurements: equal digests mean equal bits.

        Empty without a network.
        """
        if self.network is None or self.data is None:
            return {}
        network, names = self.network, sorted(self.history)
        structure = [network.sizes, network.classes, *plain_inputs(network)]
        measured = [names, sorted(self.measures.items()), self.outcome, self.last_step, self.data.digest]
        measured += [] if self.restored is None else [self.restored]
        history = np.array([self.history[name] for name in names])
        return {
            "digest.weights": hashlib.sha256(network.parameters.tobytes() + json.dumps(structure).encode()).hexdigest(),
            "digest.history": hashlib.sha256(history.tobytes() + json.dumps(measured).encode()).hexdigest(),
        }

    @cached_property
    def finals(self) -> dict[str, float]:
        """The final values: the ends of all series, and what was measured once.

        A diverged run has only the scores of the baselines: its last finite values are those of a network that was
        diverging, or had not begun to learn, and could be mistaken for good ones.
        """
        return (self.last if self.has_finished else {}) | self.measures

    @property
    def last(self) -> dict[str, float]:
        """The value of every series that describes the network, at the step whose weights it has: the last finite one,
        whatever became of the run, or the best.
        """
        skipped = ("step", "learning_rate", "gradient_norm")
        place = -1 if self.restored is None else self.history["step"].index(self.restored)
        return {name: values[place] for name, values in self.history.items() if values and name not in skipped}

    @cached_property
    def score(self) -> str:
        """The name of the metric that ranks the run; empty for a run that never ran."""
        return score_of(self.spec, self.data.task if self.data else "")

    @cached_property
    def scores(self) -> dict[str, float]:
        """Final cost, and the score if it is defined, on the samples used for choosing."""
        return self._scores_on(self.scored_on)

    @cached_property
    def reported(self) -> dict[str, float]:
        """The same on the samples whose scores are reported; these differ only if there is a validation part."""
        return self.scores if self.reported_on == self.scored_on else self._scores_on(self.reported_on)

    def _scores_on(self, part: str) -> dict[str, float]:
        finals = self.finals
        return {name: finals[f"{part}/{name}"] for name in ("cost", self.score) if f"{part}/{name}" in finals}

    @property
    def scored_on(self) -> str:
        """The samples used for choosing: `validation`, or `test`, or `train` if there are no others."""
        return "validation" if self.data and self.data.n_validation else self.reported_on

    @property
    def reported_on(self) -> str:
        """The samples whose scores are reported: `test`, or what replaces it."""
        if self.data and self.data.n_samples[1]:
            return "test"
        return "validation" if self.data and self.data.n_validation else "train"

    @property
    def objective(self) -> float:
        """The final score on the samples used for choosing.

        NaN for a run that did not finish, and if the score is undefined.
        """
        return self.finals.get(f"{self.scored_on}/{self.score}", math.nan) if self.has_finished else math.nan

    @property
    def lost_picture(self) -> str:
        """Why a run with numbers has no picture, in one line; empty if nothing went wrong."""
        return reason_of(self.error) if self.outcome.is_trained else ""

    @property
    def has_finished(self) -> bool:
        """Whether the run trained to its end with finite numbers."""
        return self.outcome.is_finished


def network_of(result: RunResult) -> Weights:
    """The trained network of a run. Raises ValueError for a run without one."""
    if result.network is None:
        raise ValueError(f"run {result.index} has no trained network: it is {result.outcome}")
    return result.network


def failures(results: Sequence[RunResult], is_stored: bool = True) -> RunsFailed | None:
    """The error to raise if runs failed, after everything else is shown; for stored runs MLflow has the whole error."""
    failed = [result for result in results if result.outcome is Outcome.FAILED]
    if not failed:
        return None
    reasons = list(dict.fromkeys(reason_of(result.error) for result in failed))
    more = f" and {len(reasons) - MAX_REASONS} more reasons" if len(reasons) > MAX_REASONS else ""
    told = f"{len(failed)} of {len(results)} runs failed: {'; '.join(reasons[:MAX_REASONS])}{more}"
    return RunsFailed(told + ("\nthe whole error: the file error.txt of a failed run in MLflow" if is_stored else ""))


def save(path: Path, results: Sequence[RunResult]) -> None:
    """Write results to one `.npz` file, which appears completely or not at all."""
    arrays: dict[str, Any] = {}
    about = []
    for place, result in enumerate(results):
        arrays[f"parameters-{place}"] = result.network.parameters if result.network else np.empty(0)
        arrays[f"history-{place}"] = np.array(list(result.history.values()))
        if result.signals:
            arrays[f"signals/{place}"] = np.array(list(columns_of(result.signals).values()))
        if result.snapshots is not None:
            arrays[f"snapshots/{place}"] = result.snapshots
        for name, content in result.pictures.items():
            arrays[f"picture-{place}-{name}"] = np.frombuffer(content, dtype=np.uint8)
        about.append(_about(result))
    arrays["about"] = np.array(json.dumps(about))
    with whole_file(path) as file:
        np.savez(file, **arrays)


def load(path: Path) -> list[RunResult]:
    """Read what `save` wrote. Raises ValueError if the file is damaged or from another version."""
    try:
        with path.open("rb") as file, open_archive(file) as arrays:
            about = json.loads(str(arrays["about"]))
            structures: dict[str, Structure] = {}
            return [_result(place, entry, arrays, structures) for place, entry in enumerate(about)]
    except Exception as error:  # of zip files, headers of arrays and JSON, each its own
        raise ValueError(f"{path} is not a complete file of results: {error}") from error


def _about(result: RunResult) -> dict[str, Any]:
    """Everything of a result that is not an array, as plain data in one level."""
    network, data = result.network, result.data or DataUsed("", (0, 0), "")
    scaling, *of_table = plain_inputs(network) if network else [None]
    optional = {"of_table": of_table or None, "n_validation": data.n_validation or None, "restored": result.restored}
    optional |= {"signals": list(columns_of(result.signals))} if result.signals else {}
    origin = {name: value for name, value in asdict(result.provenance).items() if value or name != "engine"}
    return {name: getattr(result, name) for name in PLAIN_FIELDS} | origin | {
        "spec": to_plain(result.spec),
        "series": list(result.history),
        "pictures": list(result.pictures),
        "task": data.task,
        "n_samples": data.n_samples,
        "data_digest": data.digest,
        "sizes": network.sizes if network else (),
        "classes": network.classes if network else (),
        "scaling": scaling,
    } | {name: value for name, value in optional.items() if value is not None}  # fmt: skip


def _result(place: int, about: dict[str, Any], arrays: Any, structures: dict[str, Structure]) -> RunResult:
    """One of them; runs have their `structures` in common, as most are alike."""
    spec, (n_train, n_test), history = from_plain(about["spec"]), about["n_samples"], arrays[f"history-{place}"]
    network, data, parameters = None, None, arrays[f"parameters-{place}"]
    if about["scaling"]:
        structure = structure_of(spec, about["sizes"], about["classes"])
        structure = structures.setdefault(json.dumps(structure), structure)
        network = Weights(parameters, structure, *inputs_of(about["scaling"], about.get("of_table", [])))
    if about["data_digest"]:
        data = DataUsed(about["task"], (n_train, n_test), about["data_digest"], about.get("n_validation", 0))
    kept = {name: about[name] for name in PLAIN_FIELDS}
    kept |= {"outcome": Outcome(about["outcome"]), "overrides": tuple(map(sys.intern, about["overrides"]))}
    return RunResult(
        **kept,
        spec=spec,
        network=network,
        data=data,
        restored=about.get("restored"),
        history={name: series_of(values) for name, values in zip(about["series"], history, strict=True)},
        signals=signals_of(dict(zip(about["signals"], arrays[f"signals/{place}"], strict=True)))
        if "signals" in about
        else {},
        snapshots=arrays.get(f"snapshots/{place}"),
        pictures={_file_name(name): arrays[f"picture-{place}-{name}"].tobytes() for name in about["pictures"]},
        provenance=Provenance(**{name: about[name] for name in ORIGIN if name in about}).with_code({}),
    )


def _file_name(name: str) -> str:
    """A picture is written under its name: one from someone else must not lead out of its folder."""
    if Path(name).name != name or name in ("", ".."):
        raise ValueError(f"{name!r} is not the name of a picture")
    return name
