"""From composed configs to runs: every job is checked before the first one trains, all problems reported together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from nn.activations import ACTIVATIONS
from runner.base.errors import Problem
from runner.plan.automatic import data_of_table, fitted, note_on_choosing, notes_on
from runner.plan.checks import problems_of
from runner.plan.defaults import (
    MADE_FOR_CLASSES,
    MATCHING,
    MATCHING_LOSSES,
    completed,
    loss_named,
    output_for,
    used_data,
    used_test,
)
from runner.plan.first_weights import read_start, why_other
from runner.plan.laws import broken_laws
from runner.plan.memory import why_too_large, why_too_much_data
from runner.plan.metric_laws import broken_metrics
from runner.plan.parts import Made, read_parts
from runner.plan.phases import Checked, Phase
from runner.plan.target_checks import looks_at_samples
from runner.runs.components import is_own
from runner.runs.data import Facts, find_facts
from runner.runs.explaining import explain_data, explained
from runner.runs.field_types import AUTO
from runner.runs.spec import Component, DataCommon, Spec, TestSpec, component_model
from runner.runs.weights import Weights

FIELDS = set(Spec.model_fields)  # of all specs: a set for each would take more than the rest of it


class SpecBuilder:
    """Makes runs from configs and remembers the facts of each data set, which is examined once per setting.

    A data set whose sizes may depend on the seed, such as a user's own, is examined for every seed; a test checks the
    others.
    """

    def __init__(self) -> None:
        self._facts: dict[tuple[Component, TestSpec], Facts | Problem] = {}
        self._starts: dict[str, Weights | Problem] = {}
        self._made: dict[tuple[str, str], Made] = {}
        self._parts: dict[tuple[type[BaseModel], str], BaseModel] = {}

    def build(
        self, config: Mapping[str, Any], overrides: Sequence[str], is_whole: bool = True
    ) -> Checked | list[Problem]:
        """The run that a config describes, or everything that is wrong with it; if it is incomplete, with each part."""
        parts, wrong, automatic = read_parts(config, self._made)
        if Spec.model_fields.keys() <= parts.keys() | {"warm_start"}:
            checked = self._complete(Spec(**parts), automatic, is_whole)
            if isinstance(checked, Checked) and is_whole and not wrong:
                return checked
            wrong += checked if isinstance(checked, list) else []
        return explained(wrong, config, overrides)

    def look_at(self, spec: Spec) -> Checked | list[Problem]:
        """Check the data and the initial weights of a spec that was valid before; returns what is wrong now."""
        found = [(phase, self._look_at(phase)) for phase in spec.phases]
        if problems := [facts for _, facts in found if isinstance(facts, Problem)]:
            return problems
        phases = tuple(Phase(phase, facts) for phase, facts in found if isinstance(facts, Facts))
        start = self._start(phases[-1])
        if isinstance(start, Problem):
            return [start]
        return Checked(phases, start, is_apart=start is not None or any(map(_is_apart, phases)))

    def _look_at(self, spec: Spec) -> Facts | Problem:
        data = spec.data
        assert isinstance(data, DataCommon)
        seed = spec.data_seed if _varies(data) else None
        key = data.model_copy(update={"seed": seed}), spec.test
        if key not in self._facts:
            try:
                with np.errstate(all="ignore"):
                    found = why_too_much_data(data, spec.test) or find_facts(data, spec.test, spec.data_seed)
                self._facts[key] = found
            except Exception as error:
                self._facts[key] = explain_data(data.name, error)
        return self._facts[key]

    def _decided(self, spec: Spec, place: int, automatic: frozenset[str]) -> Component:
        """The data of one training of the warm start, as `data_of_table` has it where it is a table."""
        data = spec.warm_start[place]
        facts = self._look_at(spec.model_copy(update={"data": data}))
        if isinstance(facts, Problem) or not facts.is_table:
            return data
        return data_of_table(data, facts, automatic, f"warm_start[{place}]")

    def _complete(self, spec: Spec, automatic: frozenset[str], is_whole: bool) -> Checked | list[Problem]:
        """Replace `auto` by what fits the data; check what only makes sense together, or only the size."""
        facts, notes = self._look_at(spec), list[str]()
        is_named = dict(spec.data).get("target", "") is not None  # of other data sets the target is known
        if isinstance(facts, Facts) and facts.is_table:
            earlier = tuple(self._decided(spec, place, automatic) for place in range(len(spec.warm_start)))
            decided = {"data": data_of_table(spec.data, facts, automatic), "warm_start": earlier}
            spec = spec.model_copy(update=decided)
            facts = self._look_at(spec)
        if isinstance(facts, Problem):
            return [facts] if is_whole else []
        if facts.is_table:
            spec = fitted(spec, facts, automatic)
            notes = [*facts.notes, *([] if is_named else [f"target {facts.target}: the last column, as none is named"])]
            notes += notes_on(spec, facts, automatic)
        output = spec.network.output
        if output == AUTO:
            output = output_for(spec.loss.name, facts)
        loss, changes = loss_named(spec.loss.name, output, facts), dict[str, Any]()
        if loss is None:
            known = ", ".join(MATCHING_LOSSES if spec.loss.name == MATCHING else MADE_FOR_CLASSES)
            return [Problem("loss", f"={spec.loss.name} is known for network.output={known}; got {output}")]
        if loss != spec.loss.name:
            changes["loss"] = component_model("loss", loss)(**{**dict(spec.loss), "name": loss})
        changes["cost"] = loss if spec.cost == AUTO else spec.cost
        changes["network"] = spec.network.model_copy(update={"output": output})
        spec = spec.model_copy(update=changes)
        changes = {"training": completed(spec.training, facts), "test": used_test(spec.test), "data": used_data(spec)}
        complete = self._sharing(spec.model_copy(update=changes))
        if not is_whole:
            return [problem] if (problem := why_too_large(Phase(complete, facts))) else []
        checked = self._checked(Phase(spec, facts), Phase(complete, facts))
        if not isinstance(checked, Checked):
            return checked
        return replace(checked, notes=(*notes, *note_on_choosing(checked.spec, facts)))

    def _checked(self, asked: Phase, complete: Phase) -> Checked | list[Problem]:
        """A run as it was asked for, and with everything decided; or what is wrong with it."""
        looked = [(spec, self._look_at(spec)) for spec in complete.spec.phases[:-1]]
        earlier = [facts if isinstance(facts, Problem) else Phase(spec, facts) for spec, facts in looked]
        problems, start = problems_of(asked, complete, earlier), self._start(complete)
        problems += [start] if isinstance(start, Problem) else []
        problems += broken_laws(complete.spec) + broken_metrics(complete.spec.score, complete.facts.task)
        if problems or isinstance(start, Problem):
            return problems
        phases = (*(phase for phase in earlier if isinstance(phase, Phase)), complete)
        return Checked(phases, start, is_apart=start is not None or any(map(_is_apart, phases)))

    def _sharing(self, spec: Spec) -> Spec:
        """The same with the parts of other runs that are equal to its own: many runs take memory."""
        parts = {
            key: self._parts.setdefault((type(one), repr(dict(one))), one) if isinstance(one, BaseModel) else one
            for key, one in spec
        }
        return Spec.model_construct(FIELDS, **parts)

    def _start(self, phase: Phase) -> Weights | Problem | None:
        """The weights to start from, which must exist and be those of such a network; None where they are drawn."""
        name = phase.spec.network.start
        if name is None or phase.spec.network.output not in ACTIVATIONS:
            return None
        if name not in self._starts:
            self._starts[name] = read_start(name)
        start = self._starts[name]
        return start if isinstance(start, Problem) else why_other(start, phase.spec, phase.shape.drawn) or start


def _is_apart(phase: Phase) -> bool:
    """Whether something of a training may be another thing with another seed."""
    return _varies(phase.spec.data) or looks_at_samples(phase)


def _varies(data: Component) -> bool:
    """Whether sizes may depend on the seed: it decides how many rows of a class that becomes rarer are tested."""
    return is_own("data", data.name) or dict(data)["imbalance"] > 1
