"""From composed configs to specs: every job is checked before the first one trains, all problems reported together."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from nn.activations import ACTIVATIONS
from runner.base.errors import Problem, unknown
from runner.plan.checks import CHECKS, LATER_CHECKS, check_domain, check_order, check_precision, check_steps
from runner.plan.defaults import MATCHING, MATCHING_LOSSES, completed, loss_named, used_data, used_test
from runner.plan.first_weights import read_start, why_other
from runner.plan.laws import broken_laws
from runner.plan.memory import why_too_large, why_too_much_data
from runner.runs.components import REGISTRIES, is_own
from runner.runs.data import Facts, find_facts
from runner.runs.explaining import explain_all, explain_data, repaired_part, with_origin
from runner.runs.settings import Settings
from runner.runs.sizes import sizes_of
from runner.runs.spec import (
    AUTO,
    Component,
    DataCommon,
    NetworkSpec,
    Single,
    Spec,
    TestSpec,
    TrainingSpec,
    component_model,
)
from runner.runs.weights import Weights

MODELS: dict[str, type[BaseModel]] = {"network": NetworkSpec, "training": TrainingSpec, "test": TestSpec}


class SpecBuilder:
    """Builds specs from configs and remembers the facts of each data set, which is examined once per setting.

    A user's own is examined for every seed, on which its sizes may depend; a test checks that no other's do.
    """

    def __init__(self) -> None:
        self._facts: dict[tuple[Component, TestSpec], Facts | Problem] = {}
        self._starts: dict[str, Weights | Problem] = {}

    def build(self, config: Mapping[str, Any], overrides: Sequence[str], is_whole: bool = True) -> Spec | list[Problem]:
        """The spec that a config describes, or all that is wrong with it; of one that is not whole, with each part."""
        problems, parts = list[Problem](), dict[str, Any]()
        single = {key: config[key] for key in Single.model_fields if key in config}
        for key, value in {"": single, **config}.items():
            if key in Settings.model_fields or key in single:
                continue
            try:
                parts |= _warm_start(value, config.get("data")) if key == "warm_start" else _part(key, value)
            except ValidationError as error:
                problems += explain_all(key, error, _model_of(key, value).model_fields)
                repaired = repaired_part(key, value, error)
                parts |= _part(key, repaired) if repaired else {}
            except _InvalidPart as error:
                problems.append(error.problem)
        missing = [key for key in Spec.model_fields if key not in (*config, *Single.model_fields, "warm_start")]
        problems += [Problem(key, "is missing") for key in missing]
        if Spec.model_fields.keys() <= parts.keys() | {"warm_start"}:
            checked = self._complete(Spec(**parts), is_whole)
            if isinstance(checked, Spec) and is_whole and not problems:
                return checked
            problems += checked if isinstance(checked, list) else []
        return [with_origin(problem, config, overrides) for problem in problems]

    def facts(self, spec: Spec) -> Facts:
        """What is known of a valid spec's data."""
        facts = self._look_at(spec)
        assert isinstance(facts, Facts)
        return facts

    def start(self, spec: Spec) -> Weights | None:
        """The weights of another run that a valid spec starts from."""
        start = self._starts.get(spec.network.start or "")
        return start if isinstance(start, Weights) else None

    def look_at(self, spec: Spec) -> list[Problem]:
        """Find out about the data and the first weights of a spec that was valid before; returns what is wrong now."""
        found = [self._look_at(phase) for phase in spec.phases]
        return [one for one in found if isinstance(one, Problem)] or self._check_start(spec, self.facts(spec))

    def _look_at(self, spec: Spec) -> Facts | Problem:
        data = spec.data
        assert isinstance(data, DataCommon)
        seed = spec.data_seed if is_own("data", data.name) else None
        key = data.model_copy(update={"seed": seed}), spec.test
        if key not in self._facts:
            try:
                with np.errstate(all="ignore"):
                    found = why_too_much_data(data, spec.test) or find_facts(data, spec.test, spec.data_seed)
                self._facts[key] = found
            except Exception as error:
                self._facts[key] = explain_data(data.name, error)
        return self._facts[key]

    def _complete(self, spec: Spec, is_whole: bool) -> Spec | list[Problem]:
        """Replace `auto` by what fits the task; check what only makes sense together, or only the size."""
        facts = self._look_at(spec)
        if isinstance(facts, Problem):
            return [facts] if is_whole else []
        output = spec.network.output
        if output == AUTO:
            classes = facts.n_classes
            output = "identity" if facts.task == "regression" else "sigmoid" if classes == 2 else "softmax"
        loss, changes = loss_named(spec.loss.name, output, facts), dict[str, Any]()
        if loss is None:
            known = ", ".join(MATCHING_LOSSES)
            return [Problem("loss", f"=matching is known for network.output={known}; got {output}")]
        if loss != spec.loss.name:
            changes["loss"] = component_model("loss", loss)(name=loss)
        changes["cost"] = loss if spec.cost == AUTO else spec.cost
        changes["network"] = spec.network.model_copy(update={"output": output})
        spec = spec.model_copy(update=changes)
        complete = spec.model_copy(
            update={"training": completed(spec.training, facts), "test": used_test(spec.test), "data": used_data(spec)}
        )
        if not is_whole:
            return [problem] if (problem := why_too_large(complete, facts)) else complete
        problems = [problem for check in CHECKS if (problem := check(spec, facts))]
        problems += [problem for check in LATER_CHECKS if (problem := check(complete, facts))]
        problems += self._check_warm_start(complete, facts) + self._check_start(spec, facts) + broken_laws(complete)
        return problems or complete

    def _check_start(self, spec: Spec, facts: Facts) -> list[Problem]:
        """The weights to start from must exist and be those of such a network."""
        name = spec.network.start
        if name is None or spec.network.output not in ACTIVATIONS:
            return []
        if name not in self._starts:
            self._starts[name] = read_start(name)
        start, sizes = self._starts[name], (*sizes_of(spec, facts)[:-1], facts.d_out(spec.network.output))
        problem = start if isinstance(start, Problem) else why_other(start, spec, sizes)
        return [problem] if problem else []

    def _check_warm_start(self, spec: Spec, facts: Facts) -> list[Problem]:
        """Data sets that are trained on before must suit the same network."""
        problems = []
        for place, phase in enumerate(spec.phases[:-1]):
            key, earlier = f"warm_start[{place}]", self._look_at(phase)
            if isinstance(earlier, Problem):
                problems.append(Problem(earlier.key.replace("data", key, 1), earlier.message))
            elif (earlier.task, earlier.d_in, earlier.n_targets, earlier.n_classes) != (
                facts.task, facts.d_in, facts.n_targets, facts.n_classes
            ):  # fmt: skip
                problems.append(Problem(key, f"has other inputs or targets than data={spec.data.name}"))
            elif told := _why_not_before(phase, earlier):
                problems.append(Problem(key, f"is trained on as the data is, and {told}"))
        return problems


