"""The state of an interrupted sweep, and what resuming it must do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

from runner.base.errors import UserError
from runner.base.paths import OUTPUTS
from runner.conduct.context import SweepContext
from runner.plan.plan import Plan, plan_again
from runner.runs.components import load_modules
from runner.runs.data import files_of
from runner.runs.identity import code_files
from runner.runs.outcome import Outcome
from runner.runs.planned import PlannedRun
from runner.runs.result import RunResult
from runner.runs.settings import Settings
from runner.runs.spec import Spec
from runner.store.address import is_lost, named_store
from runner.store.folder import SweepFolder
from runner.store.plan_file import PlanFile

OURS = ("nn/", "runner/")  # begin the names of files of this program in a plan


class Way(Enum):
    """How a sweep can be resumed."""

    AS_IT_WAS = auto()  # all that is missing is trained, and the sweep is then complete
    APART = auto()  # what is missing is trained as a sweep of its own
    LEFT = auto()  # another sweep has what is missing
    REFUSED = auto()  # what the numbers depend on has changed


@dataclass(frozen=True)
class Resumption:
    """A sweep whose plan and results were read: what is missing, and which way it can be resumed. The runs of its plan
    are in `runs` alone: those of the file take as much memory again.

    `kept` has the results on disk by index, `damaged` what is wrong with files that cannot be read. `failed_too` and
    `is_apart` are what the person asks for.
    """

    sweep: SweepContext
    file: PlanFile
    runs: list[PlannedRun]
    kept: dict[int, RunResult]
    damaged: list[str]
    failed_too: bool = False
    is_apart: bool = False

    @property
    def failed(self) -> set[int]:
        """The indices of runs that raised an exception."""
        return {index for index, result in self.kept.items() if result.outcome is Outcome.FAILED}

    @property
    def again(self) -> set[int]:
        """The indices of runs that are retrained although they have a result."""
        return self.failed if self.failed_too else set()

    @property
    def missing(self) -> list[PlannedRun]:
        """The runs to train."""
        again = self.again
        return [run for run in self.runs if run.index not in self.kept or run.index in again]

    @cached_property
    def today(self) -> Plan:
        """A plan for them with the current code and data. Raises UserError if one can no longer be trained."""
        return plan_again(self.missing, self.sweep.settings)

    @property
    def plan(self) -> Plan:
        """The sweep's original plan."""
        return replace(self.today, runs=self.runs)

    @cached_property
    def changed(self) -> list[str]:
        """What has changed of everything that the numbers of missing runs depend on."""
        return what_changed(self.file, self.missing, self.today)

    @property
    def way(self) -> Way:
        """How it can be resumed. Raises UserError like `today`."""
        if self.is_apart and self.missing:
            return Way.APART
        other, is_complete = self.sweep.folder.continued_as, len(self.kept) == len(self.runs)
        if other and not is_complete and SweepFolder(OUTPUTS / other).has_plan:
            return Way.LEFT
        return Way.REFUSED if self.changed else Way.AS_IT_WAS


def check_store(file: PlanFile) -> None:
    """Raise UserError if a sweep was written to another store than the current one."""
    if named_store() != file.store and not is_lost(file.store):
        raise UserError(f"this sweep was written to {file.store}, and the store here is {named_store()}")


def look_at(folder: SweepFolder, file: PlanFile, failed_too: bool = False, is_apart: bool = False) -> Resumption:
    """What there is in a sweep's folder. Raises UserError when this version could not have made its plan."""
    settings, runs = _restore(file)
    kept, damaged = folder.results(runs)
    sweep = SweepContext(folder, file.about, settings, file.is_sweep)
    return Resumption(sweep, replace(file, runs=[]), runs, kept, damaged, failed_too, is_apart)


def _restore(file: PlanFile) -> tuple[Settings, list[PlannedRun]]:
    """The settings and runs of a plan, as it was made. Raises UserError when this version could not have made it."""
    try:
        settings = Settings.model_validate(file.settings)
        load_modules(settings.modules)
        runs = file.planned
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"this version cannot run this sweep: {error}") from error
    return settings, runs


def what_changed(file: PlanFile, missing: Sequence[PlannedRun], today: Plan) -> list[str]:
    """What has changed of all that the numbers of missing runs depend on: files of code, or data."""
    moved = [now.spec for now, old in zip(today.runs, missing, strict=True) if now.key != old.key]
    if not moved:
        return []
    code = code_files(today.settings.modules)
    if any(name.startswith(OURS) and name not in code for name in file.code):
        return ["this program: the sweep began with another version of it"]
    changed = [name for name in sorted(code | file.code) if code.get(name) != file.code.get(name)]
    return changed or list(dict.fromkeys(name for spec in moved for name in _read_from(spec)))


def _read_from(spec: Spec) -> list[str]:
    """What a run takes from outside."""
    weights = [f"the weights to start from, {spec.network.start}"] if spec.network.start else []
    return [f"the data {name}" for phase in spec.phases for name in files_of(phase.data)] + weights
