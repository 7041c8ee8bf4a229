"""A sweep's plan as plain data, and as a file that shows when somebody changed it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import NonNegativeInt, TypeAdapter, ValidationError

from runner.runs.about import About
from runner.runs.identity import code_files
from runner.runs.planned import PlannedRun
from runner.runs.settings import Settings
from runner.runs.spec import to_plain
from runner.store.address import named_store

FORMAT = 2
SEAL = b',"seal":"'


@dataclass(frozen=True)
class PlanEntry:
    """One planned run as plain data: its place in the sweep, run key, overrides and spec."""

    index: NonNegativeInt
    key: str
    overrides: list[str]
    spec: dict[str, Any]


@dataclass(frozen=True)
class PlanFile:
    """A plan as plain data. `code` maps files of numeric code to their digests, `store` names the MLflow store."""

    about: About
    is_sweep: bool
    settings: dict[str, Any]
    store: str
    code: dict[str, str]
    runs: list[PlanEntry]
    format: int = FORMAT

    @classmethod
    def of(cls, about: About, is_sweep: bool, settings: Settings, planned: Sequence[PlannedRun]) -> "PlanFile":
        """What will be done, with today's code and store."""
        runs = [PlanEntry(run.index, run.key, list(run.overrides), to_plain(run.spec)) for run in planned]
        return cls(about, is_sweep, settings.planned(), named_store(), code_files(settings.modules), runs)

    def content(self) -> bytes:
        """The plan as a file, which says when it was changed."""
        return _sealed(_PLAN.dump_json(self))


_PLAN = TypeAdapter(PlanFile)


def plan_from(content: bytes) -> PlanFile:
    """The plan in a file that `SweepFolder.write_plan` wrote. Raises ValueError with what is wrong with it.

    One of an earlier version has no seal.
    """
    try:
        plain = json.loads(content)
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise ValueError("another version of this program wrote it")
        plan = _PLAN.validate_python(plain)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if len({run.index for run in plan.runs}) < len(plan.runs):
        raise ValueError("two of its runs have the same index")
    if "seal" in plain and content != _sealed(content.rpartition(SEAL)[0] + b"}"):
        raise ValueError("it was changed after it was written")
    return plan


def _sealed(content: bytes) -> bytes:
    """A JSON object with the digest of all of it as its last entry: an edited plan must not pass for changed data."""
    return content[:-1] + SEAL + hashlib.sha256(content).hexdigest().encode() + b'"}'