def _why_not_before(phase: Spec, facts: Facts) -> Problem | None:
    """What is wrong with a data set that is trained on before."""
    checks = (check_order, check_steps, why_too_large, check_precision, check_domain)
    return next((problem for check in checks if (problem := check(phase, facts))), None)


def _warm_start(value: Any, data: Any) -> dict[str, Any]:
    """Each entry changes settings of the run's own data, or names another data set."""
    if not isinstance(value, Sequence) or not all(isinstance(entry, Mapping) for entry in value):
        raise _InvalidPart("warm_start", f"must be a list of data settings, such as [{{function:bowl}}]; got {value!r}")
    components = []
    if not isinstance(data, Mapping) or data.get("name") not in list(REGISTRIES["data"]):
        return {}  # what is wrong with the data is reported on its own
    for place, entry in enumerate(value):
        name = entry.get("name", data["name"])
        if not isinstance(name, str) or name not in REGISTRIES["data"]:
            raise _InvalidPart(f"warm_start[{place}].name", unknown(name, list(REGISTRIES["data"])))
        common = {key: value for key, value in data.items() if key in DataCommon.model_fields and key != "name"}
        own = data if name == data["name"] else {"name": name, **common}
        try:
            components.append(component_model("data", name).model_validate({**own, **entry}))
        except ValidationError as error:
            (problem, *_) = explain_all(f"warm_start[{place}]", error, component_model("data", name).model_fields)
            raise _InvalidPart(problem.key, problem.message) from error
    return {"warm_start": tuple(components)}


class _InvalidPart(Exception):
    """Carries one Problem out of a part that cannot be built."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(key, message)


def _model_of(key: str, value: Any) -> type[BaseModel]:
    """The model that validates a part of the config, for a component that exists."""
    if key not in REGISTRIES:
        return MODELS.get(key, Single)
    return Component if value["name"] in (AUTO, MATCHING) else component_model(key, str(value["name"]))


def _part(key: str, value: Any) -> dict[str, Any]:
    """One top-level entry of the config, or all single values together (key ""), as fields of the spec."""
    if key in REGISTRIES:
        if not isinstance(value, Mapping):
            raise _InvalidPart(key, f"must be the name of one of {', '.join(REGISTRIES[key])}; got {value!r}")
        name = value.get("name")
        if name not in list(REGISTRIES[key]) and (key, name) not in (("loss", AUTO), ("loss", MATCHING)):
            raise _InvalidPart(f"{key}.name", unknown(name, list(REGISTRIES[key])))
        return {key: _model_of(key, value).model_validate(dict(value))}
    if key in MODELS:
        return {key: _model_of(key, value).model_validate(value)}
    if key:
        raise _InvalidPart(key, f"is not a setting; known are {', '.join(Spec.model_fields)}")
    return dict(Single.model_validate(value))
