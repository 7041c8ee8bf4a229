"""A sweep's plan as plain data, and as a file that reveals any later change."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import NonNegativeInt, TypeAdapter, ValidationError

from runner.runs.about import About
from runner.runs.identity import code_files
from runner.runs.planned import PlannedRun, parts_but_the_seed, with_seed
from runner.runs.role import Role
from runner.runs.settings import Settings
from runner.runs.spec import Spec, from_plain, to_plain
from runner.store.address import named_store

FORMAT, WHOLE_SPECS = 3, 2  # the version that is written, and the one before it, with a whole spec for each run
SEAL = b',"seal":"'


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One planned run as plain data: its index, run key, overrides, spec and role.

    `but_seed` is the spec without its seed, one object for all runs that share it.
    """

    index: int
    key: str
    overrides: tuple[str, ...]
    but_seed: dict[str, Any]
    seed: int
    role: Role = Role.SEARCH
    rung: int = 0

    @property
    def spec(self) -> dict[str, Any]:
        """The complete spec."""
        return {**self.but_seed, "seed": self.seed}


@dataclass(frozen=True)
class PlanFile:
    """A plan as plain data. `code` maps files of numeric code to their digests, `store` names the MLflow store."""

    about: About
    is_sweep: bool
    settings: dict[str, Any]
    store: str
    code: dict[str, str]
    runs: list[PlanEntry]

    @classmethod
    def of(cls, about: About, is_sweep: bool, settings: Settings, planned: Sequence[PlannedRun]) -> "PlanFile":
        """The plan with the current code and store."""
        known, runs = dict[tuple[int, ...], dict[str, Any]](), list[PlanEntry]()
        for run in planned:
            parts = parts_but_the_seed(run.spec)
            if parts not in known:
                known[parts] = _but_seed(to_plain(run.spec))
            runs.append(PlanEntry(run.index, run.key, run.overrides, known[parts], run.spec.seed, run.role, run.rung))
        return cls(about, is_sweep, settings.planned(), named_store(), code_files(settings.modules), runs)

    def content(self) -> bytes:
        """The plan as a file with a seal."""
        specs = {id(run.but_seed): run.but_seed for run in self.runs}
        places = {one: place for place, one in enumerate(specs)}
        runs = [
            _Run(run.index, run.key, run.overrides, places[id(run.but_seed)], run.seed, run.role, run.rung)
            for run in self.runs
        ]
        head = self.about, self.is_sweep, self.settings, self.store, self.code
        return _sealed(_STORED.dump_json(_Stored(*head, list(specs.values()), runs, FORMAT), exclude_defaults=True))

    @property
    def planned(self) -> list[PlannedRun]:
        """The planned runs. Raises what `from_plain` raises."""
        known, runs = dict[int, Spec](), list[PlannedRun]()
        for run in self.runs:
            if id(run.but_seed) not in known:
                known[id(run.but_seed)] = from_plain(run.spec)
            spec = with_seed(known[id(run.but_seed)], run.seed)
            runs.append(PlannedRun(run.index, run.key, run.overrides, spec, run.role, run.rung))
        return runs


@dataclass(frozen=True, slots=True)
class _Run:
    """A run in the file; `spec` is the place of its spec, which has no seed, among those of the plan."""

    index: NonNegativeInt
    key: str
    overrides: tuple[str, ...]
    spec: NonNegativeInt
    seed: NonNegativeInt
    role: Role = Role.SEARCH
    rung: NonNegativeInt = 0


@dataclass(frozen=True)
class _Stored:
    """The file: runs differ in their seed mostly, so 100,000 of them take 19 MB, and 111 MB with a spec each."""

    about: About
    is_sweep: bool
    settings: dict[str, Any]
    store: str
    code: dict[str, str]
    specs: list[dict[str, Any]]
    runs: list[_Run]
    format: int


_STORED = TypeAdapter(_Stored)


def plan_from(content: bytes) -> PlanFile:
    """The plan in a file that `SweepFolder.write_plan` wrote. Raises ValueError with what is wrong with it.

    Files of earlier versions have no seal.
    """
    try:
        plain = json.loads(content)
        if not isinstance(plain, dict) or plain.get("format") not in (FORMAT, WHOLE_SPECS):
            raise ValueError("another version of this program wrote it")
        stored = _STORED.validate_python(_with_shared_specs(plain) if plain["format"] == WHOLE_SPECS else plain)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if len({run.index for run in stored.runs}) < len(stored.runs):
        raise ValueError("two of its runs have the same index")
    if any(run.spec >= len(stored.specs) for run in stored.runs):
        raise ValueError("it lacks the spec of a run")
    if "seal" in plain and content != _sealed(content.rpartition(SEAL)[0] + b"}"):
        raise ValueError("it was changed after it was written")
    runs = [
        PlanEntry(run.index, run.key, run.overrides, stored.specs[run.spec], run.seed, run.role, run.rung)
        for run in stored.runs
    ]
    return PlanFile(stored.about, stored.is_sweep, stored.settings, stored.store, stored.code, runs)


def _with_shared_specs(plain: dict[str, Any]) -> dict[str, Any]:
    """A plan in which each run has a whole spec, as one of today. What is wrong with it is left as it is."""
    known, specs, runs = dict[str, int](), list[dict[str, Any]](), list[Any]()
    settings: Any = plain.get("settings")
    tracking: Any = settings.get("tracking") if isinstance(settings, dict) else None
    if isinstance(tracking, dict):  # then a sweep without pictures of runs had no report either
        with_report = {"report": tracking.get("plots") != "none", **tracking}
        plain = {**plain, "settings": {**settings, "tracking": with_report}}
    if not isinstance(plain.get("runs"), list):
        return {**plain, "specs": specs}
    for run in plain["runs"]:
        spec = run.get("spec") if isinstance(run, dict) else None
        if not isinstance(spec, dict):
            runs.append(run)
            continue
        but_seed = _but_seed(spec)
        if (text := json.dumps(but_seed)) not in known:
            known[text] = len(specs)
            specs.append(but_seed)
        runs.append({**run, "spec": known[text], "seed": spec.get("seed")})
    return {**plain, "specs": specs, "runs": runs}


def _but_seed(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key != "seed"}


def _sealed(content: bytes) -> bytes:
    """A JSON object with the digest of all of it as its last entry: an edited plan must not pass for changed data."""
    return content[:-1] + SEAL + hashlib.sha256(content).hexdigest().encode() + b'"}'
